package serve

import (
	"context"
	"errors"
	"sync"
)

// errBusy is returned if too many calls are already waiting.
var errBusy = errors.New("this server has too many calls waiting; try again in a few seconds")

// fairQueue limits the calls in flight, in total and for each tenant. Waiting
// calls start in turn by tenant, so that a tenant with many of them does not delay
// the others by more than its share.
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
	waiting      []chan struct{}
}

func newFairQueue(maxRunning, maxWaiting int) *fairQueue {
	return &fairQueue{max: maxRunning, maxWaiting: maxWaiting, tenants: map[string]*lane{}}
}

// acquire waits until a call of the tenant may run, which is limited to maxRunning calls in
// flight. The caller must call release afterwards. The error is errBusy or that of
// the context.
func (q *fairQueue) acquire(ctx context.Context, tenant string, maxRunning int) (release func(), err error) {
	q.mu.Lock()
	l := q.tenants[tenant]
	if l == nil {
		l = &lane{}
		q.tenants[tenant] = l
	}
	l.max = maxRunning
	if len(l.waiting) == 0 && q.running < q.max && l.running < l.max {
		q.start(l)
		q.mu.Unlock()
		return q.releaser(tenant, l), nil
	}
	if len(l.waiting) >= q.maxWaiting {
		q.mu.Unlock()
		return nil, errBusy
	}
	ready := make(chan struct{})
	if len(l.waiting) == 0 {
		q.order = append(q.order, tenant)
	}
	l.waiting = append(l.waiting, ready)
	q.mu.Unlock()
	select {
	case <-ready:
		return q.releaser(tenant, l), nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-ready: // it started at the same moment
		q.finish(tenant, l)
	default:
		q.remove(tenant, l, ready)
	}
	return nil, context.Cause(ctx)
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
	if l.running == 0 && len(l.waiting) == 0 {
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
		ready := l.waiting[0]
		l.waiting = l.waiting[1:]
		if len(l.waiting) > 0 {
			q.order = append(q.order, tenant)
		}
		q.start(l)
		close(ready)
		tries = len(q.order)
	}
}

// remove removes a call that gave up from the queue.
func (q *fairQueue) remove(tenant string, l *lane, ready chan struct{}) {
	for i, r := range l.waiting {
		if r == ready {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			break
		}
	}
	if len(l.waiting) > 0 {
		return
	}
	for i, t := range q.order {
		if t == tenant {
			q.order = append(q.order[:i], q.order[i+1:]...)
			break
		}
	}
	if l.running == 0 {
		delete(q.tenants, tenant)
	}
}

// inFlight returns how many calls are running.
func (q *fairQueue) inFlight() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}
