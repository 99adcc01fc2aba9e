package digest

import (
	"strings"
)

const (
	// fixedTokens is what summary, columns, cursor and notes may cost: the
	// rest is for rows.
	fixedTokens = 300
	// noteTokens is the share of the notes.
	noteTokens = 150
	// shownPerToken bounds the bytes of the rows, and so the time to count
	// them: prose has fewer bytes a token, but a line of dashes many more.
	shownPerToken = 5
)

// fitter cuts an answer to its budget: rows go first, then columns, then the
// tails of counts.
type fitter struct {
	p       *Plan
	answer  *Answer
	sheet   *sheet
	tallies []tally
	rows    [][]string
	legends [][][]string
	costs   []int
	caller  []string
	// spare is left free by all rows but the first.
	spare int
}

func (f *fitter) fit() error {
	a := f.answer
	a.Notes = boundNotes(a.Notes, noteTokens)
	f.caller = a.Notes
	if f.sheet.limit != 0 && f.sheet.size > 0 {
		a.Columns = f.sheet.columns
	}
	if err := f.setNext(min(f.sheet.size, 1)); err != nil {
		return err
	}
	for top := topCounts; ; top-- {
		f.setCounts(top)
		if top == 0 || a.tokens() <= min(fixedTokens, f.p.budget) {
			break
		}
	}
	if f.sheet.limit == 0 || f.sheet.size == 0 {
		return f.settle(0)
	}
	room := f.p.budget - a.tokens()
	f.takeRows(room - f.spare)
	if len(f.rows) == 0 {
		f.takeRows(room)
	}
	if len(f.rows) == 0 {
		return f.squeeze()
	}
	return f.settle(len(f.rows))
}

// boundNotes cuts notes, the last ones first, to a number of tokens, as the
// structured form writes them.
func boundNotes(notes []string, limit int) []string {
	var out []string
	for _, n := range notes {
		n = Clean(cutBytes(n, 8*limit))
		cost := noteCost(n)
		if cost <= limit {
			limit -= cost
			out = append(out, n)
			continue
		}
		for limit > 20 && len(n) > 0 {
			n = cutBytes(n, len(n)*min(limit, cost-1)/cost)
			if cost = noteCost(n + "…"); cost <= limit {
				return append(out, n+"…")
			}
		}
		break
	}
	return out
}

func noteCost(n string) int { return CountTokens(marshal(n)) + 2 }

func (f *fitter) setCounts(top int) {
	f.answer.Summary.Counts = nil
	for _, t := range f.tallies {
		if c, ok := t.head(top); ok {
			f.answer.Summary.Counts = append(f.answer.Summary.Counts, c)
		}
	}
}

func (f *fitter) setNext(shown int) (err error) {
	f.answer.Next, err = f.sheet.next(shown)
	if err == nil && CountTokens(f.answer.Next) > f.p.budget/2 {
		f.answer.Next = ""
		f.answer.Notes = boundNotes(append([]string{"the cursor of the source is too long to be handed on: raise max_tokens or narrow"}, f.caller...), noteTokens)
	}
	return err
}

// takeRows takes rows one by one while they fit into the tokens left. JSON
// costs more than lines do, so that is what is counted here.
func (f *fitter) takeRows(left int) {
	end := f.sheet.size
	if f.sheet.limit >= 0 {
		end = min(end, f.sheet.limit)
	}
	seen := map[string]bool{}
	bytes := shownPerToken * f.p.budget
	for i := range end {
		cells := f.sheet.cells(i)
		var legend [][]string
		for _, l := range f.sheet.legend(i) {
			if key := strings.Join(l, "\t"); !seen[key] {
				seen[key] = true
				legend = append(legend, l)
			}
		}
		row := marshal(cells) + ","
		if len(legend) > 0 {
			row += marshal(legend)
		}
		if bytes -= len(row); bytes < 0 {
			return
		}
		cost := CountTokens(row)
		if cost > left {
			return
		}
		left -= cost
		f.rows = append(f.rows, cells)
		f.legends = append(f.legends, legend)
		f.costs = append(f.costs, cost)
	}
}

// set shows the first n of the taken rows.
func (f *fitter) set(n int) error {
	a := f.answer
	a.Rows, a.Legend, a.Summary.Shown = f.rows[:n], nil, 0
	total := a.Summary.Matched
	if f.sheet.groups > 0 {
		total = f.sheet.groups
	}
	if n < total {
		a.Summary.Shown = n
	}
	for _, l := range f.legends[:n] {
		a.Legend = append(a.Legend, l...)
	}
	return f.setNext(n)
}

// settle shows as many of the first n rows as fit with everything else, by a
// count of the finished answer.
func (f *fitter) settle(n int) error {
	for {
		if err := f.set(n); err != nil {
			return err
		}
		over := f.answer.tokens() - f.p.budget
		if n > 1 {
			over += f.spare
		}
		switch {
		case over <= 0:
			return nil
		case n == 0:
			return f.shed(func() {})
		case n == 1:
			return f.squeeze()
		}
		for over > -2 && n > 1 {
			n--
			over -= f.costs[n]
		}
	}
}

// squeeze shows a single row that is larger than the budget: its cells are cut
// shorter and shorter, then the last columns go.
func (f *fitter) squeeze() error {
	a := f.answer
	cells := f.sheet.cells(0)
	f.legends = [][][]string{f.sheet.legend(0)}
	limits := []int{4 * f.p.budget, 3 * f.p.budget, 2 * f.p.budget, f.p.budget, 400, 200, 100, 50, 24, 12}
	if f.sheet.groups > 0 {
		// A group without its count says nothing: its names give way first.
		limits = append(limits, 6, 3, 1)
	}
	for _, limit := range limits {
		cut := make([]string, len(cells))
		for i, c := range cells {
			cut[i] = clipCell(c, limit)
		}
		if limit < 100 {
			f.legends[0] = nil
		}
		f.rows = [][]string{cut}
		if err := f.set(1); err != nil {
			return err
		}
		f.note("this record is larger than max_tokens and was shortened; raise max_tokens, name fewer fields, or read it by its id")
		if a.tokens() <= f.p.budget {
			return nil
		}
	}
	return f.shed(func() {
		keep := max(1, len(a.Columns)*2/3)
		if keep == len(a.Columns) {
			return
		}
		a.Columns, f.rows[0] = a.Columns[:keep], f.rows[0][:keep]
		a.Rows = f.rows[:1]
		f.note("this record is larger than max_tokens: cells and columns were left out; raise max_tokens or name fewer fields")
	})
}

// clipCell cuts a cell without the length that shorten would add, which a cut
// cell already tells or which the note makes clear.
func clipCell(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// shed drops columns, then counts, then notes until the answer fits.
func (f *fitter) shed(dropColumns func()) error {
	a := f.answer
	for len(a.Rows) > 0 && len(a.Columns) > 1 && a.tokens() > f.p.budget {
		dropColumns()
	}
	for top := topCounts - 1; top >= 0 && a.tokens() > f.p.budget; top-- {
		f.setCounts(top)
	}
	for len(a.Notes) > 0 && a.tokens() > f.p.budget {
		a.Notes = a.Notes[:len(a.Notes)-1]
	}
	return nil
}

// note puts a note first; the caller's follow as far as they fit.
func (f *fitter) note(s string) {
	f.answer.Notes = boundNotes(append([]string{s}, f.caller...), noteTokens)
}
