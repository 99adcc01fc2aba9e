package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// defaultDeadline is how long a write may stay in flight when its intent does not say.
const defaultDeadline = 5 * time.Minute

// settleWait bounds how long an outcome waits for the journal. It has its own time, because the
// caller's is often over when a write's answer comes.
const settleWait = 10 * time.Second

// Intent is a write about to be sent. Every field is of a standard type, so that a caller's own
// struct of the same fields converts to it.
type Intent struct {
	// Key names the write: a hash of integration, tool and resolved arguments. Required.
	Key string
	// Slot names what the write sets ("stage:application-id", "tag:candidate-id:name"). When a
	// write succeeds, what is remembered of the other keys of its slot dies. Empty: undone by nothing.
	Slot string
	// Batch joins the writes of one call: none of them is forgotten before the last's time is up.
	Batch string
	// Time is now when zero.
	Time time.Time
	// RequestID, Client, Tool (required), Integration and ConfirmedBy are recorded as they are.
	RequestID   string
	Client      string
	Tool        string
	Integration string
	ConfirmedBy string
	// Arguments is a JSON value that holds neither bodies nor secrets.
	Arguments json.RawMessage
	// Deadline is the moment after which nothing of this write is on the wire; five minutes after
	// Time when zero.
	Deadline time.Time
	// Again sends although the same write was just made or is in flight.
	Again bool
}

// Outcome is what became of a write.
type Outcome struct {
	// State is StateDone, StateRefused or StateUnknown.
	State string `json:"state"`
	// Summary and Error are sentences, cut at 8 KiB; Data is a small JSON value (the id of what was
	// created), left out above 64 KiB or when it is no JSON.
	Summary  string          `json:"summary,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	Attempts int             `json:"attempts,omitempty"`
	LogURL   string          `json:"log_url,omitempty"`
	// Duration is kept in whole milliseconds.
	Duration time.Duration `json:"duration,omitempty"`
	Error    string        `json:"error,omitempty"`
}

// Decision says what to do about an intent; exactly one field is set.
type Decision struct {
	// Pending: the intent is on disk, send it and call Done.
	Pending *Pending
	// Prior: the same write was made, this is its outcome (done or unknown); send nothing.
	Prior *Entry
	// InFlight: the same write is under way, here or in another process; Wait for its outcome.
	InFlight *InFlight
}

// Pending is a write whose intent is recorded and whose outcome is not.
type Pending struct {
	j       *Journal
	entry   Entry
	mu      sync.Mutex
	settled bool
}

// ID names the write in the journal; Settle takes it.
func (p *Pending) ID() string { return p.entry.ID }

// Done records the outcome, synced to disk. On an error the outcome is still remembered in this
// process and written together with the next line; other processes hold the write to be in flight
// until then, or until its deadline. The second call is an error.
func (p *Pending) Done(o Outcome) error {
	if err := o.check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.settled {
		return errors.New("journal: the outcome of this write is already recorded")
	}
	p.settled = true
	return p.j.settle(p.entry, o)
}

func (o Outcome) check() error {
	switch o.State {
	case StateDone, StateRefused, StateUnknown:
		return nil
	}
	return fmt.Errorf("journal: %q is not the state of an outcome", o.State)
}

// Begin looks for the same write and, when there is none, records the intent, synced to disk. An
// error means that the write must not be sent: errors.Is(err, ErrNotWritten) when the line could
// not be written, ErrMemory when the shared memory could not be asked, ErrClosed after Close.
func (j *Journal) Begin(ctx context.Context, in Intent) (Decision, error) {
	line, err := j.intentLine(in)
	if err != nil {
		return Decision{}, err
	}
	if j.opt.Memory != nil {
		return j.beginShared(ctx, line)
	}
	var d Decision
	err = j.do(ctx, func() error {
		j.settleGone(func(e *entry) bool {
			return e.Key == line.Key || line.Slot != "" && e.Slot == line.Slot
		})
		if e := j.idx.lookup(line.Key, j.opt.Now()); e != nil && !line.Again {
			d = j.decide(e.Entry, e.wake)
			return nil
		}
		if err := j.write(line); err != nil {
			return err
		}
		d.Pending = &Pending{j: j, entry: entryOf(line)}
		return nil
	})
	return d, err
}

func (j *Journal) intentLine(in Intent) (*Line, error) {
	if in.Key == "" || in.Tool == "" {
		return nil, errors.New("journal: an intent needs a key and a tool")
	}
	if in.Time.IsZero() {
		in.Time = j.opt.Now()
	}
	if in.Deadline.IsZero() {
		in.Deadline = in.Time.Add(defaultDeadline)
	}
	return &Line{
		Kind: KindIntent, Time: in.Time.UTC(), ID: newID(),
		Key: in.Key, Slot: in.Slot, Batch: in.Batch, Tool: in.Tool,
		RequestID: in.RequestID, Client: in.Client, Integration: in.Integration,
		Arguments: in.Arguments, ConfirmedBy: in.ConfirmedBy,
		Deadline: in.Deadline.UTC(), Again: in.Again, Writer: j.writer,
	}, nil
}

// beginShared asks the shared memory before the line is written, outside the file's lock.
func (j *Journal) beginShared(ctx context.Context, line *Line) (Decision, error) {
	e := entryOf(line)
	e.Expires = e.Deadline.Add(j.opt.UnknownFor)
	standing, claimed, err := j.opt.Memory.Claim(ctx, e, line.Again)
	if err != nil {
		return Decision{}, fmt.Errorf("%w: %w", ErrMemory, err)
	}
	if !claimed {
		return j.decide(standing, nil), nil
	}
	if err := j.do(ctx, func() error { return j.write(line) }); err != nil {
		return Decision{}, errors.Join(err, j.release(e))
	}
	return Decision{Pending: &Pending{j: j, entry: e}}, nil
}

// release takes a claim back whose intent could not be recorded and that therefore is not sent.
func (j *Journal) release(e Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	e.At, e.Outcome = j.opt.Now(), Outcome{State: StateRefused}
	if err := j.opt.Memory.Settle(ctx, e); err != nil {
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	return nil
}

func (j *Journal) decide(e Entry, wake chan struct{}) Decision {
	if e.Outcome.State == "" && j.opt.Now().Before(e.Deadline) {
		return Decision{InFlight: &InFlight{j: j, entry: e, wake: wake}}
	}
	e = e.overdue()
	return Decision{Prior: &e}
}

// settle records an outcome in the file and in the memory, and owes the line when the file refuses it.
func (j *Journal) settle(e Entry, o Outcome) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	line := outcomeLine(&e, o, j.opt.Now())
	err := j.do(ctx, func() error { return j.write(line) })
	if err != nil && !errors.Is(err, ErrClosed) {
		j.owe(line)
	}
	if j.opt.Memory == nil {
		return err
	}
	e.At, e.Outcome = line.Time, line.outcome()
	e.Expires = e.At.Add(j.memoryFor(o.State))
	if merr := j.opt.Memory.Settle(ctx, e); merr != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrMemory, merr))
	}
	return err
}

// Settle records a better outcome for a write whose outcome was unknown, after a read has shown
// it. An outcome that was done or refused stays as it is. The entry is a Decision's Prior.
func (j *Journal) Settle(ctx context.Context, e Entry, o Outcome) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return j.settle(e, o)
}
