package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// modern returns a request of the protocol version without sessions.
func modern(id any, method string, params object) (body string, headers []string) {
	params["_meta"] = object{
		"io.modelcontextprotocol/protocolVersion": "2026-07-28",
		"io.modelcontextprotocol/clientInfo":      object{"name": "test", "version": "1"}, "io.modelcontextprotocol/clientCapabilities": object{},
	}
	headers = []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", method}
	if name, ok := params["name"].(string); ok {
		headers = append(headers, "Mcp-Name", name)
	}
	return rpc(id, method, params), headers
}

func TestCallCannotBeCanceledByOtherCallers(t *testing.T) {
	t.Parallel()
	legacy := func(id any, method string, params object) (string, []string) { return rpc(id, method, params), nil }
	for name, c := range map[string]struct {
		stateless bool
		word      func(id any, method string, params object) (string, []string)
	}{
		"in the era without sessions": {false, modern}, "at a server without sessions": {true, legacy}, "with neither": {true, modern},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Stateless = c.stateless })
			answers := make(chan string, 2)
			for _, caller := range []string{"a", "b"} {
				body, headers := c.word(7, "tools/call", object{"name": "wait", "arguments": object{"name": caller}})
				go func() {
					a, err := h.try(context.Background(), http.MethodPost, "/mcp", body, headers...)
					answers <- fmt.Sprint(a.body, err)
				}()
				require.Equal(t, caller, heard(t, h.began))
			}
			body, headers := c.word(nil, "notifications/cancelled", object{"requestId": 7})
			assert.Equal(t, http.StatusAccepted, h.send(http.MethodPost, "/mcp", body, headers...).status)
			select {
			case caller := <-h.gone:
				assert.Fail(t, "cancelled by a stranger", caller)
			case <-time.After(100 * time.Millisecond):
			}
			close(h.open)
			both := heard(t, answers) + heard(t, answers)
			assert.Contains(t, both, "waited a")
			assert.Contains(t, both, "waited b")
		})
	}
}

func TestClosingConnectionCancelsOwnCall(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	ctx, hangUp := context.WithCancel(t.Context())
	body, headers := modern(7, "tools/call", object{"name": "wait", "arguments": object{"name": "a"}})
	go func() { _, _ = h.try(ctx, http.MethodPost, "/mcp", body, headers...) }()
	require.Equal(t, "a", heard(t, h.began))
	hangUp()
	assert.Equal(t, "a", heard(t, h.gone))
}

func TestSessionCancelsOnlyItsOwnCall(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	one, two := h.greet(), h.greet()
	first := h.later(one, calling(7, "wait", object{"name": "of one"}))
	require.Equal(t, "of one", heard(t, h.began))
	second := h.later(two, calling(7, "wait", object{"name": "of two"}))
	require.Equal(t, "of two", heard(t, h.began))
	assert.Equal(t, http.StatusAccepted, h.post(two, rpc(nil, "notifications/cancelled", object{"requestId": 7})).status)
	assert.Equal(t, "of two", heard(t, h.gone))
	<-second
	close(h.open)
	assert.Contains(t, (<-first).body, "waited of one")
}

func TestConcurrentCallsWithSameIDAreBothAnswered(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id := h.greet()
	first, second := h.later(id, calling(7, "wait", object{"name": "x"})), h.later(id, calling(7, "wait", object{"name": "y"}))
	heard(t, h.began)
	heard(t, h.began)
	close(h.open)
	both := (<-first).body + (<-second).body
	assert.Contains(t, both, "waited x")
	assert.Contains(t, both, "waited y")
}

func TestEndOfSSEStreamCancelsOnlyItsCalls(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	one, two := h.stream(), h.stream()
	for i, name := range []string{"a", "b"} {
		one.say(calling(i, "wait", object{"name": name}))
		heard(t, h.began)
	}
	two.say(calling(1, "wait", object{"name": "c"}))
	heard(t, h.began)
	one.hang()
	assert.ElementsMatch(t, []string{"a", "b"}, []string{heard(t, h.gone), heard(t, h.gone)})
	assert.Eventually(t, func() bool { return h.http.Sessions() == 1 }, soon, time.Millisecond)
	close(h.open)
	assert.Contains(t, two.next(), "waited c")
}

