package serve

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Guard says which requests are looked at at all.
type Guard struct {
	// Hosts are the names by which the server is called, beside those of this
	// machine where it listens on loopback. Empty on another address takes any:
	// there is authentication then.
	Hosts []string
	// Origins are the pages that may call, as scheme://host[:port]. Those of
	// this machine may where the server listens on loopback.
	Origins []string
	// Loopback is set where the server listens on loopback alone.
	Loopback bool
}

var localNames = []string{"localhost", "127.0.0.1", "::1"}

// hostAllowed keeps out requests that a page got here by pointing a name of its
// own at this machine (DNS rebinding).
func (g *Guard) hostAllowed(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if slices.ContainsFunc(g.Hosts, func(h string) bool { return strings.EqualFold(h, host) || strings.EqualFold(h, r.Host) }) {
		return true
	}
	if g.Loopback {
		return slices.Contains(localNames, host)
	}
	return len(g.Hosts) == 0
}

// originAllowed keeps out pages that a browser has open. Only browsers send an
// origin.
func (g *Guard) originAllowed(origin string) bool {
	if slices.Contains(g.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && g.Loopback && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Path == "" &&
		slices.Contains(localNames, strings.ToLower(u.Hostname()))
}

// allow answers what must not come further, and preflights, and tells whether
// the request may.
func (g *Guard) allow(w http.ResponseWriter, r *http.Request) bool {
	if !g.hostAllowed(r) {
		refuse(w, http.StatusForbidden, "this server is not called by that host name; see --allow-host")
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !g.originAllowed(origin) {
		refuse(w, http.StatusForbidden, "pages of that origin may not call this server; see --allow-origin")
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

// refuse answers with a line of text; it never repeats what was sent.
func refuse(w http.ResponseWriter, status int, why string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// Whoever is gone needs no reason.
	_, _ = w.Write([]byte(why + "\n")) //nolint:gosec // words of ours, as plain text
}
