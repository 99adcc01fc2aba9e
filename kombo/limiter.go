package kombo

import (
	"context"
	"sync"
)

// startingLimit is how many actions of an integration may be in flight until
// Kombo's responses say otherwise.
const startingLimit = 30

// limiters holds one limiter for each integration. It is shared by all clients
// derived from one New.
type limiters struct {
	mu   sync.Mutex
	byID map[string]*limiter
}

func (l *limiters) of(integration string) *limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = map[string]*limiter{}
	}
	if l.byID[integration] == nil {
		l.byID[integration] = &limiter{limit: startingLimit}
	}
	return l.byID[integration]
}

// limiter is a first-come, first-served semaphore whose size can change.
type limiter struct {
	mu       sync.Mutex
	limit    int
	inFlight int
	waiting  []chan struct{}
}

// acquire waits for a slot. If ctx ends first, it returns its cause.
func (l *limiter) acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	l.mu.Lock()
	if l.inFlight < l.limit && len(l.waiting) == 0 {
		l.inFlight++
		l.mu.Unlock()
		return nil
	}
	granted := make(chan struct{})
	l.waiting = append(l.waiting, granted)
	l.mu.Unlock()

	select {
	case <-granted:
		return nil
	case <-ctx.Done():
		l.abandon(granted)
		return context.Cause(ctx)
	}
}

// abandon leaves the queue, or returns a slot that was granted at the same moment.
func (l *limiter) abandon(granted chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, waiter := range l.waiting {
		if waiter == granted {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return
		}
	}
	l.inFlight--
	l.grant()
}

func (l *limiter) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	l.grant()
}

// resize applies a limit reported by the server; one below 1 is ignored.
func (l *limiter) resize(limit int) {
	if limit < 1 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limit = limit
	l.grant()
}

func (l *limiter) grant() {
	for l.inFlight < l.limit && len(l.waiting) > 0 {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		l.inFlight++
	}
}