// assertInOrder asserts that there are three notifications, then the result.
func assertInOrder(t *testing.T, said []string) {
	t.Helper()
	require.Len(t, said, 4, "%q", said)
	for i, m := range said[:3] {
		assert.Contains(t, m, `"notifications/progress"`, "%q", said)
		assert.Contains(t, m, fmt.Sprintf(`"progress":%d`, i+1), "%q", said)
	}
	assert.Contains(t, said[3], `"result"`)
}

func TestLastNotificationPrecedesResult(t *testing.T) {
	t.Parallel()
	const calls = 60
	t.Run("over http", func(t *testing.T) {
		t.Parallel()
		h := startServer(t, nil)
		id := h.greet()
		for i := range calls {
			var said []string
			for line := range strings.Lines(h.post(id, calling(i+1, "far", nil)).body) {
				if data, ok := strings.CutPrefix(line, "data:"); ok {
					said = append(said, data)
				}
			}
			assertInOrder(t, said)
		}
	})
	t.Run("over sse", func(t *testing.T) {
		t.Parallel()
		s := startServer(t, nil).stream()
		for i := range calls {
			s.say(calling(i+1, "far", nil))
			assertInOrder(t, []string{s.next(), s.next(), s.next(), s.next()})
		}
	})
}

func TestPanicInToolIsAnErrorResult(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id, s := h.greet(), h.stream()
	body, headers := modern(2, "tools/call", object{"name": "panic", "arguments": object{}})
	s.say(calling(3, "panic", nil))
	for where, said := range map[string]string{
		"http": h.post(id, calling(1, "panic", nil)).body, "the modern era": h.send(http.MethodPost, "/mcp", body, headers...).body, "sse": s.next(),
	} {
		assert.Contains(t, said, `"isError":true`, where)
		assert.Contains(t, said, "check before you try again", where)
		assert.NotContains(t, said, "ada@people", where)
	}
	assert.NotContains(t, h.logs.String(), "ada@people")
	assertPanicLogged(t, h.logs.String())
	assert.Equal(t, http.StatusOK, h.post(id, rpc(4, "ping", nil)).status)
	s.say(rpc(5, "ping", nil))
	assert.Contains(t, s.next(), `"id":5`)
}

func TestLogsAreJSONWithoutPersonalData(t *testing.T) {
	t.Parallel()
	h := startServer(t, twoTenants(t))
	one := []string{"Authorization", "Bearer of-one"}
	id := h.greet(one...)
	h.post(id, calling(1, "get_candidates", object{"email": "ada@people.example", "last_name": "Lovelace"}), one...)
	h.post(id, calling(2, "Ada Lovelace", object{}), one...)
	h.send(http.MethodPost, "/mcp", hello, "Authorization", "Bearer ada@people.example")
	h.post(id, "not JSON of ada@people.example", one...)
	logs := h.logs.String()
	assert.Contains(t, logs, "get_candidates")
	for _, secret := range []string{"ada@", "Lovelace", "of-one", id} {
		assert.NotContains(t, logs, secret)
	}
	for line := range strings.Lines(logs) {
		assert.NoError(t, json.Unmarshal([]byte(line), &object{}), line)
	}
}

func TestWriteOverSSEFallsBackToPreview(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })}}
	})
	s := h.stream()
	s.say(strings.Replace(hello, `"capabilities":{}`, `"capabilities":{"elicitation":{}}`, 1))
	require.Contains(t, s.next(), "serverInfo")
	s.say(rpc(1, "tools/call", object{"name": "get_candidates", "arguments": object{"limit": 1, "fields": []string{"id"}}}))
	var m struct {
		Result struct{ StructuredContent struct{ Rows [][]string } }
	}
	require.NoError(t, json.Unmarshal([]byte(s.next()), &m))
	s.say(calling(2, "add_candidate_tag", object{"candidate_id": m.Result.StructuredContent.Rows[0][0], "tag": object{"name": "asked for"}}))
	assert.Contains(t, s.next(), `"outcome":"preview"`)
}
