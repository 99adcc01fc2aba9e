package serve

import (
	"context"
	"errors"
	"sync"
)

// errBusy is returned where too many calls wait already.
var errBusy = errors.New("this server has too many calls waiting; try again in a few seconds")

// fairQueue bounds the calls in flight, of all and of each tenant. Those that
// must wait are served in turn by tenant, so that one who floods the queue
// delays the others by no more than their share.
type fairQueue struct {
	most    int // in flight in all
	waiting int // at most, of one tenant

	mu      sync.Mutex
	running int
	tenants map[string]*lane
	turn    []string // tenants with somebody waiting, in the order they are served
}

// lane is the calls of one tenant.
type lane struct {
	most, running int
	queue         []chan struct{}
}

func newFairQueue(most, waiting int) *fairQueue {
	return &fairQueue{most: most, waiting: waiting, tenants: map[string]*lane{}}
}

// acquire takes a place for a call of the tenant, which may have most in flight;
// release gives it back. The error is errBusy or the context's.
func (q *fairQueue) acquire(ctx context.Context, tenant string, most int) (release func(), err error) {
	q.mu.Lock()
	l := q.tenants[tenant]
	if l == nil {
		l = &lane{}
		q.tenants[tenant] = l
	}
	l.most = most
	if len(l.queue) == 0 && q.running < q.most && l.running < l.most {
		q.start(l)
		q.mu.Unlock()
		return q.releaser(tenant, l), nil
	}
	if len(l.queue) >= q.waiting {
		q.mu.Unlock()
		return nil, errBusy
	}
	ready := make(chan struct{})
	if len(l.queue) == 0 {
		q.turn = append(q.turn, tenant)
	}
	l.queue = append(l.queue, ready)
	q.mu.Unlock()
	select {
	case <-ready:
		return q.releaser(tenant, l), nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case <-ready: // it was served as it left
		q.end(tenant, l)
	default:
		q.leave(tenant, l, ready)
	}
	return nil, context.Cause(ctx)
}

func (q *fairQueue) start(l *lane) { q.running++; l.running++ }

func (q *fairQueue) releaser(tenant string, l *lane) func() {
	return sync.OnceFunc(func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.end(tenant, l)
	})
}

func (q *fairQueue) end(tenant string, l *lane) {
	q.running--
	l.running--
	q.serve()
	if l.running == 0 && len(l.queue) == 0 {
		delete(q.tenants, tenant)
	}
}

// serve starts waiting calls, one of each tenant in turn, while there is room.
func (q *fairQueue) serve() {
	for tries := len(q.turn); tries > 0 && q.running < q.most; {
		tenant := q.turn[0]
		q.turn = q.turn[1:]
		l := q.tenants[tenant]
		if l.running >= l.most {
			q.turn = append(q.turn, tenant)
			tries--
			continue
		}
		ready := l.queue[0]
		l.queue = l.queue[1:]
		if len(l.queue) > 0 {
			q.turn = append(q.turn, tenant)
		}
		q.start(l)
		close(ready)
		tries = len(q.turn)
	}
}

// leave takes somebody who gave up out of the queue.
func (q *fairQueue) leave(tenant string, l *lane, ready chan struct{}) {
	for i, r := range l.queue {
		if r == ready {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			break
		}
	}
	if len(l.queue) > 0 {
		return
	}
	for i, t := range q.turn {
		if t == tenant {
			q.turn = append(q.turn[:i], q.turn[i+1:]...)
			break
		}
	}
	if l.running == 0 {
		delete(q.tenants, tenant)
	}
}

// inFlight is how many calls run now.
func (q *fairQueue) inFlight() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}
