package tools

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// column is a column of a resource with the way to its value.
type column[T any] struct {
	digest.Column
	value func(*lookup, *T) digest.Value
	// A column that looks something up in other lists has no value of its own:
	// found gives it for the text of the column by. needs says which lists; they
	// are walked only when a question uses the column.
	needs need
	by    string
	found func(*lookup, string) digest.Value
}

// need says which other lists a column counts over or looks up in.
type need int

const (
	needJobs need = 1 << iota
	needApplications
	needCandidates
)

// resource is a list of records with its columns.
type resource[T any] struct {
	table   digest.Table
	columns []column[T]
	// model is Kombo's id for the kind of record.
	model string
	// words says whose the long texts of a record are.
	words   string
	answers func(*T) []digest.ScreeningAnswer
	// mask hides what must not show of a record, in place, and adds to what was
	// looked up of the candidate what the record tells; nil for records that
	// hold nothing of a candidate. owner is her id, and lacks tells whether more
	// must be known of her than the record tells.
	mask  func(*mask, *T, *known)
	owner func(*T) string
	lacks func(*mask, *T) bool
	// strip takes out protected answers and tells how many.
	strip func(*protected, *T) int
}

func newResource[T any](model string, t digest.Table, columns ...column[T]) *resource[T] {
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Column)
	}
	return &resource[T]{table: t, columns: columns, model: model, words: "a longer text"}
}

// wordsOf says whose the long texts of a record are.
func (r *resource[T]) wordsOf(whose string) *resource[T] { r.words = whose; return r }

// row turns a record into the values of its columns; those that look something
// up are filled in later.
func (r *resource[T]) row(l *lookup, rec *T) digest.Row {
	row := digest.Row{Values: make([]digest.Value, len(r.columns))}
	for i, c := range r.columns {
		if c.needs == 0 {
			row.Values[i] = c.value(l, rec)
		}
	}
	if r.answers != nil && l.protected != nil {
		row.Answers = r.answers(rec)
	}
	return row
}

// hide takes out of a record what must not show.
func (r *resource[T]) hide(l *lookup, m *mask, rec *T, k *known) {
	if r.strip != nil && l.protected != nil {
		l.stripped += r.strip(l.protected, rec)
	}
	if r.mask != nil && m != nil {
		r.mask(m, rec, k)
	}
}

// masks says how a record is masked, whose it is, and whether it tells too
// little of her.
func (r *resource[T]) masks(f func(*mask, *T, *known), owner func(*T) string, lacks func(*mask, *T) bool) *resource[T] {
	r.mask, r.owner, r.lacks = f, owner, lacks
	return r
}

// needsOf collects the needs of the columns that a question uses.
func (r *resource[T]) needsOf(used func(string) bool) need {
	var n need
	for _, c := range r.columns {
		if c.needs != 0 && used(c.Name) {
			n |= c.needs
		}
	}
	return n
}

// The makers of columns; the modifiers below refine them.

func text[T any](name string, f func(*T) string) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: digest.KindText}, value: func(_ *lookup, r *T) digest.Value { return digest.Text(f(r)) }}
}

func list[T any](name string, f func(*T) []string) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: digest.KindList}, value: func(_ *lookup, r *T) digest.Value { return digest.List(f(r)...) }}
}

func instant[T any](name string, f func(*T) kombo.Time) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: digest.KindInstant}, value: func(_ *lookup, r *T) digest.Value { return digest.Instant(f(r).Time) }}
}

func count[T any](name string, f func(*T) int) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: digest.KindCount}, value: func(_ *lookup, r *T) digest.Value { return digest.Number(float64(f(r))) }}
}

func computed[T any](name string, k digest.Kind, f func(*lookup, *T) digest.Value) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: k}, value: f}
}

// shown puts the column into the default table.
func (c column[T]) shown() column[T] { c.Default = true; return c }

// also adds synonyms that a question may use.
func (c column[T]) also(names ...string) column[T] { c.Aliases = names; return c }

// counted puts the column's values into the summary.
func (c column[T]) counted() column[T] { c.Summary = true; return c }

// byID names the column with the id behind this name.
func (c column[T]) byID(id string) column[T] { c.IDColumn = id; return c }

// oneOf closes the column's values, in their natural order.
func (c column[T]) oneOf(values ...string) column[T] { c.Enum = values; return c }

// lookedUp is a column whose value is found in other lists by the text of the
// column by.
func lookedUp[T any](name string, k digest.Kind, n need, by string, f func(*lookup, string) digest.Value) column[T] {
	return column[T]{Column: digest.Column{Name: name, Kind: k}, needs: n, by: by, found: f}
}

func names[T any](items []T, name func(T) string) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, name(it))
	}
	return out
}

func tagNames(tags []kombo.TagRef) []string {
	return names(tags, func(t kombo.TagRef) string { return t.Name })
}

func firstEmail(list []kombo.Email) string {
	for _, e := range list {
		if e.EmailAddress != "" {
			return e.EmailAddress
		}
	}
	return ""
}

func firstPhone(list []kombo.Phone) string {
	for _, n := range list {
		if n.PhoneNumber != "" {
			return n.PhoneNumber
		}
	}
	return ""
}

func daysBetween(from, to time.Time) digest.Value {
	if from.IsZero() || to.IsZero() {
		return digest.Missing
	}
	return digest.Number(float64(int(to.Sub(from).Hours() / 24)))
}

// apart keeps groups that share a name but not an id apart.
func (c column[T]) apart() column[T] { c.DistinctByID = true; return c }

// holds says in a few words what the column holds.
func (c column[T]) holds(about string) column[T] { c.About = about; return c }

// ranked names the number column that gives the natural order.
func (c column[T]) ranked(by string) column[T] { c.RankColumn = by; return c }

// minutes shows hours and minutes, not the day alone.
func (c column[T]) minutes() column[T] { c.ShowTime = true; return c }
