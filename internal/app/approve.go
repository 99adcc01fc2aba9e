package app

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// errCallerToken is for a caller who tries to approve.
var errCallerToken = errors.New("the token is a caller's, who does not approve")

// approvePage serves serve.ApprovePath as soon as a tenant's writes wait for approval, which a
// reload of the tenants file may bring about.
type approvePage struct {
	app  *App
	auth *httpAuth
	opts approvals.PageOptions

	mu   sync.Mutex
	page *approvals.Page
}

func newApprovePage(a *App, auth *httpAuth, loopback bool) *approvePage {
	s := a.settings
	p := &approvePage{app: a, auth: auth, opts: approvals.PageOptions{
		Path: serve.ApprovePath, SignIn: auth.signIn, Hosts: s.approveHosts(loopback), Logger: a.opts.Logger,
		Secure: s.TLSCert != "" || s.BehindTLSProxy,
	}}
	if u, err := url.Parse(s.PublicURL); err == nil && u.Host != "" {
		p.opts.Origins = []string{u.Scheme + "://" + u.Host}
		p.opts.Secure = p.opts.Secure || u.Scheme == "https"
	}
	return p
}

// ServeHTTP implements http.Handler.
func (p *approvePage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, err := p.current()
	switch {
	case err != nil:
		p.app.opts.Logger.Error("approval page not available", "err", err)
		http.Error(w, "this page is not available now", http.StatusInternalServerError)
	case page == nil:
		http.Error(w, "no writes wait for approval here: see --confirm-fallback person", http.StatusNotFound)
	case !p.auth.state.Load().set.UsesApprovers():
		http.Error(w, "nobody can sign in here, since no approver has a token. Run kombo-mcp approve on the server's machine, or see KOMBO_APPROVER_TOKEN and approvers in the tenants file", http.StatusNotFound)
	default:
		page.ServeHTTP(w, r)
	}
}

// current returns the page, nil while no tenant's writes wait for approval.
func (p *approvePage) current() (*approvals.Page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.page != nil {
		return p.page, nil
	}
	p.opts.Store = p.app.Approvals()
	if p.opts.Store == nil {
		return nil, nil
	}
	var err error
	p.page, err = approvals.NewPage(p.opts)
	return p.page, err
}

// signIn returns the approver whose token a request carries. Access tokens of an issuer are none:
// agents call with those, in the name of the same people.
func (a *httpAuth) signIn(r *http.Request) (who approvals.Approver, err error) {
	token, err := tenants.Bearer(r.Header)
	if err != nil {
		return who, err
	}
	set := a.state.Load().set
	t, name, ok := set.ByApprover(token)
	if !ok {
		if _, ok := set.ByToken(token); ok {
			return who, errCallerToken
		}
		return who, tenants.ErrToken
	}
	return approvals.Approver{Name: name, Scope: approvals.OfTenant(t.Name)}, nil
}

// approveHosts are the names by which browsers may reach the page of approvers: those that the
// settings name, and on loopback those of this machine. Any if there are none: then a token is what
// protects the page.
func (s Settings) approveHosts(loopback bool) []string {
	var hosts []string
	for _, h := range s.AllowHosts {
		if name, _, err := net.SplitHostPort(h); err == nil {
			h = name
		}
		hosts = append(hosts, strings.Trim(h, "[]"))
	}
	if u, err := url.Parse(s.PublicURL); err == nil && u.Hostname() != "" {
		hosts = append(hosts, u.Hostname())
	}
	switch {
	case loopback:
		return append(hosts, "localhost", "127.0.0.1", "::1")
	case len(hosts) == 0:
		return []string{"*"}
	}
	return hosts
}

// approvePageOf says where the approvers of a tenant sign in, "" if it has none.
func (a *App) approvePageOf(t *tenants.Tenant) string {
	if len(t.Approvers) == 0 {
		return ""
	}
	return cmp.Or(a.approveURL, serve.ApprovePath+" on this server")
}

// approveURL is the address of the page of approvers, "" if it is not known. It has no secret in it.
// address is where the server listens.
func (s Settings) approveURL(address net.Addr) string {
	if s.PublicURL == "" {
		if !isLoopbackAddr(address) {
			return ""
		}
		scheme := "http://"
		if s.TLSCert != "" {
			scheme = "https://"
		}
		return scheme + address.String() + serve.ApprovePath
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" && u.Path != "/mcp" && u.Path != "/sse" {
		// Below another path, a proxy decides what arrives here.
		return ""
	}
	return u.Scheme + "://" + u.Host + serve.ApprovePath
}
