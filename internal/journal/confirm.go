package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// spentFor is how much longer than it is good a used confirmation is remembered, so that a clock that
// is set back does not make it good again.
const spentFor = time.Hour

// Spend implements once.Memory: it records, synced to disk, that the confirmation is used up. With a
// shared memory, that one decides; the journal's own lines are asked as well, in case it has lost its
// data. The error is once.ErrSpent, or one of those of Begin. A confirmation that expires later than
// files are read back is refused.
func (j *Journal) Spend(ctx context.Context, in once.Intent, c once.Confirmation) error {
	return j.public(j.spendConfirmation(ctx, in, c))
}

func (j *Journal) spendConfirmation(ctx context.Context, in once.Intent, c once.Confirmation) error {
	line, err := j.confirmationLine(in, c)
	if err != nil {
		return err
	}
	if j.opt.Shared == nil {
		return j.locked(ctx, func() error { return j.spend(line) })
	}
	// The shared memory is asked outside the file's lock, as in Begin.
	err = j.locked(ctx, func() error { return j.unspent(line.Token) })
	if err != nil {
		return err
	}
	err = j.opt.Shared.Spend(ctx, line.Token, line.ID, line.Expires.Add(spentFor))
	switch {
	case errors.Is(err, once.ErrSpent):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrMemory, err)
	}
	// If this fails, the confirmation is lost to the caller: nothing is sent, and they are asked anew.
	return j.locked(ctx, func() error { return j.spend(line) })
}

func (j *Journal) confirmationLine(in once.Intent, c once.Confirmation) (*Line, error) {
	now := j.opt.Now()
	if c.Expires.IsZero() {
		c.Expires = now.Add(j.opt.DoneFor)
	}
	switch {
	case c.Token == "" || in.Tool == "":
		return nil, errors.New("journal: a confirmation needs a token and a tool")
	case !now.Before(c.Expires):
		return nil, errors.New("journal: the confirmation has expired")
	case c.Expires.Add(spentFor).After(now.Add(j.opt.Keep)):
		return nil, fmt.Errorf("journal: the confirmation is good for longer than used ones are remembered: at most %s", j.opt.Keep-spentFor)
	}
	return &Line{
		Kind: KindConfirmation, Time: now.UTC(), ID: newID(), Batch: in.Batch, Tool: in.Tool,
		RequestID: in.RequestID, Integration: in.Integration, Origin: originOf(in, c),
		Token: c.Token, Statement: c.Statement, Expires: c.Expires.UTC(), Writer: j.writer,
	}, nil
}

// unspent fails if the file has the confirmation as used; within locked.
func (j *Journal) unspent(token string) error {
	if j.idx.isSpent(token) {
		return once.ErrSpent
	}
	return nil
}

// spend records a confirmation as used, unless it was used before; within locked.
func (j *Journal) spend(line *Line) error {
	if err := j.unspent(line.Token); err != nil {
		return err
	}
	return j.writeBeforeSending(line)
}

// LookConfirmed implements once.Memory.
func (j *Journal) LookConfirmed(ctx context.Context, key, token string) (once.Entry, error) {
	if token == "" {
		return once.Entry{}, nil
	}
	var e once.Entry
	err := j.locked(ctx, func() error {
		j.settleAbandoned(func(o *entry) bool { return o.Key == key })
		e = j.idx.lookupConfirmed(key, token)
		return nil
	})
	if err != nil {
		return once.Entry{}, j.public(err)
	}
	if e.ID == "" && j.opt.Shared != nil {
		held, _, err := j.opt.Shared.Get(ctx, key)
		switch {
		case err != nil:
			return once.Entry{}, fmt.Errorf("%w: %w", ErrMemory, err)
		case held.Confirmation == token:
			e = held
		}
	}
	if e.ID != "" && !j.opt.Now().Before(e.Deadline) {
		e = e.Overdue()
	}
	return e, nil
}

// spend notes a confirmation as used.
func (x *index) spend(l *Line) {
	if l.Token != "" {
		x.keepSpent(l.Token, l.Expires.Add(spentFor))
	}
}

func (x *index) keepSpent(token string, until time.Time) {
	if until.After(x.spent[token]) {
		x.spent[token] = until
	}
}

// isSpent reports whether the confirmation with that token was used and is not forgotten yet.
func (x *index) isSpent(token string) bool {
	_, spent := x.spent[token]
	return spent
}

// lookupConfirmed returns the newest entry of a key that was sent under a confirmation, whatever became
// of it.
func (x *index) lookupConfirmed(key, token string) once.Entry {
	for _, e := range slices.Backward(x.byKey[key]) {
		if e.Confirmation == token {
			return e.Entry
		}
	}
	return once.Entry{}
}
