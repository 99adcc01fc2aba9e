package app

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// listens returns how a server with these settings describes itself.
func listens(t *testing.T, s Settings, address string) Listening {
	t.Helper()
	addr, err := net.ResolveTCPAddr("tcp", address)
	require.NoError(t, err)
	auth, err := newAuth(s, addr.IP.IsLoopback())
	require.NoError(t, err)
	auth.state.Store(&tenantState{set: auth.store.Set()})
	a := &App{settings: s, approveURL: s.approveURL(addr)}
	if s.ConfirmFallback == "person" {
		a.approvals = struct{ approvals.Store }{}
	}
	return a.listening(addr, auth)
}

func TestAServerOverHTTPSaysWhereItIsReached(t *testing.T) {
	name, err := os.Hostname()
	require.NoError(t, err)
	for _, c := range []struct {
		change  func(*Settings)
		address string
		want    []string
	}{
		{func(*Settings) {}, "127.0.0.1:8787", []string{"http://127.0.0.1:8787/mcp", "http://127.0.0.1:8787/sse"}},
		{func(s *Settings) { s.Transports = []string{TransportSSE} }, "[::1]:1", []string{"http://[::1]:1/sse"}},
		{func(s *Settings) { s.TLSCert = "x" }, "192.0.2.1:443", []string{"https://192.0.2.1:443/mcp", "https://192.0.2.1:443/sse"}},
		{func(s *Settings) { s.TLSCert = "x" }, "0.0.0.0:443", []string{"https://" + name + ":443/mcp", "https://" + name + ":443/sse"}},
		{func(s *Settings) { s.BehindTLSProxy = true }, "0.0.0.0:80", []string{"https://PROXY/mcp", "https://PROXY/sse"}},
		{func(s *Settings) { s.PublicURL = "https://mcp.example.com" }, "0.0.0.0:80", []string{"https://mcp.example.com/mcp", "https://mcp.example.com/sse"}},
		{func(s *Settings) { s.PublicURL = "https://mcp.example.com/mcp" }, "127.0.0.1:80", []string{"https://mcp.example.com/mcp", "https://mcp.example.com/sse"}},
		{func(s *Settings) { s.PublicURL = "https://example.com/ats"; s.Transports = []string{TransportHTTP} }, "127.0.0.1:80", []string{"https://example.com/ats"}},
	} {
		s := over(TransportHTTP, TransportSSE)
		t.Setenv(varToken, "0123456789abcdef0123456789")
		c.change(&s)
		assert.Equal(t, c.want, listens(t, s, c.address).URLs)
	}
}

func TestAServerOverHTTPSaysWhoMayCall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	two := "tenants:\n  - {name: a, integration_id: x, token_sha256: " + tenants.Hash("a") + "}\n  - {name: b, integration_id: x, claims: {org: b}, approvers: [{name: anna, sha256: " + tenants.Hash("b") + "}]}\n"
	require.NoError(t, os.WriteFile(file, []byte(two), 0o600))

	open := listens(t, over(TransportHTTP), "127.0.0.1:1")
	assert.Equal(t, "every program on this machine; no token is asked for", open.Callers)
	assert.False(t, open.WithToken)
	assert.Empty(t, open.ApproveURL)

	many := over(TransportHTTP)
	many.Tenants, many.OIDCIssuer, many.OIDCAudience = file, "https://login.example.com", "https://mcp.example.com/mcp"
	assert.Equal(t, "2 tenants of tenants.yaml, access tokens of https://login.example.com", listens(t, many, "127.0.0.1:1").Callers)
	assert.Empty(t, listens(t, many, "127.0.0.1:1").ApproveURL, "no write waits for approval")
	many.ConfirmFallback = "person"
	assert.Equal(t, "http://127.0.0.1:1/approve", listens(t, many, "127.0.0.1:1").ApproveURL)

	t.Setenv(varToken, "0123456789abcdef0123456789")
	one := listens(t, over(TransportHTTP), "127.0.0.1:1")
	assert.Equal(t, "whoever sends the token", one.Callers)
	assert.True(t, one.WithToken)
	assert.NotContains(t, one.Callers, "0123456789")
}
