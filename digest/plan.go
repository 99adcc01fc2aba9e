package digest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The token budget of an answer: the default, and the range that a query may
// ask for.
const (
	DefaultTokens = 2500
	MinTokens     = 500
	MaxTokens     = 16000
)

// Query is a question about the records of a table.
type Query struct {
	// Where is a filter expression; empty matches every record.
	Where string
	// Fields are the columns to show, which may include answer("question");
	// none means the default columns.
	Fields []string
	// GroupBy names up to three columns or answers, separated by commas; a time
	// or date column needs .day, .week or .month.
	GroupBy string
	// Measure is a number column, or days_since(column), whose median, 90th
	// percentile, least and most the answer gives.
	Measure string
	// Sort is "column" or "column asc", or "-column" or "column desc"; empty is
	// the newest first. It is ignored with GroupBy.
	Sort string
	// Limit is the maximum number of rows; nil is as many as fit, 0 the summary
	// alone.
	Limit *int
	// MaxTokens is the token budget, from [MinTokens] to [MaxTokens]; 0 means
	// [DefaultTokens].
	MaxTokens int
	// Cursor is the Next of an earlier answer to the same question.
	Cursor string
	// Scope identifies what else selects the records, such as the filters of
	// the source: a cursor is valid only with the same Scope.
	Scope string
	// Secret is the key that seals cursors; without one they are valid only
	// within this process.
	Secret []byte
	// Location is the time zone in which days begin; nil is UTC.
	Location *time.Location
	// Now is the current time; zero means [time.Now].
	Now time.Time
}

// Plan is a query that was checked against its table. It is immutable, and can
// run several times.
type Plan struct {
	table         *Table   // includes a column for each answer("…") shown or grouped by
	storedColumns int      // how many of its columns have values in a Row
	answerColumns []string // the folded questions of the other columns
	questions     []string // all folded questions of the query
	idColumn      int      // index of the id column, or -1
	dateColumn    int      // index of the date column, or -1
	loc           *time.Location
	now           time.Time
	where         *where
	fields        []int
	order         order
	groups        []groupColumn
	measure       *measureColumn
	limit         int // -1: none
	budget        int
	seal          sealer
	argsHash      [hashBytes]byte
	resumeFrom    position
	uses          []bool
	legend        []legendColumn
	notes         []string
	sortRequested bool
}

// legendColumn is a column of names that is shown, while that of their ids is
// not: the legend gives the ids.
type legendColumn struct {
	kind     string
	name, id int
}

// Compile checks the query against the table and returns a plan to run. Its
// errors are sentences for whoever wrote the query, and name the valid columns.
func Compile(t *Table, q Query) (*Plan, error) {
	t, answers := withAnswers(t, append(slices.Clone(q.Fields), q.GroupBy))
	p := &Plan{
		table: t, storedColumns: len(t.Columns) - len(answers), answerColumns: answers, loc: q.Location, now: q.Now, limit: -1,
		seal: newSealer(q.Secret), uses: make([]bool, len(t.Columns)),
		idColumn: t.index(t.ID), dateColumn: t.index(t.DateColumn),
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
	p.questions = slices.Concat(p.where.questions, answers)
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
	p.argsHash = hashArgs(t.Name, q.Where, q.GroupBy, q.Sort, q.Scope, p.loc.String())
	if p.resumeFrom, err = p.seal.decode(q.Cursor, p.argsHash); err != nil {
		return nil, err
	}
	if p.resumeFrom.mode != modeFirstPage && (p.resumeFrom.mode == modeGrouped) != (len(p.groups) > 0) {
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
	p.sortRequested = strings.TrimSpace(q.Sort) != ""
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
		return errors.New("fields: no column can be shown; name one of " + p.table.columnsByKind())
	}
	p.setLegend()
	return nil
}

// setLegend finds the shown names whose ids are not shown.
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

// markUses records which columns a run reads.
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

// Uses reports whether a run reads the column, so that costly columns need to be
// computed only if they are used.
func (p *Plan) Uses(column string) bool {
	i, ok := p.table.column(column)
	return ok && p.uses[i]
}

// Questions returns the questions of answer("question") in the query, folded and
// without punctuation at the end.
func (p *Plan) Questions() []string { return slices.Clone(p.questions) }

// UsesAnswers reports whether the query asks for answers to screening questions.
func (p *Plan) UsesAnswers() bool { return len(p.questions) > 0 }

// value returns the row's value in a column, which may be that of an answer.
func (p *Plan) value(r *Row, i int) Value {
	if i < p.storedColumns {
		return r.Values[i]
	}
	return findAnswer(r.Answers, p.answerColumns[i-p.storedColumns])
}

// Conditions returns comparisons that every matching record satisfies. The
// caller can push down to the source those that it can filter by itself.
func (p *Plan) Conditions() []Condition { return slices.Clone(p.where.conditions) }

// GroupColumns returns the names of the columns that the answer groups by.
func (p *Plan) GroupColumns() []string {
	var names []string
	for _, g := range p.groups {
		names = append(names, p.table.Columns[g.column].Name)
	}
	return names
}

// rowID returns the record's id as sorting and cursors use it. Ids of real
// systems are short; a long one is shortened to a prefix and a hash.
func (p *Plan) rowID(r *Row) string {
	if p.idColumn < 0 {
		return ""
	}
	return shortID(r.Values[p.idColumn].str)
}

func shortID(id string) string {
	if len(id) <= 64 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return id[:24] + string(sum[:24])
}
