package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// assertPanicLogged asserts that there is at least one panic in logs, and that each
// has only its type and a stack through panics.
func assertPanicLogged(t *testing.T, logs string) {
	t.Helper()
	found := 0
	for line := range strings.Lines(logs) {
		var entry struct{ Level, Msg, Err, Stack string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
		if entry.Msg != "panic serving request" {
			continue
		}
		found++
		assert.Equal(t, "ERROR", entry.Level)
		assert.Equal(t, "string", entry.Err, "the type and not the value")
		assert.Contains(t, entry.Stack, "serve.panics")
		assert.Contains(t, entry.Stack, "panic_test.go", "a line of a file")
	}
	assert.Positive(t, found, logs)
	assert.NotContains(t, logs, "ada@people")
}

// panics panics with personal data.
func panics() { panic("Ada Lovelace <ada@people.example>") }

func TestPanicInPromptIsLoggedWithItsStack(t *testing.T) {
	t.Parallel()
	box := newBox(t, func(c *tools.Config) {
		c.RecordRead = func(context.Context, tools.Read) error { panics(); return nil }
	})
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: box, MaxCalls: 1000}}
	})
	id := h.greet()
	said := h.post(id, rpc(1, "prompts/get", object{"name": "weekly_report", "arguments": object{}})).body
	assert.Contains(t, said, "internal error in this server")
	said = h.post(id, rpc(2, "resources/read", object{"uri": "kombo://jobs/x"})).body
	assert.NotContains(t, said, "ada@people")
	assertPanicLogged(t, h.logs.String())
}

func TestPanicInHandlerIsLoggedAndAnswered(t *testing.T) {
	t.Parallel()
	var logs bytes.Buffer
	h := NewHTTP(HTTPOptions{Guard: Guard{Loopback: true}, Logger: slog.New(slog.NewJSONHandler(&logs, nil))})
	h.Handle("GET /boom", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panics() }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/boom", http.NoBody))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "ada@people")
	assertPanicLogged(t, logs.String())

	h.Handle("GET /abort", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://127.0.0.1/abort", http.NoBody))
	}, "net/http's own way to give up")
}
