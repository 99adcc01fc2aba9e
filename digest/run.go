package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Options are what a run needs beside its plan. All are optional.
type Options struct {
	Limits Limits
	// Cache and Keys serve a walk from memory: the first key names this very
	// walk (the filters that the source was given), the others walks that hold
	// all of its records and more.
	Cache     *Cache
	CacheKeys []string
	// Origin, if not nil, is told of the kept walk that served the run.
	Origin *Origin
	// Filter drops records before where does, such as those that a kept walk
	// without the source's filters has too many.
	Filter func(*Row) bool
	// Enrich fills columns that the source left out, on copies of the rows.
	Enrich func(ctx context.Context, rows []Row) error
	// PushedDown are the columns by which the source already dropped records:
	// how many of these lack a value is then not known.
	PushedDown []string
	// KnownGroups are the groups of a column that exist though no record shows it.
	KnownGroups map[string][]KnownGroup
	// Notes come first among the answer's notes.
	Notes []string
	// LateNotes gives notes that are known only when the walk has ended; they follow
	// Notes.
	LateNotes func() []string
	// Reserve is how many tokens the rows leave for what is added with AddNote.
	Reserve int
	// NarrowHint says how to narrow a walk that does not end.
	NarrowHint string
	// Progress is told how many records were read, page by page.
	Progress func(read int)
	// Clock measures the time of the walk; nil is the system's.
	Clock func() time.Time
}

// run is the state of one run of a plan.
type run struct {
	p    *Plan
	opts Options

	matched  int
	span     span // of the matching records
	stretch  span // of all that were read
	counters []*counter
	total    *histogram
	leftOut  map[string]int
	asked    questions
	groups   *grouper

	room  int    // rows that can be shown at most, and one
	top   best   // in the order asked for
	after int    // matching records after the cursor
	list  []held // in the order of the source
	bytes int    // what list costs to hold
	place resume
}

// Run walks the source and gives the answer. Errors are sentences for the
// caller, except what the source itself gave before its first page.
func (p *Plan) Run(ctx context.Context, source Source, opts Options) (*Answer, error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	r := newRun(p, opts)
	w := &walker{source: source, limits: opts.Limits.orDefault(), clock: opts.Clock, progress: opts.Progress}
	each := func(page Page) (bool, error) { return r.page(ctx, page) }
	var done walked
	var err error
	switch {
	case p.from.mode == delivered:
		done, err = w.walk(ctx, p.from.upstream, each)
		if err == nil {
			err = r.flush()
		}
	case opts.Cache != nil && len(opts.CacheKeys) > 0:
		done, err = opts.Cache.walk(ctx, opts.CacheKeys, w, each)
	default:
		done, err = w.walk(ctx, "", each)
	}
	if err != nil {
		return nil, err
	}
	if opts.Origin != nil {
		opts.Origin.walk = done.kept
	}
	return r.answer(done)
}

func newRun(p *Plan, opts Options) *run {
	r := &run{p: p, opts: opts, counters: newCounters(p), leftOut: map[string]int{}}
	// A row costs about three tokens at the least; if it were less, the page
	// would only be shorter than it could be.
	r.room = p.budget/3 + 1
	if p.limit >= 0 {
		r.room = min(r.room, p.limit+1)
	}
	if len(p.groups) > 0 {
		r.groups, r.room = newGrouper(p), 0
	}
	if p.limit == 0 {
		r.room = 0
	}
	if p.measure != nil {
		r.total = &histogram{}
	}
	r.top = best{order: p.order, size: r.room, room: heldPerToken * p.budget}
	r.place = resume{at: p.from, found: p.from.mode != delivered || p.from.id == ""}
	return r
}

// page takes in a page and tells whether more are wanted.
func (r *run) page(ctx context.Context, page Page) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("the walk was canceled: %w", context.Cause(ctx))
	}
	if r.opts.Enrich != nil {
		page.Rows = cloneRows(page.Rows)
		if err := r.opts.Enrich(ctx, page.Rows); err != nil {
			return false, err
		}
	}
	for _, s := range r.place.take(r.p, page) {
		if err := r.rows(&s.page, s.from); err != nil {
			return false, err
		}
	}
	return !r.enough(), nil
}

func (r *run) flush() error {
	s := r.place.flush()
	if s == nil {
		return nil
	}
	return r.rows(&s.page, s.from)
}

// full tells whether the list holds more than can be shown.
func (r *run) full() bool {
	return len(r.list) >= r.room || r.bytes > heldPerToken*r.p.budget && len(r.list) >= fewRows
}

