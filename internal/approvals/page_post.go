package approvals

import (
	"errors"
	"mime"
	"net/http"
	"strings"
)

// maxForm bounds the size of a form, and so of a token, in bytes.
const maxForm = 32 << 10

// post handles a form. That it was sent from this page is known.
func (p *Page) post(w http.ResponseWriter, r *http.Request, rest string) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		p.refuse(w, http.StatusUnsupportedMediaType, "The request is not a form of this page", "Nothing was decided.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		p.refuse(w, http.StatusBadRequest, "The form cannot be read", "Nothing was decided. Go back and try again.")
		return
	}
	if rest == "/sign-in" && p.opt.SignIn != nil {
		p.signIn(w, r)
		return
	}
	s, ok := p.session(r, rest)
	if !ok {
		p.refuse(w, http.StatusForbidden, "Your session has ended", "Nothing was decided. Open the page again.")
		return
	}
	switch strings.TrimPrefix(r.URL.Path, s.base) {
	case "/decide":
		p.decide(w, r, s)
	case "/sign-out":
		p.signOut(w, r, s)
	default:
		p.refuse(w, http.StatusNotFound, "There is nothing here", "Nothing was decided.")
	}
}

// signIn starts a session with a pasted token, which is kept here and not in the browser.
func (p *Page) signIn(w http.ResponseWriter, r *http.Request) {
	const not = "That token is not an approver's. Approvers have tokens of their own: ask the operator of this server."
	token := strings.TrimSpace(r.PostForm.Get("token"))
	if len(token) > len("Bearer ") && strings.EqualFold(token[:len("Bearer ")], "Bearer ") {
		token = strings.TrimSpace(token[len("Bearer "):])
	}
	if token == "" || strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		p.showSignIn(w, http.StatusForbidden, not)
		return
	}
	authorization := "Bearer " + token
	who, err := p.authenticate(r, authorization)
	if err != nil {
		p.opt.Logger.Info("approver sign-in refused", "err", err)
		p.showSignIn(w, http.StatusForbidden, not)
		return
	}
	redirect(w, p.begin(w, who, authorization).base)
}

func (p *Page) signOut(w http.ResponseWriter, r *http.Request, s *session) {
	if !s.isToken(r.PostForm.Get("token"), "sign-out") {
		p.refuse(w, http.StatusForbidden, "The form belongs to another session", "Load the page again.")
		return
	}
	p.sessions.end(s)
	p.setCookie(w, "", s.base, -1)
	redirect(w, p.opt.Path)
}

func (p *Page) decide(w http.ResponseWriter, r *http.Request, s *session) {
	id, decision := r.PostForm.Get("id"), r.PostForm.Get("decision")
	if !s.isToken(r.PostForm.Get("token"), "decide "+id) || decision != "approve" && decision != "decline" {
		p.refuse(w, http.StatusForbidden, "The form belongs to another session", "Nothing was decided. Load the page again.")
		return
	}
	d := s.who.decides(decision == "approve", "page")
	a, err := p.opt.Store.Decide(r.Context(), s.who.Scope, id, d)
	same := a.DecidedBy == d.By && a.DecidedHow == d.How && (a.State != Declined) == d.Approve
	switch {
	case err == nil, errors.Is(err, ErrDecided) && same: // a button that was pressed twice
		redirect(w, s.base+"?decided="+id)
	case errors.Is(err, ErrDecided):
		p.tell(w, http.StatusConflict, s, "This was decided before", a.outcome(p.opt.Location))
	case errors.Is(err, ErrNotFound):
		p.tell(w, http.StatusNotFound, s, "This is no longer waiting", "It has expired. Nothing is sent unless the agent asks again.")
	case errors.Is(err, ErrNotRecorded):
		p.opt.Logger.Error("approval decision not recorded", "id", id, "err", err)
		p.tell(w, http.StatusInternalServerError, s, "Your decision counts, but was not recorded",
			"The journal could not be written. Tell the operator of this server. "+a.outcome(p.opt.Location))
	default:
		p.opt.Logger.Error("approval not decided", "id", id, "err", err)
		p.tell(w, http.StatusInternalServerError, s, "Your decision could not be stored", "Try again. If that does not help, tell the operator of this server.")
	}
}
