package digest

import (
	"crypto/sha256"
	"slices"
	"strconv"
)

// sheet is what can be shown, in order: rows or groups.
type sheet struct {
	columns []string
	// size is how many are at hand, limit how many may be shown.
	size, limit int
	groups      int
	cells       func(i int) []string
	legend      func(i int) [][]string
	// next is the cursor after the first shown ones, "" where nothing follows.
	next func(shown int) (string, error)
}

func (r *run) sheet(done walked, complete bool) (*sheet, error) {
	if r.groups != nil {
		return r.groupSheet()
	}
	p := r.p
	rows, more := r.list, r.matched > len(r.list)
	inOrder := complete
	if inOrder {
		rows, more = r.top.sorted(), r.after > len(r.top.rows)
	}
	s := &sheet{size: len(rows), limit: p.limit}
	for _, f := range p.fields {
		s.columns = append(s.columns, p.table.Columns[f].Name)
	}
	s.cells = func(i int) []string { return p.cells(rows[i]) }
	ambiguous := p.ambiguous(rows)
	s.legend = func(i int) [][]string { return p.legendOf(rows[i], ambiguous) }
	s.next = func(shown int) (string, error) {
		var at position
		switch {
		case p.limit == 0:
			return "", nil
		case shown == len(rows) && !more:
			if inOrder || done.next == "" {
				return "", nil
			}
			at = position{mode: delivered, upstream: done.next}
		case shown == 0:
			// Only the fitter asks this, to see what the fixed parts cost.
			return "", nil
		case inOrder:
			at = position{mode: sorted, key: rows[shown-1].key, id: rows[shown-1].id}
		default:
			last := rows[shown-1]
			at = position{mode: delivered, id: last.id, index: uint64(last.index), upstream: last.page} // #nosec G115 -- an index is not negative
		}
		return p.seal.encode(at, p.args)
	}
	return s, nil
}

func (r *run) groupSheet() (*sheet, error) {
	p := r.p
	if err := r.groups.fill(r.opts.KnownGroups); err != nil {
		return nil, err
	}
	groups := r.groups.ordered()
	s := &sheet{limit: p.limit, groups: len(groups)}
	apart := r.groups.shared()
	for i, g := range p.groups {
		s.columns = append(s.columns, g.label(p.table))
		if apart[i] != nil {
			s.columns = append(s.columns, p.table.Columns[g.id].Name)
		}
	}
	s.columns = append(s.columns, "count")
	partly := p.measure != nil && slices.ContainsFunc(groups, (*group).partlyMeasured)
	if partly {
		s.columns = append(s.columns, "measured")
	}
	if p.measure != nil {
		s.columns = append(s.columns, figureNames...)
	}
	start := r.groupStart(groups)
	s.size = len(groups) - start
	s.cells = func(i int) []string { return r.groups.cells(groups[start+i], apart, partly) }
	s.legend = func(int) [][]string { return nil }
	s.next = func(shown int) (string, error) {
		if shown == 0 || shown >= s.size || p.limit == 0 {
			return "", nil
		}
		last := start + shown - 1
		at := position{mode: grouped, id: groups[last].key.hash(), index: uint64(last)} // #nosec G115 -- an index is not negative
		return p.seal.encode(at, p.args)
	}
	return s, nil
}

// groupStart is the place after the cursor's group; where that is gone, the
// place it had.
func (r *run) groupStart(groups []*group) int {
	if r.p.from.mode != grouped {
		return 0
	}
	for i, g := range groups {
		if g.key.hash() == r.p.from.id {
			return i + 1
		}
	}
	return int(min(r.p.from.index, uint64(len(groups)))) // #nosec G115 -- bounded by a length
}

// hash names a group in a cursor.
func (k groupKey) hash() string {
	var b []byte
	for _, pt := range k {
		b = appendString(b, pt.name)
		b = appendString(b, pt.id)
		b = appendString(b, strconv.FormatInt(pt.num, 10))
		if pt.missing {
			b = append(b, 1)
		}
	}
	sum := sha256.Sum256(b)
	return string(sum[:8])
}

// shared are, by column, the names that several ids share; nil where there are
// none and no id needs to be shown.
func (g *grouper) shared() [maxGroupKeys]map[string]bool {
	var out [maxGroupKeys]map[string]bool
	for i, col := range g.p.groups {
		if col.id < 0 || g.p.table.Columns[col.id].Unavailable != "" {
			continue
		}
		ids := map[string]string{}
		for key := range g.groups {
			name := key[i].name
			if id, ok := ids[name]; ok && id != key[i].id {
				if out[i] == nil {
					out[i] = map[string]bool{}
				}
				out[i][name] = true
			}
			ids[name] = key[i].id
		}
	}
	return out
}

// partlyMeasured tells whether some records of a group have no value to measure.
func (g *group) partlyMeasured() bool {
	return g.count > 0 && (g.hist == nil || g.hist.total < g.count)
}

func (g *grouper) cells(at *group, apart [maxGroupKeys]map[string]bool, partly bool) []string {
	var out []string
	for i, col := range g.p.groups {
		out = append(out, col.show(at.key[i]))
		if apart[i] == nil {
			continue
		}
		id := ""
		if apart[i][at.key[i].name] {
			id = at.key[i].id
		}
		out = append(out, id)
	}
	out = append(out, showNumber(float64(at.count)))
	if g.p.measure != nil {
		hist := at.hist
		if hist == nil {
			hist = &histogram{}
		}
		if partly {
			out = append(out, strconv.Itoa(hist.total))
		}
		figures := hist.figures()
		out = append(out, figures[:]...)
	}
	return out
}

// resume finds the place of a delivered cursor in the pages from its own on.
type resume struct {
	at      position
	found   bool
	pending *Page
}

// stretch is a page from one of its rows on.
type stretch struct {
	page Page
	from int
}

// take gives what of the pages so far comes after the cursor's row. Where
// records were added the row may have moved to the next page; where it is gone
// from both, those before it on its page are taken as seen.
func (s *resume) take(p *Plan, page Page) []stretch {
	if s.found {
		return []stretch{{page, 0}}
	}
	for i := range page.Rows {
		if p.rowID(&page.Rows[i]) == s.at.id {
			s.found, s.pending = true, nil
			return []stretch{{page, i + 1}}
		}
	}
	if s.pending == nil && page.Next != "" {
		s.pending = &page
		return nil
	}
	var out []stretch
	if first := s.flush(); first != nil {
		return append(out, *first, stretch{page, 0})
	}
	s.found = true
	return []stretch{{page, s.start(page)}}
}

func (s *resume) start(page Page) int {
	return int(min(s.at.index, uint64(len(page.Rows)))) // #nosec G115 -- bounded by a length
}

// flush gives the page that was kept back in the search.
func (s *resume) flush() *stretch {
	if s.pending == nil {
		return nil
	}
	out := &stretch{*s.pending, s.start(*s.pending)}
	s.found, s.pending = true, nil
	return out
}
