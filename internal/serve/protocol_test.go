package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// greetAs begins a session with a version of the protocol.
func (h *testServer) greetAs(version string) string {
	h.t.Helper()
	a := h.send(http.MethodPost, "/mcp", strings.Replace(hello, "2025-06-18", version, 1))
	require.Contains(h.t, a.body, `"protocolVersion":"`+version+`"`)
	id := a.header.Get(server.HeaderKeySessionID)
	h.post(id, rpc(nil, "notifications/initialized", nil))
	return id
}

func batchOf(messages ...string) string { return "[" + strings.Join(messages, ",") + "]" }

func TestBatchesAreTakenInTheVersionThatHasThem(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	ping := func(id int) string { return rpc(id, "ping", nil) }
	for _, version := range []string{"2024-11-05", "2025-06-18", "2025-11-25"} {
		a := h.post(h.greetAs(version), batchOf(ping(1)))
		assert.Equal(t, http.StatusBadRequest, a.status)
		assert.Contains(t, a.body, "only protocol version 2025-03-26 has batches")
		assert.Contains(t, a.body, "-32600")
	}
	session := h.greetAs("2025-03-26")
	a := h.post(session, batchOf(ping(1), rpc(nil, "notifications/x", nil), "5", "[]", calling(2, "panic", nil), `{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}`, hello))
	require.Equal(t, http.StatusOK, a.status, a.body)
	var answers []struct {
		ID     json.RawMessage
		Result json.RawMessage
		Error  *struct{ Code int }
	}
	require.NoError(t, json.Unmarshal([]byte(a.body), &answers), a.body)
	require.Len(t, answers, 6)
	for i, id := range []string{"1", "null", "null", "2", "12345678901234567890", "0"} {
		assert.Equal(t, id, string(answers[i].ID), a.body)
	}
	for _, i := range []int{1, 2, 5} {
		assert.Equal(t, mcp.INVALID_REQUEST, answers[i].Error.Code, a.body)
	}

	a = h.post(session, batchOf(rpc(nil, "notifications/x", nil), `{"jsonrpc":"2.0","id":9,"result":{}}`, `{"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"x"}}`))
	assert.Equal(t, http.StatusAccepted, a.status)
	assert.Empty(t, a.body)
	for wrong, code := range map[string]string{"[]": "-32600", batchOf(ping(1)) + "1": "-32700", batchOf(strings.Repeat(ping(1)+",", maxBatch) + ping(1)): "-32600"} {
		a := h.post(session, wrong)
		assert.Equal(t, http.StatusBadRequest, a.status)
		assert.Contains(t, a.body, code)
		assert.Contains(t, a.body, "batch")
	}
	assert.Equal(t, http.StatusNotFound, h.post("no session", batchOf(ping(1))).status)
	assert.Contains(t, h.send(http.MethodPost, h.stream().messages, batchOf(ping(1))).body, "-32600")
}

func TestElementsOfABatchCountAsMessagesDo(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	session := h.greetAs("2025-03-26")
	done := h.later(session, batchOf(calling(1, "wait", object{"name": "a"}), calling(2, "wait", object{"name": "b"}), rpc(nil, "notifications/cancelled", object{"requestId": 3})))
	heard(t, h.began)
	heard(t, h.began)
	assert.Greater(t, h.http.held.held(), 2*answerBytes)
	h.post(session, rpc(nil, "notifications/cancelled", object{"requestId": 1}))
	heard(t, h.gone)
	close(h.open)
	a := <-done
	assert.Contains(t, a.body, `"id":2,"result"`)
	assert.Zero(t, h.http.held.held())
}

func TestNobodyCancelsTheCallsOfOthersInABatch(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Stateless = true })
	done := h.later("", calling(1, "wait", object{"name": "a"}))
	heard(t, h.began)
	a := h.send(http.MethodPost, "/mcp", batchOf(rpc(nil, "notifications/cancelled", object{"requestId": 1}), rpc(2, "ping", nil)))
	assert.Contains(t, a.body, `[{"jsonrpc":"2.0","id":2`)
	close(h.open)
	assert.Contains(t, (<-done).body, "waited a")
}

// oddIDs are ids that float64 cannot hold, or that look like what the library gets for them.
var oddIDs = []string{`9007199254740993`, `-12345678901234567890`, `1.50`, `1e2`, `"number:5"`, `"text:number:5"`, `"<\u00e9>"`, `7`}

