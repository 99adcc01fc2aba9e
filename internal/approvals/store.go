package approvals

import (
	"cmp"
	"context"
	"time"
)

// Store keeps approvals for several processes. It is safe for concurrent use, and what a method has
// returned survives a crash. To every method but Sweep, an expired approval does not exist. Tenants
// never see each other's approvals.
type Store interface {
	// Put asks for approval. If the tenant has an approval with that hash that is not spent, Put returns
	// it, whatever its state, and created is false. The error is ErrFull if MaxWaiting of the tenant
	// wait, and ErrTooLarge if the statement exceeds MaxStatement.
	Put(ctx context.Context, r Request) (a Approval, created bool, err error)
	// Find returns the approval that the same call asked for earlier: the one that is not spent, or else
	// the one spent last.
	Find(ctx context.Context, tenant, hash string) (a Approval, found bool, err error)
	// Get returns one approval in scope, or ErrNotFound.
	Get(ctx context.Context, s Scope, id string) (Approval, error)
	// List returns the approvals in scope, of every state, oldest first.
	List(ctx context.Context, s Scope) ([]Approval, error)
	// Decide approves or declines, once among all processes: a later call returns ErrDecided and the
	// approval as it was decided. It returns ErrNotFound for one that is out of scope.
	Decide(ctx context.Context, s Scope, id string, d Decision) (Approval, error)
	// Spend uses an approval that Put or Find returned for one write, once among all processes: a later
	// call returns ErrSpent. It returns ErrNotApproved if nobody approved, and ErrNotFound if the
	// approval has expired. On any error the write must not be sent.
	Spend(ctx context.Context, a Approval) (Approval, error)
	// Sweep removes expired approvals and returns those that were neither spent nor declined. Each is
	// returned once among all processes, or not at all if a process ends during the sweep.
	Sweep(ctx context.Context) ([]Approval, error)
}

// SweepEvery sweeps until ctx ends, so that no personal data is kept longer than needed. It calls
// report for each sweep that fails.
func SweepEvery(ctx context.Context, s Store, every time.Duration, report func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// OfSameCall selects what Find returns from the approvals with one hash, of which at most one is not
// spent. It is for implementations of [Store].
func OfSameCall(same []Approval) (a Approval, found bool) {
	for _, o := range same {
		if !found || a.State == Spent && (o.State != Spent || CompareSpent(o, a) > 0) {
			a, found = o, true
		}
	}
	return a, found
}

// CompareSpent orders approvals by when they were spent. Of two spent in the same millisecond, the
// later one was asked for later: at most one of a call is not spent.
func CompareSpent(a, b Approval) int {
	return cmp.Or(a.SpentAt.Compare(b.SpentAt), CompareAge(a, b))
}

// CompareAge orders approvals, oldest first. It is for implementations of [Store].
func CompareAge(a, b Approval) int {
	return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}
