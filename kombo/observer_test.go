package kombo

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type traceKey struct{}

func TestTheObserverSeesEachAttempt(t *testing.T) {
	var seen []Attempt
	var traces []any
	u := script(t,
		answer{429, failed("PLATFORM.CONCURRENCY_LIMIT_EXCEEDED", "m"), map[string]string{"Concurrency-Limit": "12", "Concurrency-Remaining": "0"}},
		answer{200, done, map[string]string{"ratelimit-limit": "300", "ratelimit-remaining": "298"}})
	c := u.client(t, WithObserver(func(ctx context.Context, a Attempt) {
		seen, traces = append(seen, a), append(traces, ctx.Value(traceKey{}))
	}))
	ctx := context.WithValue(t.Context(), traceKey{}, "trace")
	_, err := c.RemoveCandidateTag(ctx, "c1", TagInput{Tag: TagName{"t"}})
	require.NoError(t, err)

	require.Len(t, seen, 2)
	assert.Equal(t, []any{"trace", "trace"}, traces)
	for i := range seen {
		assert.Positive(t, seen[i].Duration)
		assert.False(t, seen[i].Start.IsZero())
		seen[i].Duration, seen[i].Start, seen[i].Queued = 0, time.Time{}, 0
	}
	require.ErrorContains(t, seen[0].Err, "CONCURRENCY")
	seen[0].Err = nil
	first := Attempt{
		Operation: "remove_candidate_tag", Method: "DELETE", Path: "/ats/candidates/{candidate_id}/tags", Integration: testIntegration,
		Number: 1, Status: 429, Code: CodeConcurrencyLimitExceeded, Sent: true,
		RateLimit: -1, RateRemaining: -1, ConcurrencyLimit: 12, ConcurrencyRemaining: 0,
	}
	second := first
	second.Number, second.Status, second.Code = 2, 200, ""
	second.RateLimit, second.RateRemaining, second.ConcurrencyLimit, second.ConcurrencyRemaining = 300, 298, -1, -1
	assert.Equal(t, []Attempt{first, second}, seen)
	assert.Equal(t, 12, c.limits.of(testIntegration).limit)
	assert.Equal(t, DefaultActionTimeout, c.ActionTimeout())
}
