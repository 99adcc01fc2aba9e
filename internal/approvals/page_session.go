package approvals

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

const (
	// inviteFor is how long a secret is valid.
	inviteFor = 10 * time.Minute
	// idleFor is how long a session lasts without use, sessionFor how long in any case.
	idleFor    = time.Hour
	sessionFor = 12 * time.Hour
	// maxSessions bounds the sessions; the least recently used one is dropped.
	maxSessions = 1000
)

// session is an approver's session in a browser.
type session struct {
	who Approver
	// authorization is the header with the token of an approver who signed in; empty for an invitation.
	authorization string
	// base is the path of the session's pages.
	base string
	// key signs the tokens of its forms, cookieHash is the hash of its cookie.
	key, cookieHash [32]byte
	started, used   time.Time
}

// token returns the token of a form, which is valid in this session and for one purpose only.
func (s *session) token(about string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(about))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *session) isToken(token, about string) bool {
	return hmac.Equal([]byte(token), []byte(s.token(about)))
}

// sessions holds invitations and sessions by the hashes of their secrets, so that the time of a lookup
// reveals nothing about a secret.
type sessions struct {
	now func() time.Time

	mu      sync.Mutex
	invites map[[32]byte]invite
	open    map[[32]byte]*session
}

type invite struct {
	who   Approver
	until time.Time
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, invites: map[[32]byte]invite{}, open: map[[32]byte]*session{}}
}

func (s *sessions) invite(who Approver) (secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, i := range s.invites {
		if !s.now().Before(i.until) {
			delete(s.invites, name)
		}
	}
	secret = rand.Text()
	s.invites[sha256.Sum256([]byte(secret))] = invite{who: who, until: s.now().Add(inviteFor)}
	return secret
}

// accept uses up a secret.
func (s *sessions) accept(secret string) (Approver, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := sha256.Sum256([]byte(secret))
	i, ok := s.invites[name]
	delete(s.invites, name)
	return i.who, ok && s.now().Before(i.until)
}

// begin starts a session whose pages are at path, or at a path of its own below that.
func (s *sessions) begin(who Approver, authorization, path string, ownPath bool) (cookie string, _ *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune()
	cookie = rand.Text()
	n := &session{
		who: who, authorization: authorization, base: path, cookieHash: sha256.Sum256([]byte(cookie)),
		key: sha256.Sum256([]byte(rand.Text())), started: s.now(), used: s.now(),
	}
	if ownPath {
		n.base += "/" + rand.Text()
	}
	s.open[n.cookieHash] = n
	return cookie, n
}

// prune removes sessions that are over, and the least recently used one if there are too many.
func (s *sessions) prune() {
	var oldest *session
	for _, o := range s.open {
		if s.over(o) {
			delete(s.open, o.cookieHash)
		} else if oldest == nil || o.used.Before(oldest.used) {
			oldest = o
		}
	}
	if len(s.open) >= maxSessions {
		delete(s.open, oldest.cookieHash)
	}
}

func (s *sessions) over(o *session) bool {
	now := s.now()
	return now.Sub(o.used) >= idleFor || now.Sub(o.started) >= sessionFor
}

// get returns a session that is not over and marks it as used.
func (s *sessions) get(cookie string) (*session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.open[sha256.Sum256([]byte(cookie))]
	if !ok || s.over(o) {
		return nil, false
	}
	o.used = s.now()
	return o, true
}

func (s *sessions) end(o *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, o.cookieHash)
}
