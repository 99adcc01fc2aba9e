package digest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The token budget of an answer: what a query may ask for and what it gets
// when it does not.
const (
	DefaultTokens = 2500
	MinTokens     = 500
	MaxTokens     = 16000
)

// Query is what the caller asks of a table.
type Query struct {
	// Where is a filter expression; empty takes every record.
	Where string
	// Fields are the columns to show, answer("question") among them; none
	// means the default ones.
	Fields []string
	// GroupBy names up to three columns or answers, parted by commas; a time
	// or date column takes .day, .week or .month.
	GroupBy string
	// Measure is a number column, or days_since(column), to give the median,
	// p90, least and most of.
	Measure string
	// Sort is a column, "-column" or "column desc".
	Sort string
	// Limit is the number of rows at most; nil as many as fit, 0 the summary alone.
	Limit *int
	// MaxTokens is the budget; 0 means DefaultTokens.
	MaxTokens int
	// Cursor is the Next of an earlier answer to the same question.
	Cursor string
	// Scope names the caller's own filters that choose records, so that a
	// cursor does not go with others.
	Scope string
	// Secret seals cursors; without one they end with the process.
	Secret []byte
	// Location is the time zone of days; nil is UTC.
	Location *time.Location
	// Now is the present; zero is the clock's.
	Now time.Time
}

// Plan is a query that was checked against its table. It is read-only and may
// be run several times.
type Plan struct {
	table   *Table   // with a column for each answer that is shown or grouped by
	stored  int      // how many of its columns rows have values for
	answers []string // the questions of the columns after these
	asked   []string // all questions that the query asks about
	id      int      // index of the id column, or -1
	date    int      // index of the date column, or -1
	loc     *time.Location
	now     time.Time
	where   *where
	fields  []int
	order   order
	groups  []groupColumn
	measure *measureColumn
	limit   int // -1: none
	budget  int
	seal    sealer
	args    [hashBytes]byte
	from    position
	uses    []bool
	legend  []legendColumn
	notes   []string
	sortSet bool
}

// legendColumn is a shown name whose id the legend tells.
type legendColumn struct {
	kind     string
	name, id int
}

// Compile checks the query against the table. Its errors are sentences for
// the caller that name the valid columns.
func Compile(t *Table, q Query) (*Plan, error) {
	t, answers := withAnswers(t, append(slices.Clone(q.Fields), q.GroupBy))
	p := &Plan{
		table: t, stored: len(t.Columns) - len(answers), answers: answers, loc: q.Location, now: q.Now, limit: -1,
		seal: newSealer(q.Secret), uses: make([]bool, len(t.Columns)),
		id: t.index(t.ID), date: t.index(t.DateColumn),
	}
	if p.loc == nil {
		p.loc = time.UTC
	}
	if p.now.IsZero() {
		p.now = time.Now()
	}
	if q.Limit != nil {
		if *q.Limit < 0 {
			return nil, fmt.Errorf("limit: %d is negative; 0 gives the summary alone", *q.Limit)
		}
		p.limit = *q.Limit
	}
	p.setBudget(q.MaxTokens)
	var err error
	if p.where, err = compileWhere(t, q.Where, p.loc, p.now, p.uses); err != nil {
		return nil, err
	}
	p.asked = slices.Concat(p.where.asked, answers)
	p.notes = append(p.notes, p.where.notes...)
	if err := p.setOrder(q); err != nil {
		return nil, err
	}
	if err := p.setGroups(q); err != nil {
		return nil, err
	}
	if err := p.setFields(q.Fields); err != nil {
		return nil, err
	}
	p.args = hashArgs(t.Name, q.Where, q.GroupBy, q.Sort, q.Scope, p.loc.String())
	if p.from, err = p.seal.decode(q.Cursor, p.args); err != nil {
		return nil, err
	}
	if p.from.mode != fresh && (p.from.mode == grouped) != (len(p.groups) > 0) {
		return nil, errOtherQuestion
	}
	p.markUses()
	return p, nil
}

func (p *Plan) setBudget(tokens int) {
	p.budget = tokens
	if tokens == 0 {
		p.budget = DefaultTokens
	}
	if b := min(max(p.budget, MinTokens), MaxTokens); b != p.budget {
		p.notes = append(p.notes, fmt.Sprintf("max_tokens is %d here: it may be %d to %d", b, MinTokens, MaxTokens))
		p.budget = b
	}
}

