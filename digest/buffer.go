package digest

import (
	"container/heap"
	"slices"
	"strings"
)

// maxCellRunes is how many characters of a value a row shows. Longer values are
// cut when they are buffered, so that a few huge ones cannot fill the memory.
const maxCellRunes = 1000

// maxBlockRunes is the same for a text of several lines: more than fits into any
// budget.
const maxBlockRunes = 6 * MaxTokens

// bufferedRow is a row that the answer may show: the values it would show, and
// what a cursor after the row needs.
type bufferedRow struct {
	key        sortKey
	id         string
	values     []Value // the fields, then name and id of each legend column
	pageCursor string
	index      int
}

// bytes is about how much memory the row takes.
func (h *bufferedRow) bytes() int {
	n := 32 * len(h.values)
	for _, v := range h.values {
		n += v.size()
	}
	return n
}

const (
	// minBufferedRows are buffered whatever memory they take.
	minBufferedRows = 32
	// bufferBytesPerToken is how many bytes of rows are buffered for each token
	// of the budget. That is more than can be shown; if it were ever less, the
	// page would only be shorter than it could be.
	bufferBytesPerToken = 64
)

// bufferRow copies what the answer may show of a row. It reuses the memory of
// into, the values of a row that is no longer buffered.
func (p *Plan) bufferRow(r *Row, page *Page, index int, key sortKey, into []Value) bufferedRow {
	values := slices.Grow(into[:0], len(p.fields)+2*len(p.legend))
	for _, i := range p.fields {
		values = append(values, p.truncate(p.value(r, i)))
	}
	for _, l := range p.legend {
		values = append(values, p.truncate(r.Values[l.name]), p.truncate(r.Values[l.id]))
	}
	return bufferedRow{key: key, id: p.rowID(r), values: values, pageCursor: page.Cursor, index: index}
}

// truncate cuts a long value to the part that is shown.
func (p *Plan) truncate(v Value) Value {
	if len(v.str) <= maxCellRunes || v.kind == KindBlock && len(v.str) <= maxBlockRunes {
		return v
	}
	kind := KindText
	if v.kind == KindBlock {
		kind = KindBlock
	}
	return Value{kind: kind, str: strings.Clone(v.format(p.loc, false, maxCellRunes))}
}

func (p *Plan) cells(h bufferedRow) []string {
	out := make([]string, len(p.fields))
	for i, f := range p.fields {
		// Buffered values are already cut; at twice the limit they stay as they are.
		out[i] = h.values[i].format(p.loc, p.table.Columns[f].ShowTime, 2*maxCellRunes)
	}
	return out
}

// legendEntry returns the name and the id in a row for the i-th legend column.
func (p *Plan) legendEntry(h bufferedRow, i int) (name, id Value) {
	at := len(p.fields) + 2*i
	return h.values[at], h.values[at+1]
}

// legendOf returns kind, name and id for each name in a row that is not
// ambiguous.
func (p *Plan) legendOf(h bufferedRow, ambiguous []map[string]bool) [][]string {
	var out [][]string
	for i, l := range p.legend {
		name, id := p.legendEntry(h, i)
		if !name.IsMissing() && !id.IsMissing() && !ambiguous[i][name.str] {
			out = append(out, []string{l.kind, name.format(p.loc, false, 2*maxCellRunes), id.format(p.loc, false, 2*maxCellRunes)})
		}
	}
	return out
}

// ambiguous returns, by legend column, the names that have several ids in these
// rows, as the name of a stage has in different jobs. The legend leaves them
// out, because it could not say which of the ids belongs to which row. Columns
// that are DistinctByID keep them.
func (p *Plan) ambiguous(rows []bufferedRow) []map[string]bool {
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

// topRows keeps the first rows in the order of the answer: at most maxRows and,
// beyond minBufferedRows, at most maxBytes. It is a heap with the last of them
// on top.
type topRows struct {
	order    order
	maxRows  int
	maxBytes int
	bytes    int
	rows     []bufferedRow
}

func (b *topRows) Len() int           { return len(b.rows) }
func (b *topRows) Less(i, j int) bool { return b.compare(&b.rows[i], &b.rows[j]) > 0 }
func (b *topRows) Swap(i, j int)      { b.rows[i], b.rows[j] = b.rows[j], b.rows[i] }

// Push is for container/heap; use add instead.
func (b *topRows) Push(x any) {
	if h, ok := x.(bufferedRow); ok {
		b.rows = append(b.rows, h)
	}
}

// Pop removes the last row, for container/heap.
func (b *topRows) Pop() any {
	last := b.rows[len(b.rows)-1]
	b.rows = b.rows[:len(b.rows)-1]
	return last
}

func (b *topRows) compare(x, y *bufferedRow) int { return b.order.compare(x.key, y.key, x.id, y.id) }

// add adds the row unless it comes after all rows of a full buffer.
func (b *topRows) add(p *Plan, r *Row, page *Page, index int, key sortKey) {
	if len(b.rows) < b.maxRows {
		h := p.bufferRow(r, page, index, key, nil)
		b.bytes += h.bytes()
		heap.Push(b, h)
	} else {
		if b.maxRows == 0 || b.order.compare(key, b.rows[0].key, p.rowID(r), b.rows[0].id) >= 0 {
			return
		}
		b.bytes -= b.rows[0].bytes()
		b.rows[0] = p.bufferRow(r, page, index, key, b.rows[0].values)
		b.bytes += b.rows[0].bytes()
		heap.Fix(b, 0)
	}
	for b.bytes > b.maxBytes && len(b.rows) > minBufferedRows {
		b.bytes -= b.rows[0].bytes()
		heap.Pop(b)
		// From now on, rows after the dropped one must not be added either, or
		// the page would have a gap.
		b.maxRows = len(b.rows)
	}
}

// sorted returns the rows in order. The heap must not be used afterwards.
func (b *topRows) sorted() []bufferedRow {
	slices.SortFunc(b.rows, func(x, y bufferedRow) int { return b.compare(&x, &y) })
	return b.rows
}
