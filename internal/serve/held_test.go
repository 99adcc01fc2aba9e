package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/jsonlimit"
)

func TestAnAllowanceIsWithinThatOfItsTenantAndOfTheServer(t *testing.T) {
	t.Parallel()
	server := &allowance{refusal: errServerHeld, maxBytes: 5 * answerBytes}
	one := &allowance{refusal: errTenantHeld, maxBytes: 4 * answerBytes, within: server}
	two := &allowance{refusal: errTenantHeld, maxBytes: 4 * answerBytes, within: server}
	session := &allowance{refusal: errSessionHeld, maxBytes: 4 * answerBytes, maxCount: 2, within: one}
	var given []func()
	take := func(a *allowance, n int) error {
		release, err := a.take(n)
		if err == nil {
			given = append(given, release)
		}
		return err
	}
	require.NoError(t, take(session, 0))
	require.NoError(t, take(session, 0))
	require.ErrorIs(t, take(session, 0), errSessionHeld)
	require.NoError(t, take(one, answerBytes))
	require.ErrorIs(t, take(one, 0), errTenantHeld)
	require.NoError(t, take(two, 0))
	require.ErrorIs(t, take(two, 0), errServerHeld)
	assert.Equal(t, 5*answerBytes, server.held(), "refusals count nothing")
	for _, release := range given {
		release()
		release()
	}
	for _, a := range []*allowance{server, one, two, session} {
		assert.Zero(t, a.held())
	}
	require.NoError(t, take(session, 100*answerBytes), "the only one is never refused")
}

func TestAnswersAreRecognizedByTheirID(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"jsonrpc":"2.0","id":1,"result":{}}`:                                                  "1",
		"event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"1\",\"error\":{}}\n\n":             "text 1",
		`{"jsonrpc":"2.0","id":1e3,"result":` + strings.Repeat("x", 1<<20):                      "1000",
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`:                                              "",
		`{"jsonrpc":"2.0","method":"notifications/progress","params":{"id":1}}`:                 "",
		`{"jsonrpc":"2.0","id":null,"error":{}}`:                                                "",
		`{"jsonrpc":"2.0","id":"` + strings.Repeat(`\u0001`, maxNameBytes-10) + `","result":1}`: "text " + strings.Repeat("\x01", maxNameBytes-10),
		"event: endpoint\ndata: /message":                                                       "",
		"":                                                                                      "",
	} {
		assert.Equal(t, want, answeredID([]byte(raw)), "%.80s", raw)
	}
}

func TestAReaderThatDoesNotReadIsRefusedMore(t *testing.T) {
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Metrics = NewMetrics() })
	s := h.stream()
	before := runtime.NumGoroutine()
	refused := 0
	for i := range 600 {
		a := h.send(http.MethodPost, s.messages, rpc(i+1, "tools/list", nil))
		if a.status == http.StatusTooManyRequests {
			refused++
			assert.NotEmpty(t, a.header.Get("Retry-After"))
			continue
		}
		require.Equal(t, http.StatusAccepted, a.status, a.body)
	}
	assert.Greater(t, refused, 300)
	assert.Less(t, runtime.NumGoroutine()-before, maxUnanswered+50)
	assert.Contains(t, scrape(h), `kombo_mcp_refused_total{limit="session_unanswered",tenant="one"} `+fmt.Sprint(refused))
	for range 600 - refused {
		assert.Contains(t, s.nextButPings(), `"result"`)
	}
	assert.Eventually(t, func() bool { return h.http.held.held() == 0 }, soon, time.Millisecond)
	s.say(rpc("last", "ping", nil))
	assert.Contains(t, s.nextButPings(), `"last"`, "who reads is served again")
}

// scrape returns the metrics of a server.
func scrape(h *testServer) string {
	w := httptest.NewRecorder()
	h.http.opts.Metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Body.String()
}

func TestAStreamThatEndsGivesBackWhatItHeld(t *testing.T) {
	h := startServer(t, nil)
	s := h.stream()
	for i := range 20 {
		s.say(calling(i+1, "wait", object{"name": "x"}))
	}
	assert.Positive(t, h.http.held.held())
	s.hang()
	assert.Eventually(t, func() bool { return h.http.held.held() == 0 }, soon, time.Millisecond)
}

