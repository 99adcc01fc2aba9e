package journal

import (
	"maps"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func entryOf(l *Line) once.Entry {
	return once.Entry{
		ID: l.ID, Key: l.Key, Slot: l.Slot, SlotValue: l.SlotValue, Batch: l.Batch, Tool: l.Tool, Confirmation: l.Token,
		Started: l.Time, Deadline: l.Deadline, Outcome: once.Outcome{State: once.InFlight},
	}
}

// entry is an Entry with what the index keeps of it.
type entry struct {
	once.Entry
	order   int
	writer  string
	origin  Origin
	retired bool          // refused or undone: not looked up any more, kept for those who wait for it
	settled chan struct{} // closed when the outcome is known
}

func (e *entry) inFlight() bool { return e.Outcome.State == once.InFlight }

// index is what the lines of the file amount to, applied in their order, so that every process that
// reads the same lines remembers the same.
type index struct {
	doneFor, unknownFor time.Duration
	count               int
	byID                map[string]*entry
	byKey, bySlot       map[string][]*entry
	// batches holds for each write of a batch, by ID, the time of its outcome, or its deadline until
	// then.
	batches map[string]map[string]time.Time
	// spent holds for each confirmation that was used up when it may be forgotten.
	spent map[string]time.Time
}

func newIndex(doneFor, unknownFor time.Duration) *index {
	return &index{
		doneFor: doneFor, unknownFor: unknownFor,
		byID: map[string]*entry{}, byKey: map[string][]*entry{}, bySlot: map[string][]*entry{},
		batches: map[string]map[string]time.Time{}, spent: map[string]time.Time{},
	}
}

func (x *index) apply(l *Line) {
	switch {
	case l.Kind == KindConfirmation:
		x.spend(l)
	case l.ID == "" || l.Key == "":
	case l.Kind == KindIntent:
		x.add(l)
	case l.Kind == KindOutcome:
		x.settle(l)
	}
}

func (x *index) add(l *Line) *entry {
	if e := x.byID[l.ID]; e != nil {
		return e
	}
	x.count++
	e := &entry{Entry: entryOf(l), order: x.count, writer: l.Writer, origin: l.Origin, settled: make(chan struct{})}
	x.byID[e.ID] = e
	x.byKey[e.Key] = append(x.byKey[e.Key], e)
	if e.Slot != "" {
		x.bySlot[e.Slot] = append(x.bySlot[e.Slot], e)
	}
	x.setBatchTime(e, e.Deadline)
	return e
}

// setBatchTime notes when a write of a batch ended, or ends at the latest.
func (x *index) setBatchTime(e *entry, t time.Time) {
	if e.Batch == "" {
		return
	}
	if x.batches[e.Batch] == nil {
		x.batches[e.Batch] = map[string]time.Time{}
	}
	x.batches[e.Batch][e.ID] = t
}

// settle applies an outcome. Done and refused are final; a later outcome replaces unknown.
func (x *index) settle(l *Line) {
	e := x.add(l)
	if e.Outcome.State.IsFinal() {
		return
	}
	if e.inFlight() {
		close(e.settled)
	}
	e.At, e.Outcome = l.Time, l.outcome()
	e.retired = e.Outcome.State == once.Refused
	x.setBatchTime(e, e.At)
	if e.Outcome.State == once.Done {
		x.retireUndone(e)
	}
}

// retireUndone retires the writes that a done one has undone. One in flight stays, since it may take
// effect after this one.
func (x *index) retireUndone(by *entry) {
	for _, e := range x.bySlot[by.Slot] {
		if by.Undoes(e.Entry) && (!e.inFlight() || e.Deadline.Before(by.Started)) {
			e.retired = true
		}
	}
}

// expires is when an entry is no longer looked up.
func (x *index) expires(e *entry) time.Time {
	switch e.Outcome.State {
	case once.InFlight:
		return e.Deadline.Add(x.unknownFor)
	case once.Unknown:
		return e.At.Add(x.unknownFor)
	}
	last := e.At
	for _, t := range x.batches[e.Batch] {
		if t.After(last) {
			last = t
		}
	}
	return last.Add(x.doneFor)
}

// lookup returns the newest entry of a key that is neither retired nor expired, or nil.
func (x *index) lookup(key string, now time.Time) *entry {
	for _, e := range slices.Backward(x.byKey[key]) {
		if !e.retired && now.Before(x.expires(e)) {
			e.Contested = x.contested(e)
			return e
		}
	}
	return nil
}

// contested reports whether a later write may have undone e; see once.Entry.
func (x *index) contested(e *entry) bool {
	return slices.ContainsFunc(x.bySlot[e.Slot], func(o *entry) bool {
		return o.Undoes(e.Entry) && o.order > e.order && !o.retired && (o.inFlight() || o.Outcome.State == once.Unknown)
	})
}

// isOpen reports whether there is a write of that ID whose outcome is not known for good.
func (x *index) isOpen(id string) bool {
	e := x.byID[id]
	return e != nil && !e.Outcome.State.IsFinal()
}

// findInFlight returns the matching entries without an outcome, in their order.
func (x *index) findInFlight(match func(*entry) bool) []*entry {
	var found []*entry
	for _, e := range x.byID {
		if e.inFlight() && match(e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return a.order - b.order })
	return found
}

// prune drops expired entries, and a batch with the last of its writes. A write that was sent under a
// confirmation stays as long as that, for those who repeat the call.
func (x *index) prune(now time.Time) {
	maps.DeleteFunc(x.spent, func(_ string, until time.Time) bool { return !now.Before(until) })
	live := map[string]bool{}
	for id, e := range x.byID {
		if now.Before(x.expires(e)) || x.isSpent(e.Confirmation) {
			live[e.Batch] = true
			continue
		}
		delete(x.byID, id)
		forget(x.byKey, e.Key, e)
		forget(x.bySlot, e.Slot, e)
	}
	for b := range x.batches {
		if !live[b] {
			delete(x.batches, b)
		}
	}
}

func forget(m map[string][]*entry, key string, e *entry) {
	rest := slices.DeleteFunc(m[key], func(o *entry) bool { return o == e })
	if len(rest) == 0 {
		delete(m, key)
		return
	}
	m[key] = rest
}

// mergeFrom takes from an older index what the lines do not hold: those who wait for an outcome, and
// writes whose lines somebody removed while this process ran.
func (x *index) mergeFrom(old *index) {
	for _, was := range old.byID {
		now := x.byID[was.ID]
		switch {
		case now == nil:
			was.order = 0
			x.byID[was.ID] = was
			x.byKey[was.Key] = slices.Insert(x.byKey[was.Key], 0, was)
			if was.Slot != "" {
				x.bySlot[was.Slot] = slices.Insert(x.bySlot[was.Slot], 0, was)
			}
			x.setBatchTime(was, was.batchTime())
		case was.inFlight() && now.inFlight():
			now.settled = was.settled
		case was.inFlight():
			close(was.settled)
		}
	}
	for token, until := range old.spent {
		x.keepSpent(token, until)
	}
}

func (e *entry) batchTime() time.Time {
	if e.inFlight() {
		return e.Deadline
	}
	return e.At
}
