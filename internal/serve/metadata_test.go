package serve

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMetadataIsWhereClientsLook(t *testing.T) {
	t.Parallel()
	for public, also := range map[string][]string{
		"": nil, "/": nil, "/mcp": nil, "/sse": nil, "/kombo": {"/kombo"},
		"/kombo/mcp": {"/kombo/mcp", "/kombo/sse"}, "/kombo/sse": {"/kombo/mcp", "/kombo/sse"}, "/kombo/mcp/": {"/kombo/mcp", "/kombo/sse"},
		"/a b/{x}/mcp": {"/a%20b/%7Bx%7D/mcp", "/a%20b/%7Bx%7D/sse"},
	} {
		h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Metadata, o.PublicPath = []byte(`{"resource":"x"}`), public })
		for _, path := range append([]string{"", "/mcp", "/sse"}, also...) {
			a := h.send(http.MethodGet, "/.well-known/oauth-protected-resource"+path, "")
			assert.Equal(t, http.StatusOK, a.status, "%q %q", public, path)
			assert.JSONEq(t, `{"resource":"x"}`, a.body)
		}
		for _, path := range []string{"/other", "/kombo/other", "/mcp/x"} {
			assert.Equal(t, http.StatusNotFound, h.send(http.MethodGet, "/.well-known/oauth-protected-resource"+path, "").status, "%q %q", public, path)
		}
	}
}
