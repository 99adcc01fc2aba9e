package digest

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Column describes one column of a table.
type Column struct {
	// Name is how queries and answers call the column: lower case, with
	// underscores.
	Name string
	Kind Kind
	// Default columns are shown if the query names no fields.
	Default bool
	// Aliases are obvious synonyms that a query may use instead of Name.
	Aliases []string
	// ShowTime shows an instant with hour and minute, not only as a day.
	ShowTime bool
	// IDColumn is the column with the id that belongs to this name (job: job_id).
	// If it is not shown, the legend gives the ids of the names in the rows.
	IDColumn string
	// DistinctByID separates groups and counts of the same name by the id in
	// IDColumn, as for two jobs of the same name.
	DistinctByID bool
	// RankColumn is a number column that gives the natural order of this one
	// (stage: stage_index), for sorting and for the order of groups.
	RankColumn string
	// Enum are all values that the column can have, in their natural order;
	// empty if there is no such list. Comparing it with another value is an error.
	Enum []string
	// Summary columns are counted in the summary of every answer.
	Summary bool
	// About says in a few words what the column holds, for a tool's description;
	// empty if the name says it.
	About string
	// Unavailable, if not empty, is the reason why the column cannot be shown,
	// compared, sorted or grouped by, such as a mask.
	Unavailable string
	// Masked, if not empty, is the reason why the column shows pseudonyms instead
	// of its values: it can be shown, but not compared, sorted or grouped by,
	// since that would reveal what it hides.
	Masked string
}

// Table describes the records of one list.
type Table struct {
	// Name is a plural noun, such as "applications".
	Name    string
	Columns []Column
	// ID is the column that identifies a record. Its values must be unique:
	// records with equal sort values are sorted by it.
	ID string
	// DateColumn gives the first and last date of the summary and, newest first,
	// the default order. It may be empty.
	DateColumn string
	// HasAnswers is set if rows have [Row.Answers], for answer("question").
	HasAnswers bool
	// Example is a where expression that fits the table, for error messages.
	Example string
}

// column returns the index of a column by name or alias, ignoring case.
func (t *Table) column(name string) (int, bool) {
	byName := func(c Column) bool { return strings.EqualFold(c.Name, name) }
	if i := slices.IndexFunc(t.Columns, byName); i >= 0 {
		return i, true
	}
	i := slices.IndexFunc(t.Columns, func(c Column) bool {
		return slices.ContainsFunc(c.Aliases, func(a string) bool { return strings.EqualFold(a, name) })
	})
	return i, i >= 0
}

// index returns the index of a column, or -1 if there is none of that name.
func (t *Table) index(name string) int {
	if i, ok := t.column(name); ok && name != "" {
		return i
	}
	return -1
}

// Describe lists the columns for a tool's description: default ones with *,
// lists with [], counts with (count), enums with their values, and About where
// there is one.
func (t *Table) Describe() string {
	parts := make([]string, 0, len(t.Columns)+1)
	for _, c := range t.Columns {
		if c.Unavailable != "" {
			continue
		}
		s := c.Name
		if c.Default {
			s = "*" + s
		}
		switch c.Kind {
		case KindList:
			s += "[]"
		case KindCount:
			s += " (count)"
		}
		if len(c.Enum) > 0 {
			s += " (" + strings.Join(c.Enum, "|") + ")"
		}
		if c.About != "" {
			s += " (" + c.About + ")"
		}
		parts = append(parts, s)
	}
	if t.HasAnswers {
		parts = append(parts, `answer("question")`)
	}
	return strings.Join(parts, ", ")
}

// columnsByKind lists the usable columns by kind, for error messages.
func (t *Table) columnsByKind() string {
	var parts []string
	for _, k := range []Kind{KindText, KindList, KindInstant, KindDate, KindNumber, KindCount, KindBool} {
		var names []string
		for _, c := range t.Columns {
			if c.Kind == k && c.Unavailable == "" {
				names = append(names, c.Name)
			}
		}
		if len(names) > 0 {
			parts = append(parts, k.String()+": "+strings.Join(names, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// unknownColumn says that there is no column of that name, and suggests one.
func (t *Table) unknownColumn(name string) string {
	s := "there is no column " + strconv.Quote(clip(name))
	if near := t.nearest(name); near != "" {
		s += ", did you mean " + near + "?"
	}
	return s
}

// withColumns adds the list of columns to a problem.
func (t *Table) withColumns(problem string) string {
	if strings.HasSuffix(problem, "?") {
		return problem + " Columns: " + t.columnsByKind()
	}
	return problem + "; columns: " + t.columnsByKind()
}

// nearest returns the column whose name is at most two edits away, or "".
func (t *Table) nearest(name string) string {
	best, bestDistance := "", 6
	for _, c := range t.Columns {
		if c.Unavailable != "" {
			continue
		}
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			// Among names at the same distance prefer the one with the same first
			// letter.
			d := 2 * EditDistance(strings.ToLower(name), n)
			if name[:min(len(name), 1)] != n[:min(len(n), 1)] {
				d++
			}
			if d < bestDistance {
				best, bestDistance = c.Name, d
			}
		}
	}
	return best
}

// Row is one record: a value for each column of its table, in that order, and
// its answers to screening questions. A row must not be changed once its page was
// yielded, because a [Cache] shares it between walks.
type Row struct {
	Values  []Value
	Answers []ScreeningAnswer
}

// Size returns about how many bytes of memory the row takes.
func (r Row) Size() int {
	n := 48 + 32*len(r.Values)
	for _, v := range r.Values {
		n += v.size()
	}
	for _, a := range r.Answers {
		n += 40 + len(a.title)
		for _, s := range a.texts {
			n += 16 + len(s)
		}
	}
	return n
}

// Page is one page of a source.
type Page struct {
	// Cursor is the source's cursor that fetched the page, "" for the first one.
	Cursor string
	// Next fetches the next page; "" on the last one.
	Next string
	Rows []Row
	// Notes are about what its records lack, for answers with [Options.PageNotes].
	Notes []string
}

// Source yields pages in a fixed order, from the one that the cursor start
// fetches ("" for the first) to the last one, an error or the end of ctx. It must
// not reuse the rows that it yields: a [Cache] stores them, and makes them share
// their texts.
type Source func(ctx context.Context, start string) iter.Seq2[Page, error]

// KnownGroup is a group that exists although there may be no record in it, such
// as a stage of a job. Rank is its place in the natural order.
type KnownGroup struct {
	Name, ID string
	Rank     int
}