func TestEveryTransportReturnsEveryIDAndTokenAsItWas(t *testing.T) {
	t.Parallel()
	same := func(want string, got json.RawMessage) {
		t.Helper()
		if want[0] == '"' {
			assert.JSONEq(t, want, string(got))
			return
		}
		assert.Equal(t, want, string(got))
	}
	type reply struct {
		ID     json.RawMessage
		Method string
		Params struct{ ProgressToken json.RawMessage }
	}
	h := startServer(t, nil)
	session, batches := h.greet(), h.greetAs("2025-03-26")
	sse := h.stream()
	for _, id := range oddIDs {
		call := `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"far","_meta":{"progressToken":` + id + `}}}`
		var replies []reply
		for line := range strings.SplitSeq(h.post(session, call).body, "\n") {
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				var r reply
				require.NoError(t, json.Unmarshal([]byte(data), &r))
				replies = append(replies, r)
			}
		}
		sse.say(call)
		for range 4 {
			var r reply
			require.NoError(t, json.Unmarshal([]byte(sse.nextButPings()), &r))
			replies = append(replies, r)
		}
		require.Len(t, replies, 8, id)
		for _, r := range replies {
			if r.Method != "" {
				same(id, r.Params.ProgressToken)
				continue
			}
			same(id, r.ID)
		}
		var plain reply
		_, pong, _ := messageOf([]byte(h.post(session, `{"jsonrpc":"2.0","id":`+id+`,"method":"ping"}`).body))
		require.NoError(t, json.Unmarshal(pong, &plain))
		same(id, plain.ID)
		for _, more := range []string{"", "," + rpc(1, "ping", nil), ",5"} {
			var batch []reply
			ping := `{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`
			require.NoError(t, json.Unmarshal([]byte(h.post(batches, "["+ping+more+"]").body), &batch))
			same(id, batch[0].ID)
		}
	}
	assert.Zero(t, h.http.held.held(), "every answer is found by its id")

	done := h.later(session, `{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/call","params":{"name":"wait","arguments":{"name":"big"}}}`)
	heard(t, h.began)
	h.post(session, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740993}}`)
	assert.Equal(t, "big", heard(t, h.gone))
	<-done
}

func TestASubscriptionIsAcknowledgedBeforeItIsAnswered(t *testing.T) {
	listen := `{"jsonrpc":"2.0","id":12345678901234567890,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` +
		`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
	p := openSilentPipe(t)
	for range 20 {
		p.say(listen)
		first, second := p.next(), p.next()
		assert.Contains(t, first, `"method":"notifications/subscriptions/acknowledged"`)
		assert.Contains(t, second, `"id":12345678901234567890`)
		assert.Contains(t, second, `"result"`)
		for _, said := range []string{first, second} {
			assert.Contains(t, said, `"io.modelcontextprotocol/subscriptionId":12345678901234567890`)
		}
	}
	h := startServer(t, nil)
	for range 20 { // the library loses its acknowledgement now and then
		a := h.send(http.MethodPost, "/mcp", listen, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen")
		ack, result := strings.Index(a.body, "acknowledged"), strings.Index(a.body, `"id":12345678901234567890`)
		assert.True(t, 0 < ack && ack < result, a.body)
		assert.Equal(t, 1, strings.Count(a.body, "acknowledged"))
		assert.Contains(t, a.body, `"notifications":{}`)
	}
	a := h.send(http.MethodPost, "/mcp", strings.Replace(listen, "12345678901234567890", `"number:5"`, 1), "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "subscriptions/listen")
	assert.Equal(t, 2, strings.Count(a.body, `"io.modelcontextprotocol/subscriptionId":"number:5"`), a.body)
}

func TestAClientThatOpensPagesAloneGetsNoForm(t *testing.T) {
	t.Parallel()
	box := newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"": {Name: "one", Box: box}} })
	body, headers := modern(2, "tools/call", object{"name": "add_candidate_tag", "arguments": object{"candidate_id": firstCandidate(t, box), "tag": "Referral"}})
	for capabilities, asks := range map[string]bool{`{"elicitation":{"url":{}}}`: false, `{"elicitation":{"form":{}}}`: true, `{"elicitation":{}}`: true, `{}`: false} {
		declared := strings.Replace(body, `"io.modelcontextprotocol/clientCapabilities":{}`, `"io.modelcontextprotocol/clientCapabilities":`+capabilities, 1)
		a := h.send(http.MethodPost, "/mcp", declared, headers...)
		assert.Equal(t, asks, strings.Contains(a.body, "inputRequests"), "%s: %s", capabilities, a.body)
	}
}

