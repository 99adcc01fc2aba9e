package serve

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
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
	const most, together = 500, 8
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxSessions: most}, "of-two": {Name: "two", Box: newBox(t, nil)}}
	})
	before := heapNow()
	stream := h.stream()
	var wg sync.WaitGroup
	for range together {
		wg.Go(func() {
			for range 10_000 / together {
				a, err := h.try(t.Context(), http.MethodPost, "/mcp", hello)
				if !assert.NoError(t, err) || !assert.Equal(t, http.StatusOK, a.status, "an idle session makes room") {
					return
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, most, h.http.Sessions())
	assert.Empty(t, stream.nextButPings(), "the oldest was that of the stream, which ends")
	assert.Eventually(t, func() bool { return librarySessions(h.http, "one") <= most }, soon, time.Millisecond, "the library forgets the others")
	assert.Less(t, heapNow()-before, int64(32<<20), "bytes")
	h.greet("Authorization", "Bearer of-two")
}

// librarySessions returns how many sessions the library has.
func librarySessions(h *HTTP, tenant string) (n int) {
	sessions := reflect.ValueOf(h.tenant(tenant).mcp).Elem().FieldByName("sessions")
	// The field is not exported.
	(*sync.Map)(sessions.Addr().UnsafePointer()).Range(func(any, any) bool { n++; return true })
	return n
}

// TestSessionsAreCountedHoweverTheyBegin has what the library and this package could
// understand differently.
func TestSessionsAreCountedHoweverTheyBegin(t *testing.T) {
	t.Parallel()
	const most = 5
	params := `"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}`
	old, now := `{"io.modelcontextprotocol/protocolVersion":"2025-06-18"}`, `{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`
	initialize := func(params string) string {
		return `{"jsonrpc":"2.0","id":1,"method":"initialize","params":` + params + `}`
	}
	for name, c := range map[string]struct {
		body    string
		headers []string
	}{
		"plain":                   {initialize("{" + params + "}"), nil},
		"old version in _meta":    {initialize("{" + params + `,"_meta":` + old + "}"), nil},
		"new, then old":           {initialize("{" + params + `,"_meta":` + now + `,"_meta":` + old + "}"), nil},
		"old, then new":           {initialize("{" + params + `,"_meta":` + old + `,"_meta":` + now + "}"), nil},
		"new, then none":          {initialize("{" + params + `,"_meta":` + now + `,"_meta":{}}`), nil},
		"new, then null":          {initialize("{" + params + `,"_meta":` + now + `,"_meta":null}`), nil},
		"another case":            {initialize("{" + params + `,"_META":` + now + `,"_meta":` + old + "}"), nil},
		"version is a number":     {initialize("{" + params + `,"_meta":{"io.modelcontextprotocol/protocolVersion":20260728}}`), nil},
		"doubled params":          {`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"_meta":` + now + `},"params":{` + params + `,"_meta":` + old + `}}`, nil},
		"doubled method":          {`{"jsonrpc":"2.0","id":1,"method":"ping","method":"initialize","params":{` + params + `}}`, nil},
		"new version in a header": {initialize("{" + params + "}"), []string{"Mcp-Protocol-Version", "2026-07-28"}},
		"old version in a header": {initialize("{" + params + "}"), []string{"Mcp-Protocol-Version", "2025-06-18"}},
		"with an id":              {initialize("{" + params + `,"_meta":` + old + "}"), []string{"Mcp-Session-Id", "kombo-AAAAAAAAAAAAAAAAAAAAAAAAAA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
				o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxSessions: most}}
			})
			var last answer
			for range 4 * most {
				last = h.send(http.MethodPost, "/mcp", c.body, c.headers...)
			}
			assert.LessOrEqual(t, h.http.Sessions(), most)
			assert.Eventually(t, func() bool { return librarySessions(h.http, "one") == h.http.Sessions() }, soon, time.Millisecond,
				"the library has %d, we count %d", librarySessions(h.http, "one"), h.http.Sessions())
			if id := last.header.Get("Mcp-Session-Id"); id != "" {
				assert.Equal(t, http.StatusOK, h.post(id, rpc(2, "ping", nil)).status, "the newest works")
			}
		})
	}
}

func TestFullTableMakesRoomForOtherCallers(t *testing.T) {
	t.Parallel()
	shared := &Tenant{Name: "one", Box: newBox(t, nil), MaxSessions: 8}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"greedy": shared, "anna": shared, "ben": shared} })
	greedy, anna, ben := []string{"Authorization", "Bearer greedy"}, []string{"Authorization", "Bearer anna"}, []string{"Authorization", "Bearer ben"}
	annas := h.greet(anna...)
	first := h.greet(greedy...)
	for range 20 {
		h.greet(greedy...)
	}
	bens := h.greet(ben...)
	assert.Equal(t, http.StatusOK, h.post(annas, rpc(1, "ping", nil), anna...).status, "whoever has most makes room, not who was silent longest")
	assert.Equal(t, http.StatusOK, h.post(bens, rpc(1, "ping", nil), ben...).status)
	assert.Equal(t, http.StatusNotFound, h.post(first, rpc(1, "ping", nil), greedy...).status)
	assert.Equal(t, 8, h.http.Sessions())
}

