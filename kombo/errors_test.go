package kombo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryShapeOfAnErrorBodyIsRead(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   Error
		says   string
	}{
		"as documented": {400, `{"status":"error","error":{"code":"ATS.JOB_CLOSED","title":"Job is closed","message":"Not open.","log_url":"https://l.test/1"}}`,
			Error{Code: CodeJobClosed, Title: "Job is closed", Message: "Not open.", LogURL: "https://l.test/1"},
			"get_tags: HTTP 400 ATS.JOB_CLOSED: Job is closed: Not open. (log: https://l.test/1)"},
		"with nulls": {400, `{"status":"error","error":{"code":null,"title":null,"message":"Just this.","log_url":null}}`,
			Error{Message: "Just this."}, "get_tags: HTTP 400: Just this."},
		"with a message alone":   {400, `{"status":"error","error":{"message":"Pending."}}`, Error{Message: "Pending."}, "Pending."},
		"with an object message": {400, `{"error":{"message":{"remote_http_status": 500, "remote_error":{"a":1}}}}`, Error{Message: `{"remote_http_status":500,"remote_error":{"a":1}}`}, ""},
		"with a new code":        {400, `{"error":{"code":"ATS.NEW","message":"m"}}`, Error{Code: "ATS.NEW", Message: "m"}, ""},
		"with a text as error":   {400, `{"error":"no such thing"}`, Error{Message: "no such thing"}, ""},
		"with an outer message":  {400, `{"message":"forbidden"}`, Error{Message: "forbidden"}, ""},
		"with a number as code":  {400, `{"error":{"code":7,"message":"m"}}`, Error{Code: "7", Message: "m"}, ""},
		"in JSON of another shape": {400, `{"ok":false}`,
			Error{Message: "the response has neither an error code nor a message", Body: `{"ok":false}`}, ""},
		"in a JSON array": {400, `["x"]`, Error{Message: "the response is JSON of an unexpected shape", Body: `["x"]`}, ""},
		"cut short":       {400, `{"status":"error","error":{"code":"ATS.JO`, Error{Message: "the response was cut short", Body: `{"status":"error","error":{"code":"ATS.JO`}, ""},
		"in HTML":         {400, "<html>no</html>", Error{Message: "the response is HTML or XML, perhaps from a load balancer", Body: "<html>no</html>"}, ""},
		"in plain text": {404, "404 page not found\n", Error{Message: `the response is not JSON: "404 page not found"`, Body: "404 page not found\n"},
			`get_tags: HTTP 404: the response is not JSON: "404 page not found"`},
		"empty": {404, "", Error{Message: "the response is empty"}, "get_tags: HTTP 404: the response is empty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := script(t, answer{status: test.status, body: test.body}).client(t).GetTags(t.Context(), TagFilter{})
			var got *Error
			require.ErrorAs(t, err, &got)
			test.want.Operation, test.want.Status, test.want.Attempts = "get_tags", test.status, 1
			assert.Equal(t, test.want, *got)
			assert.Contains(t, err.Error(), test.says)
		})
	}
}

func TestLongUnreadableBodiesAreCut(t *testing.T) {
	long := strings.Repeat("ä", 200<<10)
	_, err := script(t, answer{status: 400, body: long}).client(t).GetTags(t.Context(), TagFilter{})
	var got *Error
	require.ErrorAs(t, err, &got)
	assert.Equal(t, strings.Repeat("ä", 1<<10), got.Body)
	assert.Less(t, len(err.Error()), 300)
}

