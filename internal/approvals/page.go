package approvals

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
)

// PageOptions configure a Page.
type PageOptions struct {
	// Store has the approvals. Required.
	Store Store
	// Path is where the page is mounted, with everything below it; "/approve" when empty.
	Path string
	// SignIn authenticates an approver by the bearer token in the Authorization header of a request,
	// which has no other header. It must refuse the tokens that agents call with: otherwise an agent
	// could approve its own writes. It is called again for each request of a session, so that revoking a
	// token ends the session. Nil if nobody signs in and sessions start only with Invite.
	SignIn func(*http.Request) (Approver, error)
	// NewLink is a sentence that says how to get another link that opens the page. When empty, it is
	// general.
	NewLink string
	// Hosts are the host names, without port, under which browsers may reach the page; other names could
	// be pointed here by another site (DNS rebinding). Loopback when empty, any name if "*".
	Hosts []string
	// Origins are further origins of the page (scheme://host[:port]), for a proxy that changes the Host
	// header.
	Origins []string
	// Secure is set if browsers reach the page through https, here or at a proxy.
	Secure bool
	// Now is the clock, time.Now when nil; Location the time zone of what is shown, time.Local when
	// nil.
	Now      func() time.Time
	Location *time.Location
	// Logger logs errors and refused tokens; nil discards them.
	Logger *slog.Logger
}

// Page is a small web page on which approvers read the waiting writes and decide. It has no script.
//
// A session starts with a one-time secret in the URL ([Page.Invite]) or with a token
// ([PageOptions.SignIn]). The cookie is a random reference to it. Without https, each session also has a
// path of its own, and its cookie is limited to that path: browsers send cookies to every port of a host,
// so any other server on this machine could otherwise collect the cookie.
//
// Sessions are kept in this process. With several servers behind a load balancer, a browser has to stay
// with one of them.
type Page struct {
	opt      PageOptions
	sessions *sessions
}

// NewPage returns a page.
func NewPage(o PageOptions) (*Page, error) {
	if o.Store == nil {
		return nil, errors.New("approvals: a page needs a store")
	}
	if o.Path == "" {
		o.Path = "/approve"
	}
	if o.Path[0] != '/' || strings.HasSuffix(o.Path, "/") || url.PathEscape(o.Path) != strings.ReplaceAll(o.Path, "/", "%2F") {
		return nil, errors.New("approvals: the path of a page must begin with a slash, not end with one, and contain no characters that a URL escapes")
	}
	if o.NewLink == "" {
		o.NewLink = "Get a new one where you got the last."
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Page{opt: o, sessions: newSessions(o.Now)}, nil
}

// Invite returns the path and query that open the page for an approver, once, within ten minutes.
// Whoever opens them first acts as that approver.
func (p *Page) Invite(who Approver) string {
	return p.opt.Path + "?secret=" + p.sessions.invite(who)
}

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setHeaders(w.Header())
	rest, below := strings.CutPrefix(r.URL.Path, p.opt.Path)
	switch {
	case !p.hostAllowed(r.Host):
		p.refuse(w, http.StatusForbidden, "This page is not available under that host name", "Open it by the address that you were given.")
	case !below || rest != "" && rest[0] != '/':
		p.refuse(w, http.StatusNotFound, "There is nothing here", "The page for approvals is at "+p.opt.Path+".")
	case r.Method == http.MethodGet && isNavigation(r):
		p.get(w, r, rest)
	case r.Method == http.MethodPost && p.ownOrigin(r):
		p.post(w, r, rest)
	case r.Method == http.MethodGet, r.Method == http.MethodPost:
		p.refuse(w, http.StatusForbidden, "The request came from another page", "Only the approval page itself may send it. Nothing was decided.")
	default:
		w.Header().Set("Allow", "GET, POST")
		p.refuse(w, http.StatusMethodNotAllowed, "This method is not supported", "Open the page in a browser.")
	}
}

// setHeaders keeps the page out of frames and caches and away from other pages, and scripts out of it.
func setHeaders(h http.Header) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