// TestSessionInUseMakesNoRoom covers calls in progress on both transports, and a caller
// that uses all sessions it can get.
func TestSessionInUseMakesNoRoom(t *testing.T) {
	t.Parallel()
	shared := &Tenant{Name: "one", Box: newBox(t, nil), MaxSessions: 4, MaxCalls: 100}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"greedy": shared, "anna": shared} })
	greedy, anna := []string{"Authorization", "Bearer greedy"}, []string{"Authorization", "Bearer anna"}
	calling := func(i int) string { return calling(i, "wait", object{"name": fmt.Sprint(i)}) }
	stream := h.stream(greedy...)
	require.Equal(t, http.StatusAccepted, h.send(http.MethodPost, stream.messages, calling(0), greedy...).status)
	heard(t, h.began)
	var results []<-chan answer
	for i := 1; i < 3; i++ {
		id := h.greet(greedy...)
		results = append(results, h.later(id, calling(i), greedy...))
		heard(t, h.began)
	}
	fourth := h.greet(greedy...)
	a := h.post(fourth, calling(4), greedy...)
	assert.Contains(t, a.body, "The call was not run: "+errCallerBusy.Error())
	require.Equal(t, 4, h.http.Sessions())
	for range 10 {
		id := h.greet(anna...)
		assert.Equal(t, http.StatusOK, h.post(id, rpc(1, "ping", nil), anna...).status, "a quarter is left to others")
	}
	assert.Equal(t, http.StatusNotFound, h.post(fourth, rpc(1, "ping", nil), greedy...).status)
	close(h.open)
	for i, r := range results {
		assert.Contains(t, (<-r).body, fmt.Sprint("waited ", i+1))
	}
	assert.Contains(t, stream.nextButPings(), "waited 0")
}

func TestSessionWithOpenQuestionMakesNoRoom(t *testing.T) {
	t.Parallel()
	box := newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: box, MaxSessions: 2}}
	})
	session := greetWith(t, h, "{}")
	call := rejection(t, h, session)
	questions, answers := make(chan string, 1), make(chan string, 1)
	go func() {
		result, _ := askingClientWith(t, h, session, call, func(id any) string {
			questions <- fmt.Sprint(id)
			return <-answers
		})
		questions <- result
	}()
	heard(t, questions)
	for range 10 {
		h.greet()
	}
	answers <- `"result":{"action":"accept","content":{"confirm":true}}`
	assert.Contains(t, heard(t, questions), `"outcome":"done"`)
}

func TestEndOfSessionEndsItsStreamAndQuestion(t *testing.T) {
	t.Parallel()
	h, declined := confirming(t, soon)
	before := declined()
	session := greetWith(t, h, "{}")
	call := rejection(t, h, session)
	asked, ended := make(chan string, 1), make(chan string, 1)
	go func() {
		result, _ := askingClientWith(t, h, session, call, func(id any) string {
			asked <- fmt.Sprint(id)
			return ""
		})
		ended <- result
	}()
	heard(t, asked)
	status, stream := h.getStream(t.Context(), session)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/mcp", "", "Mcp-Session-Id", session).status)
	assert.Contains(t, heard(t, ended), "no one answered it")
	_, err := io.Copy(io.Discard, stream)
	require.NoError(t, err, "the stream has an end")
	assert.Equal(t, before, declined())
}

func TestOpenStreamsAreLimited(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxSessions: 2}}
	})
	id := h.greet()
	get := func(ctx context.Context) int {
		status, _ := h.getStream(ctx, id)
		return status
	}
	first, hangUp := context.WithCancel(t.Context())
	assert.Equal(t, http.StatusOK, get(first))
	assert.Equal(t, http.StatusOK, get(t.Context()))
	assert.Equal(t, http.StatusServiceUnavailable, get(t.Context()), "a third")
	assert.Equal(t, http.StatusOK, h.post(id, rpc(2, "ping", nil)).status, "calls go on")
	hangUp()
	assert.Eventually(t, func() bool { return get(t.Context()) == http.StatusOK }, soon, 5*time.Millisecond, "its place is free again")
}

func TestStreamsOfOneCallerMakeRoomForOthers(t *testing.T) {
	t.Parallel()
	shared := &Tenant{Name: "one", Box: newBox(t, nil), MaxSessions: 4}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"greedy": shared, "anna": shared} })
	greedy, anna := []string{"Authorization", "Bearer greedy"}, []string{"Authorization", "Bearer anna"}
	id := h.greet(greedy...)
	var first io.Reader
	for i := range 4 {
		status, stream := h.getStream(t.Context(), id, greedy...)
		require.Equal(t, http.StatusOK, status)
		if i == 0 {
			first = stream
		}
	}
	status, _ := h.getStream(t.Context(), id, greedy...)
	assert.Equal(t, http.StatusServiceUnavailable, status, "a fifth")
	status, _ = h.getStream(t.Context(), h.greet(anna...), anna...)
	assert.Equal(t, http.StatusOK, status)
	_, err := io.Copy(io.Discard, first)
	assert.NoError(t, err, "the oldest has ended")
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
	table := newSessionTable()
	table.now = func() time.Time { return now }
	opener := origin{Login{Owner: "a", Tenant: &Tenant{}}, transportHTTP}
	silent, alive := table.create(opener, 3).id, table.create(origin{opener.Login, transportSSE}, 3).id
	streaming := table.create(opener, 3).id
	_, closeStream, err := table.openStream(t.Context(), streaming, "a", 3)
	require.NoError(t, err)
	now = now.Add(sessionIdle - time.Second)
	release, err := table.hold(opener, silent)
	require.NoError(t, err)
	now = now.Add(sessionIdle + time.Second)
	assert.True(t, table.exists(silent, "a"), "a call in progress is a sign of life")
	release()
	now = now.Add(sessionIdle)
	assert.True(t, table.exists(silent, "a"), "and so is its end")
	now = now.Add(2 * time.Second)
	assert.False(t, table.exists(silent, "a"))
	assert.True(t, table.exists(alive, "a"))
	assert.True(t, table.exists(streaming, "a"))
	require.ErrorIs(t, table.touch(silent, "a"), errNoSession)
	closeStream()
	now = now.Add(sessionIdle + time.Second)
	assert.False(t, table.exists(streaming, "a"))
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
