package serve

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestMissingForgedAndEndedSessionsAreRefused(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	ended := h.greet()
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/mcp", "", "Mcp-Session-Id", ended).status)
	ids := map[string]int{
		"": http.StatusBadRequest, "kombo-AAAAAAAAAAAAAAAAAAAAAAAAAA": http.StatusNotFound, ended: http.StatusNotFound,
		"mcp-session-0b7a3b2e-3a0f-4f3e-9a55-0a1b2c3d4e5f": http.StatusNotFound, "../../etc/passwd": http.StatusNotFound, strings.ToLower(ended): http.StatusNotFound,
	}
	for id, want := range ids {
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
			assert.Equal(t, want, h.send(method, "/mcp", rpc(1, "ping", nil), "Mcp-Session-Id", id).status, "%s %q", method, id)
		}
		path := "/message?sessionId=" + id
		assert.Equal(t, want, h.send(http.MethodPost, path, rpc(1, "ping", nil)).status, path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, h.send(http.MethodPut, "/mcp", hello).status)
}

func TestStatelessServerOpensNoStream(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Stateless = true })
	a := h.send(http.MethodPost, "/mcp", hello)
	require.Equal(t, http.StatusOK, a.status)
	assert.Empty(t, a.header.Get("Mcp-Session-Id"))
	assert.Equal(t, http.StatusMethodNotAllowed, h.send(http.MethodGet, "/mcp", "").status)
	assert.Contains(t, h.post("made-up", calling(1, "get_tags", object{"limit": 1})).body, `"result"`)
}

func twoTenants(t *testing.T) func(*HTTPOptions, *HTTP) {
	return func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"of-one": {Name: "one", Box: newBox(t, nil)}, "of-two": {Name: "two", Box: newBox(t, nil)}}
	}
}

func TestSessionIsInvalidForOtherTenant(t *testing.T) {
	t.Parallel()
	h := startServer(t, twoTenants(t))
	one, two := []string{"Authorization", "Bearer of-one"}, []string{"Authorization", "Bearer of-two"}
	id, stream := h.greet(one...), h.stream(one...)
	for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
		assert.Equal(t, http.StatusNotFound, h.send(method, "/mcp", rpc(1, "ping", nil), append(two, "Mcp-Session-Id", id)...).status, method)
	}
	assert.Equal(t, http.StatusNotFound, h.send(http.MethodPost, stream.messages, rpc(1, "ping", nil), two...).status)
	assert.Equal(t, http.StatusUnauthorized, h.send(http.MethodPost, stream.messages, rpc(1, "ping", nil)).status, "a session id does not authenticate")
	assert.Equal(t, http.StatusUnauthorized, h.post(id, rpc(1, "ping", nil)).status)
	assert.Equal(t, http.StatusOK, h.post(id, rpc(1, "ping", nil), one...).status, "its owner's still")
}

func TestSessionIsInvalidForOtherTokenOfTenant(t *testing.T) {
	t.Parallel()
	shared := &Tenant{Name: "one", Box: newBox(t, nil)}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"anna": shared, "ben": shared} })
	anna, ben := []string{"Authorization", "Bearer anna"}, []string{"Authorization", "Bearer ben"}
	id, stream := h.greet(anna...), h.stream(anna...)
	for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
		assert.Equal(t, http.StatusNotFound, h.send(method, "/mcp", rpc(1, "ping", nil), append(ben, "Mcp-Session-Id", id)...).status, method)
	}
	answer := `{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"confirm":true}}}`
	for name, message := range map[string]string{"an answer": answer, "a cancellation": rpc(nil, "notifications/cancelled", object{"requestId": 1})} {
		assert.Equal(t, http.StatusNotFound, h.post(id, message, ben...).status, name)
		assert.Equal(t, http.StatusNotFound, h.send(http.MethodPost, stream.messages, message, ben...).status, name)
	}
	assert.Equal(t, http.StatusOK, h.post(id, rpc(1, "ping", nil), anna...).status, "its owner's still")
}

