package serve

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

func TestMetricsAreForThisMachineOrWithToken(t *testing.T) {
	t.Parallel()
	for _, withToken := range []bool{true, false} {
		withTokenStatus := http.StatusOK
		if !withToken {
			withTokenStatus = http.StatusForbidden
		}
		h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
			o.Auth = tokenAuth{"secret": {Name: "one", Box: newBox(t, nil)}}
			o.Metrics, o.MetricsWithToken = NewMetrics(), withToken
			o.Guard.Hosts = []string{"mcp.example.com"}
		})
		h.http.Handle("GET /metrics", h.http.MetricsHandler())
		for name, c := range map[string]struct {
			headers []string
			status  int
		}{
			"this machine":               {nil, http.StatusOK},
			"this machine by name":       {[]string{"Host", "localhost:8080"}, http.StatusOK},
			"the public name":            {[]string{"Host", "mcp.example.com"}, http.StatusUnauthorized},
			"the public name, a port":    {[]string{"Host", "MCP.example.com:443"}, http.StatusUnauthorized},
			"a proxy that renames hosts": {[]string{"X-Forwarded-For", "203.0.113.9"}, http.StatusUnauthorized},
			"another proxy":              {[]string{"Forwarded", "for=203.0.113.9"}, http.StatusUnauthorized},
			"a wrong token":              {[]string{"Host", "mcp.example.com", "Authorization", "Bearer guess"}, http.StatusUnauthorized},
			"the token":                  {[]string{"Host", "mcp.example.com", "Authorization", "Bearer secret"}, withTokenStatus},
		} {
			a := h.send(http.MethodGet, "/metrics", "", c.headers...)
			assert.Equal(t, c.status, a.status, name)
			assert.Equal(t, c.status == http.StatusOK, len(a.body) > 500, name)
		}
	}
}

func TestMetricsOfServerWithoutTokensAreForThisMachine(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Metrics, o.MetricsWithToken, o.Guard.Hosts = NewMetrics(), true, []string{"mcp.example.com"}
	})
	h.http.Handle("GET /metrics", h.http.MetricsHandler())
	assert.Equal(t, http.StatusOK, h.send(http.MethodGet, "/metrics", "").status)
	assert.Equal(t, http.StatusForbidden, h.send(http.MethodGet, "/metrics", "", "Host", "mcp.example.com").status)
}

// TestOnlyThePartOfAnAnswerThatIsCountedIsKept, whatever its size.
func TestOnlyThePartOfAnAnswerThatIsCountedIsKept(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	whole := strings.Repeat("word ", 1<<20)
	want := digest.CountTokens(whole[:maxCountedBytes])
	assert.Equal(t, want, m.countTokens("get_jobs", whole))
	assert.Equal(t, want, m.countTokens("get_jobs", whole+"and more"), "no more of it is looked at")
	last, ok := m.lastAnswers.Load("get_jobs")
	require.True(t, ok)
	assert.Len(t, last.(countedAnswer).text, maxCountedBytes)
	assert.Equal(t, digest.CountTokens("two words"), m.countTokens("get_jobs", "two words"))
	assert.Zero(t, (*Metrics)(nil).countTokens("get_jobs", whole))
}
