package serve

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// sessionIdle is how long a session may be silent before it ends.
const sessionIdle = 30 * time.Minute

var errNoSession = errors.New("there is no such session; initialize a new one")

// sessionTable holds the sessions of one tenant: only ids that were given out
// here are taken, and no more than a number of them. It is the library's
// session manager, whose own takes any id that looks like one.
type sessionTable struct {
	most int
	idle time.Duration
	now  func() time.Time

	mu   sync.Mutex
	live map[string]time.Time // when each was last heard of
	open int                  // streams that stand open beside them
}

// listen takes a place for a stream, of which there are as many as sessions
// may be; whoever gets one leaves it again.
func (t *sessionTable) listen() (leave func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open >= t.most {
		return nil, false
	}
	t.open++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.open--
	}), true
}

func newSessionTable(most int) *sessionTable {
	return &sessionTable{most: most, idle: sessionIdle, now: time.Now, live: map[string]time.Time{}}
}

// full tells whether one more session is one too many.
func (t *sessionTable) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep()
	return len(t.live) >= t.most
}

func (t *sessionTable) sweep() {
	if len(t.live) < t.most {
		return
	}
	for id, last := range t.live {
		if t.now().Sub(last) > t.idle {
			delete(t.live, id)
		}
	}
}

// count is how many sessions there are.
func (t *sessionTable) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.live)
}

// known tells whether an id was given out and has not ended.
func (t *sessionTable) known(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	last, ok := t.live[id]
	if ok && t.now().Sub(last) > t.idle {
		delete(t.live, id)
		return false
	}
	return ok
}

// Generate implements the library's SessionIdManager.
func (t *sessionTable) Generate() string {
	id := "kombo-" + rand.Text()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[id] = t.now()
	return id
}

// pinned gives out the id of a session that lives as long as its stream, silent
// or not.
func (t *sessionTable) pinned() string {
	id := t.Generate()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live[id] = t.now().AddDate(100, 0, 0)
	return id
}

// Validate implements the library's SessionIdManager. It counts as a sign of
// life.
func (t *sessionTable) Validate(id string) (ended bool, err error) {
	if !t.known(id) {
		return false, errNoSession
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.now(); t.live[id].Before(now) {
		t.live[id] = now
	}
	return false, nil
}

// Terminate implements the library's SessionIdManager.
func (t *sessionTable) Terminate(id string) (notAllowed bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.live, id)
	return false, nil
}
