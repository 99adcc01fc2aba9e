package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxDistinct is how many different values of a column are counted.
	maxDistinct = 10_000
	// topCounts is how many values a tally shows before the rest.
	topCounts = 8
	// labelRunes is how many characters of a value a tally shows.
	labelRunes = 40
)

// counter counts the values of one Summary column. Records with a value beyond
// maxDistinct others are counted in overflow.
type counter struct {
	column, idColumn int
	seen             map[keyPart]int
	overflow         int
}

func newCounters(p *Plan) []*counter {
	if len(p.groups) > 0 {
		return nil
	}
	var out []*counter
	for i, c := range p.table.Columns {
		if !c.Summary || c.Unavailable != "" {
			continue
		}
		n := &counter{column: i, idColumn: -1, seen: map[keyPart]int{}}
		if c.DistinctByID {
			n.idColumn = p.table.index(c.IDColumn)
		}
		out = append(out, n)
	}
	return out
}

func (c *counter) add(p *Plan, r *Row) {
	v := r.Values[c.column]
	if v.kind == KindList {
		for element := range strings.SplitSeq(v.str, listSep) {
			c.count(keyPart{name: truncateName(element)})
		}
		return
	}
	pt := keyPart{missing: v.IsMissing(), name: truncateName(v.str)}
	if v.kind != KindText {
		pt.name = v.format(p.loc, false, maxCellRunes)
	}
	if c.idColumn >= 0 {
		pt.id = truncateName(r.Values[c.idColumn].str)
	}
	c.count(pt)
}

func (c *counter) count(pt keyPart) {
	if n, ok := c.seen[pt]; ok {
		c.seen[pt] = n + 1
		return
	}
	if len(c.seen) >= maxDistinct {
		c.overflow++
		return
	}
	pt.name, pt.id = strings.Clone(pt.name), strings.Clone(pt.id)
	c.seen[pt] = 1
}

// tally is a sorted counter, which head cuts to any length.
type tally struct {
	column   string
	entries  []string
	counts   []int
	overflow int
}

func (c *counter) tally(t *Table) tally {
	parts := make([]keyPart, 0, len(c.seen))
	shared := map[string]int{}
	for pt := range c.seen {
		parts = append(parts, pt)
		shared[pt.name]++
	}
	slices.SortFunc(parts, func(a, b keyPart) int {
		return cmp.Or(cmp.Compare(c.seen[b], c.seen[a]), strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
	})
	out := tally{column: t.Columns[c.column].Name, overflow: c.overflow}
	for _, pt := range parts {
		label := shorten(pt.name, labelRunes)
		switch {
		case pt.missing:
			label = "missing"
		case c.idColumn >= 0 && shared[pt.name] > 1:
			label += " (" + shorten(pt.id, labelRunes) + ")"
		}
		out.entries = append(out.entries, label)
		out.counts = append(out.counts, c.seen[pt])
	}
	return out
}

// head returns the first n entries of the tally and the sum of the rest.
func (t tally) head(n int) (Tally, bool) {
	if n == 0 || len(t.entries) == 0 {
		return Tally{}, false
	}
	n = min(n, len(t.entries))
	if n == len(t.entries)-1 && t.overflow == 0 {
		// The last entry costs no more than the words for a rest of one.
		n++
	}
	out := Tally{Column: t.column}
	for i := range n {
		out.Values = append(out.Values, t.entries[i]+" "+strconv.Itoa(t.counts[i]))
	}
	rest := t.overflow
	for _, c := range t.counts[n:] {
		rest += c
	}
	switch {
	case t.overflow > 0:
		out.Values = append(out.Values, fmt.Sprintf("+%d or more others %d", len(t.entries)-n+1, rest))
	case rest > 0:
		out.Values = append(out.Values, fmt.Sprintf("+%d more %d", len(t.entries)-n, rest))
	}
	return out, true
}

// dateRange is the range of a date column.
type dateRange struct{ first, last Value }

func (s *dateRange) add(v Value) {
	switch {
	case v.kind != KindInstant && v.kind != KindDate:
		return
	case s.first.IsMissing():
		s.first, s.last = v, v
	case v.num < s.first.num:
		s.first = v
	case v.num > s.last.num:
		s.last = v
	}
}
