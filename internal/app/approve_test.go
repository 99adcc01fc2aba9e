package app

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

func TestTheAddressOfThePageOfApproversIsKnownOrNotSaid(t *testing.T) {
	loopback, anywhere := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8787}, &net.TCPAddr{IP: net.IPv4zero, Port: 8787}
	for _, c := range []struct {
		public, cert string
		at           net.Addr
		want         string
	}{
		{"", "", loopback, "http://127.0.0.1:8787/approve"},
		{"", "cert.pem", loopback, "https://127.0.0.1:8787/approve"},
		{"", "cert.pem", anywhere, ""},
		{"https://mcp.example.com/mcp", "", anywhere, "https://mcp.example.com/approve"},
		{"https://mcp.example.com:8443/sse", "", loopback, "https://mcp.example.com:8443/approve"},
		{"https://mcp.example.com/", "", anywhere, "https://mcp.example.com/approve"},
		{"https://example.com/kombo/mcp", "", anywhere, ""},
		{"mcp.example.com", "", anywhere, ""},
		{"%", "", anywhere, ""},
	} {
		s := over(TransportHTTP)
		s.PublicURL, s.TLSCert = c.public, c.cert
		assert.Equal(t, c.want, s.approveURL(c.at), c)
	}
}

func TestAnAgentIsToldOfDoorsThatAreThere(t *testing.T) {
	none, some := &tenants.Tenant{}, &tenants.Tenant{Approvers: []tenants.Token{{Name: "anna", SHA256: tenants.Hash("x")}}}
	a := &App{settings: over(TransportHTTP)}
	assert.Equal(t, "The person runs `kombo-mcp approve` in a terminal on the server's machine.", a.settings.approveHint(a.approvePageOf(none)))
	assert.Contains(t, a.settings.approveHint(a.approvePageOf(some)), "opens /approve on this server, or runs")
	a.approveURL = "https://mcp.example.com/approve"
	assert.Contains(t, a.settings.approveHint(a.approvePageOf(some)), "opens https://mcp.example.com/approve, or runs")
	assert.NotContains(t, a.settings.approveHint(a.approvePageOf(none)), "/approve ")
	assert.Equal(t, "The person runs `kombo-mcp approve` in a terminal of their own.", over(TransportStdio).approveHint(""))
}

func TestThePageOfApproversIsReachedByNamesThatAreKnown(t *testing.T) {
	for _, c := range []struct {
		hosts    []string
		public   string
		loopback bool
		want     []string
	}{
		{nil, "", true, []string{"localhost", "127.0.0.1", "::1"}},
		{nil, "", false, []string{"*"}},
		{[]string{"mcp.example.com:8443", "[::2]"}, "", false, []string{"mcp.example.com", "::2"}},
		{[]string{"a.example"}, "https://b.example:8443/mcp", true, []string{"a.example", "b.example", "localhost", "127.0.0.1", "::1"}},
		{nil, "https://b.example/mcp", false, []string{"b.example"}},
	} {
		s := over(TransportHTTP)
		s.AllowHosts, s.PublicURL = c.hosts, c.public
		assert.Equal(t, c.want, s.approveHosts(c.loopback))
	}
}

func TestThePageOfApproversTakesFormsFromItsOriginAlone(t *testing.T) {
	s := over(TransportHTTP)
	s.AllowOrigins, s.PublicURL = []string{"https://app.example.com"}, "https://mcp.example.com/mcp"
	p := newApprovePage(&App{settings: s, opts: Options{}.withDefaults()}, &httpAuth{}, true)
	assert.Equal(t, []string{"https://mcp.example.com"}, p.opts.Origins, "not from pages that may call")
	assert.True(t, p.opts.Secure)
	s.PublicURL = ""
	p = newApprovePage(&App{settings: s, opts: Options{}.withDefaults()}, &httpAuth{}, true)
	assert.Empty(t, p.opts.Origins)
	assert.False(t, p.opts.Secure)
}
