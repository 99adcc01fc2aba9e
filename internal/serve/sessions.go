package serve

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// sessionIdle is how long a session may be idle before it ends.
const sessionIdle = 30 * time.Minute

var errNoSession = errors.New("there is no such session; initialize a new one")

// sessionTable has the sessions of one tenant. It accepts only ids that it generated,
// up to a maximum number. It implements the library's session manager, since the
// library's own accepts any id of the right form.
type sessionTable struct {
	max  int
	idle time.Duration
	now  func() time.Time

	mu       sync.Mutex
	lastSeen map[string]time.Time // time of the last request, by id
	streams  int                  // open GET streams
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

func newSessionTable(max int) *sessionTable {
	return &sessionTable{max: max, idle: sessionIdle, now: time.Now, lastSeen: map[string]time.Time{}}
}

// full reports whether no more sessions may be opened.
func (t *sessionTable) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeIdle()
	return len(t.lastSeen) >= t.max
}

func (t *sessionTable) removeIdle() {
	if len(t.lastSeen) < t.max {
		return
	}
	for id, last := range t.lastSeen {
		if t.now().Sub(last) > t.idle {
			delete(t.lastSeen, id)
		}
	}
}

// count returns the number of sessions.
func (t *sessionTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.lastSeen)
}

// exists reports whether the id is that of a session that has not ended.
func (t *sessionTable) exists(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok := t.lastSeen[id]
	if ok && t.now().Sub(last) > t.idle {
		delete(t.lastSeen, id)
		return false
	}
	return ok
}

// Generate implements the library's SessionIdManager.
func (t *sessionTable) Generate() string {
	id := "kombo-" + rand.Text()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastSeen[id] = t.now()
	return id
}

// generatePinned returns the id of a session that never becomes idle: it ends with
// its stream.
func (t *sessionTable) generatePinned() string {
	id := t.Generate()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastSeen[id] = t.now().AddDate(100, 0, 0)
	return id
}

// Validate implements the library's SessionIdManager. It resets the idle time.
func (t *sessionTable) Validate(id string) (ended bool, err error) {
	if !t.exists(id) {
		return false, errNoSession
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.now(); t.lastSeen[id].Before(now) {
		t.lastSeen[id] = now
	}
	return false, nil
}

// Terminate implements the library's SessionIdManager.
func (t *sessionTable) Terminate(id string) (notAllowed bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.lastSeen, id)
	return false, nil
}
