package kombo

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const loadBalancer503 = "<html><head><title>503 Service Temporarily Unavailable</title></head></html>"

// calls has one call of each kind that the retry rules distinguish.
var calls = map[string]func(context.Context, *Client) error{
	"read": func(ctx context.Context, c *Client) error {
		_, err := c.GetJobs(ctx, JobFilter{})
		return err
	},
	"add tag": writing(func(ctx context.Context, c *Client) (Receipt, error) {
		return c.AddCandidateTag(ctx, "c", TagInput{Tag: TagName{"t"}})
	}),
	"remove tag": writing(func(ctx context.Context, c *Client) (Receipt, error) {
		return c.RemoveCandidateTag(ctx, "c", TagInput{Tag: TagName{"t"}})
	}),
	"move": writing(func(ctx context.Context, c *Client) (Receipt, error) {
		return c.MoveApplicationToStage(ctx, "a", MoveApplicationToStageInput{StageID: "s"})
	}),
	"create": func(ctx context.Context, c *Client) error {
		_, _, err := c.CreateApplication(ctx, "j", CreateApplicationInput{})
		return err
	},
}

func isWrite(call string) bool { return call == "move" || call == "create" }

func TestWhatIsRepeated(t *testing.T) {
	const (
		always = iota
		unlessWrite
		never
	)
	cut := map[string]string{"Content-Length": "500"}
	rows := map[string]struct {
		answer  answer
		repeats int
		unknown bool
	}{
		"rate limit of Kombo":             {answer{429, failed("PLATFORM.RATE_LIMIT_EXCEEDED", "m"), nil}, always, false},
		"concurrency limit":               {answer{429, failed("PLATFORM.CONCURRENCY_LIMIT_EXCEEDED", "m"), nil}, always, false},
		"rate limit of the ATS":           {answer{400, failed("REMOTE.RATE_LIMIT_EXCEEDED", "m"), nil}, always, false},
		"429 without a code":              {answer{429, "slow down", nil}, always, false},
		"the ATS is down":                 {answer{500, failed("REMOTE.SERVICE_UNAVAILABLE", "m"), nil}, always, false},
		"503 of the load balancer":        {answer{503, loadBalancer503, nil}, always, false},
		"503 without a body":              {answer{503, "", nil}, always, false},
		"503 with JSON and no code":       {answer{503, `{"status":"error","error":{"message":"first sync"}}`, nil}, unlessWrite, true},
		"503 with JSON cut short":         {answer{503, `{"status":"error","error":{"mess`, nil}, unlessWrite, true},
		"503 that broke off at once":      {answer{503, "", cut}, unlessWrite, true},
		"task timed out":                  {answer{504, failed("PLATFORM.TASK_TIMED_OUT", "m"), nil}, unlessWrite, true},
		"task timed out as a 400":         {answer{400, failed("PLATFORM.TASK_TIMED_OUT", "m"), nil}, unlessWrite, true},
		"500 in plain text":               {answer{500, "500 Internal Server Error", nil}, unlessWrite, true},
		"502 without a body":              {answer{502, "", nil}, unlessWrite, true},
		"unknown error":                   {answer{500, failed("PLATFORM.UNKNOWN_ERROR", "m"), nil}, unlessWrite, true},
		"500 with a code nobody knows":    {answer{500, failed("PLATFORM.NEW", "m"), nil}, unlessWrite, true},
		"unknown error of the ATS, 502":   {answer{502, failed("REMOTE.UNKNOWN_HTTP_ERROR", "m"), nil}, unlessWrite, true},
		"unknown error of the ATS, 400":   {answer{400, failed("REMOTE.UNKNOWN_HTTP_ERROR", "m"), nil}, never, false},
		"200 without a body":              {answer{200, "", nil}, unlessWrite, true},
		"200 with JSON cut short":         {answer{200, `{"status":"success","da`, nil}, unlessWrite, true},
		"200 that broke off":              {answer{200, `{"status":"succ`, cut}, unlessWrite, true},
		"200 with HTML":                   {answer{200, "<html>", nil}, never, true},
		"200 with other JSON":             {answer{200, `{"ok":true}`, nil}, never, true},
		"200 with an array":               {answer{200, `[]`, nil}, never, true},
		"sync pending":                    {answer{409, failed("INTEGRATION.SETUP_SYNC_PENDING", "m"), nil}, never, false},
		"sync pending, as 503":            {answer{503, failed("INTEGRATION.SETUP_SYNC_PENDING", "m"), nil}, never, false},
		"setup incomplete":                {answer{409, failed("INTEGRATION.SETUP_INCOMPLETE", "m"), nil}, never, false},
		"QA failed":                       {answer{409, failed("INTEGRATION.QA_FAILED", "m"), nil}, never, false},
		"bad input":                       {answer{400, failed("PLATFORM.INPUT_INVALID", "m"), nil}, never, false},
		"bad input for the ATS, as 500":   {answer{500, failed("REMOTE.INPUT_INVALID", "m"), nil}, never, false},
		"bad key":                         {answer{401, failed("PLATFORM.AUTHENTICATION_INVALID", "m"), nil}, never, false},
		"permission missing":              {answer{403, failed("INTEGRATION.PERMISSION_MISSING", "m"), nil}, never, false},
		"job closed":                      {answer{400, failed("ATS.JOB_CLOSED", "m"), nil}, never, false},
		"application exists":              {answer{409, failed("ATS.APPLICATION_ALREADY_EXISTS", "m"), nil}, never, false},
		"404 without a code":              {answer{404, `{"status":"error","error":{"code":null,"message":"m"}}`, nil}, never, false},
		"409 without a code":              {answer{409, "conflict", nil}, never, false},
		"400 with a code nobody knows":    {answer{400, failed("ATS.NEW", "m"), nil}, never, false},
		"a redirect":                      {answer{307, "", map[string]string{"Location": "/elsewhere"}}, never, false},
		"a redirect that browsers follow": {answer{302, "", map[string]string{"Location": "https://evil.test/"}}, never, false},
	}
	for name, row := range rows {
		for kind, call := range calls {
			t.Run(name+": "+kind, func(t *testing.T) {
				u := script(t, row.answer)
				err := call(t.Context(), u.client(t, WithRetries(2)))
				require.Error(t, err)
				want := 3
				if row.repeats == never || (row.repeats == unlessWrite && isWrite(kind)) {
					want = 1
				}
				assert.Len(t, u.requests(), want)
				assert.Equal(t, row.unknown && kind != "read", errors.Is(err, ErrOutcomeUnknown), "outcome unknown: %v", err)
				e, ok := errors.AsType[*Error](err)
				require.True(t, ok)
				assert.Equal(t, row.answer.status, e.Status)
				assert.Equal(t, want, e.Attempts)
			})
		}
	}
}

