package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// sessionIdle is how long a session may be idle before it ends.
const sessionIdle = 30 * time.Minute

var (
	errNoSession = errors.New("there is no such session; initialize a new one")
	// errCallerBusy is for a caller who would leave no session for the others of the
	// tenant.
	errCallerBusy = errors.New("too many sessions of this caller have calls in progress or open questions; end some first")
)

// sessionTable has the sessions of one tenant. It accepts only ids that it generated,
// up to a maximum number, and only from the caller that opened the session: with the
// id of another's session, a caller could answer the questions to its person.
//
// In a full table, an idle session makes room for a new one: that of the caller with the
// most sessions which was silent longest.
type sessionTable struct {
	idle time.Duration
	now  func() time.Time
	// forget makes the library forget a session that ended.
	forget func(id string)

	mu      sync.Mutex
	open    map[string]*session // by id
	streams []*getStream        // open GET streams, oldest first
}

// session is one session. All but its first fields are guarded by the table's mutex.
type session struct {
	id     string
	opener origin
	// ctx ends with the session.
	ctx      context.Context
	end      context.CancelFunc
	lastSeen time.Time
	calls    int // calls in progress, including those that wait for an answer
	streams  int // open GET streams
	// unanswered are those of an SSE session.
	unanswered unanswered
	taken      bool // the library gave the id to the client
	unable     bool // see asker.unable
	batches    bool // its protocol version has batches
}

func newSessionTable() *sessionTable {
	return &sessionTable{idle: sessionIdle, now: time.Now, forget: func(string) {}, open: map[string]*session{}}
}

// create opens a session, of which there may be at most most. It returns nil if there are
// as many, all of them in use. The session of an SSE stream does not end by being idle.
func (t *sessionTable) create(opener origin, most int) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.makeRoom(most) {
		return nil
	}
	s := &session{id: "kombo-" + rand.Text(), opener: opener, lastSeen: t.now()}
	s.ctx, s.end = context.WithCancel(context.Background())
	t.open[s.id] = s
	context.AfterFunc(s.ctx, func() { t.forget(s.id) })
	return s
}

// makeRoom ends sessions until there are fewer than most, and reports whether it could.
// The caller must hold the lock.
func (t *sessionTable) makeRoom(most int) bool {
	if len(t.open) < most {
		return true
	}
	for _, s := range t.open {
		if t.isIdle(s) {
			t.remove(s)
		}
	}
	for len(t.open) >= most {
		s := t.dispensable()
		if s == nil {
			return false
		}
		t.remove(s)
	}
	return true
}

// dispensable returns the session that makes room first, nil if all are in use. The
// caller must hold the lock.
func (t *sessionTable) dispensable() (found *session) {
	count := map[string]int{}
	for _, s := range t.open {
		count[s.opener.Owner]++
	}
	for _, s := range t.open {
		if s.calls > 0 {
			continue
		}
		if found == nil || count[s.opener.Owner] > count[found.opener.Owner] ||
			count[s.opener.Owner] == count[found.opener.Owner] && s.lastSeen.Before(found.lastSeen) {
			found = s
		}
	}
	return found
}

// isIdle reports whether a session was silent for too long. The caller must hold the
// lock.
func (t *sessionTable) isIdle(s *session) bool {
	return s.opener.transport != transportSSE && s.calls == 0 && s.streams == 0 && t.now().Sub(s.lastSeen) > t.idle
}

// remove ends a session with its streams. The caller must hold the lock.
func (t *sessionTable) remove(s *session) {
	delete(t.open, s.id)
	s.end()
}

// end ends a session.
func (t *sessionTable) end(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.open[id]; s != nil {
		t.remove(s)
	}
}

// endWithdrawn ends the sessions whose opener has no access any more.
func (t *sessionTable) endWithdrawn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.open {
		if s.opener.current() == nil {
			t.remove(s)
		}
	}
}

// expectAnswer counts a message of an SSE session as unanswered. The error is that of
// [allowance.take].
func (t *sessionTable) expectAnswer(id string, m *message) error {
	t.mu.Lock()
	s := t.open[id]
	t.mu.Unlock()
	if s == nil || s.unanswered.allowance == nil {
		return nil
	}
	return s.unanswered.add(m)
}

// count returns the number of sessions.
func (t *sessionTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open)
}

// find returns the session of an id, nil if there is none of that owner. The caller must
// hold the lock.
func (t *sessionTable) find(id, owner string) *session {
	s := t.open[id]
	if s == nil || s.opener.Owner != owner {
		return nil
	}
	if t.isIdle(s) {
		t.remove(s)
		return nil
	}
	return s
}