// enough tells whether a delivered page is surely full: its walk then stops,
// as the next one resumes where it ends.
func (r *run) enough() bool {
	return r.p.from.mode == delivered && r.room > 0 && r.full()
}

func cloneRows(rows []Row) []Row {
	out := make([]Row, len(rows))
	for i, row := range rows {
		out[i] = Row{Values: append([]Value(nil), row.Values...), Answers: row.Answers}
	}
	return out
}

func (r *run) rows(page *Page, from int) error {
	for i := from; i < len(page.Rows); i++ {
		row := &page.Rows[i]
		if r.opts.Filter != nil && !r.opts.Filter(row) {
			continue
		}
		if r.p.date >= 0 {
			r.stretch.add(row.Values[r.p.date])
		}
		if !r.matches(row) {
			continue
		}
		if err := r.take(row, page, i); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) matches(row *Row) bool {
	if len(r.p.asked) > 0 {
		r.asked.see(row, r.p.asked)
	}
	w := r.p.where
	if w.test == nil {
		return true
	}
	v := w.test(row)
	if v == open {
		w.openLeaves(row, func(label string) { r.leftOut[label]++ })
	}
	return v&holds != 0
}

// take counts a matching row and holds it if it may be shown.
func (r *run) take(row *Row, page *Page, index int) error {
	r.matched++
	if r.p.date >= 0 {
		r.span.add(row.Values[r.p.date])
	}
	for _, c := range r.counters {
		c.add(r.p, row)
	}
	if r.total != nil {
		if v, ok := r.p.measure.value(r.p, row); ok {
			r.total.add(v)
			if len(r.total.counts) > maxCells {
				return errTooSpread
			}
		}
	}
	if r.groups != nil {
		return r.groups.add(row)
	}
	if r.room == 0 {
		return nil
	}
	if r.p.from.mode != delivered {
		key := r.p.order.key(row)
		at := r.p.from
		if at.mode == fresh || r.p.order.compare(key, at.key, r.p.rowID(row), at.id) > 0 {
			r.after++
			r.top.add(r.p, row, page, index, key)
		}
	}
	if r.p.from.mode != sorted && !r.full() {
		h := r.p.hold(row, page, index, sortKey{}, nil)
		r.list = append(r.list, h)
		r.bytes += h.bytes()
	}
	return nil
}

var errSortedCut = errors.New("cursor: the records could not all be read this time, so the place after the last row is not known")

// tautology tells whether a tally says only what where asked for: that all records
// have the one value that they had to have.
func (r *run) tautology(t tally) bool {
	return len(t.entries) == 1 && t.beyond == 0 && slices.ContainsFunc(r.p.where.conds, func(c Condition) bool {
		return c.Op == "==" && c.Column == t.column
	})
}

// answer builds the answer from what the walk left.
func (r *run) answer(done walked) (*Answer, error) {
	p := r.p
	complete := done.end == atEnd && p.from.mode != delivered
	if p.from.mode == sorted && !complete {
		if done.cause != nil {
			return nil, fmt.Errorf("%w: %w", errSortedCut, done.cause)
		}
		return nil, fmt.Errorf("%w; %s, without a cursor", errSortedCut, r.narrow())
	}
	a := &Answer{table: p.table.Name, budget: p.budget, Notes: r.notes(done, complete)}
	a.apart = slices.ContainsFunc(p.fields, func(i int) bool { return p.table.Columns[i].Kind == KindBlock })
	a.Summary = Summary{Matched: r.matched, Complete: complete}
	if !r.span.first.IsMissing() {
		a.Summary.DateColumn = p.table.Columns[p.date].Name
		a.Summary.First = r.span.first.show(p.loc, false, maxCell)
		a.Summary.Last = r.span.last.show(p.loc, false, maxCell)
	}
	if r.total != nil {
		a.Summary.Measure = r.total.line(p.measure.label(p.table), r.matched)
	}
	s, err := r.sheet(done, complete)
	if err != nil {
		return nil, err
	}
	a.Summary.Groups = s.groups
	var tallies []tally
	for _, c := range r.counters {
		if t := c.tally(p.table); !r.tautology(t) {
			tallies = append(tallies, t)
		}
	}
	f := fitter{p: p, answer: a, sheet: s, tallies: tallies, spare: r.opts.Reserve}
	if err := f.fit(); err != nil {
		return nil, err
	}
	return a, nil
}