func TestASuccessWithoutUseIsAnError(t *testing.T) {
	tests := map[string]struct{ body, says string }{
		"empty":                    {"", "it is empty"},
		"cut short":                {`{"status":"success","data":{"results":[{"id":"a"`, "its JSON is incomplete"},
		"HTML":                     {"<!DOCTYPE html>", "HTML or XML"},
		"text":                     {"OK", "not the expected JSON"},
		"an array":                 {"[]", "the body is of the wrong type"},
		"no data":                  {`{"status":"success"}`, "it has no data"},
		"null data":                {`{"status":"success","data":null}`, "it has no data"},
		"no results":               {`{"status":"success","data":{"next":null}}`, "it has no results"},
		"null results":             {`{"status":"success","data":{"results":null}}`, "it has no results"},
		"results of another type":  {`{"status":"success","data":{"results":{}}}`, "data.results is of the wrong type"},
		"records of another type":  {`{"status":"success","data":{"results":["a"]}}`, "data.results is of the wrong type"},
		"a cursor of another type": {`{"status":"success","data":{"results":[],"next":7}}`, "not the expected JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := script(t, answer{status: 200, body: test.body}).client(t).GetTags(t.Context(), TagFilter{})
			var got *Error
			require.ErrorAs(t, err, &got)
			assert.ErrorContains(t, err, test.says)
			assert.Equal(t, 200, got.Status)
			assert.Equal(t, test.body, got.Body)
		})
	}
}

func TestAnOddValueCostsOneFieldAndNotThePage(t *testing.T) {
	var log bytes.Buffer
	u := script(t, answer{status: 200, body: `{"status":"success","data":{"results":[
		{"id":"a","weekly_hours":"forty","name":"A","opened_at":12,"new_field":{}},{"id":"b","stages":"none","name":"B"}],"next":"n"},"warnings":["w"]}`})
	got, err := u.client(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil)))).GetJobs(t.Context(), JobFilter{})
	require.NoError(t, err)
	require.Len(t, got.Results, 2)
	assert.Equal(t, "A", got.Results[0].Name)
	assert.Nil(t, got.Results[0].WeeklyHours)
	assert.True(t, got.Results[0].OpenedAt.IsZero())
	assert.Equal(t, "B", got.Results[1].Name)
	assert.Equal(t, "n", got.Next)
	assert.Contains(t, log.String(), "weekly_hours")
	assert.NotContains(t, log.String(), "forty")
}

func TestTheKeyNeverReachesAnErrorOrALog(t *testing.T) {
	bodies := map[string]answer{
		"message":       {400, failed("PLATFORM.INPUT_INVALID", "bad key "+testKey), nil},
		"everywhere":    {400, `{"error":{"code":"` + testKey + `","title":"` + testKey + `","message":"` + testKey + `","log_url":"https://l.test/` + testKey + `"}}`, nil},
		"object":        {400, `{"error":{"message":{"Authorization":"Bearer ` + testKey + `"}}}`, nil},
		"HTML":          {400, "<p>Bearer " + testKey, nil},
		"text":          {400, testKey, nil},
		"other JSON":    {200, `{"echo":"` + testKey + `"}`, nil},
		"cut success":   {200, `{"echo":"` + testKey, nil},
		"warnings":      {200, `{"status":"success","data":{"results":[]},"warnings":[{"message":"` + testKey + `"}]}`, nil},
		"in a redirect": {302, testKey, map[string]string{"Location": "https://x.test/?key=" + testKey}},
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			c := script(t, body).client(t, WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			_, err := c.GetTags(t.Context(), TagFilter{ListOptions: ListOptions{IDs: []string{"personal"}}})
			var shown string
			if err != nil {
				var e *Error
				require.ErrorAs(t, err, &e)
				shown = fmt.Sprintf("%v %+v %#v", err, *e, e)
			}
			c.logger.Info("client", "client", c, "value", *c)
			shown += log.String() + fmt.Sprintf("%v %+v %#v %v", c, c, c, *c)
			assert.NotContains(t, shown, testKey)
			assert.NotContains(t, shown, "personal", "queries hold personal data")
		})
	}
}

// echoing is a transport whose errors contain the Authorization header.
type echoing struct{}

func (echoing) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("cannot send %s", r.Header.Get("Authorization"))
}

