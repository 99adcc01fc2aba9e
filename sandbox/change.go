package sandbox

import "time"

// change is what a write does to a store. It refers to records by index, and runs
// once on the ATS and, after the lag, once on Kombo's copy. at is the time of the
// write, seen the time at which it reaches that store.
type change func(st *store, at, seen ms)

type lateChange struct {
	due   time.Time
	at    ms
	apply change
}

// commit applies a change and records its effect. The caller holds the lock.
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

// stamp returns the time of a write: now, but later than every earlier write, so
// that updated_after distinguishes them even if the clock is stopped.
func (s *Sandbox) stamp() ms {
	s.lastWrite = max(ms(s.opts.now().UnixMilli()), s.lastWrite+1)
	return s.lastWrite
}

// catchUp applies the changes that are due to Kombo's copy.
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

// sync applies the first n queued changes to Kombo's copy. changed_at is then the
// time of the sync, or a poll with updated_after would miss the change.
func (s *Sandbox) sync(n int) {
	for _, c := range s.queue[:n] {
		s.lastSync = max(ms(s.opts.now().UnixMilli()), s.lastSync+1, c.at)
		c.apply(s.mirror, c.at, s.lastSync)
	}
	s.queue = append([]lateChange(nil), s.queue[n:]...)
}

// bump sets the dates of a changed record.
func (r *row) bump(at, seen ms) {
	r.updated, r.changed = at, seen
}

// write runs f on the ATS itself, under the lock.
func (s *Sandbox) write(f func(st *store) ([]byte, *refusal)) ([]byte, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f(s.live)
}

// done returns the response of a write without data.
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
