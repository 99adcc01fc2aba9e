package serve

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// approvePage is a page that answers what it was asked.
func approvePage(o *HTTPOptions, _ *HTTP) {
	o.Guard.Origins = []string{"https://app.example.com"}
	o.Approve = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(r.Method + " " + r.URL.Path + " " + string(body))) //nolint:gosec // a test reads it, not a browser
	})
}

func TestApproversAreGuardedByHostAndCheckOriginsThemselves(t *testing.T) {
	t.Parallel()
	h := startServer(t, approvePage)
	for _, path := range []string{"/approve", "/approve/", "/approve/x/decide"} {
		a := h.send(http.MethodPost, path, "form", "Origin", "https://mcp.example.com")
		assert.Equal(t, "POST "+path+" form", a.body)
		assert.Equal(t, http.StatusForbidden, h.send(http.MethodGet, path, "", "Host", "evil.example").status, path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			a = h.send(method, path, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST")
			assert.Equal(t, method+" "+path+" ", a.body, "a page that may call tools gets no permission here")
			for name := range a.header {
				assert.False(t, strings.HasPrefix(name, "Access-Control-"), name)
			}
		}
	}
	for _, path := range []string{"/approved", "/mcp", "/sse"} {
		assert.Equal(t, http.StatusForbidden, h.send(http.MethodPost, path, hello, "Origin", "https://mcp.example.com").status, path)
	}
	none := startServer(t, nil)
	assert.Equal(t, http.StatusNotFound, none.send(http.MethodGet, "/approve", "").status)
	assert.Equal(t, http.StatusForbidden, none.send(http.MethodGet, "/approve", "", "Origin", "https://mcp.example.com").status)
}

func TestASlowApproverLosesTheConnection(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, h *HTTP) {
		approvePage(o, h)
		h.timeouts.body = 50 * time.Millisecond
	})
	conn := h.dial(t, "POST /approve/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nt")
	answer, err := io.ReadAll(conn)
	require.NoError(t, err, "the connection is still open")
	assert.Contains(t, string(answer), "400 Bad Request")
}
