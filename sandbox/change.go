package sandbox

import "time"

// change is what a write does to a store. It refers to records by index and
// runs once on the ATS and, after the lag, once on Kombo's copy; at is the
// write's time, seen the time at which that store learns of it.
type change func(st *store, at, seen ms)

type lateChange struct {
	due   time.Time
	at    ms
	apply change
}

// commit does a change and records its effect. The caller holds the lock.
func (s *Sandbox) commit(op, record, detail string, f change) {
	at := s.stamp()
	s.record(op, record, detail, at)
	s.change(at, f)
}

func (s *Sandbox) record(op, record, detail string, at ms) {
	s.effects = append(s.effects, Effect{Operation: op, RecordID: record, Detail: detail, Time: time.UnixMilli(int64(at)).UTC()})
}

func (s *Sandbox) change(at ms, f change) {
	f(s.live, at, at)
	if s.live != s.mirror {
		s.queue = append(s.queue, lateChange{due: s.opts.tick().Add(s.opts.Lag), at: at, apply: f})
	}
}

// stamp is the time of a write: now, but later than every write before it, so
// that updated_after can tell them apart under a pinned clock too.
func (s *Sandbox) stamp() ms {
	s.stamped = max(ms(s.opts.now().UnixMilli()), s.stamped+1)
	return s.stamped
}

// catchUp brings Kombo's copy up to date with the changes that are due.
func (s *Sandbox) catchUp() {
	if s.opts.Lag <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.tick()
	due := 0
	for due < len(s.queue) && !now.Before(s.queue[due].due) {
		due++
	}
	s.sync(due)
}

// sync applies the first n late changes. The copy's changed_at is the time at
// which it sees a change, or a poll with updated_after would miss it.
func (s *Sandbox) sync(n int) {
	for _, c := range s.queue[:n] {
		s.seen = max(ms(s.opts.now().UnixMilli()), s.seen+1, c.at)
		c.apply(s.mirror, c.at, s.seen)
	}
	s.queue = append([]lateChange(nil), s.queue[n:]...)
}

// bump dates a changed record.
func (r *row) bump(at, seen ms) {
	r.updated, r.changed = at, seen
}

// write runs f under the lock, on the ATS itself.
func (s *Sandbox) write(f func(st *store) ([]byte, *refusal)) ([]byte, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f(s.live)
}

// done is the answer of a write that returns no data.
func done() []byte {
	return success(func(e *enc) { e.object("data"); e.close() }, nil)
}

func success(data func(e *enc), warnings []string) []byte {
	var e enc
	e.open()
	e.str("status", "success")
	data(&e)
	e.list("warnings")
	for _, w := range warnings {
		e.open()
		e.str("message", w)
		e.close()
	}
	e.closeList()
	e.close()
	return e.b
}
