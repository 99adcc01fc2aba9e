package serve

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// sessionIdle is how long a session may be idle before it ends.
const sessionIdle = 30 * time.Minute

var errNoSession = errors.New("there is no such session; initialize a new one")

// sessionTable has the sessions of one tenant. It accepts only ids that it generated,
// up to a maximum number, and only from the caller that opened the session: with the
// id of another's session, a caller could answer the questions to its person.
type sessionTable struct {
	max  int
	idle time.Duration
	now  func() time.Time

	mu      sync.Mutex
	open    map[string]*session // by id
	streams int                 // open GET streams
}

type session struct {
	owner    string // see Login.Owner
	lastSeen time.Time
	unable   bool // see asker.unable
}

// openStream counts a stream, of which there may be as many as sessions. The caller
// must call closeStream at its end.
func (t *sessionTable) openStream() (closeStream func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.streams >= t.max {
		return nil, false
	}
	t.streams++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.streams--
	}), true
}

func newSessionTable(most int) *sessionTable {
	return &sessionTable{max: most, idle: sessionIdle, now: time.Now, open: map[string]*session{}}
}

// full reports whether no more sessions may be opened.
func (t *sessionTable) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeIdle()
	return len(t.open) >= t.max
}

func (t *sessionTable) removeIdle() {
	if len(t.open) < t.max {
		return
	}
	for id, s := range t.open {
		if t.now().Sub(s.lastSeen) > t.idle {
			delete(t.open, id)
		}
	}
}

// count returns the number of sessions.
func (t *sessionTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open)
}

// exists reports whether the id is that of a session of the owner that has not ended.
func (t *sessionTable) exists(id, owner string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id)
	return s != nil && s.owner == owner
}

// find returns the session, nil if there is none. The caller must hold the lock.
func (t *sessionTable) find(id string) *session {
	s := t.open[id]
	if s != nil && t.now().Sub(s.lastSeen) > t.idle {
		delete(t.open, id)
		return nil
	}
	return s
}

// generate opens a session and returns its id.
func (t *sessionTable) generate(owner string) string {
	id := "kombo-" + rand.Text()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[id] = &session{owner: owner, lastSeen: t.now()}
	return id
}

// generatePinned returns the id of a session that never becomes idle: it ends with
// its stream.
func (t *sessionTable) generatePinned(owner string) string {
	id := t.generate(owner)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[id].lastSeen = t.now().AddDate(100, 0, 0)
	return id
}

// touch resets the idle time of a session.
func (t *sessionTable) touch(id, owner string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.find(id)
	if s == nil || s.owner != owner {
		return errNoSession
	}
	if now := t.now(); s.lastSeen.Before(now) {
		s.lastSeen = now
	}
	return nil
}

// end ends a session.
func (t *sessionTable) end(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, id)
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

// ResolveSessionIdManager implements the library's SessionIdManagerResolver. The
// library's own manager accepts any id of the right form.
func (t *sessionTable) ResolveSessionIdManager(r *http.Request) server.SessionIdManager {
	if r == nil { // the end of idle sessions
		return ownerSessions{t, ""}
	}
	return ownerSessions{t, originOf(r.Context()).Owner}
}

// ownerSessions are the sessions of one owner. It implements the library's session
// manager.
type ownerSessions struct {
	*sessionTable
	owner string
}

// Generate implements the library's SessionIdManager.
func (o ownerSessions) Generate() string { return o.generate(o.owner) }

// Validate implements the library's SessionIdManager. It resets the idle time.
func (o ownerSessions) Validate(id string) (ended bool, err error) {
	return false, o.touch(id, o.owner)
}

// Terminate implements the library's SessionIdManager.
func (o ownerSessions) Terminate(id string) (notAllowed bool, err error) {
	o.end(id)
	return false, nil
}
