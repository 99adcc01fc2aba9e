package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// overTCP serves the same sandbox over a socket.
func (a *api) overTCP() *api {
	server := httptest.NewServer(a.s)
	a.t.Cleanup(server.Close)
	client := server.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = true // a reused connection is retried by net/http
	over := *client
	over.Transport = rebase{server.Listener.Addr().String(), client.Transport}
	return &api{t: a.t, s: a.s, http: &over}
}

// rebase sends requests for the sandbox's own host to a listener.
type rebase struct {
	host string
	next http.RoundTripper
}

func (r rebase) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host, req.Host = r.host, r.host
	return r.next.RoundTrip(req)
}

func both(t *testing.T, f func(t *testing.T, a *api)) {
	t.Helper()
	t.Run("in the process", func(t *testing.T) { f(t, start(t, Options{})) })
	t.Run("over a socket", func(t *testing.T) { f(t, start(t, Options{}).overTCP()) })
}

func TestAFaultWithAStatusNeverDoesTheWork(t *testing.T) {
	both(t, func(t *testing.T, a *api) {
		x, j := a.pendingApplication()
		path, body := "/ats/applications/"+x.ID+"/stage", obj{"stage_id": j.StageIDs[1]}
		a.s.Inject(Fault{Operation: "move_application_to_stage", Status: 503, Code: "REMOTE.SERVICE_UNAVAILABLE", Times: 1, Headers: map[string]string{"Retry-After": "2"}})
		status, header, raw := a.send(a.request(http.MethodPut, path, body))
		assert.Equal(t, 503, status)
		assert.Equal(t, "2", header.Get("Retry-After"))
		assert.Contains(t, string(raw), `"code":"REMOTE.SERVICE_UNAVAILABLE"`)
		assert.Empty(t, a.s.Effects())
		a.ok(http.MethodPut, path, body)
		assert.Len(t, a.s.Effects(), 1)
	})
}

func TestAFaultMayAnswerWithSomethingElseThanJSON(t *testing.T) {
	both(t, func(t *testing.T, a *api) {
		a.s.Inject(Fault{Status: 502, Body: "<html>Bad gateway</html>", ContentType: "text/html", Skip: 1, Times: 1})
		a.ok(http.MethodGet, "/ats/tags", nil)
		status, header, raw := a.send(a.request(http.MethodGet, "/ats/tags", nil))
		assert.Equal(t, 502, status)
		assert.Equal(t, "text/html", header.Get("Content-Type"))
		assert.Equal(t, "<html>Bad gateway</html>", string(raw))
		a.ok(http.MethodGet, "/ats/tags", nil)
	})
}

func TestResetsComeBeforeOrAfterTheWork(t *testing.T) {
	both(t, func(t *testing.T, a *api) {
		x, _ := a.pendingApplication()
		path, body := "/ats/applications/"+x.ID+"/notes", obj{"content": "x", "content_type": "PLAIN_TEXT"}
		for _, c := range []struct {
			fault Fault
			notes int
		}{{Fault{ResetBefore: true, Times: 1}, 0}, {Fault{ResetAfter: true, Times: 1}, 1}} {
			a.s.Inject(c.fault)
			resp, err := a.http.Do(a.request(http.MethodPost, path, body))
			if err == nil {
				require.NoError(t, resp.Body.Close())
			}
			require.Error(t, err)
			assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
			assert.Len(t, a.s.Notes(x.ID), c.notes)
		}
	})
}

func TestACutBodyEndsInTheMiddleAfterTheWork(t *testing.T) {
	both(t, func(t *testing.T, a *api) {
		x, _ := a.pendingApplication()
		a.s.Inject(Fault{Method: http.MethodPost, CutBody: true, Times: 1})
		resp, err := a.http.Do(a.request(http.MethodPost, "/ats/applications/"+x.ID+"/notes", obj{"content": "x", "content_type": "PLAIN_TEXT"}))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, resp.Body.Close())
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.NotEmpty(t, body)
		assert.Len(t, a.s.Notes(x.ID), 1)
	})
}

func TestHangsEndWithTheCallersContext(t *testing.T) {
	both(t, func(t *testing.T, a *api) {
		x, _ := a.pendingApplication()
		for _, c := range []struct {
			fault Fault
			notes int
		}{{Fault{Hang: true, Times: 1}, 0}, {Fault{Delay: time.Hour, Times: 1}, 0}, {Fault{TimeoutAfterWork: true, Times: 1}, 1}} {
			a.s.Inject(c.fault)
			req := a.request(http.MethodPost, "/ats/applications/"+x.ID+"/notes", obj{"content": "x", "content_type": "PLAIN_TEXT"})
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
			resp, err := a.http.Do(req.WithContext(ctx))
			cancel()
			if err == nil {
				require.NoError(t, resp.Body.Close())
			}
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Len(t, a.s.Notes(x.ID), c.notes)
		}
	})
}

