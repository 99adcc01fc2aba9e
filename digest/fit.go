package digest

import (
	"strings"
)

const (
	// fixedTokens is what summary, columns, cursor and notes may cost; the
	// rest of the budget is for rows.
	fixedTokens = 300
	// noteTokens is the share of fixedTokens for notes.
	noteTokens = 150
	// maxRowBytesPerToken bounds the bytes of the rows, and thus the time to
	// count their tokens: prose has fewer bytes per token, but a line of dashes
	// many more.
	maxRowBytesPerToken = 5
)

// fitter cuts an answer to its budget: it drops rows first, then columns, then
// the tails of counts.
type fitter struct {
	p       *Plan
	answer  *Answer
	sheet   *sheet
	tallies []tally
	rows    [][]string
	legends [][][]string
	costs   []int
	// runNotes are the notes of the run, before the fitter adds its own.
	runNotes []string
	// reserve is the number of tokens kept free for notes, unless only one row
	// fits.
	reserve int
}

func (f *fitter) fit() error {
	a := f.answer
	a.Notes = boundNotes(a.Notes, noteTokens)
	f.runNotes = a.Notes
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
		return f.showFitting(0)
	}
	room := f.p.budget - a.tokens()
	f.collectRows(room - f.reserve)
	if len(f.rows) == 0 {
		f.collectRows(room)
	}
	if len(f.rows) == 0 {
		return f.shrinkFirstRow()
	}
	return f.showFitting(len(f.rows))
}

// boundNotes cuts notes, the last ones first, to a number of tokens, counted
// as JSON.
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
		f.answer.Notes = boundNotes(append([]string{"the cursor of the source is too long to pass on: raise max_tokens or narrow"}, f.runNotes...), noteTokens)
	}
	return err
}

// collectRows collects rows while they fit into the tokens left. They are
// counted as JSON, which costs more than lines do.
func (f *fitter) collectRows(left int) {
	end := f.sheet.size
	if f.sheet.limit >= 0 {
		end = min(end, f.sheet.limit)
	}
	seen := map[string]bool{}
	bytes := maxRowBytesPerToken * f.p.budget
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

// show makes the answer show the first n of the collected rows.
func (f *fitter) show(n int) error {
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

// showFitting shows as many of the first n rows as fit together with everything
// else, counting the finished answer.
func (f *fitter) showFitting(n int) error {
	for {
		if err := f.show(n); err != nil {
			return err
		}
		over := f.answer.tokens() - f.p.budget
		if n > 1 {
			over += f.reserve
		}
		switch {
		case over <= 0:
			return nil
		case n == 0:
			return f.dropUntilFits(func() {})
		case n == 1:
			return f.shrinkFirstRow()
		}
		for over > -2 && n > 1 {
			n--
			over -= f.costs[n]
		}
	}
}

// shrinkFirstRow shows a single row that is larger than the budget: it cuts the
// cells shorter and shorter, then drops the last columns.
func (f *fitter) shrinkFirstRow() error {
	a := f.answer
	cells := f.sheet.cells(0)
	f.legends = [][][]string{f.sheet.legend(0)}
	limits := []int{4 * f.p.budget, 3 * f.p.budget, 2 * f.p.budget, f.p.budget, 400, 200, 100, 50, 24, 12}
	if f.sheet.groups > 0 {
		// A group without its count says nothing, so its names are cut first.
		limits = append(limits, 6, 3, 1)
	}
	for _, limit := range limits {
		cut := make([]string, len(cells))
		for i, c := range cells {
			cut[i] = truncateCell(c, limit)
		}
		if limit < 100 {
			f.legends[0] = nil
		}
		f.rows = [][]string{cut}
		if err := f.show(1); err != nil {
			return err
		}
		f.prependNote("this record is larger than max_tokens and was shortened; raise max_tokens, name fewer fields, or read it by its id")
		if a.tokens() <= f.p.budget {
			return nil
		}
	}
	return f.dropUntilFits(func() {
		keep := max(1, len(a.Columns)*2/3)
		if keep == len(a.Columns) {
			return
		}
		a.Columns, f.rows[0] = a.Columns[:keep], f.rows[0][:keep]
		a.Rows = f.rows[:1]
		f.prependNote("this record is larger than max_tokens: cells and columns were left out; raise max_tokens or name fewer fields")
	})
}

// truncateCell cuts a cell like shorten, but without adding the full length: a
// cell that was cut before has it already, and the note says the rest.
func truncateCell(s string, limit int) string {
	n := 0
	for i := range s {
		if n == limit {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// dropUntilFits drops columns, then counts, then notes, until the answer fits.
func (f *fitter) dropUntilFits(dropColumns func()) error {
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

// prependNote puts a note first; the run's own notes follow as far as they fit.
func (f *fitter) prependNote(s string) {
	f.answer.Notes = boundNotes(append([]string{s}, f.runNotes...), noteTokens)
}
