package journal

import (
	"context"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// sharedPoll is how many times less often a shared memory is polled than a file: it costs a round trip.
const sharedPoll = 10

// refusedFor is how long a shared memory keeps a refused write for those who wait for it.
const refusedFor = time.Minute

// keepFor is how long a shared memory keeps an outcome.
func (j *Journal) keepFor(state once.State) time.Duration {
	switch state {
	case once.Unknown:
		return j.opt.UnknownFor
	case once.Refused:
		return refusedFor
	}
	return j.opt.DoneFor
}

// Look implements once.Memory: what is remembered of the write with this key, without claiming it.
func (j *Journal) Look(ctx context.Context, key string) (e once.Entry, found bool, err error) {
	askFile := true
	if j.opt.Shared != nil {
		if e, found, err = j.opt.Shared.Get(ctx, key); err != nil {
			return once.Entry{}, false, fmt.Errorf("%w: %w", ErrMemory, err)
		}
		// What the shared memory does not have, it may have lost.
		askFile = !e.Undone
		found = found && e.Outcome.State != once.Refused && j.opt.Now().Before(e.Expires)
	}
	if !found && askFile {
		err = j.locked(ctx, func() error {
			j.settleAbandoned(func(o *entry) bool { return o.Key == key })
			if known := j.idx.lookup(key, j.opt.Now()); known != nil {
				e, found = known.Entry, true
			}
			return nil
		})
	}
	if err != nil || !found {
		return once.Entry{}, false, j.public(err)
	}
	j.learn(ctx, e)
	if !j.opt.Now().Before(e.Deadline) {
		e = e.Overdue()
	}
	return e, true, nil
}

// inFlight is a write that another caller has begun.
type inFlight struct {
	j       *Journal
	entry   once.Entry
	settled chan struct{}
}

// wait waits until the outcome is recorded, or is unknown because the process has ended or the
// deadline is over. The state can be Refused. The error is that of the context, or of a journal that
// cannot be read.
func (f *inFlight) wait(ctx context.Context) (once.Entry, error) {
	every := f.j.opt.poll
	if f.j.opt.Shared != nil {
		every *= sharedPoll
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		e, settled, err := f.j.poll(ctx, f.entry)
		if err != nil || settled {
			return e, f.j.public(err)
		}
		select {
		case <-ctx.Done():
			return e, fmt.Errorf("journal: waiting for the outcome of the same write: %w", ctx.Err())
		case <-f.settled:
		case <-tick.C:
		}
	}
}

// poll looks for the outcome of one write and reads the file only if it has changed.
func (j *Journal) poll(ctx context.Context, e once.Entry) (once.Entry, bool, error) {
	if err := j.acquire(ctx); err != nil {
		return e, false, err
	}
	known, stale := j.idx.byID[e.ID], j.stale(e)
	if known != nil && !known.inFlight() {
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
		return j.checkShared(ctx, e, known != nil)
	case stale:
		return j.refresh(ctx, e)
	}
	return e, false, nil
}

// stale reports whether the file may have more about a write in flight than the index.
func (j *Journal) stale(e once.Entry) bool {
	known := j.idx.byID[e.ID]
	return known == nil || j.log.changed() || !j.opt.Now().Before(e.Deadline) ||
		j.lease != nil && known.writer != j.writer && j.lease.ended(known.writer)
}

// refresh looks for the outcome of one write in the file.
func (j *Journal) refresh(ctx context.Context, e once.Entry) (once.Entry, bool, error) {
	err := j.locked(ctx, func() error {
		j.settleAbandoned(func(o *entry) bool { return o.ID == e.ID })
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

// checkShared looks for the outcome of one write in the shared memory; inFile is whether the file has
// that write, too.
func (j *Journal) checkShared(ctx context.Context, e once.Entry, inFile bool) (once.Entry, bool, error) {
	now, found, err := j.opt.Shared.Get(ctx, e.Key)
	switch {
	case err != nil:
		return e, false, fmt.Errorf("%w: %w", ErrMemory, err)
	case !found && !now.Undone && inFile: // lost
		return j.refresh(ctx, e)
	case now.ID != e.ID:
		e.At = j.opt.Now()
		e.Outcome = once.Outcome{State: once.Unknown, Error: "a later call replaced this one before its outcome was seen"}
		return e, true, nil
	case now.Outcome.State == once.InFlight && !j.opt.Now().Before(now.Deadline):
		return now.Overdue(), true, nil
	}
	return now, now.Outcome.State.IsOutcome(), nil
}
