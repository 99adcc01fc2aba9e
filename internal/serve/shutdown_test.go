package serve

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestShutdownWaitsForCallsInFlight(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id, s := h.greet(), h.stream()
	waiting := h.later(id, calling(1, "wait", object{"name": "over http"}))
	heard(t, h.began)
	s.say(calling(2, "wait", object{"name": "over sse"}))
	heard(t, h.began)
	h.stop()
	require.Eventually(t, h.http.draining.Load, soon, time.Millisecond)
	for path, method := range endpoints {
		a := h.send(method, path, rpc(3, "ping", nil), "Mcp-Session-Id", id)
		assert.Equal(t, http.StatusServiceUnavailable, a.status, path)
		assert.NotEmpty(t, a.header.Get("Retry-After"))
	}
	assert.Equal(t, http.StatusServiceUnavailable, h.send(http.MethodGet, "/readyz", "").status)
	assert.Equal(t, http.StatusOK, h.send(http.MethodGet, "/healthz", "").status)
	close(h.open)
	assert.Contains(t, (<-waiting).body, "waited over http")
	assert.Contains(t, s.next(), "waited over sse")
	assert.Empty(t, s.next(), "the stream ends")
	h.assertEnded()
}

func (h *testServer) assertEnded() {
	h.t.Helper()
	select {
	case err := <-h.ended:
		assert.NoError(h.t, err)
		h.ended <- err // for the end of the test
	case <-time.After(soon):
		assert.Fail(h.t, "the server does not end")
	}
}

func TestShutdownCancelsSlowCalls(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(_ *HTTPOptions, l *HTTP) { l.timeouts.drain = 50 * time.Millisecond })
	id, s := h.greet(), h.stream()
	waiting := h.later(id, calling(1, "wait", object{"name": "http"}))
	heard(t, h.began)
	s.say(calling(2, "wait", object{"name": "sse"}))
	heard(t, h.began)
	h.stop()
	assert.ElementsMatch(t, []string{"http", "sse"}, []string{heard(t, h.gone), heard(t, h.gone)})
	<-waiting
	h.assertEnded()
	assert.Contains(t, h.logs.String(), "shutdown cancels calls in flight")
}

func TestShutdownOfIdleServerEndsStreamsCleanly(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id, s := h.greet(), h.stream()
	listening := make(chan error, 1)
	go func() {
		_, err := h.try(context.Background(), http.MethodGet, "/mcp", "", "Mcp-Session-Id", id)
		listening <- err
	}()
	time.Sleep(20 * time.Millisecond)
	began := time.Now()
	h.stop()
	h.assertEnded()
	assert.Less(t, time.Since(began), 2*time.Second)
	assert.Empty(t, s.next())
	assert.NoError(t, <-listening, "an end, not a cut")
}

func TestUnusedConnectionDoesNotDelayShutdown(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	h.dial(t, "")
	h.dial(t, "POST /mcp HTTP/1.1\r\nHost: ")
	h.greet()
	began := time.Now()
	h.stop()
	h.assertEnded()
	assert.Less(t, time.Since(began), 4*time.Second)
}

func TestReadinessIsCached(t *testing.T) {
	t.Parallel()
	asked, good := 0, error(nil)
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Ready = func(context.Context) error { asked++; return good }
	})
	for range 20 {
		assert.Equal(t, http.StatusOK, h.send(http.MethodGet, "/readyz", "").status)
	}
	h.http.ready.mu.Lock()
	assert.Equal(t, 1, asked, "a probe spends the rate limit of the upstream")
	h.http.ready.at, good = time.Time{}, errUnknownToken
	h.http.ready.mu.Unlock()
	for range 3 {
		a := h.send(http.MethodGet, "/readyz", "")
		assert.Equal(t, http.StatusServiceUnavailable, a.status)
		assert.NotContains(t, a.body, "stranger")
	}
	h.http.ready.mu.Lock()
	defer h.http.ready.mu.Unlock()
	assert.Equal(t, 2, asked)
}
