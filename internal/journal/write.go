package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// defaultDeadline is how long a write may be in flight if its intent does not say.
const defaultDeadline = 5 * time.Minute

// settleWait is how long recording an outcome may take. It does not depend on the caller's context,
// which is often over when the answer to a write comes.
const settleWait = 10 * time.Second

// pending is a write whose intent is recorded and whose outcome is not.
type pending struct {
	j     *Journal
	entry once.Entry
	mu    sync.Mutex
	done  bool
}

// record records the outcome, synced to disk. After an error the outcome is remembered in this
// process and written with the next line; to other processes the write is in flight until then, or
// until its deadline.
func (p *pending) record(o once.Outcome) error {
	if err := check(o); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return errors.New("journal: the outcome of this write is already recorded")
	}
	p.done = true
	return p.j.public(p.j.settle(p.entry, o))
}

func check(o once.Outcome) error {
	if !o.State.IsOutcome() {
		return fmt.Errorf("journal: %q is not the state of an outcome", o.State)
	}
	return nil
}

// claimed is the claim of a write that may be sent.
func (j *Journal) claimed(e once.Entry) once.Claim {
	p := &pending{j: j, entry: e}
	return once.Claim{ID: e.ID, Done: p.record}
}

// Begin implements once.Memory: it looks for the same write and, if there is none, records the
// intent, synced to disk. After an error the write must not be sent; it is ErrNotWritten if the line
// could not be written, ErrMemory if the shared memory is not available, ErrClosed after Close.
func (j *Journal) Begin(ctx context.Context, in once.Intent) (once.Claim, error) {
	line, err := j.intentLine(in)
	if err != nil {
		return once.Claim{}, err
	}
	if j.opt.Shared != nil {
		claim, err := j.beginShared(ctx, line)
		return claim, j.public(err)
	}
	var claim once.Claim
	err = j.locked(ctx, func() error {
		j.settleAbandoned(func(e *entry) bool {
			return e.Key == line.Key || line.Slot != "" && e.Slot == line.Slot
		})
		if e := j.idx.lookup(line.Key, j.opt.Now()); e != nil && !line.Again {
			claim = j.held(e.Entry, e.settled)
			return nil
		}
		if err := j.writeBeforeSending(line); err != nil {
			return err
		}
		claim = j.claimed(entryOf(line))
		return nil
	})
	return claim, j.public(err)
}

func (j *Journal) intentLine(in once.Intent) (*Line, error) {
	if in.Key == "" || in.Tool == "" {
		return nil, errors.New("journal: an intent needs a key and a tool")
	}
	now := j.opt.Now()
	if in.Deadline.IsZero() {
		in.Deadline = now.Add(defaultDeadline)
	}
	return &Line{
		Kind: KindIntent, Time: now.UTC(), ID: newID(),
		Key: in.Key, Slot: in.Slot, SlotValue: in.SlotValue, Batch: in.Batch, Tool: in.Tool,
		RequestID: in.RequestID, Integration: in.Integration, Origin: originOf(in, in.Confirmation),
		Arguments: in.Arguments, Token: in.Confirmation.Token, Statement: in.Confirmation.Statement,
		Deadline: in.Deadline.UTC(), Again: in.Again, Writer: j.writer,
	}, nil
}

// beginShared claims the write in the shared memory, outside the file's lock, before its line is written.
func (j *Journal) beginShared(ctx context.Context, line *Line) (once.Claim, error) {
	e := entryOf(line)
	e.Expires = e.Deadline.Add(j.opt.UnknownFor)
	held, claimed, err := j.opt.Shared.Claim(ctx, e, line.Again)
	if err != nil {
		return once.Claim{}, fmt.Errorf("%w: %w", ErrMemory, err)
	}
	if !claimed {
		j.learn(ctx, held)
		return j.held(held, nil), nil
	}
	var known *entry
	var lost once.Entry
	err = j.locked(ctx, func() error {
		// Of a write that was undone by another server's, the file does not say so.
		if known = j.forgotten(line); known != nil && !held.Undone {
			lost = known.Entry
			lost.Expires = j.idx.expires(known)
			return nil
		}
		known = nil
		return j.writeBeforeSending(line)
	})
	switch {
	case err != nil:
		return once.Claim{}, errors.Join(err, j.revoke(e))
	case known != nil:
		j.restore(lost)
		return j.held(lost, known.settled), nil
	}
	return j.claimed(e), nil
}

