package journal

import (
	"context"
	"fmt"
	"time"
)

// Memory is the look-up when several servers share one memory (Redis): it decides which of them
// sends a write, and the journal of each only records. An entry is a JSON value named by its key.
type Memory interface {
	// Claim remembers e under e.Key until e.Expires and returns claimed, unless an entry stands
	// there already (SET NX): then it returns that one. With again it replaces what stands.
	Claim(ctx context.Context, e Entry, again bool) (standing Entry, claimed bool, err error)
	// Get returns the entry that stands under key, and whether there is one.
	Get(ctx context.Context, key string) (e Entry, found bool, err error)
	// Settle replaces the entry of the same key and ID until e.Expires. One that is refused stays
	// for Get alone and is out of Claim's way. When it is done, every settled entry of another key
	// with e.Slot is forgotten, and entries of e.Batch that are done live at least until e.Expires.
	Settle(ctx context.Context, e Entry) error
}

// sharedPoll is how much rarer a shared memory is polled than a file: asking it costs a round trip.
const sharedPoll = 10

// refusedFor is how long a shared memory keeps a refusal for those who wait on the write.
const refusedFor = time.Minute

func (j *Journal) memoryFor(state string) time.Duration {
	switch state {
	case StateUnknown:
		return j.opt.UnknownFor
	case StateRefused:
		return refusedFor
	}
	return j.opt.OnceFor
}

// Look tells what stands in the way of a write with this key, without claiming anything: found with
// an empty Outcome.State is in flight. A preview asks here.
func (j *Journal) Look(ctx context.Context, key string) (e Entry, found bool, err error) {
	if j.opt.Memory != nil {
		e, found, err = j.opt.Memory.Get(ctx, key)
		if err != nil {
			return Entry{}, false, fmt.Errorf("%w: %w", ErrMemory, err)
		}
		found = found && e.Outcome.State != StateRefused && j.opt.Now().Before(e.Expires)
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
		return Entry{}, false, err
	}
	if !j.opt.Now().Before(e.Deadline) {
		e = e.overdue()
	}
	return e, true, nil
}

// InFlight is a write that somebody else has begun.
type InFlight struct {
	j     *Journal
	entry Entry
	wake  chan struct{}
}

// Entry is what is known of the write so far.
func (f *InFlight) Entry() Entry { return f.entry }

// Wait joins the write until its outcome is known: recorded, or unknown because its writer is gone
// or its deadline is over. The state can be StateRefused here, which is remembered nowhere else.
// The error is the context's, or that of a journal that cannot be read.
func (f *InFlight) Wait(ctx context.Context) (Entry, error) {
	every := f.j.opt.poll
	if f.j.opt.Memory != nil {
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
func (j *Journal) ask(ctx context.Context, e Entry) (Entry, bool, error) {
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
	case e.Outcome.State != "":
		return e, true, nil
	case closed:
		return e, false, ErrClosed
	case j.opt.Memory != nil:
		return j.lookShared(ctx, e)
	case stale:
		return j.refresh(ctx, e)
	}
	return e, false, nil
}

// stale tells whether the file may know more of an open write than this process does.
func (j *Journal) stale(e Entry) bool {
	known := j.idx.byID[e.ID]
	return known == nil || j.log.changed() || !j.opt.Now().Before(e.Deadline) ||
		j.lease != nil && known.writer != j.writer && j.lease.gone(known.writer)
}

func (j *Journal) refresh(ctx context.Context, e Entry) (Entry, bool, error) {
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
		e = e.overdue()
	}
	return e, e.Outcome.State != "", nil
}

func (j *Journal) lookShared(ctx context.Context, e Entry) (Entry, bool, error) {
	now, found, err := j.opt.Memory.Get(ctx, e.Key)
	switch {
	case err != nil:
		return e, false, fmt.Errorf("%w: %w", ErrMemory, err)
	case !found || now.ID != e.ID:
		e.At = j.opt.Now()
		e.Outcome = Outcome{State: StateUnknown, Error: "a later call took this one's place before its outcome was seen"}
		return e, true, nil
	case now.Outcome.State == "" && !j.opt.Now().Before(now.Deadline):
		return now.overdue(), true, nil
	}
	return now, now.Outcome.State != "", nil
}
