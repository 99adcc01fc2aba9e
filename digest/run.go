package digest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Options are what a run may be given besides its plan. The zero value works.
type Options struct {
	// Limits bound the walk; zero values mean their defaults.
	Limits Limits
	// Cache serves the walk from memory, or stores it. The first of CacheKeys
	// identifies exactly this walk (with the filters given to the source), the
	// others identify walks that contain all of its records and more.
	Cache     *Cache
	CacheKeys []string
	// Origin, if not nil, is set to the cached walk that served the run, for
	// [Cache.StoreAnswer].
	Origin *Origin
	// Filter reports whether a record belongs to the question; it runs before
	// where. It replaces filters that were pushed down, if the run is served by a
	// cached walk without them.
	Filter func(*Row) bool
	// Enrich fills in columns that the source left missing. It gets copies of
	// the rows, page by page, and may change them.
	Enrich func(ctx context.Context, rows []Row) error
	// PushedDown are the columns by which the source filters. How many records
	// it left out for lack of a value is unknown, and the notes say so.
	PushedDown []string
	// KnownGroups are, by column, the groups that exist although no record may
	// be in them.
	KnownGroups map[string][]KnownGroup
	// Notes come first among the answer's notes.
	Notes []string
	// PageNotes adds those of the pages, each once, after Notes: from a cached walk, too.
	PageNotes bool
	// LateNotes is called after the walk; its notes follow.
	LateNotes func() []string
	// Reserve is how many tokens to keep free for [Answer.AddNote].
	Reserve int
	// NarrowHint says how to narrow a question whose walk hit a limit; empty is
	// a general hint.
	NarrowHint string
	// Progress is called after each page with the number of records read so far.
	Progress func(read int)
	// Clock measures how long the walk takes; nil is [time.Now].
	Clock func() time.Time
}

// run is the state of one run of a plan.
type run struct {
	p    *Plan
	opts Options

	matched      int
	datesMatched dateRange // of the matching records
	datesRead    dateRange // of all that were read
	counters     []*counter
	total        *histogram
	leftOut      map[string]int
	pageNotes    []string
	questions    seenQuestions
	groups       *grouper

	capacity    int           // one more than the rows that can be shown
	top         topRows       // in the order of the query
	afterCursor int           // matching records after the cursor
	buffer      []bufferedRow // in the order of the source
	bufferBytes int           // memory of buffer
	resume      resumer
}

// Run walks the source and returns the answer. Its errors are sentences for
// whoever wrote the query, except an error of the source before its first page,
// which is returned as it is.
func (p *Plan) Run(ctx context.Context, source Source, opts Options) (*Answer, error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	r := newRun(p, opts)
	w := &walker{source: source, limits: opts.Limits.withDefaults(), clock: opts.Clock, progress: opts.Progress}
	each := func(page Page) (bool, error) { return r.page(ctx, page) }
	var walked walkResult
	var err error
	switch {
	case p.resumeFrom.mode == modeSourceOrder:
		walked, err = w.walk(ctx, p.resumeFrom.upstream, each)
		if err == nil {
			err = r.flush()
		}
	case opts.Cache != nil && len(opts.CacheKeys) > 0:
		walked, err = opts.Cache.walk(ctx, opts.CacheKeys, w, each)
	default:
		walked, err = w.walk(ctx, "", each)
	}
	if err != nil {
		return nil, err
	}
	if opts.Origin != nil {
		opts.Origin.walk = walked.cached
	}
	return r.answer(walked)
}

func newRun(p *Plan, opts Options) *run {
	r := &run{p: p, opts: opts, counters: newCounters(p), leftOut: map[string]int{}}
	// A row costs at least about three tokens. If one costs less, the page is
	// only shorter than it could be.
	r.capacity = p.budget/3 + 1
	if p.limit >= 0 {
		r.capacity = min(r.capacity, p.limit+1)
	}
	if len(p.groups) > 0 {
		r.groups, r.capacity = newGrouper(p), 0
	}
	if p.limit == 0 {
		r.capacity = 0
	}
	if p.measure != nil {
		r.total = &histogram{}
	}
	r.top = topRows{order: p.order, maxRows: r.capacity, maxBytes: bufferBytesPerToken * p.budget}
	r.resume = resumer{target: p.resumeFrom, found: p.resumeFrom.mode != modeSourceOrder || p.resumeFrom.id == ""}
	return r
}

// page processes a page and reports whether more pages are wanted.
func (r *run) page(ctx context.Context, page Page) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("the walk was canceled: %w", context.Cause(ctx))
	}
	for _, note := range page.Notes {
		if r.opts.PageNotes && !slices.Contains(r.pageNotes, note) {
			r.pageNotes = append(r.pageNotes, note)
		}
	}
	if r.opts.Enrich != nil {
		page.Rows = cloneRows(page.Rows)
		if err := r.opts.Enrich(ctx, page.Rows); err != nil {
			return false, err
		}
	}
	for _, s := range r.resume.next(r.p, page) {
		if err := r.rows(&s.page, s.from); err != nil {
			return false, err
		}
	}
	return !r.pageComplete(), nil
}

