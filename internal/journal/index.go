package journal

import (
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func entryOf(l *Line) once.Entry {
	return once.Entry{
		ID: l.ID, Key: l.Key, Slot: l.Slot, Batch: l.Batch, Tool: l.Tool,
		Started: l.Time, Deadline: l.Deadline, Outcome: once.Outcome{State: once.InFlight},
	}
}

type entry struct {
	once.Entry
	order  int
	writer string
	dead   bool          // refused or undone: kept only for those who wait for it
	wake   chan struct{} // closed when the outcome is known
}

func (e *entry) open() bool { return e.Outcome.State == once.InFlight }

// index is the memory that the lines of the file give, built in their order, so that every process
// that reads the same lines remembers the same.
type index struct {
	once, unknown time.Duration
	count         int
	byID          map[string]*entry
	byKey, bySlot map[string][]*entry
	// batches holds, for each write of a batch, its outcome's time, or its deadline until then.
	batches map[string]map[string]time.Time
}

func newIndex(once, unknown time.Duration) *index {
	return &index{
		once: once, unknown: unknown,
		byID: map[string]*entry{}, byKey: map[string][]*entry{}, bySlot: map[string][]*entry{},
		batches: map[string]map[string]time.Time{},
	}
}

func (x *index) apply(l *Line) {
	switch {
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
	e := &entry{Entry: entryOf(l), order: x.count, writer: l.Writer, wake: make(chan struct{})}
	x.byID[e.ID] = e
	x.byKey[e.Key] = append(x.byKey[e.Key], e)
	if e.Slot != "" {
		x.bySlot[e.Slot] = append(x.bySlot[e.Slot], e)
	}
	x.stamp(e, e.Deadline)
	return e
}

func (x *index) stamp(e *entry, t time.Time) {
	if e.Batch == "" {
		return
	}
	if x.batches[e.Batch] == nil {
		x.batches[e.Batch] = map[string]time.Time{}
	}
	x.batches[e.Batch][e.ID] = t
}

// settle applies an outcome. Done and refused are final; unknown gives way to what is learned later.
func (x *index) settle(l *Line) {
	e := x.add(l)
	if e.Outcome.State.IsFinal() {
		return
	}
	if e.open() {
		close(e.wake)
	}
	e.At, e.Outcome = l.Time, l.outcome()
	e.dead = e.Outcome.State == once.Refused
	x.stamp(e, e.At)
	if e.Outcome.State == once.Done {
		x.undo(e)
	}
}

// undo lets die what a succeeded write has undone. A write still in flight lives on: it may land
// after this one.
func (x *index) undo(by *entry) {
	for _, e := range x.bySlot[by.Slot] {
		if e.Key != by.Key && (!e.open() || e.Deadline.Before(by.Started)) {
			e.dead = true
		}
	}
}

// expires is when an entry stops to stand in the way of the same write.
func (x *index) expires(e *entry) time.Time {
	switch e.Outcome.State {
	case once.InFlight:
		return e.Deadline.Add(x.unknown)
	case once.Unknown:
		return e.At.Add(x.unknown)
	}
	last := e.At
	for _, t := range x.batches[e.Batch] {
		if t.After(last) {
			last = t
		}
	}
	return last.Add(x.once)
}

// lookup gives the newest entry of a key that still counts, or nil.
func (x *index) lookup(key string, now time.Time) *entry {
	for _, e := range slices.Backward(x.byKey[key]) {
		if !e.dead && now.Before(x.expires(e)) {
			e.Contested = x.contested(e)
			return e
		}
	}
	return nil
}

func (x *index) contested(e *entry) bool {
	return slices.ContainsFunc(x.bySlot[e.Slot], func(o *entry) bool {
		return o.Key != e.Key && o.order > e.order && !o.dead && (o.open() || o.Outcome.State == once.Unknown)
	})
}

// openOf lists the entries without an outcome that match, in their order.
func (x *index) openOf(match func(*entry) bool) []*entry {
	var found []*entry
	for _, e := range x.byID {
		if e.open() && match(e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return a.order - b.order })
	return found
}

// prune forgets what has expired, and a batch with the last of its writes.
func (x *index) prune(now time.Time) {
	live := map[string]bool{}
	for id, e := range x.byID {
		if now.Before(x.expires(e)) {
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

// adopt takes over what an older index knows beyond this one, built from the same lines anew: those
// who wait, and writes whose lines somebody removed while this process ran.
func (x *index) adopt(old *index) {
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
			x.stamp(was, was.base())
		case was.open() && now.open():
			now.wake = was.wake
		case was.open():
			close(was.wake)
		}
	}
}

func (e *entry) base() time.Time {
	if e.open() {
		return e.Deadline
	}
	return e.At
}
