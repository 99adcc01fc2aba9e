package serve

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// queueTest is a queue that records the order in which its callers start.
type queueTest struct {
	*fairQueue
	t       *testing.T
	started chan string
	release map[string]func()
}

func newQueueTest(t *testing.T, maxRunning, maxWaiting int) *queueTest {
	return &queueTest{fairQueue: newFairQueue(maxRunning, maxWaiting), t: t, started: make(chan string, 100), release: map[string]func(){}}
}

// acquireNow acquires without waiting.
func (l *queueTest) acquireNow(tenant string, maxRunning int) {
	l.t.Helper()
	release, err := l.acquire(l.t.Context(), tenant, "", maxRunning)
	require.NoError(l.t, err)
	l.release[tenant] = release
}

// waitAndRelease waits in the queue in the background, and releases as soon as it
// starts. It returns once it waits.
func (l *queueTest) waitAndRelease(ctx context.Context, tenant string, maxRunning int) <-chan error {
	l.t.Helper()
	return l.callerWaits(ctx, tenant, "", maxRunning)
}

// callerWaits is waitAndRelease for one caller of the tenant.
func (l *queueTest) callerWaits(ctx context.Context, tenant, caller string, maxRunning int) <-chan error {
	l.t.Helper()
	before := l.waitingNow()
	done := make(chan error, 1)
	go func() {
		release, err := l.acquire(ctx, tenant, caller, maxRunning)
		if err == nil {
			l.started <- tenant + caller
			release()
		}
		done <- err
	}()
	require.Eventually(l.t, func() bool { return l.waitingNow() > before }, soon, 100*time.Microsecond)
	return done
}

func (q *fairQueue) waitingNow() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.tenants {
		n += l.waiting
	}
	return n
}

func TestQueueIsFairBetweenTenants(t *testing.T) {
	t.Parallel()
	l := newQueueTest(t, 1, 100)
	l.acquireNow("flood", 10)
	for range 50 {
		l.waitAndRelease(t.Context(), "flood", 10)
	}
	l.waitAndRelease(t.Context(), "calm", 10)
	l.waitAndRelease(t.Context(), "quiet", 10)
	l.release["flood"]()
	var order []string
	for range 52 {
		order = append(order, heard(t, l.started))
	}
	assert.ElementsMatch(t, []string{"flood", "calm", "quiet"}, order[:3], "each is served once before one is served twice")
	require.Eventually(t, func() bool { return l.inFlight() == 0 }, soon, time.Millisecond)
	assert.Empty(t, l.tenants, "lanes without calls are removed")
	assert.Empty(t, l.order)
}

func TestQueueLimitsCallsPerTenant(t *testing.T) {
	t.Parallel()
	l := newQueueTest(t, 3, 100)
	l.acquireNow("one", 2)
	first := l.release["one"]
	l.acquireNow("one", 2)
	waits := l.waitAndRelease(t.Context(), "one", 2)
	l.acquireNow("two", 2)
	assert.Equal(t, 3, l.inFlight())
	assert.Empty(t, l.started)
	l.release["two"]()
	assert.Empty(t, l.started, "a tenant at its limit gets no free slot")
	first()
	assert.NoError(t, <-waits)
	first()
	assert.Equal(t, 1, l.inFlight(), "a place is given back once")
}

func TestQueueIsFairBetweenCallersOfTenant(t *testing.T) {
	t.Parallel()
	l := newQueueTest(t, 1, 4)
	l.acquireNow("one", 1)
	var flood []<-chan error
	for range 4 {
		flood = append(flood, l.callerWaits(t.Context(), "one", "-flood", 1))
	}
	_, err := l.acquire(t.Context(), "one", "-flood", 1)
	require.ErrorIs(t, err, errBusy)
	calm := make(chan error, 1)
	go func() {
		release, err := l.acquire(t.Context(), "one", "-calm", 1)
		if err == nil {
			l.started <- "one-calm"
			release()
		}
		calm <- err
	}()
	require.ErrorIs(t, <-flood[3], errBusy, "the last of whoever has the most gives way")
	l.release["one"]()
	assert.Equal(t, []string{"one-flood", "one-calm", "one-flood", "one-flood"}, []string{heard(t, l.started), heard(t, l.started), heard(t, l.started), heard(t, l.started)})
	require.NoError(t, <-calm)
	require.Eventually(t, func() bool { return l.inFlight() == 0 }, soon, time.Millisecond)
	assert.Empty(t, l.tenants)
	assert.Empty(t, l.order)
}

func TestCanceledWaiterLeavesQueue(t *testing.T) {
	t.Parallel()
	l := newQueueTest(t, 1, 2)
	l.acquireNow("one", 1)
	ctx, leave := context.WithCancel(t.Context())
	gone := l.waitAndRelease(ctx, "two", 1)
	stays := l.waitAndRelease(t.Context(), "two", 1)
	_, err := l.acquire(t.Context(), "two", "", 1)
	require.ErrorIs(t, err, errBusy)
	leave()
	require.ErrorIs(t, <-gone, context.Canceled)
	only, leave := context.WithCancel(t.Context())
	alone := l.waitAndRelease(only, "three", 1)
	leave()
	require.ErrorIs(t, <-alone, context.Canceled)
	l.release["one"]()
	assert.NoError(t, <-stays)
	assert.Empty(t, l.tenants)
	assert.Empty(t, l.order)
}

// TestBusyTenantDoesNotBlockOtherTenant tests the queue through the whole server.
func TestBusyTenantDoesNotBlockOtherTenant(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxCalls: 2}, "of-two": {Name: "two", Box: newBox(t, nil), MaxCalls: 2}}
		o.MaxCalls = 3
	})
	id, other := h.greet(), h.greet("Authorization", "Bearer of-two")
	var waiting []<-chan answer
	for i := range 6 {
		waiting = append(waiting, h.later(id, calling(i, "wait", object{"name": fmt.Sprint(i)})))
	}
	heard(t, h.began)
	heard(t, h.began)
	a := h.post(other, calling(1, "get_tags", object{"limit": 1}), "Authorization", "Bearer of-two")
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "structuredContent")
	assert.Empty(t, h.began, "the other four wait")
	close(h.open)
	for i, w := range waiting {
		assert.Contains(t, (<-w).body, fmt.Sprint("waited ", i))
	}
}
