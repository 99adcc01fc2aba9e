package app

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
)

// Listening describes a server over HTTP that accepts connections.
type Listening struct {
	Addr net.Addr
	// Transports are those of the settings, URLs the address of each as clients know it.
	Transports, URLs []string
	// Callers says who may call; WithToken reports whether they send a token.
	Callers   string
	WithToken bool
	// ApproveURL is the page where people approve writes, "" if no one can sign in there.
	ApproveURL string
}

// listening describes the server that listens on an address.
func (a *App) listening(address net.Addr, auth *httpAuth) Listening {
	l := Listening{Addr: address, Transports: a.settings.Transports, Callers: a.settings.callers(auth), WithToken: !auth.open}
	for _, t := range l.Transports {
		path := "/mcp"
		if t == TransportSSE {
			path = "/sse"
		}
		l.URLs = append(l.URLs, a.settings.clientURL(address, path))
	}
	if a.Approvals() != nil && auth.state.Load().set.UsesApprovers() {
		l.ApproveURL = cmp.Or(a.approveURL, a.settings.clientURL(address, serve.ApprovePath))
	}
	return l
}

// clientURL is the address of a path of this server as clients know it: that of --public-url, or else
// where the server listens. The name of a proxy before it is known from --public-url alone.
func (s Settings) clientURL(address net.Addr, path string) string {
	if u, err := url.Parse(s.PublicURL); err == nil && u.Host != "" {
		if path == "/mcp" && strings.Trim(u.Path, "/") != "" {
			return s.PublicURL
		}
		u.Path = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/mcp"), "/sse") + path
		return u.String()
	}
	scheme, host := "http://", address.String()
	if s.BehindTLSProxy && !isLoopbackAddr(address) {
		return "https://PROXY" + path
	}
	if s.TLSCert != "" {
		scheme = "https://"
	}
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		// It listens on every address of this machine; others know it by its name.
		if name, err := os.Hostname(); err == nil {
			host = net.JoinHostPort(name, strconv.Itoa(tcp.Port))
		}
	}
	return scheme + host + path
}

// callers says who may call.
func (s Settings) callers(auth *httpAuth) string {
	var who []string
	switch set := auth.state.Load().set; {
	case auth.open:
		return "every program on this machine; no token is asked for"
	case s.Tenants != "" && len(set.Tenants()) == 1:
		who = append(who, "1 tenant of "+filepath.Base(s.Tenants))
	case s.Tenants != "":
		who = append(who, fmt.Sprintf("%d tenants of %s", len(set.Tenants()), filepath.Base(s.Tenants)))
	case set.UsesTokens():
		who = append(who, "whoever sends the token")
	}
	if s.OIDCIssuer != "" {
		who = append(who, "access tokens of "+s.OIDCIssuer)
	}
	return strings.Join(who, ", ")
}
