package tools

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// column is all that is known of a column except how to compute its value.
// What other parts of the package need to know about a column is declared here
// and nowhere else.
type column struct {
	digest.Column
	// mask is the category of a candidate's personal data that the column shows,
	// "" for none: while it is masked, nothing may be compared with the column.
	mask privacy.Category
	// effect is the kind of write that the column will show, "" for none.
	effect effectKind
	// A column that looks something up in other lists has no value of its own:
	// found gives it for the text of the column by. needs says which lists; they
	// are walked only when a question uses the column.
	needs need
	by    string
	found func(*lookup, string) digest.Value
}

// columnOf is a column of records T with its value.
type columnOf[T any] struct {
	column
	value func(*lookup, *T) digest.Value
}

// need says which other lists a column counts over or looks up in.
type need int

const (
	needJobs need = 1 << iota
	needApplications
	needCandidates
)

// The makers of columns; the modifiers below refine them.

func text[T any, S ~string](name string, f func(*T) S) columnOf[T] {
	return computed(name, digest.KindText, func(_ *lookup, r *T) digest.Value { return digest.Text(string(f(r))) })
}

// closed is a text column that has the values of its type and no others.
func closed[T any, S closedSet](name string, f func(*T) S) columnOf[T] {
	c := text(name, f)
	c.Enum = S("").Values()
	return c
}

// closedSet is a type of Kombo's whose values are known, in their natural order.
type closedSet interface {
	~string
	Values() []string
}

func list[T any](name string, f func(*T) []string) columnOf[T] {
	return computed(name, digest.KindList, func(_ *lookup, r *T) digest.Value { return digest.List(f(r)...) })
}

func instant[T any](name string, f func(*T) kombo.Time) columnOf[T] {
	return computed(name, digest.KindInstant, func(_ *lookup, r *T) digest.Value { return digest.Instant(f(r).Time) })
}

func count[T any](name string, f func(*T) int) columnOf[T] {
	return computed(name, digest.KindCount, func(_ *lookup, r *T) digest.Value { return digest.Number(float64(f(r))) })
}

func computed[T any](name string, k digest.Kind, f func(*lookup, *T) digest.Value) columnOf[T] {
	return columnOf[T]{column: column{Column: digest.Column{Name: name, Kind: k}}, value: f}
}

// lookedUp is a column whose value is found in other lists by the text of the
// column by.
func lookedUp[T any](name string, k digest.Kind, n need, by string, f func(*lookup, string) digest.Value) columnOf[T] {
	return columnOf[T]{column: column{Column: digest.Column{Name: name, Kind: k}, needs: n, by: by, found: f}}
}

// shown puts the column into the default table.
func (c columnOf[T]) shown() columnOf[T] { c.Default = true; return c }

// also adds synonyms that a question may use.
func (c columnOf[T]) also(names ...string) columnOf[T] { c.Aliases = names; return c }

// counted puts the column's values into the summary.
func (c columnOf[T]) counted() columnOf[T] { c.Summary = true; return c }

// byID names the column with the id behind this name.
func (c columnOf[T]) byID(id string) columnOf[T] { c.IDColumn = id; return c }

// apart keeps groups that share a name but not an id apart.
func (c columnOf[T]) apart() columnOf[T] { c.DistinctByID = true; return c }

// holds says in a few words what the column holds.
func (c columnOf[T]) holds(about string) columnOf[T] { c.About = about; return c }

// ranked names the number column that gives the natural order.
func (c columnOf[T]) ranked(by string) columnOf[T] { c.RankColumn = by; return c }

// minutes shows hours and minutes, not the day alone.
func (c columnOf[T]) minutes() columnOf[T] { c.ShowTime = true; return c }

// masked declares which category of a candidate's personal data the column
// shows.
func (c columnOf[T]) masked(category privacy.Category) columnOf[T] { c.mask = category; return c }

// reflects declares the kind of write that shows in the column.
func (c columnOf[T]) reflects(kind effectKind) columnOf[T] { c.effect = kind; return c }

func daysBetween(from, to time.Time) digest.Value {
	if from.IsZero() || to.IsZero() {
		return digest.Missing
	}
	return digest.Number(float64(int(to.Sub(from).Hours() / 24)))
}