func TestARepeatedCallThatSucceedsIsASuccess(t *testing.T) {
	u := script(t, answer{status: 503, body: loadBalancer503}, answer{status: 429, body: failed("PLATFORM.RATE_LIMIT_EXCEEDED", "m")},
		answer{status: 200, body: `{"status":"success","data":{},"warnings":[{"message":"odd"}]}`})
	receipt, err := u.client(t).MoveApplicationToStage(t.Context(), "a", MoveApplicationToStageInput{StageID: "s"})
	require.NoError(t, err)
	assert.Equal(t, 3, receipt.Attempts)
	assert.Equal(t, []Warning{{"odd"}}, receipt.Warnings)
	assert.Positive(t, receipt.Duration)
	for _, request := range u.requests() {
		assert.JSONEq(t, `{"stage_id":"s"}`, request.body, "each attempt carries the whole body")
	}
}

func TestATagThatMayHaveBeenAddedStaysUnknownWhenItsRepetitionIsRefused(t *testing.T) {
	u := script(t, answer{status: 500}, answer{status: 403, body: failed("INTEGRATION.PERMISSION_MISSING", "m")})
	_, err := u.client(t).AddCandidateTag(t.Context(), "c", TagInput{Tag: TagName{"t"}})
	require.ErrorIs(t, err, ErrOutcomeUnknown)
	assert.Equal(t, CodePermissionMissing, CodeOf(err))
	assert.ErrorContains(t, err, "repeating it does no harm")
}