func (r *run) flush() error {
	s := r.resume.flush()
	if s == nil {
		return nil
	}
	return r.rows(&s.page, s.from)
}

// bufferFull reports whether the buffer holds more than can be shown.
func (r *run) bufferFull() bool {
	return len(r.buffer) >= r.capacity || r.bufferBytes > bufferBytesPerToken*r.p.budget && len(r.buffer) >= minBufferedRows
}

// pageComplete reports whether a page in the order of the source is certainly
// full. The walk then stops, and the next one resumes where it ends.
func (r *run) pageComplete() bool {
	return r.p.resumeFrom.mode == modeSourceOrder && r.capacity > 0 && r.bufferFull()
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
		if r.p.dateColumn >= 0 {
			r.datesRead.add(row.Values[r.p.dateColumn])
		}
		if !r.matches(row) {
			continue
		}
		if err := r.addMatch(row, page, i); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) matches(row *Row) bool {
	if len(r.p.questions) > 0 {
		r.questions.observe(row, r.p.questions)
	}
	w := r.p.where
	if w.test == nil {
		return true
	}
	v := w.test(row)
	if v == undecided {
		w.undecidedLeaves(row, func(label string) { r.leftOut[label]++ })
	}
	return v&holds != 0
}

// addMatch counts a matching row, and buffers it if it may be shown.
func (r *run) addMatch(row *Row, page *Page, index int) error {
	r.matched++
	if r.p.dateColumn >= 0 {
		r.datesMatched.add(row.Values[r.p.dateColumn])
	}
	for _, c := range r.counters {
		c.add(r.p, row)
	}
	if r.total != nil {
		if v, ok := r.p.measure.value(r.p, row); ok {
			r.total.add(v)
			if len(r.total.counts) > maxHistogramEntries {
				return errTooManyDistinct
			}
		}
	}
	if r.groups != nil {
		return r.groups.add(row)
	}
	if r.capacity == 0 {
		return nil
	}
	if r.p.resumeFrom.mode != modeSourceOrder {
		key := r.p.order.key(row)
		at := r.p.resumeFrom
		if at.mode == modeFirstPage || r.p.order.compare(key, at.key, r.p.rowID(row), at.id) > 0 {
			r.afterCursor++
			r.top.add(r.p, row, page, index, key)
		}
	}
	if r.p.resumeFrom.mode != modeSorted && !r.bufferFull() {
		h := r.p.bufferRow(row, page, index, sortKey{}, nil)
		r.buffer = append(r.buffer, h)
		r.bufferBytes += h.bytes()
	}
	return nil
}

var errIncompleteSort = errors.New("cursor: the records could not all be read this time, so the place after the last row is unknown")

// restatesWhere reports whether a tally only repeats where: that all records have
// the one value that where requires.
func (r *run) restatesWhere(t tally) bool {
	return len(t.entries) == 1 && t.overflow == 0 && slices.ContainsFunc(r.p.where.conditions, func(c Condition) bool {
		return c.Op == "==" && c.Column == t.column
	})
}

// answer builds the answer after the walk.
func (r *run) answer(walked walkResult) (*Answer, error) {
	p := r.p
	complete := walked.stop == stopAtEnd && p.resumeFrom.mode != modeSourceOrder
	if p.resumeFrom.mode == modeSorted && !complete {
		if walked.cause != nil {
			return nil, fmt.Errorf("%w: %w", errIncompleteSort, walked.cause)
		}
		return nil, fmt.Errorf("%w; %s, without a cursor", errIncompleteSort, r.narrowHint())
	}
	a := &Answer{table: p.table.Name, budget: p.budget, Notes: r.notes(walked, complete)}
	a.separateRows = slices.ContainsFunc(p.fields, func(i int) bool { return p.table.Columns[i].Kind == KindBlock })
	a.Summary = Summary{Matched: r.matched, Complete: complete}
	if !r.datesMatched.first.IsMissing() {
		a.Summary.DateColumn = p.table.Columns[p.dateColumn].Name
		a.Summary.First = r.datesMatched.first.format(p.loc, false, maxCellRunes)
		a.Summary.Last = r.datesMatched.last.format(p.loc, false, maxCellRunes)
	}
	if r.total != nil {
		a.Summary.Measure = r.total.line(p.measure.label(p.table), r.matched)
	}
	s, err := r.sheet(walked, complete)
	if err != nil {
		return nil, err
	}
	a.Summary.Groups = s.groups
	var tallies []tally
	for _, c := range r.counters {
		if t := c.tally(p.table); !r.restatesWhere(t) {
			tallies = append(tallies, t)
		}
	}
	f := fitter{p: p, answer: a, sheet: s, tallies: tallies, reserve: r.opts.Reserve}
	if err := f.fit(); err != nil {
		return nil, err
	}
	return a, nil
}
