package serve

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Guard decides which requests are served, before anyone is authenticated.
type Guard struct {
	// Hosts are the accepted names of the server; if it listens on loopback, those
	// of this machine are accepted as well. If it listens elsewhere and Hosts is
	// empty, every name is accepted, since there is authentication.
	Hosts []string
	// Origins are the web origins that may call, as scheme://host[:port]; if the
	// server listens on loopback, those of this machine may as well.
	Origins []string
	// Loopback is set if the server listens on loopback only.
	Loopback bool
}

var localNames = []string{"localhost", "127.0.0.1", "::1"}

// hostAllowed protects against DNS rebinding: a page that points a host name of its
// own to this machine.
func (g *Guard) hostAllowed(r *http.Request) bool {
	host := hostName(r)
	if slices.ContainsFunc(g.Hosts, func(h string) bool { return strings.EqualFold(h, host) || strings.EqualFold(h, r.Host) }) {
		return true
	}
	if g.Loopback {
		return slices.Contains(localNames, host)
	}
	return len(g.Hosts) == 0
}

// hostName returns the name by which a request reached the server, in lower case.
func hostName(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// isLocal reports whether a request came from this machine, and not through a proxy on it.
func (g *Guard) isLocal(r *http.Request) bool {
	forwarded := slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"},
		func(name string) bool { return r.Header.Get(name) != "" })
	return g.Loopback && !forwarded && slices.Contains(localNames, hostName(r))
}

// originAllowed protects against other pages in a browser. Only browsers send an
// origin.
func (g *Guard) originAllowed(origin string) bool {
	if slices.Contains(g.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && g.Loopback && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Path == "" &&
		slices.Contains(localNames, strings.ToLower(u.Hostname()))
}

// allow reports whether the request may be served. If not, it responds; it also
// responds to preflight requests.
func (g *Guard) allow(w http.ResponseWriter, r *http.Request) bool {
	if !g.allowHost(w, r) {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !g.originAllowed(origin) {
		respond(w, http.StatusForbidden, "pages of that origin may not call this server; see --allow-origin")
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return true
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, X-Kombo-Read-Only, X-Kombo-Tools")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}

// allowHost is allow without regard to the origin.
func (g *Guard) allowHost(w http.ResponseWriter, r *http.Request) bool {
	if g.hostAllowed(r) {
		return true
	}
	respond(w, http.StatusForbidden, "this server does not serve that host name; see --allow-host")
	return false
}

// respond responds with a status and a line of text, which must not quote the
// request.
func respond(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A client that is gone needs no response.
	_, _ = w.Write([]byte(text + "\n")) //nolint:gosec // words of ours, as plain text
}