// exists reports whether the id is that of a session of the owner that has not ended.
func (t *sessionTable) exists(id, owner string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.find(id, owner) != nil
}

// touch resets the idle time of a session. The error is errNoSession.
func (t *sessionTable) touch(id, owner string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id, owner)
	if s == nil {
		return errNoSession
	}
	s.lastSeen = t.now()
	return nil
}

// hold keeps the session of a request, if it has one, from making room until release is
// called. The error is errNoSession, errWithdrawn, or errCallerBusy if the caller has calls
// in too many of the sessions of the tenant already: a quarter is left to others.
func (t *sessionTable) hold(from origin, id string) (release func(), err error) {
	if id == "" {
		return func() {}, nil
	}
	current := from.current()
	if current == nil {
		return nil, errWithdrawn
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id, from.Owner)
	switch most := current.maxSessions(); {
	case s == nil:
		return nil, errNoSession
	case s.calls == 0 && t.uses(from.Owner, most-most/4):
		return nil, errCallerBusy
	}
	s.calls++
	s.lastSeen = t.now()
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		s.calls--
		s.lastSeen = t.now()
	}), nil
}

// uses reports whether the owner has calls in at least n sessions. The caller must hold
// the lock.
func (t *sessionTable) uses(owner string, n int) bool {
	if len(t.open) < n {
		return false
	}
	for _, s := range t.open {
		if s.calls > 0 && s.opener.Owner == owner {
			n--
		}
	}
	return n <= 0
}

// bindCall returns a context that also ends with the SSE stream of the request, if it has
// one. The library does not take care of that.
func (t *sessionTable) bindCall(ctx context.Context) (context.Context, func()) {
	if originOf(ctx).transport != transportSSE {
		return ctx, func() {}
	}
	return t.bindQuestion(ctx)
}

// bindQuestion returns a context that also ends with the session of the request, if it has
// one.
func (t *sessionTable) bindQuestion(ctx context.Context) (context.Context, func()) {
	id := sessionID(ctx)
	if id == "" {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	t.mu.Lock()
	s := t.open[id]
	t.mu.Unlock()
	if s == nil {
		cancel()
		return ctx, func() {}
	}
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// isUnable implements unableSessions.
func (t *sessionTable) isUnable(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.open[id]
	return s != nil && s.unable
}

// setUnable implements unableSessions.
func (t *sessionTable) setUnable(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.open[id]; s != nil {
		s.unable = true
	}
}

// setBatches notes that the protocol version of a session has batches.
func (t *sessionTable) setBatches(s *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s.batches = true
}

// takesBatches reports whether the owner may send batches in a session.
func (t *sessionTable) takesBatches(id, owner string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id, owner)
	return s != nil && s.batches
}

type newSessionKey struct{}

// withNewSession returns a context for the request that gets a session, see
// ownerSessions.Generate.
func withNewSession(ctx context.Context, s *session) context.Context {
	return context.WithValue(ctx, newSessionKey{}, s)
}

// endUnlessTaken ends a session whose id the library gave to no client.
func (t *sessionTable) endUnlessTaken(s *session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.taken && t.open[s.id] == s {
		t.remove(s)
	}
}

// ResolveSessionIdManager implements the library's SessionIdManagerResolver. The
// library's own manager accepts any id of the right form.
func (t *sessionTable) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	if r == nil { // the end of idle sessions
		return ownerSessions{sessionTable: t}
	}
	s, _ := r.Context().Value(newSessionKey{}).(*session)
	return ownerSessions{t, originOf(r.Context()).Owner, s}
}

// ownerSessions are the sessions of one owner. It implements the library's session
// manager.
type ownerSessions struct {
	*sessionTable
	owner string
	fresh *session
}

// Generate implements the library's SessionIdManager. It returns the id of the session
// that was opened for the request, "" for none: no session begins without being counted.
func (o ownerSessions) Generate() string {
	if o.fresh == nil {
		return ""
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fresh.taken = true
	return o.fresh.id
}

// Validate implements the library's SessionIdManager.
func (o ownerSessions) Validate(id string) (ended bool, err error) {
	if !o.exists(id, o.owner) {
		return false, errNoSession
	}
	return false, nil
}

// Terminate implements the library's SessionIdManager.
func (o ownerSessions) Terminate(id string) (notAllowed bool, err error) {
	o.end(id)
	return false, nil
}