// learn records what the shared memory has of a write whose outcome this journal does not have: another
// server has found out.
func (j *Journal) learn(ctx context.Context, e once.Entry) {
	if j.opt.Shared == nil || !e.Outcome.State.IsFinal() || j.acquire(ctx) != nil {
		return
	}
	open := j.idx.isOpen(e.ID)
	<-j.sem
	if !open {
		return
	}
	err := j.locked(ctx, func() error {
		if !j.idx.isOpen(e.ID) {
			return nil
		}
		l := outcomeLine(&e, e.Outcome, e.At)
		l.Origin = j.idx.byID[e.ID].origin
		return j.write(l)
	})
	if err != nil {
		j.opt.Logger.Warn("journal: record an outcome from the shared memory", "id", e.ID, "err", err)
	}
}

// forgotten returns the same write, made or begun before, of which the shared memory has nothing: it
// has lost its data. Within locked.
func (j *Journal) forgotten(line *Line) *entry {
	if line.Again {
		return nil
	}
	j.settleAbandoned(func(e *entry) bool { return e.Key == line.Key })
	return j.idx.lookup(line.Key, j.opt.Now())
}

// restore puts a write that the shared memory has lost in the place of a claim. If it fails, the claim
// stays: the write counts as in flight, and later as unknown, to the other servers.
func (j *Journal) restore(e once.Entry) {
	j.opt.Logger.Warn("journal: the shared memory has lost a write", "tool", e.Tool, "id", e.ID)
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	_, _, err := j.opt.Shared.Claim(ctx, e, true)
	if err == nil && e.Outcome.State.IsOutcome() {
		err = j.opt.Shared.Settle(ctx, e)
	}
	if err != nil {
		j.opt.Logger.Warn("journal: restore a write in the shared memory", "err", err)
	}
}

// revoke takes back the claim of a write whose intent could not be recorded and that is not sent.
func (j *Journal) revoke(e once.Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	e.At, e.Outcome = j.opt.Now(), once.Outcome{State: once.Refused}
	if err := j.opt.Shared.Settle(ctx, e); err != nil {
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	return nil
}

// held is the claim of a write that another caller has begun or made. settled is closed when its
// outcome is known; nil if nothing says so.
func (j *Journal) held(e once.Entry, settled chan struct{}) once.Claim {
	if e.Outcome.State == once.InFlight && j.opt.Now().Before(e.Deadline) {
		in := &inFlight{j: j, entry: e, settled: settled}
		return once.Claim{ID: e.ID, Wait: in.wait}
	}
	e = e.Overdue()
	return once.Claim{Prior: &e}
}

// settle records an outcome in the file and in the shared memory. A line that the file does not
// accept is written later.
func (j *Journal) settle(e once.Entry, o once.Outcome) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	line := outcomeLine(&e, o, j.opt.Now())
	err := j.locked(ctx, func() error {
		if known := j.idx.byID[e.ID]; known != nil {
			line.Origin = known.origin
		}
		return j.write(line)
	})
	if err != nil && !errors.Is(err, ErrClosed) {
		j.deferWrite(line)
	}
	if j.opt.Shared == nil {
		return err
	}
	e.At, e.Outcome = line.Time, line.outcome()
	e.Expires = e.At.Add(j.keepFor(o.State))
	if merr := j.opt.Shared.Settle(ctx, e); merr != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrMemory, merr))
	}
	return err
}

// Settle implements once.Memory. The entry is a Claim's Prior.
func (j *Journal) Settle(ctx context.Context, e once.Entry, o once.Outcome) error {
	if err := check(o); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.settle(e, o)
}