func TestWaitingCallsAreBoundedInBytes(t *testing.T) {
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Metrics = NewMetrics()
		o.Auth = tokenAuth{"one": {Name: "one", Box: newBox(t, nil), MaxCalls: 1}, "two": {Name: "two", Box: newBox(t, nil)}}
	})
	one := []string{"Authorization", "Bearer one"}
	id := h.greet(one...)
	h.http.tenants["one"].held.maxBytes = 4 << 20
	for range 4 {
		go func() {
			_, _ = h.try(t.Context(), http.MethodPost, "/mcp", calling(1, "wait", object{"name": strings.Repeat("x", 900<<10)}), append(one, "Mcp-Session-Id", id)...)
		}()
	}
	assert.Eventually(t, func() bool { return h.http.held.held() > 3600<<10 }, soon, time.Millisecond)
	a := h.post(id, calling(2, "wait", object{"name": strings.Repeat("x", 900<<10)}), one...)
	assert.Equal(t, http.StatusTooManyRequests, a.status)
	assert.Contains(t, a.body, "this tenant has too many unanswered messages")
	assert.Contains(t, scrape(h), `kombo_mcp_refused_total{limit="tenant_unanswered",tenant="one"} 1`)
	two := []string{"Authorization", "Bearer two"}
	assert.Equal(t, http.StatusOK, h.post(h.greet(two...), rpc(1, "tools/list", nil), two...).status, "others are served")
	close(h.open)
	assert.Eventually(t, func() bool { return h.http.held.held() == 0 }, soon, time.Millisecond)
}

// beyondBounds are messages whose names, ids and the like are too long.
func beyondBounds() map[string]string {
	long := strings.Repeat("x", 300)
	return map[string]string{
		"id":               rpc(long, "ping", nil),
		"an object as id":  rpc(object{"a": 1}, "ping", nil),
		"method":           rpc(1, long, nil),
		"tool":             rpc(1, "tools/call", object{"name": long}),
		"prompt":           rpc(1, "prompts/get", object{"name": long}),
		"uri":              rpc(1, "resources/read", object{"uri": strings.Repeat("x", 3000)}),
		"progress token":   rpc(1, "tools/call", object{"name": "far", "_meta": object{"progressToken": long}}),
		"client":           rpc(1, "tools/call", object{"name": "far", "_meta": object{"io.modelcontextprotocol/clientInfo": object{"name": strings.Repeat("x", 20<<10)}}}),
		"version":          rpc(1, "initialize", object{"protocolVersion": long}),
		"not a tool call":  rpc(1, "prompts/get", object{"arguments": object{"a": strings.Repeat("x", 70<<10)}}),
		"client at first":  rpc(1, "initialize", object{"protocolVersion": "2025-06-18", "clientInfo": object{"name": strings.Repeat("x", 70<<10)}}),
		"a deep one":       rpc(1, "ping", object{"a": strings.Repeat("x", 10)})[:20] + strings.Repeat("[", 100),
		"too many values":  `{"jsonrpc":"2.0","id":1,"method":"ping","params":[` + strings.Repeat("1,", jsonlimit.MaxValues) + "1]}",
		"large and broken": "{" + strings.Repeat("x", 70<<10),
	}
}

func TestWhatAnswersWouldRepeatIsBounded(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Metrics = NewMetrics() })
	id, s := h.greet(), h.stream()
	for name, message := range beyondBounds() {
		for path, a := range map[string]answer{"/mcp": h.post(id, message), "/message": h.send(http.MethodPost, s.messages, message)} {
			assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, a.status, "%s %s: %.200s", name, path, a.body)
			assert.Less(t, len(a.body), 300, name)
		}
	}
	assert.Contains(t, scrape(h), `kombo_mcp_refused_total{limit="message",tenant="one"}`)
	assert.Equal(t, http.StatusOK, h.post(id, rpc(strings.Repeat("x", 200), "ping", nil)).status)
}

func TestStdioRefusesWhatIsBeyondTheBounds(t *testing.T) {
	p := openPipe(t)
	for name, message := range beyondBounds() {
		p.say(message)
		line := heard(t, p.lines)
		assert.Contains(t, line, `"error"`, name)
		assert.Less(t, len(line), 400, name)
	}
	p.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + strings.Repeat("x", maxMessageBytes) + `"}}`)
	assert.Contains(t, heard(t, p.lines), "larger than 28 MiB")
	p.say(rpc(7, "ping", nil))
	assert.Contains(t, heard(t, p.lines), `"id":7`, "the next line is read")
}

func TestALineWithoutEndIsNotKept(t *testing.T) {
	p := openPipe(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	chunk := []byte(strings.Repeat("x", 1<<20))
	peak := uint64(0)
	for range 200 {
		_, err := p.in.Write(chunk)
		require.NoError(t, err)
		runtime.ReadMemStats(&after)
		peak = max(peak, after.HeapAlloc)
	}
	assert.Less(t, peak-min(peak, before.HeapAlloc), uint64(150<<20))
	p.say("")
	assert.Contains(t, heard(t, p.lines), "larger than 28 MiB")
}