func TestFaultsAndRecordsAreReachableOverHTTPWithTheKey(t *testing.T) {
	a := start(t, Options{}).overTCP()
	x, _ := a.pendingApplication()
	call := func(method, path string, body any) (int, []byte) {
		req := a.request(method, "", body)
		req.URL.Path = path
		status, _, raw := a.send(req)
		return status, raw
	}
	status, _ := call(http.MethodPost, "/_sandbox/faults", obj{"operation": "get_tags", "status": 500, "delay_ms": 1})
	require.Equal(t, 200, status)
	a.refused(http.MethodGet, "/ats/tags", nil, 500)
	a.refused(http.MethodGet, "/ats/tags", nil, 500)
	status, _ = call(http.MethodDelete, "/_sandbox/faults", nil)
	require.Equal(t, 200, status)
	a.ok(http.MethodGet, "/ats/tags", nil)
	a.ok(http.MethodPost, "/ats/applications/"+x.ID+"/notes", obj{"content": "seen", "content_type": "PLAIN_TEXT"})
	_, raw := call(http.MethodGet, "/_sandbox/effects", nil)
	assert.Contains(t, string(raw), `"detail":"seen"`)
	_, raw = call(http.MethodGet, "/_sandbox/requests", nil)
	assert.Contains(t, string(raw), `"operation":"get_tags"`)
	status, _ = call(http.MethodPost, "/_sandbox/faults", `{"status":`)
	assert.Equal(t, 400, status)
	req := a.request(http.MethodGet, "", nil)
	req.URL.Path = "/_sandbox/effects"
	req.Header.Del("Authorization")
	status, _, _ = a.send(req)
	assert.Equal(t, 401, status)
}

func TestRequestsTellWhatReachedTheAPI(t *testing.T) {
	a := start(t, Options{})
	a.ok(http.MethodGet, "/ats/jobs?statuses=OPEN%2CCLOSED", nil)
	a.refused(http.MethodPost, "/ats/jobs/remote%3A1/applications", obj{"candidate": person("a@example.com")}, 404)
	a.refused(http.MethodGet, "/nothing", nil, 404)
	got := a.s.Requests()
	require.Len(t, got, 3)
	assert.Equal(t, Request{Method: "GET", Path: "/v1/ats/jobs", Query: "statuses=OPEN%2CCLOSED", Operation: "get_jobs", Time: today, Status: 200}, got[0])
	assert.Equal(t, "/v1/ats/jobs/remote%3A1/applications", got[1].Path)
	assert.Contains(t, got[1].Body, "a@example.com")
	assert.Equal(t, 404, got[1].Status)
	assert.Empty(t, got[2].Operation)
}

func TestMoreThanThirtyActionsInFlightAreRefused(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	path, body := "/ats/applications/"+x.ID+"/notes", obj{"content": "x", "content_type": "PLAIN_TEXT"}
	a.s.Inject(Fault{Hang: true, Times: concurrencyLimit})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range concurrencyLimit {
		req := a.request(http.MethodPost, path, body).WithContext(ctx)
		wg.Go(func() {
			if resp, err := a.http.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		})
	}
	require.Eventually(t, func() bool { return len(a.s.slots) == concurrencyLimit }, 5*time.Second, time.Millisecond)
	code, _ := a.refused(http.MethodPost, path, body, http.StatusTooManyRequests)
	assert.Equal(t, codeConcurrency, code)
	a.ok(http.MethodGet, "/ats/tags", nil)
	cancel()
	wg.Wait()
	a.ok(http.MethodPost, path, body)
	assert.Len(t, a.s.Notes(x.ID), 1)
}

func TestTheTransportServesNoOtherHost(t *testing.T) {
	a := start(t, Options{BaseURL: "http://127.0.0.1:9999/v1/"})
	assert.Equal(t, "http://127.0.0.1:9999/v1", a.s.BaseURL())
	a.ok(http.MethodGet, "/check-api-key", nil)
	req := a.request(http.MethodGet, "/check-api-key", nil)
	req.URL.Host = "api.kombo.dev"
	resp, err := a.http.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	require.ErrorContains(t, err, "serves no other host")
}
