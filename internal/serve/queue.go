package serve

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// errBusy is returned if too many calls are already waiting.
var errBusy = errors.New("this server has too many calls waiting; try again in a few seconds")

// fairQueue limits the calls in flight, in total and for each tenant. Waiting calls
// start in turn by tenant, and among those of a tenant in turn by caller, so that whoever
// has many of them does not delay the others by more than their share.
type fairQueue struct {
	max        int // calls in flight, of all tenants
	maxWaiting int // waiting calls, of each tenant

	mu      sync.Mutex
	running int
	tenants map[string]*lane
	order   []string // tenants with waiting calls, the next one first
}

// lane is the calls of one tenant.
type lane struct {
	max, running int
	waiting      int
	lines        map[string][]*waiter // by caller; none is empty
	order        []string             // callers with waiting calls, the next one first
}

// waiter is a waiting call.
type waiter struct {
	// done is closed when the call may start, or, if refused is set, must give way.
	done    chan struct{}
	refused bool
}

func newFairQueue(maxRunning, maxWaiting int) *fairQueue {
	return &fairQueue{max: maxRunning, maxWaiting: maxWaiting, tenants: map[string]*lane{}}
}

// acquire waits until a call of the tenant may run, which is limited to maxRunning calls in
// flight. The caller must call release afterwards. The error is errBusy or that of
// the context. If too many calls of the tenant wait, the last one of whoever has the most
// is refused.
func (q *fairQueue) acquire(ctx context.Context, tenant, caller string, maxRunning int) (release func(), err error) {
	q.mu.Lock()
	l := q.tenants[tenant]
	if l == nil {
		l = &lane{lines: map[string][]*waiter{}}
		q.tenants[tenant] = l
	}
	l.max = maxRunning
	if l.waiting == 0 && q.running < q.max && l.running < l.max {
		q.start(l)
		q.mu.Unlock()
		return q.releaser(tenant, l), nil
	}
	if l.waiting >= q.maxWaiting && !l.makeRoom(caller) {
		q.mu.Unlock()
		return nil, errBusy
	}
	if l.waiting == 0 {
		q.order = append(q.order, tenant)
	}
	w := l.wait(caller)
	q.mu.Unlock()
	select {
	case <-w.done:
		return q.begun(tenant, l, w)
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-w.done: // it started at the same moment
		if !w.refused {
			q.finish(tenant, l)
		}
	default:
		l.remove(caller, w)
		q.leave(tenant, l)
	}
	return nil, context.Cause(ctx)
}

// begun returns what acquire does for a call that need not wait any longer.
func (q *fairQueue) begun(tenant string, l *lane, w *waiter) (release func(), err error) {
	if w.refused {
		return nil, errBusy
	}
	return q.releaser(tenant, l), nil
}

func (q *fairQueue) start(l *lane) { q.running++; l.running++ }

func (q *fairQueue) releaser(tenant string, l *lane) func() {
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.finish(tenant, l)
	})
}

func (q *fairQueue) finish(tenant string, l *lane) {
	q.running--
	l.running--
	q.startWaiting()
	if l.running == 0 && l.waiting == 0 {
		delete(q.tenants, tenant)
	}
}

// startWaiting starts waiting calls, one of each tenant in turn, up to the limits.
func (q *fairQueue) startWaiting() {
	for tries := len(q.order); tries > 0 && q.running < q.max; {
		tenant := q.order[0]
		q.order = q.order[1:]
		l := q.tenants[tenant]
		if l.running >= l.max {
			q.order = append(q.order, tenant)
			tries--
			continue
		}
		next := l.next()
		if l.waiting > 0 {
			q.order = append(q.order, tenant)
		}
		q.start(l)
		close(next.done)
		tries = len(q.order)
	}
}

// leave removes a tenant from the order if none of its calls waits any more.
func (q *fairQueue) leave(tenant string, l *lane) {
	if l.waiting > 0 {
		return
	}
	q.order = slices.DeleteFunc(q.order, func(t string) bool { return t == tenant })
	if l.running == 0 {
		delete(q.tenants, tenant)
	}
}

// wait adds a waiting call.
func (l *lane) wait(caller string) *waiter {
	w := &waiter{done: make(chan struct{})}
	if len(l.lines[caller]) == 0 {
		l.order = append(l.order, caller)
	}
	l.lines[caller] = append(l.lines[caller], w)
	l.waiting++
	return w
}

// next removes and returns the call that starts next.
func (l *lane) next() *waiter {
	caller := l.order[0]
	w := l.lines[caller][0]
	l.remove(caller, w)
	if len(l.lines[caller]) > 0 {
		l.order = append(l.order[1:], caller)
	}
	return w
}

// makeRoom refuses the last call of the caller with the most waiting calls, and reports
// whether there is one with more than the given caller.
func (l *lane) makeRoom(caller string) bool {
	most := caller
	for c, line := range l.lines {
		if len(line) > len(l.lines[most]) {
			most = c
		}
	}
	if most == caller {
		return false
	}
	last := l.lines[most][len(l.lines[most])-1]
	l.remove(most, last)
	last.refused = true
	close(last.done)
	return true
}

// remove removes a waiting call.
func (l *lane) remove(caller string, w *waiter) {
	line := slices.DeleteFunc(l.lines[caller], func(o *waiter) bool { return o == w })
	l.waiting--
	if len(line) > 0 {
		l.lines[caller] = line
		return
	}
	delete(l.lines, caller)
	l.order = slices.DeleteFunc(l.order, func(c string) bool { return c == caller })
}

// inFlight returns how many calls are running.
func (q *fairQueue) inFlight() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}