func (p *Plan) setOrder(q Query) error {
	if strings.TrimSpace(q.GroupBy) != "" {
		if strings.TrimSpace(q.Sort) != "" {
			p.notes = append(p.notes, "sort is ignored with group_by: groups come largest first, dates and stages in their order")
		}
		p.order = order{column: -1}
		return nil
	}
	var err error
	p.sortSet = strings.TrimSpace(q.Sort) != ""
	p.order, err = parseSort(p.table, q.Sort)
	return err
}

func (p *Plan) setFields(names []string) error {
	for _, list := range names {
		for _, name := range splitNames(list) {
			i, err := usableColumn(p.table, "fields", name)
			if err != nil {
				return err
			}
			if !slices.Contains(p.fields, i) {
				p.fields = append(p.fields, i)
			}
		}
	}
	if len(p.fields) == 0 {
		for i, c := range p.table.Columns {
			if c.Default && c.Unavailable == "" {
				p.fields = append(p.fields, i)
			}
		}
	}
	if len(p.fields) == 0 {
		return errors.New("fields: no column can be shown; name one of " + p.table.kinds())
	}
	p.setLegend()
	return nil
}

// setLegend finds the shown names whose ids are not shown as well.
func (p *Plan) setLegend() {
	for _, i := range p.fields {
		c := p.table.Columns[i]
		if c.Kind != KindText {
			continue
		}
		id, ok := p.table.column(c.IDColumn)
		if ok && !slices.Contains(p.fields, id) && p.table.Columns[id].Unavailable == "" {
			p.legend = append(p.legend, legendColumn{c.Name, i, id})
		}
	}
}

func hashArgs(parts ...string) [hashBytes]byte {
	h := sha256.New()
	for _, s := range parts {
		h.Write(appendString(nil, s))
	}
	var out [hashBytes]byte
	copy(out[:], h.Sum(nil))
	return out
}

// markUses marks every column that a run reads.
func (p *Plan) markUses() {
	use := func(name string) {
		if i, ok := p.table.column(name); ok {
			p.uses[i] = true
		}
	}
	use(p.table.ID)
	use(p.table.DateColumn)
	if p.order.column >= 0 {
		p.uses[p.order.column] = true
	}
	for _, c := range p.table.Columns {
		if len(p.groups) == 0 && c.Summary && c.Unavailable == "" {
			use(c.Name)
			use(c.IDColumn)
		}
	}
	if len(p.groups) == 0 && p.limit != 0 {
		for _, i := range p.fields {
			p.uses[i] = true
		}
		for _, l := range p.legend {
			p.uses[l.id] = true
		}
	}
	for _, g := range p.groups {
		p.uses[g.column] = true
		use(p.table.Columns[g.column].IDColumn)
		use(p.table.Columns[g.column].RankColumn)
	}
	if p.measure != nil {
		p.uses[p.measure.column] = true
	}
}

// Uses tells whether a run reads the column, so that a costly one is computed
// only when it is needed.
func (p *Plan) Uses(column string) bool {
	i, ok := p.table.column(column)
	return ok && p.uses[i]
}

// Questions are the questions of answer("question") in the query, folded for
// comparison.
func (p *Plan) Questions() []string { return slices.Clone(p.asked) }

// UsesAnswers tells whether the query asks for answers to screening questions.
func (p *Plan) UsesAnswers() bool { return len(p.asked) > 0 }

// value is the row's value in a column, one of an answer included.
func (p *Plan) value(r *Row, i int) Value {
	if i < p.stored {
		return r.Values[i]
	}
	return findAnswer(r.Answers, p.answers[i-p.stored])
}

// Conditions are the comparisons that every matching record meets, for the
// caller to pass on to the source what that can filter by itself.
func (p *Plan) Conditions() []Condition { return slices.Clone(p.where.conds) }

// GroupColumns are the names of the columns that the answer groups by.
func (p *Plan) GroupColumns() []string {
	var names []string
	for _, g := range p.groups {
		names = append(names, p.table.Columns[g.column].Name)
	}
	return names
}

// rowID is the record's id as order and cursors use it. An id of a real
// system is short; a longer one is replaced by a digest of itself.
func (p *Plan) rowID(r *Row) string {
	if p.id < 0 {
		return ""
	}
	return shortID(r.Values[p.id].str)
}

func shortID(id string) string {
	if len(id) <= 64 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return id[:24] + string(sum[:24])
}