func TestSessionsAreLimited(t *testing.T) {
	// As many as are concurrent may find the last slot free.
	const most, together = 500, 8
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxSessions: most}, "of-two": {Name: "two", Box: newBox(t, nil)}}
	})
	before := heapNow()
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for range together {
		wg.Go(func() {
			for range 10_000 / together {
				a, err := h.try(t.Context(), http.MethodPost, "/mcp", hello)
				if !assert.NoError(t, err) {
					return
				}
				mu.Lock()
				got[a.status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 10_000, got[http.StatusOK]+got[http.StatusServiceUnavailable], "%v", got)
	assert.InDelta(t, most, got[http.StatusOK], together)
	assert.Equal(t, got[http.StatusOK], h.http.Sessions())
	assert.Less(t, heapNow()-before, int64(32<<20), "bytes")
	assert.Equal(t, http.StatusServiceUnavailable, h.send(http.MethodGet, "/sse", "").status)
	h.greet("Authorization", "Bearer of-two")
}

func TestOpenStreamsAreLimited(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxSessions: 2}}
	})
	id := h.greet()
	get := func(ctx context.Context) int {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/mcp", nil)
		require.NoError(t, err)
		r.Header.Set("Accept", "text/event-stream")
		r.Header.Set("Mcp-Session-Id", id)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		return resp.StatusCode
	}
	first, hangUp := context.WithCancel(t.Context())
	assert.Equal(t, http.StatusOK, get(first))
	assert.Equal(t, http.StatusOK, get(t.Context()))
	assert.Equal(t, http.StatusServiceUnavailable, get(t.Context()), "a third")
	assert.Equal(t, http.StatusOK, h.post(id, rpc(2, "ping", nil)).status, "calls go on")
	hangUp()
	assert.Eventually(t, func() bool { return get(t.Context()) == http.StatusOK }, soon, 5*time.Millisecond, "its place is free again")
}

func heapNow() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestIdleSessionIsRemovedUnlessItHasStream(t *testing.T) {
	t.Parallel()
	now := time.Now()
	table := newSessionTable(2)
	table.now = func() time.Time { return now }
	silent, alive := table.generate("a"), table.generatePinned("a")
	assert.True(t, table.full())
	now = now.Add(sessionIdle - time.Second)
	err := table.touch(silent, "a")
	require.NoError(t, err, "a call is a sign of life")
	now = now.Add(sessionIdle)
	assert.True(t, table.exists(silent, "a"))
	now = now.Add(2 * time.Second)
	assert.False(t, table.full())
	assert.False(t, table.exists(silent, "a"))
	assert.True(t, table.exists(alive, "a"))
	err = table.touch(silent, "a")
	assert.ErrorIs(t, err, errNoSession)
	assert.Equal(t, 1, table.count())
}

func TestHeadersNarrowAndNeverWiden(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Extend = nil
		o.Auth = tokenAuth{
			"": {Name: "one", Box: newBox(t, nil)},
			"reader": {Name: "reader", Box: newBox(t, func(c *tools.Config) {
				c.ReadOnly, c.Only = true, []string{"get_jobs", "get_tags", "create_candidate"}
			})},
		}
	})
	all, reads := 0, 0
	for _, tool := range tools.Catalogue() {
		all++
		if tool.ReadOnly() {
			reads++
		}
	}
	for i, c := range []struct {
		token, readOnly, tools string
		set                    bool
		want                   int
	}{
		{"", "", "", false, all}, {"", "true", "", false, reads}, {"", "1", "", false, reads}, {"", "yes please", "", false, reads},
		{"", "false", "", false, all}, {"", "no", "", false, all}, {"", "", "get_jobs, create_candidate", true, 2},
		{"", "true", "get_jobs,create_candidate", true, 1}, {"", "", "", true, 0}, {"", "", "no_such_tool", true, 0}, {"", "", "*", true, 0},
		{"reader", "", "", false, 2}, {"reader", "false", "", false, 2}, {"reader", "false", "create_candidate,get_users", true, 0}, {"reader", "0", "get_jobs,get_users", true, 1},
	} {
		headers := []string{"Authorization", "Bearer " + c.token}
		id := h.greet(headers...)
		if c.readOnly != "" {
			headers = append(headers, "X-Kombo-Read-Only", c.readOnly)
		}
		if c.set {
			headers = append(headers, "X-Kombo-Tools", c.tools)
		}
		a := h.post(id, rpc(1, "tools/list", nil), headers...)
		assert.Equal(t, c.want, strings.Count(a.body, `"inputSchema"`), "%d %+v", i, c)
		for _, name := range []string{"create_candidate", "get_users"} {
			a := h.post(id, calling(2, name, object{}), headers...)
			offered := strings.Contains(h.post(id, rpc(1, "tools/list", nil), headers...).body, fmt.Sprintf(`"name":%q`, name))
			assert.Equal(t, offered, !strings.Contains(a.body, `"error"`), "%d: %s is called as it is listed: %s", i, name, a.body)
		}
	}
}
