package serve

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endpoints are those of the protocol.
var endpoints = map[string]string{"/mcp": http.MethodPost, "/sse": http.MethodGet, "/message?sessionId=x": http.MethodPost}

func TestForeignOriginIsRefusedOnAllEndpoints(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Guard.Origins = []string{"https://app.example.com"} })
	for path, method := range endpoints {
		for _, origin := range []string{"https://evil.example", "null", "https://localhost.evil.example", "https://app.example.com.evil.example", "http://app.example.com", "http://u@localhost", "file://localhost", "http://127.0.0.1:1/x", "%%"} {
			a := h.send(method, path, hello, "Origin", origin)
			assert.Equal(t, http.StatusForbidden, a.status, "%s from %s", path, origin)
			assert.Empty(t, a.header.Get("Access-Control-Allow-Origin"), origin)
		}
	}
	for _, origin := range []string{"https://app.example.com", "http://localhost:3000", "http://127.0.0.1:6274", "https://[::1]:1", "http://LOCALHOST"} {
		a := h.send(http.MethodPost, "/mcp", hello, "Origin", origin)
		assert.Equal(t, http.StatusOK, a.status, origin)
		assert.Equal(t, origin, a.header.Get("Access-Control-Allow-Origin"))
	}
	a := h.send(http.MethodOptions, "/mcp", "", "Origin", "http://localhost:3000", "Access-Control-Request-Method", "POST")
	assert.Equal(t, http.StatusNoContent, a.status)
	assert.Contains(t, a.header.Get("Access-Control-Allow-Headers"), "Mcp-Session-Id")
	assert.Equal(t, http.StatusForbidden, h.send(http.MethodOptions, "/mcp", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").status)
}

func TestStreamAllowsOnlyConfiguredOrigins(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	for _, origin := range []string{"", "http://localhost:3000"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/sse", nil)
		require.NoError(t, err)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		assert.Equal(t, origin, resp.Header.Get("Access-Control-Allow-Origin"), "the library lets pages of any origin read")
		require.NoError(t, resp.Body.Close())
	}
}

func TestForeignHostNameIsRefusedOnLoopback(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Guard.Hosts = []string{"mcp.example.com"} })
	for path, method := range endpoints {
		for _, host := range []string{"evil.example", "evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", "[::2]:80"} {
			assert.Equal(t, http.StatusForbidden, h.send(method, path, hello, "Host", host).status, "%s at %s", path, host)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:80", "mcp.example.com", "MCP.example.com:443"} {
		assert.Equal(t, http.StatusOK, h.send(http.MethodPost, "/mcp", hello, "Host", host).status, host)
	}
}

func TestHostsAreRestrictedOnlyIfConfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		guard Guard
		host  string
		want  bool
	}{
		"any while none is named":        {Guard{}, "anything.example", true},
		"one that is named":              {Guard{Hosts: []string{"mcp.example.com"}}, "mcp.example.com", true},
		"one that is not":                {Guard{Hosts: []string{"mcp.example.com"}}, "evil.example", false},
		"this machine's unless named":    {Guard{Hosts: []string{"mcp.example.com"}}, "localhost", false},
		"one that is named with a port":  {Guard{Hosts: []string{"mcp.example.com:8443"}}, "mcp.example.com:8443", true},
		"one that has another port then": {Guard{Hosts: []string{"mcp.example.com:8443"}}, "mcp.example.com:80", false},
	} {
		assert.Equal(t, c.want, c.guard.hostAllowed(&http.Request{Host: c.host}), name)
	}
	page := Guard{}
	assert.False(t, page.originAllowed("http://localhost:3000"), "a page of the caller's machine, not of the server's")
}

// dial opens a connection for HTTP written by hand.
func (h *testServer) dial(t *testing.T, text string) net.Conn {
	t.Helper()
	c, err := h.connect()
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(soon)))
	return c
}

func TestSlowRequestLosesItsConnection(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, h *testServer) {
		for name, c := range map[string]struct {
			text   string
			within time.Duration
		}{
			"in its headers": {"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", defaultTimeouts.header},
			"in its body":    {"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", defaultTimeouts.body},
			"in its chunks":  {"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", defaultTimeouts.body},
		} {
			began := time.Now()
			conn := h.dial(t, c.text)
			require.NoError(t, conn.SetReadDeadline(time.Time{}))
			_, err := io.ReadAll(conn)
			assert.NoError(t, err, "%s: the connection is still open", name)
			assert.InDelta(t, c.within, time.Since(began), float64(time.Second), name)
		}
		assert.Equal(t, http.StatusOK, h.send(http.MethodPost, "/mcp", hello).status, "others are served")
	})
}

func TestReadDeadlineEndsWithTheBody(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, h *testServer) {
		id := h.greet()
		waiting := h.later(id, calling(1, "wait", object{"name": "long"}))
		assert.Equal(t, "long", heard(t, h.began))
		time.Sleep(10 * defaultTimeouts.body)
		close(h.open)
		assert.Contains(t, (<-waiting).body, "waited long")
	})
}

func TestTooLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	a := h.send(http.MethodPost, "/mcp", hello, "X-Large", strings.Repeat("x", 64<<10))
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, a.status)
}
