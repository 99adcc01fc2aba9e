package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// replies are what a client answers to a question, and the part of the result that
// shows what became of the call. Only the first may end in a write.
var replies = map[string]struct{ reply, want string }{
	"confirmed":            {`"result":{"action":"accept","content":{"confirm":true}}`, `"outcome":"done"`},
	"no handler":           {`"error":{"code":-32601,"message":"Method not found"}`, `"outcome":"preview"`},
	"handler fails":        {`"error":{"code":-32603,"message":"boom"}`, `"outcome":"preview"`},
	"accepted empty":       {`"result":{"action":"accept","content":{}}`, "no one confirmed"},
	"accepted false":       {`"result":{"action":"accept","content":{"confirm":false}}`, "no one confirmed"},
	"accepted garbage":     {`"result":{"action":"accept","content":["yes"]}`, "no one confirmed"},
	"unknown action":       {`"result":{"action":"sure"}`, `"outcome":"preview"`},
	"result is not a form": {`"result":"yes"`, `"outcome":"preview"`},
	"declined":             {`"result":{"action":"decline"}`, "no one confirmed"},
	"canceled":             {`"result":{"action":"cancel"}`, "no one confirmed"},
	"never answered":       {"", "no one answered it"},
}

// askingClient calls a tool over HTTP and answers the question in the stream of the call.
func askingClient(t *testing.T, h *testServer, session, call, reply string) (result string, asked bool) {
	t.Helper()
	return askingClientWith(t, h, session, call, func(any) string { return reply })
}

// askingClientWith is askingClient with an answer for the id of the question, "" for none.
func askingClientWith(t *testing.T, h *testServer, session, call string, answer func(id any) string) (result string, asked bool) {
	t.Helper()
	result = callInStream(t, h, session, call, func(id any, _ string) {
		asked = true
		if reply := answer(id); reply != "" {
			h.post(session, fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,%s}`, id, reply))
		}
	})
	return result, asked
}

// callInStream calls a tool over HTTP, hands each question in the stream of the call to
// ask, by its id and as it was sent, and returns the result, "" if the stream ended
// without one.
func callInStream(t *testing.T, h *testServer, session, call string, ask func(id any, question string)) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/mcp", strings.NewReader(call))
	require.NoError(t, err)
	for name, value := range map[string]string{"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Mcp-Session-Id": session} {
		r.Header.Set(name, value)
	}
	resp, err := h.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimPrefix(lines.Text(), "data: ")
		var m struct{ ID, Method any }
		switch err := json.Unmarshal([]byte(line), &m); {
		case err != nil:
		case m.Method == "elicitation/create":
			ask(m.ID, line)
		case m.Method == nil:
			return line
		}
	}
	return ""
}

// confirming has a box with the defaults of confirmation, and counts its writes.
func confirming(t *testing.T, timeout time.Duration) (*testServer, func() string) {
	box := newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth, o.QuestionTimeout = tokenAuth{"": {Name: "one", Box: box}}, timeout
	})
	return h, func() string {
		res := box.Call(context.Background(), tools.Caller{}, "get_applications", map[string]any{"outcomes": []any{"DECLINED"}, "limit": 1})
		raw, err := json.Marshal(res.StructuredContent)
		require.NoError(t, err)
		return string(raw)
	}
}

func greetWith(t *testing.T, h *testServer, elicitation string) string {
	t.Helper()
	a := h.send(http.MethodPost, "/mcp", strings.Replace(hello, `"capabilities":{}`, `"capabilities":{"elicitation":`+elicitation+`}`, 1))
	require.Equal(t, http.StatusOK, a.status, a.body)
	return a.header.Get("Mcp-Session-Id")
}

func rejection(t *testing.T, h *testServer, session string) string {
	t.Helper()
	firstID := func(tool string, arguments object) string {
		body := h.post(session, rpc(1, "tools/call", object{"name": tool, "arguments": arguments})).body
		var m struct {
			Result struct {
				StructuredContent struct{ Rows [][]string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(body[strings.Index(body, "{"):]), &m), body)
		require.NotEmpty(t, m.Result.StructuredContent.Rows, body)
		return m.Result.StructuredContent.Rows[0][0]
	}
	return calling(2, "reject_application", object{
		"application_id":      firstID("get_applications", object{"outcomes": []string{"PENDING"}, "limit": 1, "fields": []string{"id"}}),
		"rejection_reason_id": firstID("get_rejection_reasons", object{"limit": 1, "fields": []string{"id"}}),
	})
}

func TestQuestionEndsInWriteOnlyIfConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range replies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := soon
			if c.reply == "" {
				timeout = 50 * time.Millisecond
			}
			h, declined := confirming(t, timeout)
			before := declined()
			session := greetWith(t, h, "{}")
			call := rejection(t, h, session)
			result, asked := askingClient(t, h, session, call, c.reply)
			assert.True(t, asked)
			assert.Contains(t, result, c.want)
			assert.NotContains(t, result, "multi round-trip")
			assert.NotContains(t, result, "elicitation")
			assert.Equal(t, name != "confirmed", before == declined(), result)
			unable := slices.Contains([]string{"no handler", "handler fails", "unknown action", "result is not a form"}, name)
			if unable {
				_, asked = askingClient(t, h, session, call, "")
				assert.False(t, asked, "it is remembered for the session")
			}
		})
	}
}

func TestClientWithoutFormsIsNotAsked(t *testing.T) {
	t.Parallel()
	h, _ := confirming(t, soon)
	session := greetWith(t, h, `{"url":{}}`)
	result, asked := askingClient(t, h, session, rejection(t, h, session), "")
	assert.False(t, asked)
	assert.Contains(t, result, `"outcome":"preview"`)
}