func TestPausesGrowAndFollowTheServer(t *testing.T) {
	limited := func(code string, header map[string]string) answer {
		return answer{429, failed(code, "m"), header}
	}
	tests := map[string]struct {
		answer answer
		want   []time.Duration // lower bounds
		spread time.Duration
	}{
		"exponential from half a second":      {answer{502, "", nil}, []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}, time.Second},
		"concurrency limit from one second":   {limited("PLATFORM.CONCURRENCY_LIMIT_EXCEEDED", map[string]string{"ratelimit-reset": "57"}), []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, 2 * time.Second},
		"ratelimit-reset is in seconds":       {limited("PLATFORM.RATE_LIMIT_EXCEEDED", map[string]string{"ratelimit-reset": "57"}), []time.Duration{57 * time.Second}, 250 * time.Millisecond},
		"Retry-After goes first":              {limited("PLATFORM.RATE_LIMIT_EXCEEDED", map[string]string{"ratelimit-reset": "57", "Retry-After": "3"}), []time.Duration{3 * time.Second}, 250 * time.Millisecond},
		"milliseconds go before it":           {limited("PLATFORM.RATE_LIMIT_EXCEEDED", map[string]string{"Retry-After-Ms": "700", "Retry-After": "3"}), []time.Duration{700 * time.Millisecond}, 250 * time.Millisecond},
		"the ATS's limit has no window here":  {limited("REMOTE.RATE_LIMIT_EXCEEDED", map[string]string{"ratelimit-reset": "57"}), []time.Duration{500 * time.Millisecond}, 250 * time.Millisecond},
		"a 503 may say when":                  {answer{503, loadBalancer503, map[string]string{"Retry-After": "9"}}, []time.Duration{9 * time.Second}, 250 * time.Millisecond},
		"a nonsensical header does not count": {limited("PLATFORM.RATE_LIMIT_EXCEEDED", map[string]string{"ratelimit-reset": "soon", "Retry-After": "-4"}), []time.Duration{500 * time.Millisecond}, 250 * time.Millisecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			u := script(t, test.answer)
			var paused waits
			_, err := u.client(t, withSleep(paused.sleep), WithRetries(len(test.want))).GetTags(t.Context(), TagFilter{})
			require.Error(t, err)
			require.Len(t, paused.list, len(test.want))
			for i, least := range test.want {
				assert.GreaterOrEqual(t, paused.list[i], least)
				assert.LessOrEqual(t, paused.list[i], least+test.spread)
			}
		})
	}
}

func TestRetryAfterMayBeADate(t *testing.T) {
	now := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	header := http.Header{"Retry-After": {now.Add(30 * time.Second).Format(http.TimeFormat)}}
	assert.Equal(t, 30*time.Second, serverWait(&Error{}, header, now))
	header.Set("Retry-After", now.Add(-time.Hour).Format(http.TimeFormat))
	assert.Zero(t, serverWait(&Error{}, header, now))
	header.Set("Retry-After", "99999999999999")
	assert.Equal(t, 24*time.Hour, serverWait(&Error{}, header, now), "no overflow")
}

func TestAPausePastTheDeadlineIsNotBegun(t *testing.T) {
	limited := answer{429, failed("PLATFORM.RATE_LIMIT_EXCEEDED", "m"), map[string]string{"ratelimit-reset": "57"}}
	for kind, call := range calls {
		t.Run(kind, func(t *testing.T) {
			u := script(t, limited)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var paused waits
			err := call(ctx, u.client(t, withSleep(paused.sleep)))
			require.Error(t, err)
			assert.True(t, IsRateLimited(err))
			assert.NotErrorIs(t, err, ErrOutcomeUnknown)
			assert.ErrorContains(t, err, "try again in 58s")
			assert.Empty(t, paused.list)
			assert.Len(t, u.requests(), 1)
		})
	}
}

func TestAServerThatAsksForTooLongAPauseIsNotWaitedFor(t *testing.T) {
	u := script(t, answer{429, failed("PLATFORM.RATE_LIMIT_EXCEEDED", "m"), map[string]string{"Retry-After": "3600"}})
	_, err := u.client(t).GetTags(t.Context(), TagFilter{})
	assert.ErrorContains(t, err, "try again in 1h0m0s")
	assert.Len(t, u.requests(), 1)
}

func TestACallerWhoLeavesDuringAPauseGetsTheReasonForIt(t *testing.T) {
	u := script(t, answer{status: 503, body: loadBalancer503})
	ctx, cancel := context.WithCancel(t.Context())
	c := u.client(t, withSleep(func(ctx context.Context, _ time.Duration) error {
		cancel()
		<-ctx.Done()
		return context.Cause(ctx)
	}))
	_, err := c.MoveApplicationToStage(ctx, "a", MoveApplicationToStageInput{StageID: "s"})
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, ErrOutcomeUnknown)
	assert.Len(t, u.requests(), 1)
}

func TestNothingIsRepeatedWithoutRetries(t *testing.T) {
	u := script(t, answer{status: 503})
	_, err := u.client(t, WithRetries(0)).GetTags(t.Context(), TagFilter{})
	require.Error(t, err)
	assert.Len(t, u.requests(), 1)
}