func (p *Page) hostAllowed(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if len(p.opt.Hosts) == 0 {
		return loopback.Is(host)
	}
	return slices.Contains(p.opt.Hosts, "*") ||
		slices.ContainsFunc(p.opt.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

// isNavigation reports whether a browser would show the answer as a page of its own, as far as it says:
// not in a frame, as an image or to a script.
func isNavigation(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return dest == "" || dest == "document"
}

// ownOrigin reports whether a form was sent from this page. A browser sends the origin, how that relates
// to the page, or both. Whatever it sends must be right, and it must send one of them.
func (p *Page) ownOrigin(r *http.Request) bool {
	site, origins := r.Header.Get("Sec-Fetch-Site"), r.Header.Values("Origin")
	if site != "" && site != "same-origin" || len(origins) > 1 {
		return false
	}
	if len(origins) == 0 || origins[0] == "null" {
		return site == "same-origin"
	}
	scheme := "http://"
	if p.opt.Secure {
		scheme = "https://"
	}
	return strings.EqualFold(origins[0], scheme+r.Host) || slices.Contains(p.opt.Origins, origins[0])
}

// get serves pages. It changes nothing, except that it uses up a secret.
func (p *Page) get(w http.ResponseWriter, r *http.Request, rest string) {
	if secret := r.URL.Query().Get("secret"); secret != "" && rest == "" {
		p.open(w, r, secret)
		return
	}
	s, ok := p.session(r, rest)
	switch {
	case ok && strings.TrimPrefix(r.URL.Path, s.base) != "":
		p.refuse(w, http.StatusNotFound, "There is nothing here", "Go back to the list of approvals.")
	case ok && r.URL.Query().Has("decided"):
		p.showDecided(w, r, s, r.URL.Query().Get("decided"))
	case ok:
		p.showList(w, r, s)
	case p.opt.SignIn != nil:
		p.showSignIn(w, http.StatusOK, "")
	default:
		p.refuse(w, http.StatusForbidden, "This page is closed", "A link opens it, once. "+p.opt.NewLink)
	}
}

// open starts a session with a secret and redirects to a URL without it.
func (p *Page) open(w http.ResponseWriter, r *http.Request, secret string) {
	who, ok := p.sessions.accept(secret)
	if !ok {
		p.refuse(w, http.StatusForbidden, "This link no longer works", "Each link opens the page once, within ten minutes. "+p.opt.NewLink+" If you did not open the page before, somebody else may have: tell the operator of this server.")
		return
	}
	s := p.begin(w, who, "")
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		// If another site, or a file, has the link, browsers do not send the cookie along a redirect.
		// From a page of our own they do.
		p.render(w, http.StatusOK, view{Name: "continue", Title: "Opening the page", Base: s.base, Refresh: "0;url=" + s.base})
		return
	}
	redirect(w, s.base)
}

// begin starts a session and sets its cookie.
func (p *Page) begin(w http.ResponseWriter, who Approver, authorization string) *session {
	value, s := p.sessions.begin(who, authorization, p.opt.Path, !p.opt.Secure)
	p.setCookie(w, value, s.base, 0)
	return s
}

// setCookie sets the cookie of a session until the browser is closed, or removes it if age is negative.
func (p *Page) setCookie(w http.ResponseWriter, value, path string, age int) {
	if p.opt.Secure {
		path = "/" // required by its name
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure exactly if browsers use https
		Name: p.cookieName(), Value: value, Path: path, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: p.opt.Secure,
	})
}

func (p *Page) cookieName() string {
	if p.opt.Secure {
		return "__Host-kombo-approve"
	}
	return "kombo-approve"
}

// session returns the session of a request, if it has one and its approver may still decide.
func (p *Page) session(r *http.Request, rest string) (*session, bool) {
	for _, c := range r.CookiesNamed(p.cookieName()) {
		s, ok := p.sessions.get(c.Value)
		if !ok || r.URL.Path != s.base && !strings.HasPrefix(r.URL.Path, s.base+"/") || !p.opt.Secure && rest == "" {
			continue
		}
		if s.authorization == "" {
			return s, true
		}
		who, err := p.authenticate(r, s.authorization)
		if err != nil || who != s.who {
			p.opt.Logger.Info("approval session ended", "approver", s.who.Name, "err", err)
			p.sessions.end(s)
			continue
		}
		return s, true
	}
	return nil, false
}

// authenticate returns the approver of a token.
func (p *Page) authenticate(r *http.Request, authorization string) (Approver, error) {
	bare := r.Clone(r.Context())
	bare.Method, bare.Body, bare.ContentLength, bare.Form, bare.PostForm = http.MethodGet, http.NoBody, 0, nil, nil
	bare.Header = http.Header{"Authorization": {authorization}}
	who, err := p.opt.SignIn(bare)
	if err == nil && who.Name == "" {
		err = errors.New("approvals: an approver needs a name")
	}
	return who, err
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
