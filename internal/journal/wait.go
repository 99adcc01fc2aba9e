package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// sharedPoll is how much rarer a shared memory is polled than a file: asking it costs a round trip.
const sharedPoll = 10

// refusedFor is how long a shared memory keeps a refusal for those who wait on the write.
const refusedFor = time.Minute

func (j *Journal) memoryFor(state once.State) time.Duration {
	switch state {
	case once.Unknown:
		return j.opt.UnknownFor
	case once.Refused:
		return refusedFor
	}
	return j.opt.OnceFor
}

// Look implements once.Memory: what is remembered of the write with this key, without claiming it.
func (j *Journal) Look(ctx context.Context, key string) (e once.Entry, found bool, err error) {
	if j.opt.Shared != nil {
		e, found, err = j.opt.Shared.Get(ctx, key)
		if err != nil {
			return once.Entry{}, false, fmt.Errorf("%w: %w", ErrMemory, err)
		}
		found = found && e.Outcome.State != once.Refused && j.opt.Now().Before(e.Expires)
	} else {
		err = j.do(ctx, func() error {
			j.settleGone(func(o *entry) bool { return o.Key == key })
			if known := j.idx.lookup(key, j.opt.Now()); known != nil {
				e, found = known.Entry, true
			}
			return nil
		})
	}
	if err != nil || !found {
		return once.Entry{}, false, err
	}
	if !j.opt.Now().Before(e.Deadline) {
		e = e.Overdue()
	}
	return e, true, nil
}

// inFlight is a write that somebody else has begun.
type inFlight struct {
	j     *Journal
	entry once.Entry
	wake  chan struct{}
}

// wait joins the write until its outcome is known: recorded, or unknown because its writer is gone
// or its deadline is over. The state can be Refused here, which is remembered nowhere else.
// The error is the context's, or that of a journal that cannot be read.
func (f *inFlight) wait(ctx context.Context) (once.Entry, error) {
	every := f.j.opt.poll
	if f.j.opt.Shared != nil {
		every *= sharedPoll
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		e, settled, err := f.j.ask(ctx, f.entry)
		if err != nil || settled {
			return e, err
		}
		select {
		case <-ctx.Done():
			return e, fmt.Errorf("journal: waiting for the outcome of the same write: %w", ctx.Err())
		case <-f.wake:
		case <-tick.C:
		}
	}
}

// ask looks for the outcome of one write, reading the file only when it has grown.
func (j *Journal) ask(ctx context.Context, e once.Entry) (once.Entry, bool, error) {
	if err := j.acquire(ctx); err != nil {
		return e, false, err
	}
	known, stale := j.idx.byID[e.ID], j.stale(e)
	if known != nil && !known.open() {
		e = known.Entry
		stale = false
	}
	closed := j.closed
	<-j.sem
	switch {
	case e.Outcome.State.IsOutcome():
		return e, true, nil
	case closed:
		return e, false, ErrClosed
	case j.opt.Shared != nil:
		return j.lookShared(ctx, e)
	case stale:
		return j.refresh(ctx, e)
	}
	return e, false, nil
}

// stale tells whether the file may know more of an open write than this process does.
func (j *Journal) stale(e once.Entry) bool {
	known := j.idx.byID[e.ID]
	return known == nil || j.log.changed() || !j.opt.Now().Before(e.Deadline) ||
		j.lease != nil && known.writer != j.writer && j.lease.gone(known.writer)
}

func (j *Journal) refresh(ctx context.Context, e once.Entry) (once.Entry, bool, error) {
	err := j.do(ctx, func() error {
		j.settleGone(func(o *entry) bool { return o.ID == e.ID })
		if known := j.idx.byID[e.ID]; known != nil {
			e = known.Entry
		}
		return nil
	})
	if err != nil {
		return e, false, err
	}
	if !j.opt.Now().Before(e.Deadline) {
		e = e.Overdue()
	}
	return e, e.Outcome.State.IsOutcome(), nil
}

func (j *Journal) lookShared(ctx context.Context, e once.Entry) (once.Entry, bool, error) {
	now, found, err := j.opt.Shared.Get(ctx, e.Key)
	switch {
	case err != nil:
		return e, false, fmt.Errorf("%w: %w", ErrMemory, err)
	case !found || now.ID != e.ID:
		e.At = j.opt.Now()
		e.Outcome = once.Outcome{State: once.Unknown, Error: "a later call took this one's place before its outcome was seen"}
		return e, true, nil
	case now.Outcome.State == once.InFlight && !j.opt.Now().Before(now.Deadline):
		return now.Overdue(), true, nil
	}
	return now, now.Outcome.State.IsOutcome(), nil
}
