package digest

import (
	"crypto/sha256"
	"slices"
	"strconv"
)

// sheet is everything that can be shown, in order: rows or groups.
type sheet struct {
	columns []string
	// size is how many there are to show, limit how many may be shown.
	size, limit int
	groups      int
	cells       func(i int) []string
	legend      func(i int) [][]string
	// next returns the cursor after the first shown ones, "" if nothing follows.
	next func(shown int) (string, error)
}

func (r *run) sheet(walked walkResult, complete bool) (*sheet, error) {
	if r.groups != nil {
		return r.groupSheet()
	}
	p := r.p
	rows, more := r.buffer, r.matched > len(r.buffer)
	inOrder := complete
	if inOrder {
		rows, more = r.top.sorted(), r.afterCursor > len(r.top.rows)
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
			if inOrder || walked.next == "" {
				return "", nil
			}
			at = position{mode: modeSourceOrder, upstream: walked.next}
		case shown == 0:
			// Only the fitter asks for this, to count an answer without rows.
			return "", nil
		case inOrder:
			at = position{mode: modeSorted, key: rows[shown-1].key, id: rows[shown-1].id}
		default:
			last := rows[shown-1]
			at = position{mode: modeSourceOrder, id: last.id, index: uint64(last.index), upstream: last.pageCursor} // #nosec G115 -- an index is not negative
		}
		return p.seal.encode(at, p.argsHash)
	}
	return s, nil
}

func (r *run) groupSheet() (*sheet, error) {
	p := r.p
	if err := r.groups.addEmptyGroups(r.opts.KnownGroups); err != nil {
		return nil, err
	}
	groups := r.groups.sorted()
	s := &sheet{limit: p.limit, groups: len(groups)}
	ambiguous := r.groups.ambiguousNames()
	for i, g := range p.groups {
		s.columns = append(s.columns, g.label(p.table))
		if ambiguous[i] != nil {
			s.columns = append(s.columns, p.table.Columns[g.idColumn].Name)
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
	s.cells = func(i int) []string { return r.groups.cells(groups[start+i], ambiguous, partly) }
	s.legend = func(int) [][]string { return nil }
	s.next = func(shown int) (string, error) {
		if shown == 0 || shown >= s.size || p.limit == 0 {
			return "", nil
		}
		last := start + shown - 1
		at := position{mode: modeGrouped, id: groups[last].key.hash(), index: uint64(last)} // #nosec G115 -- an index is not negative
		return p.seal.encode(at, p.argsHash)
	}
	return s, nil
}

// groupStart returns the index after the cursor's group or, if that group is
// gone, the index it had.
func (r *run) groupStart(groups []*group) int {
	if r.p.resumeFrom.mode != modeGrouped {
		return 0
	}
	for i, g := range groups {
		if g.key.hash() == r.p.resumeFrom.id {
			return i + 1
		}
	}
	return int(min(r.p.resumeFrom.index, uint64(len(groups)))) // #nosec G115 -- bounded by a length
}

// hash identifies a group in a cursor.
func (k groupKey) hash() string {
	var b []byte
	for _, pt := range k {
		b = appendString(b, pt.name)
		b = appendString(b, pt.id)
		b = appendString(b, strconv.FormatInt(pt.order, 10))
		if pt.missing {
			b = append(b, 1)
		}
	}
	sum := sha256.Sum256(b)
	return string(sum[:8])
}

// ambiguousNames returns, by column, the names that several ids share; nil for a
// column without any, which needs to show no ids.
func (g *grouper) ambiguousNames() [maxGroupKeys]map[string]bool {
	var out [maxGroupKeys]map[string]bool
	for i, col := range g.p.groups {
		if col.idColumn < 0 || g.p.table.Columns[col.idColumn].Unavailable != "" {
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

// partlyMeasured reports whether some records of a group have no value to
// measure.
func (g *group) partlyMeasured() bool {
	return g.count > 0 && (g.hist == nil || g.hist.total < g.count)
}

// cells formats a group as a row: an id follows a name that is ambiguous, and the
// number of measured records the count if partly is set.
func (g *grouper) cells(grp *group, ambiguous [maxGroupKeys]map[string]bool, partly bool) []string {
	var out []string
	for i, col := range g.p.groups {
		out = append(out, col.format(grp.key[i]))
		if ambiguous[i] == nil {
			continue
		}
		id := ""
		if ambiguous[i][grp.key[i].name] {
			id = grp.key[i].id
		}
		out = append(out, id)
	}
	out = append(out, formatNumber(float64(grp.count)))
	if g.p.measure != nil {
		hist := grp.hist
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

// resumer finds the row of a modeSourceOrder cursor, in the page it was on or the
// one after.
type resumer struct {
	target  position
	found   bool
	pending *Page
}

// pageTail is a page without the rows before from.
type pageTail struct {
	page Page
	from int
}

// next returns the rows of the pages so far that come after the cursor's row. If
// records were added meanwhile, the row may have moved to the next page; if it is
// on neither, the rows before its index on its page count as seen.
func (r *resumer) next(p *Plan, page Page) []pageTail {
	if r.found {
		return []pageTail{{page, 0}}
	}
	for i := range page.Rows {
		if p.rowID(&page.Rows[i]) == r.target.id {
			r.found, r.pending = true, nil
			return []pageTail{{page, i + 1}}
		}
	}
	if r.pending == nil && page.Next != "" {
		r.pending = &page
		return nil
	}
	var out []pageTail
	if first := r.flush(); first != nil {
		return append(out, *first, pageTail{page, 0})
	}
	r.found = true
	return []pageTail{{page, r.start(page)}}
}

func (r *resumer) start(page Page) int {
	return int(min(r.target.index, uint64(len(page.Rows)))) // #nosec G115 -- bounded by a length
}

// flush returns the page that was held back during the search.
func (r *resumer) flush() *pageTail {
	if r.pending == nil {
		return nil
	}
	out := &pageTail{*r.pending, r.start(*r.pending)}
	r.found, r.pending = true, nil
	return out
}