func TestTheTextOfAWarningIsNotLogged(t *testing.T) {
	var log bytes.Buffer
	c := script(t, answer{status: 200, body: `{"status":"success","data":{"results":[]},"warnings":[{"message":"Mail to Jane Doe bounced"}]}`}).
		client(t, WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	_, err := c.GetJobs(t.Context(), JobFilter{})
	require.NoError(t, err)
	assert.Contains(t, log.String(), `"warnings":1`)
	assert.NotContains(t, log.String(), "Jane")
}

func TestTheKeyIsTakenOutOfATransportsError(t *testing.T) {
	c := newTestClient(t, "http://127.0.0.1:1", WithHTTPClient(&http.Client{Transport: echoing{}}))
	_, err := c.GetCandidates(t.Context(), CandidateFilter{Email: "ada@x.test"})
	require.ErrorContains(t, err, "cannot send Bearer [redacted]")
	assert.NotContains(t, err.Error(), "ada")
}

func TestNewRefusesBadSettingsWithoutShowingThem(t *testing.T) {
	tests := map[string]struct {
		key  string
		opt  Option
		says string
	}{
		"empty key":           {"  ", nil, "the API key is empty"},
		"key with line feed":  {"se\ncret", nil, "contains invalid characters"},
		"unknown region":      {"k", WithRegion("apac"), "must be one of eu, us"},
		"relative base URL":   {"k", WithBaseURL("/v1"), "absolute http or https"},
		"another scheme":      {"k", WithBaseURL("ftp://x.test"), "absolute http or https"},
		"user in base URL":    {"k", WithBaseURL("https://u:secret@x.test"), "must not contain a user, a query or a fragment"},
		"query in base URL":   {"k", WithBaseURL("https://x.test?secret"), "must not contain a user, a query or a fragment"},
		"bad integration":     {"k", WithIntegration("secret id"), "contains invalid characters"},
		"bad user agent":      {"k", WithUserAgent("a\r\nsecret: 1"), "control characters"},
		"negative retries":    {"k", WithRetries(-1), "must not be negative"},
		"zero time-out":       {"k", WithTimeouts(0, time.Second), "must be positive"},
		"no HTTP client":      {"k", WithHTTPClient(nil), "must not be nil"},
		"no logger":           {"k", WithLogger(nil), "must not be nil"},
		"unreadable base URL": {"k", WithBaseURL("https://x.test/%zz?secret"), "absolute http or https"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var opts []Option
			if test.opt != nil {
				opts = append(opts, test.opt)
			}
			_, err := New(test.key, opts...)
			require.ErrorContains(t, err, test.says)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestRegionsHaveTheirAddresses(t *testing.T) {
	for region, want := range map[string]string{"eu": "https://api.kombo.dev/v1", "US": "https://api.us.kombo.dev/v1"} {
		c, err := New("k", WithRegion(region))
		require.NoError(t, err)
		assert.Equal(t, want, c.base)
	}
	c, err := New("k", WithBaseURL("http://127.0.0.1:1/v1/"))
	require.NoError(t, err)
	assert.Equal(t, "http://127.0.0.1:1/v1", c.base)
}

func TestErrorsCanBeAskedAbout(t *testing.T) {
	wrapped := func(e Error) error { return fmt.Errorf("while testing: %w", &e) }
	assert.True(t, IsNotFound(wrapped(Error{Status: 404})))
	assert.True(t, IsNotFound(wrapped(Error{Status: 400, Code: CodeIntegrationNotFound})))
	assert.False(t, IsNotFound(wrapped(Error{Status: 400})))
	assert.True(t, IsRateLimited(wrapped(Error{Status: 429})))
	assert.True(t, IsRateLimited(wrapped(Error{Status: 400, Code: CodeRemoteRateLimitExceeded})))
	assert.False(t, IsRateLimited(wrapped(Error{Status: 429, Code: CodeInputInvalid})))
	assert.Equal(t, CodeJobClosed, CodeOf(wrapped(Error{Code: CodeJobClosed})))
	for _, other := range []error{nil, fmt.Errorf("other")} {
		assert.False(t, IsNotFound(other) || IsRateLimited(other))
		assert.Empty(t, CodeOf(other))
	}
}

func TestAnAnswerPastTheCapIsRefused(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		chunk := []byte(base64.StdEncoding.EncodeToString(make([]byte, 1<<20)))
		for range maxSuccessBody/len(chunk) + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	_, err := u.client(t).GetTags(t.Context(), TagFilter{})
	require.ErrorContains(t, err, "larger than 64 MiB")
	assert.Len(t, u.requests(), 1)
}
