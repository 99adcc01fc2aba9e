package tools

import (
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// column is all that is known of a column except how to compute its value. What
// other parts of the package need to know about a column is declared here and
// nowhere else.
type column struct {
	digest.Column
	// fields are those of the record that the column is made of, in Kombo's
	// names: where the ATS does not deliver them, the column is empty.
	fields []string
	// mask is the category of a candidate's personal data that the column shows,
	// "" for none: while it is masked, nothing may be compared with the column.
	mask privacy.Category
	// effect is the kind of write that shows in the column, "" for none.
	effect writes.EffectKind
	// recalled marks a column with few values, which agents write from memory,
	// and transcribed one with names in which they may write ae for ä.
	recalled, transcribed bool
	// join says whose value a joined column shows, nil for other columns.
	join *join
	// clocked marks a column whose value changes as time passes.
	clocked bool
	// lookup says how a column without a value of its own gets one, nil for
	// columns that are made of the record alone.
	lookup *lookup
}

// join says whose value a joined column shows: that of the records of a list
// with certain ids.
type join struct {
	list listName
	// column is the one of that list with the same value, "" where the column
	// is made of several values.
	column string
	// by is the column with the id, "" where the ids are found in another way.
	by string
}

// columnOf is a column of records T with its value.
type columnOf[T any] struct {
	column
	value func(*T, time.Time) digest.Value
	// ids are those of the records that a joined column shows values of, nil
	// where another column has the id.
	ids func(*T) []string
}

// The makers of columns; the modifiers below refine them.

func text[T any, S ~string](name string, f func(*T) S) columnOf[T] {
	return computed(name, digest.KindText, func(r *T) digest.Value { return digest.Text(string(f(r))) })
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
	return computed(name, digest.KindList, func(r *T) digest.Value { return digest.List(f(r)...) })
}

func instant[T any](name string, f func(*T) kombo.Time) columnOf[T] {
	return computed(name, digest.KindInstant, func(r *T) digest.Value { return digest.Instant(f(r).Time) })
}

func count[T any](name string, f func(*T) int) columnOf[T] {
	return computed(name, digest.KindCount, func(r *T) digest.Value { return digest.Number(float64(f(r))) })
}

func computed[T any](name string, k digest.Kind, f func(*T) digest.Value) columnOf[T] {
	c := clocked(name, k, func(r *T, _ time.Time) digest.Value { return f(r) })
	c.clocked = false
	return c
}

// clocked is a column whose value depends on the current time.
func clocked[T any](name string, k digest.Kind, f func(*T, time.Time) digest.Value) columnOf[T] {
	return columnOf[T]{column: column{Column: digest.Column{Name: name, Kind: k}, fields: []string{name}, clocked: true}, value: f}
}

// lookedUp is a joined column that the record does not carry: the value of a
// column of another list, for the id in the column by.
func lookedUp[T any](name string, k digest.Kind, in listName, column, by string) columnOf[T] {
	c := columnOf[T]{}
	c.Name, c.Kind = name, k
	c.lookup = &lookup{list: in, match: "id", take: column, by: by}
	return c.joined(in, column, by)
}

// counting is a column with the number of records of a list that have, in the
// column match, what this record has in the column by.
func counting[T any](name string, in listName, match, by string) columnOf[T] {
	c := columnOf[T]{}
	c.Name, c.Kind = name, digest.KindCount
	c.lookup = &lookup{list: in, match: match, by: by}
	return c
}

// having counts only the records that have a value in a column.
func (c columnOf[T]) having(column, value string) columnOf[T] {
	c.lookup.column, c.lookup.value = column, value
	return c
}

// byName compares without case and accents, as names are.
func (c columnOf[T]) byName() columnOf[T] { c.lookup.folded = true; return c }

// from names the fields of the record that the column is made of, in Kombo's
// names, where the column has another name.
func (c columnOf[T]) from(fields ...string) columnOf[T] { c.fields = fields; return c }

// byDefault puts the column into the default table.
func (c columnOf[T]) byDefault() columnOf[T] { c.Default = true; return c }

// also adds synonyms that a question may use.
func (c columnOf[T]) also(names ...string) columnOf[T] { c.Aliases = names; return c }

// inSummary puts the column's values into the summary.
func (c columnOf[T]) inSummary() columnOf[T] { c.Summary = true; return c }

// byID names the column with the id behind this name.
func (c columnOf[T]) byID(id string) columnOf[T] { c.IDColumn = id; return c }

// distinctByID keeps groups that share a name but not an id apart.
func (c columnOf[T]) distinctByID() columnOf[T] { c.DistinctByID = true; return c }

// described says in a few words what the column holds.
func (c columnOf[T]) described(about string) columnOf[T] { c.About = about; return c }

// rankedBy names the number column that gives the natural order.
func (c columnOf[T]) rankedBy(by string) columnOf[T] { c.RankColumn = by; return c }

// withTime shows hours and minutes, not the day alone.
func (c columnOf[T]) withTime() columnOf[T] { c.ShowTime = true; return c }

// masked declares which category of a candidate's personal data the column
// shows.
func (c columnOf[T]) masked(category privacy.Category) columnOf[T] { c.mask = category; return c }

// reflects declares the kind of write that shows in the column.
func (c columnOf[T]) reflects(kind writes.EffectKind) columnOf[T] { c.effect = kind; return c }

// fromMemory declares that the column has few values, which agents write from
// memory: a value that no record has is answered with the nearest.
func (c columnOf[T]) fromMemory() columnOf[T] { c.recalled = true; return c }

// withNames declares that the column holds names, in which people write ae, oe and
// ue for umlauts.
func (c columnOf[T]) withNames() columnOf[T] { c.transcribed = true; return c }

// dependsOnClock declares that a looked-up value depends on the current time.
func (c columnOf[T]) dependsOnClock() columnOf[T] { c.clocked = true; return c }

// joined declares that the value belongs to the record of another list whose id
// is in the column by, and has it in the column named.
func (c columnOf[T]) joined(in listName, column, by string) columnOf[T] {
	c.join = &join{list: in, column: column, by: by}
	return c
}

// joinedTo declares that the values belong to the records of another list with
// these ids, which have them in the column named, "" if no one column has them.
func (c columnOf[T]) joinedTo(in listName, column string, ids func(*T) []string) columnOf[T] {
	c.join, c.ids = &join{list: in, column: column}, ids
	return c
}