func TestClientsMayKeepTheListsAndGetNoCapabilityOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	var ttl struct {
		Result struct {
			TTL   int64  `json:"ttlMs"`
			Scope string `json:"cacheScope"`
		}
	}
	for _, method := range []string{"tools/list", "prompts/list", "resources/list", "resources/templates/list", "server/discover"} {
		body, headers := modern(1, method, object{})
		require.NoError(t, json.Unmarshal([]byte(h.send(http.MethodPost, "/mcp", body, headers...).body), &ttl))
		want := reloadedListTTL
		if method == "server/discover" {
			want = listTTL
		}
		assert.Equal(t, want.Milliseconds(), ttl.Result.TTL, method)
		assert.Equal(t, "private", ttl.Result.Scope, method)
	}
	s := New(newBox(t, nil), "test", discardLogger)
	body, _ := modern(1, "tools/list", object{})
	raw, err := json.Marshal(s.HandleMessage(context.Background(), json.RawMessage(body)))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &ttl))
	assert.Equal(t, time.Hour.Milliseconds(), ttl.Result.TTL, "on stdio no list changes")

	a := h.send(http.MethodPost, "/mcp", hello)
	assert.NotContains(t, a.body, "elicitation")
	assert.Contains(t, a.body, `"title":"Kombo ATS"`)
	assert.Contains(t, a.body, `"websiteUrl":"https://github.com/kombo-mcp/kombo-mcp"`)
}

func TestProgressHasNoTotal(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	a := h.post(h.greet(), calling(1, "far", nil))
	assert.Contains(t, a.body, `"progress":3`)
	assert.NotContains(t, a.body, `"total"`)
	a = h.post(h.greet(), calling(2, "get_applications", object{"group_by": "outcome"}))
	assert.Contains(t, a.body, "notifications/progress")
	assert.NotContains(t, a.body, `"total":`)
}

// firstCandidate returns the id of a candidate.
func firstCandidate(t *testing.T, box *tools.Toolbox) string {
	t.Helper()
	res := box.Call(t.Context(), tools.Caller{}, "get_candidates", map[string]any{"limit": 1, "view": "record"})
	raw, err := json.Marshal(res.StructuredContent)
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(raw), `["id: `)
	require.True(t, ok, string(raw))
	id, _, _ := strings.Cut(rest, `\n`)
	return id
}

func TestEveryEventStreamPassesProxiesAtOnce(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(_ *HTTPOptions, limits *HTTP) { limits.timeouts.silence = 30 * time.Millisecond })
	session := h.greet()
	type stream struct {
		header http.Header
		lines  *bufio.Reader
	}
	post := func(body string, headers ...string) stream {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/mcp", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		resp, err := h.client.Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		return stream{resp.Header, bufio.NewReader(resp.Body)}
	}
	both := "application/json, text/event-stream"
	waiting, modernHeaders := modern(5, "tools/call", object{"name": "wait", "arguments": object{"name": "x"}})
	for name, s := range map[string]stream{
		"a call":                  post(calling(1, "wait", object{"name": "x"}), "Accept", both, "Mcp-Session-Id", session),
		"a call without sessions": post(waiting, append(modernHeaders, "Accept", both)...),
		"a batch":                 post(batchOf(calling(1, "wait", object{"name": "x"})), "Accept", both, "Mcp-Session-Id", h.greetAs("2025-03-26")),
	} {
		assert.Equal(t, "no", s.header.Get("X-Accel-Buffering"), name)
		assert.Equal(t, "text/event-stream", s.header.Get("Content-Type"), name)
		for range 3 {
			line, err := s.lines.ReadString('\n')
			require.NoError(t, err, name)
			assert.Equal(t, ": wait\n", line, name)
			_, _ = s.lines.ReadString('\n')
		}
	}
	json1 := h.later(session, calling(7, "wait", object{"name": "y"}), "Accept", "application/json")
	time.Sleep(100 * time.Millisecond)
	last := h.later(session, calling(8, "wait", object{"name": "z"}))
	time.Sleep(100 * time.Millisecond)
	close(h.open)
	a := <-json1
	assert.Equal(t, "application/json", a.header.Get("Content-Type"), "who takes no events gets none")
	assert.True(t, json.Valid([]byte(a.body)), a.body)
	a = <-last
	assert.Contains(t, a.body, ": wait\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"result\"")
	assert.True(t, strings.HasSuffix(a.body, "\n\n"))

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for path, id := range map[string]string{"/mcp": session, "/sse": ""} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
		require.NoError(t, err)
		r.Header.Set("Accept", "text/event-stream")
		r.Header.Set("Mcp-Session-Id", id)
		resp, err := h.client.Do(r)
		require.NoError(t, err)
		assert.Equal(t, "no", resp.Header.Get("X-Accel-Buffering"), path)
		require.NoError(t, resp.Body.Close())
	}
	a = h.post(session, rpc(1, "ping", nil))
	assert.Empty(t, a.header.Get("X-Accel-Buffering"), "an answer that is not a stream may be buffered")
}
