package approvals

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// contentPolicy allows the page's own style and forms and nothing else: no scripts, images or frames, and
// nothing from another origin.
var contentPolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}()

// maxRecent is the most decisions that the page lists.
const maxRecent = 20

// view is the data of the template.
type view struct {
	// Name selects the part of the template, Title is the heading.
	Name, Title string
	Style       template.CSS
	// Refresh is the content of a meta refresh; empty for none.
	Refresh string
	// Base is the path of the session's pages, or of the page itself.
	Base string
	// Who is the approver's name, SignOut the token of the form that ends the session; empty for none.
	Who, SignOut string

	Message string
	Waiting []card
	Recent  []card
	// More is the text of the link back to the list.
	More string
}

// card is one approval.
type card struct {
	ID, Title, Tool string
	Origin          []string
	Statement       [][]run
	Outcome         string
	Good            bool
	Token           string
}

func (p *Page) card(a Approval, s *session) card {
	return card{
		ID: a.ID, Title: title(a.Tool), Tool: visibleLine(a.Tool), Origin: a.origin(s.who.Scope, p.opt.Now(), p.opt.Location),
		Statement: lines(a.Statement), Outcome: a.outcome(p.opt.Location), Good: a.State == Approved || a.State == Spent,
		Token: s.token("decide " + a.ID),
	}
}

// lines returns a statement as it is shown, line by line.
func lines(statement string) [][]run {
	var out [][]run
	for line := range strings.SplitSeq(visible(statement), "\n") {
		out = append(out, runs(line))
	}
	return out
}

func (p *Page) sessionView(name, title string, s *session) view {
	v := view{Name: name, Title: title, Base: s.base, Who: visibleLine(s.who.Name)}
	if s.authorization != "" {
		v.SignOut = s.token("sign-out")
	}
	return v
}

// showList shows what is waiting, and what was decided recently.
func (p *Page) showList(w http.ResponseWriter, r *http.Request, s *session) {
	all, err := p.opt.Store.List(r.Context(), s.who.Scope)
	if err != nil {
		p.broken(w, s, err)
		return
	}
	v := p.sessionView("list", "Nothing is waiting for approval", s)
	for _, a := range all {
		if a.State == Waiting {
			v.Waiting = append(v.Waiting, p.card(a, s))
		}
	}
	slices.SortStableFunc(all, func(a, b Approval) int { return b.DecidedAt.Compare(a.DecidedAt) })
	for _, a := range all {
		if a.State != Waiting && len(v.Recent) < maxRecent {
			v.Recent = append(v.Recent, p.card(a, s))
		}
	}
	if n := len(v.Waiting); n > 0 {
		v.Title = plural(n, "change is", "changes are") + " waiting for your approval"
	} else {
		v.Refresh = "10" // only here, where no button can move
	}
	p.render(w, http.StatusOK, v)
}

// showDecided says what a decision means. It has no button, so that a button pressed twice cannot decide
// about the next write.
func (p *Page) showDecided(w http.ResponseWriter, r *http.Request, s *session, id string) {
	a, err := p.opt.Store.Get(r.Context(), s.who.Scope, id)
	if errors.Is(err, ErrNotFound) {
		p.tell(w, http.StatusNotFound, s, "This has expired", "An approval is valid for one hour.")
		return
	}
	all, lerr := p.opt.Store.List(r.Context(), s.who.Scope)
	if err = errors.Join(err, lerr); err != nil {
		p.broken(w, s, err)
		return
	}
	heading := map[State]string{Waiting: "Not decided yet", Approved: "Approved", Spent: "Approved", Declined: "Declined"}[a.State]
	v := p.sessionView("decided", heading, s)
	v.Recent = []card{p.card(a, s)}
	all = slices.DeleteFunc(all, func(a Approval) bool { return a.State != Waiting })
	v.More = "Back to the list. Nothing else is waiting."
	if len(all) > 0 {
		v.More = "Continue: " + plural(len(all), "more is waiting", "more are waiting")
	}
	p.render(w, http.StatusOK, v)
}

func (p *Page) showSignIn(w http.ResponseWriter, status int, message string) {
	p.render(w, status, view{Name: "sign-in", Title: "Sign in to approve", Base: p.opt.Path, Message: message})
}

// tell shows a message within a session.
func (p *Page) tell(w http.ResponseWriter, status int, s *session, title, message string) {
	v := p.sessionView("message", title, s)
	v.Message, v.More = message, "Back to the list"
	p.render(w, status, v)
}

func (p *Page) broken(w http.ResponseWriter, s *session, err error) {
	p.opt.Logger.Error("approvals not listed", "err", err)
	p.tell(w, http.StatusInternalServerError, s, "The list is not available", "Nothing was decided. Try again. If that does not help, tell the operator of this server.")
}

// refuse shows a message without a session.
func (p *Page) refuse(w http.ResponseWriter, status int, title, message string) {
	p.render(w, status, view{Name: "message", Title: title, Message: message})
}

func (p *Page) render(w http.ResponseWriter, status int, v view) {
	v.Style = template.CSS(pageStyle) //nolint:gosec // our own
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, v); err != nil {
		p.opt.Logger.Error("approval page not rendered", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if v.Base != "" && v.Name != "continue" {
		// With no-referrer, browsers send the origin of forms as null.
		w.Header().Set("Referrer-Policy", "same-origin")
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser may be gone
}
