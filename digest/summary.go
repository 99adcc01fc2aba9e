package digest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxDistinct is how many values of a column are told apart in counting.
	maxDistinct = 10_000
	// topCounts is how many values a tally shows before the rest.
	topCounts = 8
	// labelRunes is how much of a value a tally shows.
	labelRunes = 40
)

// counter counts the values of one summary column.
type counter struct {
	column, id int
	seen       map[part]int
	beyond     int
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
		n := &counter{column: i, id: -1, seen: map[part]int{}}
		if c.DistinctByID {
			n.id = p.table.index(c.IDColumn)
		}
		out = append(out, n)
	}
	return out
}

func (c *counter) add(p *Plan, r *Row) {
	v := r.Values[c.column]
	if v.kind == KindList {
		for item := range strings.SplitSeq(v.str, listSep) {
			c.one(part{name: boundName(item)})
		}
		return
	}
	pt := part{missing: v.IsMissing(), name: boundName(v.str)}
	if v.kind != KindText {
		pt.name = v.show(p.loc, false, maxCell)
	}
	if c.id >= 0 {
		pt.id = boundName(r.Values[c.id].str)
	}
	c.one(pt)
}

func (c *counter) one(pt part) {
	if n, ok := c.seen[pt]; ok {
		c.seen[pt] = n + 1
		return
	}
	if len(c.seen) >= maxDistinct {
		c.beyond++
		return
	}
	pt.name, pt.id = strings.Clone(pt.name), strings.Clone(pt.id)
	c.seen[pt] = 1
}

// tally is a counter in order, to be cut to any length.
type tally struct {
	column  string
	entries []string
	counts  []int
	beyond  int
}

func (c *counter) tally(t *Table) tally {
	parts := make([]part, 0, len(c.seen))
	shared := map[string]int{}
	for pt := range c.seen {
		parts = append(parts, pt)
		shared[pt.name]++
	}
	slices.SortFunc(parts, func(a, b part) int {
		return cmp.Or(cmp.Compare(c.seen[b], c.seen[a]), strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
	})
	out := tally{column: t.Columns[c.column].Name, beyond: c.beyond}
	for _, pt := range parts {
		label := shorten(pt.name, labelRunes)
		switch {
		case pt.missing:
			label = "missing"
		case c.id >= 0 && shared[pt.name] > 1:
			label += " (" + shorten(pt.id, labelRunes) + ")"
		}
		out.entries = append(out.entries, label)
		out.counts = append(out.counts, c.seen[pt])
	}
	return out
}

// head is the tally with its first n entries and the sum of the rest.
func (t tally) head(n int) (Tally, bool) {
	if n == 0 || len(t.entries) == 0 {
		return Tally{}, false
	}
	n = min(n, len(t.entries))
	if n == len(t.entries)-1 && t.beyond == 0 {
		// The last one costs no more than the words for the rest would.
		n++
	}
	out := Tally{Column: t.column}
	for i := range n {
		out.Values = append(out.Values, t.entries[i]+" "+strconv.Itoa(t.counts[i]))
	}
	rest := t.beyond
	for _, c := range t.counts[n:] {
		rest += c
	}
	switch {
	case t.beyond > 0:
		out.Values = append(out.Values, fmt.Sprintf("+%d or more others %d", len(t.entries)-n+1, rest))
	case rest > 0:
		out.Values = append(out.Values, fmt.Sprintf("+%d more %d", len(t.entries)-n, rest))
	}
	return out, true
}

// span is the range of a date column.
type span struct{ first, last Value }

func (s *span) add(v Value) {
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
