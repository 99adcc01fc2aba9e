package serve

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/jsonlimit"
)

// spaces reads as n spaces, without holding them in memory.
type spaces struct{ n int }

func (s *spaces) Read(p []byte) (int, error) {
	if s.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), s.n)]
	for i := range p {
		p[i] = ' '
	}
	s.n -= len(p)
	return len(p), nil
}

// pour posts a body of a size; -1 sends it without a Content-Length.
func (h *testServer) pour(t *testing.T, path string, size int, said int64) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"`), &spaces{size}, strings.NewReader("}")))
	require.NoError(t, err)
	r.ContentLength = said
	r.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(r)
	if err != nil {
		return 0 // the connection was closed on what still came
	}
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func TestTooLargeMessageIsRefused(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	s := h.stream()
	const huge = 100 << 20
	for _, path := range []string{"/mcp", s.messages} {
		for _, said := range []int64{-1, huge + int64(len(`{"jsonrpc":"2.0","id":1,"method":"ping"}`))} {
			assert.Contains(t, []int{http.StatusRequestEntityTooLarge, 0}, h.pour(t, path, huge, said), "%s %d", path, said)
		}
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, h.pour(t, "/mcp", maxMessageBytes, -1), "one that is hardly too large hears why")
	s.say(rpc(7, "ping", nil))
	assert.Contains(t, s.nextButPings(), `"id":7`, "the stream goes on")
}

func TestMessageWithFileIsAccepted(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id := h.greet()
	a := h.post(id, calling(1, "add_candidate_attachment", object{"candidate_id": "x", "attachment": object{"data": strings.Repeat("QUFB", 5<<20), "name": "a.pdf", "type": "CV", "content_type": "application/pdf"}}))
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, `"result"`)
}

func TestLargeMessagesAreLimitedPerTenant(t *testing.T) {
	t.Parallel()
	h := startServer(t, twoTenants(t))
	one, two := []string{"Authorization", "Bearer of-one"}, []string{"Authorization", "Bearer of-two"}
	ids := map[string]string{"one": h.greet(one...), "two": h.greet(two...)}
	body := calling(1, "get_tags", object{"where": strings.Repeat(" ", 2<<20)})
	// Large messages that stop arriving half-way use all the slots.
	var slow []net.Conn
	for range maxLargeMessages {
		slow = append(slow, h.dial(t, fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer of-one\r\nMcp-Session-Id: %s\r\nContent-Length: %d\r\n\r\n%s",
			ids["one"], len(body), body[:smallMessageBytes+1000])))
	}
	h.http.mu.Lock()
	places := h.http.tenants["one"].largeSlots
	h.http.mu.Unlock()
	require.Eventually(t, func() bool { return len(places) == maxLargeMessages }, soon, time.Millisecond)
	next := make(chan answer, 1)
	go func() {
		a, err := h.try(context.Background(), http.MethodPost, "/mcp", body, append(one, "Mcp-Session-Id", ids["one"])...)
		assert.NoError(t, err)
		next <- a
	}()
	select {
	case <-next:
		assert.Fail(t, "one more was read")
	case <-time.After(100 * time.Millisecond):
	}
	assert.Equal(t, http.StatusOK, h.post(ids["one"], rpc(2, "ping", nil), one...).status, "a small one needs no place")
	assert.Equal(t, http.StatusOK, h.post(ids["two"], body, two...).status, "another tenant's has a place of its own")
	_, err := io.WriteString(slow[0], body[smallMessageBytes+1000:])
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, (<-next).status, "it was its turn")
}

func TestInvalidMessageIsRefusedAndNextIsServed(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	id := h.greet()
	ping := rpc(1, "ping", nil)
	for name, c := range map[string]struct {
		body string
		code string
	}{
		"a batch":                {"[" + ping + "," + ping + "]", "-32600"},
		"a batch after spaces":   {" \n\t[" + ping + "]", "-32600"},
		"an empty batch":         {"[]", "-32600"},
		"nothing":                {"", "-32700"},
		"a word":                 {`"ping"`, "-32700"},
		"half an object":         {`{"jsonrpc":`, "-32700"},
		"an object and more":     {ping + ping, "-32700"},
		"a method of no text":    {`{"jsonrpc":"2.0","id":1,"method":7}`, "-32700"},
		"depth":                  {`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`, "-32600"},
		"depth without an end":   {`{"a":` + strings.Repeat(`{"a":`, 100_000), "-32600"},
		"depth behind a quote":   {`{"\"[":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", "-32600"},
		"width":                  {`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":[` + strings.Repeat("0,", jsonlimit.MaxValues) + `0]}}`, "-32600"},
		"width of objects":       {`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":[` + strings.Repeat("[{}", jsonlimit.MaxValues/2), "-32600"},
		"depth behind backslash": {`{"\\":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}", "-32600"},
	} {
		a := h.post(id, c.body)
		assert.Equal(t, http.StatusBadRequest, a.status, name)
		assert.Contains(t, a.body, c.code, name)
		assert.Equal(t, http.StatusOK, h.post(id, ping).status, "after %s", name)
	}
	assert.Equal(t, http.StatusOK, h.post(id, calling(1, "large", object{"x": strings.Repeat("[,", jsonlimit.MaxValues)})).status, "brackets and commas in a text are neither")
	for _, kind := range []string{"text/plain", "", "application/jsonx", "multipart/form-data; boundary=x"} {
		assert.Equal(t, http.StatusUnsupportedMediaType, h.post(id, ping, "Content-Type", kind).status, kind)
		assert.Equal(t, http.StatusUnsupportedMediaType, h.send(http.MethodPost, h.stream().messages, ping, "Content-Type", kind).status, kind)
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, s := range []string{hello, "[]", "{", `{"method":1}`, `{"params":{"_meta":[]}}`, `{"params":"x","method":"ping"}`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseMessage(raw)
		assert.Equal(t, err == nil, m != nil)
		if m != nil {
			_, err := jsonlimit.Count(m.raw, jsonlimit.MaxValues)
			assert.NoError(t, err)
		}
	})
}
