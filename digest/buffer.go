package digest

import (
	"container/heap"
	"slices"
	"strings"
)

// maxCell is how many characters of a value a row shows. A longer one is cut
// when it is held, so that a few huge ones cannot fill the memory.
const maxCell = 1000

// maxBlock is the same for a text of several lines: more than any budget shows.
const maxBlock = 6 * MaxTokens

// held is a row that may be shown: its shown values and its place.
type held struct {
	key    sortKey
	id     string
	values []Value // the fields, then name and id of each legend column
	page   string
	index  int
}

// bytes is about what the row costs to hold.
func (h *held) bytes() int {
	n := 32 * len(h.values)
	for _, v := range h.values {
		n += v.size()
	}
	return n
}

const (
	// fewRows are held whatever they cost.
	fewRows = 32
	// heldPerToken is how many bytes of rows are held for each token of the
	// budget: more than can be shown, or the page is shorter than it could be.
	heldPerToken = 64
)

// hold copies of a row what the answer may show.
func (p *Plan) hold(r *Row, page *Page, index int, key sortKey, into []Value) held {
	values := slices.Grow(into[:0], len(p.fields)+2*len(p.legend))
	for _, i := range p.fields {
		values = append(values, p.bound(p.value(r, i)))
	}
	for _, l := range p.legend {
		values = append(values, p.bound(r.Values[l.name]), p.bound(r.Values[l.id]))
	}
	return held{key: key, id: p.rowID(r), values: values, page: page.Cursor, index: index}
}

// bound cuts a long value to what is shown of it.
func (p *Plan) bound(v Value) Value {
	if len(v.str) <= maxCell || v.kind == KindBlock && len(v.str) <= maxBlock {
		return v
	}
	kind := KindText
	if v.kind == KindBlock {
		kind = KindBlock
	}
	return Value{kind: kind, str: strings.Clone(v.show(p.loc, false, maxCell))}
}

func (p *Plan) cells(h held) []string {
	out := make([]string, len(p.fields))
	for i, f := range p.fields {
		// What is held was cut already; twice the limit leaves that alone.
		out[i] = h.values[i].show(p.loc, p.table.Columns[f].ShowTime, 2*maxCell)
	}
	return out
}

// legendEntry is the name and id in a row for the i-th legend column.
func (p *Plan) legendEntry(h held, i int) (name, id Value) {
	at := len(p.fields) + 2*i
	return h.values[at], h.values[at+1]
}

// legendOf are the kind, name and id of the names in a row, without those
// that are ambiguous.
func (p *Plan) legendOf(h held, ambiguous []map[string]bool) [][]string {
	var out [][]string
	for i, l := range p.legend {
		name, id := p.legendEntry(h, i)
		if !name.IsMissing() && !id.IsMissing() && !ambiguous[i][name.str] {
			out = append(out, []string{l.kind, name.show(p.loc, false, 2*maxCell), id.show(p.loc, false, 2*maxCell)})
		}
	}
	return out
}

// ambiguous are, by legend column, the names that stand for several ids in the
// rows at hand, as a stage of every job does. A legend could not tell which of
// the ids a row has, so it leaves them out; names that must be told apart stay.
func (p *Plan) ambiguous(rows []held) []map[string]bool {
	out := make([]map[string]bool, len(p.legend))
	for i, l := range p.legend {
		out[i] = map[string]bool{}
		if p.table.Columns[l.name].DistinctByID {
			continue
		}
		ids := map[string]string{}
		for _, h := range rows {
			name, id := p.legendEntry(h, i)
			if known, ok := ids[name.str]; ok && known != id.str {
				out[i][name.str] = true
			}
			ids[name.str] = id.str
		}
	}
	return out
}

// best keeps the first rows in the order of the answer, at most size and, past
// a few, at most room bytes. As a heap its worst row is on top.
type best struct {
	order order
	size  int
	room  int
	bytes int
	rows  []held
}

func (b *best) Len() int           { return len(b.rows) }
func (b *best) Less(i, j int) bool { return b.compare(&b.rows[i], &b.rows[j]) > 0 }
func (b *best) Swap(i, j int)      { b.rows[i], b.rows[j] = b.rows[j], b.rows[i] }

// Push and Pop are for container/heap; add is for others.
func (b *best) Push(x any) {
	if h, ok := x.(held); ok {
		b.rows = append(b.rows, h)
	}
}

// Pop takes the last row.
func (b *best) Pop() any {
	last := b.rows[len(b.rows)-1]
	b.rows = b.rows[:len(b.rows)-1]
	return last
}

func (b *best) compare(x, y *held) int { return b.order.compare(x.key, y.key, x.id, y.id) }

// add takes the row in unless it comes after all that are held.
func (b *best) add(p *Plan, r *Row, page *Page, index int, key sortKey) {
	if len(b.rows) < b.size {
		h := p.hold(r, page, index, key, nil)
		b.bytes += h.bytes()
		heap.Push(b, h)
	} else {
		if b.size == 0 || b.order.compare(key, b.rows[0].key, p.rowID(r), b.rows[0].id) >= 0 {
			return
		}
		b.bytes -= b.rows[0].bytes()
		b.rows[0] = p.hold(r, page, index, key, b.rows[0].values)
		b.bytes += b.rows[0].bytes()
		heap.Fix(b, 0)
	}
	for b.bytes > b.room && len(b.rows) > fewRows {
		b.bytes -= b.rows[0].bytes()
		heap.Pop(b)
		// What comes after a row that went must stay out too, or the page
		// would have a gap.
		b.size = len(b.rows)
	}
}

// sorted gives the rows in order and ends the heap.
func (b *best) sorted() []held {
	slices.SortFunc(b.rows, func(x, y held) int { return b.compare(&x, &y) })
	return b.rows
}
