package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

const approvePageURL = "https://mcp.example.com/approve"

// waitingServer has a tenant whose writes wait for a person at a page.
func waitingServer(t *testing.T) *testServer {
	t.Helper()
	store, err := approvals.OpenFolder(approvals.FolderOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	box := newBox(t, func(c *tools.Config) {
		c.Writes, c.Fallback, c.Approvals = tools.PolicyConfirm, tools.FallbackPerson, store
	})
	return startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: box, MaxCalls: 1, ApproveURL: approvePageURL}}
	})
}

// openingClient calls a tool and answers the requests to open a page, which it returns.
func openingClient(t *testing.T, h *testServer, session, call, reply string) (result string, requests []string) {
	t.Helper()
	result = callInStream(t, h, session, call, func(id any, question string) {
		requests = append(requests, question)
		h.post(session, calling(9, "get_tags", object{"limit": 1})) // the call holds no place in the queue
		h.post(session, fmt.Sprintf(`{"jsonrpc":"2.0","id":%v,%s}`, id, reply))
	})
	return result, requests
}

// greetAs opens a session in a version of the protocol.
func greetAs(t *testing.T, h *testServer, version, elicitation string) string {
	t.Helper()
	a := h.send(http.MethodPost, "/mcp", rpc(1, "initialize", object{
		"protocolVersion": version, "clientInfo": object{"name": "test", "version": "1"}, "capabilities": object{"elicitation": json.RawMessage(elicitation)},
	}))
	require.Equal(t, http.StatusOK, a.status, a.body)
	return a.header.Get("Mcp-Session-Id")
}

func TestAClientThatOpensPagesSendsPeopleToApprove(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]string{
		"opened": `"result":{"action":"accept"}`, "declined": `"result":{"action":"decline"}`,
		"unable": `"error":{"code":-32601,"message":"Method not found"}`, "malformed": `"result":"yes"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := waitingServer(t)
			session := greetAs(t, h, "2025-11-25", `{"url":{}}`)
			call := rejection(t, h, session)
			result, requests := openingClient(t, h, session, call, reply)
			require.Len(t, requests, 1)
			assert.Contains(t, requests[0], `"mode":"url"`)
			assert.Contains(t, requests[0], `"url":"`+approvePageURL+`"`, "without a secret")
			assert.Contains(t, result, `"outcome":"waiting"`, "that a page was opened decides nothing")
			result, requests = openingClient(t, h, session, call, reply)
			assert.Empty(t, requests, "once for each wait")
			assert.Contains(t, result, `"outcome":"waiting"`)
		})
	}
}

func TestAClientThatDoesNotOpenPagesIsNotAskedTo(t *testing.T) {
	t.Parallel()
	h := waitingServer(t)
	for name, c := range map[string]struct{ version, elicitation string }{
		"forms alone":         {"2025-11-25", `{"form":{}}`},
		"forms, as before":    {"2025-11-25", `{}`},
		"an earlier protocol": {"2025-06-18", `{"url":{}}`},
	} {
		session := greetAs(t, h, c.version, c.elicitation)
		result, requests := openingClient(t, h, session, rejection(t, h, session), "")
		assert.Empty(t, requests, name)
		assert.Contains(t, result, `"outcome":"waiting"`, name)
	}
}

func TestWithoutSessionsAResultAsksToOpenThePage(t *testing.T) {
	t.Parallel()
	h := waitingServer(t)
	session := greetAs(t, h, "2025-06-18", `{}`)
	var call struct{ Params object }
	require.NoError(t, json.Unmarshal([]byte(rejection(t, h, session)), &call))
	send := func(more object) string {
		params := object{"name": "reject_application", "arguments": call.Params["arguments"]}
		_, headers := modern(2, "tools/call", params)
		params["_meta"].(object)["io.modelcontextprotocol/clientCapabilities"] = object{"elicitation": object{"url": object{}}}
		maps.Copy(params, more)
		return h.send(http.MethodPost, "/mcp", rpc(2, "tools/call", params), headers...).body
	}
	asks := send(nil)
	assert.Contains(t, asks, `"resultType":"input_required"`)
	assert.Contains(t, asks, `"url":"`+approvePageURL+`"`)
	assert.NotContains(t, asks, `"outcome"`)
	for _, action := range []string{"accept", "decline"} {
		answer := send(object{"inputResponses": object{approveURLKey: object{"action": action}}})
		assert.Contains(t, answer, `"outcome":"waiting"`, action)
		assert.NotContains(t, answer, "input_required", action)
	}
	assert.Contains(t, send(nil), `"outcome":"waiting"`, "asked once for each wait")
}

func TestOpeningAPageEndsWithItsSession(t *testing.T) {
	t.Parallel()
	h := waitingServer(t)
	session := greetAs(t, h, "2025-11-25", `{"url":{}}`)
	var began time.Time
	callInStream(t, h, session, rejection(t, h, session), func(any, string) {
		began = time.Now()
		require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/mcp", "", "Mcp-Session-Id", session).status)
	})
	require.False(t, began.IsZero(), "the client is asked to open the page")
	assert.Less(t, time.Since(began), approveURLTimeout/3, "nobody is waited for")
}
