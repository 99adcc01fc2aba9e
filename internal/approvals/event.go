package approvals

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// EventKind is what happened to an approval.
type EventKind string

// The kinds of events. EventExpired is that of an approval that was never decided, or never spent.
const (
	EventAsked    EventKind = "asked"
	EventApproved EventKind = "approved"
	EventDeclined EventKind = "declined"
	EventSpent    EventKind = "spent"
	EventExpired  EventKind = "expired"
)

// Event is a step of an approval, for the journal.
type Event struct {
	Kind EventKind
	// At is when it happened, in UTC.
	At time.Time
	// Approval is the approval after the step.
	Approval Approval
}

// ErrNotRecorded says that a step took effect but could not be recorded.
var ErrNotRecorded = errors.New("this could not be recorded")

// Recording returns a store that calls record after each step. If record fails, the step has still
// taken effect: the store returns the approval together with ErrNotRecorded. A write must not be sent
// then, and an approver should be told.
func Recording(s Store, record func(context.Context, Event) error) Store {
	return recording{Store: s, record: record}
}

type recording struct {
	Store
	record func(context.Context, Event) error
}

// note records a step even if the caller is gone by now, since it has taken effect.
func (r recording) note(ctx context.Context, kind EventKind, at time.Time, a Approval) error {
	if err := r.record(context.WithoutCancel(ctx), Event{Kind: kind, At: at, Approval: a}); err != nil {
		return fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	return nil
}

func (r recording) Put(ctx context.Context, q Request) (Approval, bool, error) {
	a, created, err := r.Store.Put(ctx, q)
	if err == nil && created {
		err = r.note(ctx, EventAsked, a.Created, a)
	}
	return a, created, err
}

func (r recording) Decide(ctx context.Context, s Scope, id string, d Decision) (Approval, error) {
	a, err := r.Store.Decide(ctx, s, id, d)
	if err == nil {
		kind := EventDeclined
		if d.Approve {
			kind = EventApproved
		}
		err = r.note(ctx, kind, a.DecidedAt, a)
	}
	return a, err
}

func (r recording) Spend(ctx context.Context, a Approval) (Approval, error) {
	a, err := r.Store.Spend(ctx, a)
	if err == nil {
		err = r.note(ctx, EventSpent, a.SpentAt, a)
	}
	return a, err
}

func (r recording) Sweep(ctx context.Context) ([]Approval, error) {
	swept, err := r.Store.Sweep(ctx)
	for _, a := range swept {
		err = errors.Join(err, r.note(ctx, EventExpired, a.Expires, a))
	}
	return swept, err
}
