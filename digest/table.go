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
	Name string
	Kind Kind
	// Default columns are shown when the query names no fields.
	Default bool
	// Aliases are obvious synonyms that a query may use instead of Name.
	Aliases []string
	// ShowTime shows an instant with hour and minute, not as a day.
	ShowTime bool
	// IDColumn is the column with the id behind this name (job: job_id); the
	// legend tells it for the names that the rows show.
	IDColumn string
	// DistinctByID keeps groups and counts that share a name but not the id of
	// IDColumn apart, as two jobs of one name are.
	DistinctByID bool
	// RankColumn is a number column that gives the natural order of this one
	// (stage: stage_index), for sorting and for the order of groups.
	RankColumn string
	// Enum are all values that the column can have, in their natural order;
	// empty when it is open. A comparison with any other value is refused.
	Enum []string
	// Summary columns are counted in the summary of every answer.
	Summary bool
	// About says for a tool's description what the column holds, in a few
	// words; empty where its name does.
	About string
	// Unavailable, when not empty, is the reason why the column cannot be shown,
	// compared, sorted or grouped by, such as a redaction rule.
	Unavailable string
	// Masked, when not empty, is the reason why the column shows stand-ins
	// instead of its values: it can be shown, but not compared, sorted or
	// grouped by, which would tell what it hides.
	Masked string
}

// Table describes the records of one resource.
type Table struct {
	// Name is a plural noun, such as "applications".
	Name    string
	Columns []Column
	// ID is the column that identifies a record. Its values must be unique;
	// it orders records whose sort values are equal.
	ID string
	// DateColumn gives the first and last date and, newest first, the order
	// when the query names none. It may be empty.
	DateColumn string
	// HasAnswers tells that rows carry answers for answer("question").
	HasAnswers bool
	// Example is a where expression that fits the table, for refusals.
	Example string
}

// column finds a column by name or alias, in any case.
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

// index is the place of a column, or -1 where there is none of the name.
func (t *Table) index(name string) int {
	if i, ok := t.column(name); ok && name != "" {
		return i
	}
	return -1
}

// Describe lists the columns for a tool's description: default ones with *,
// lists with [], counts with (count), closed sets with their values, others
// with what they hold where the name alone does not tell.
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

// kinds lists the usable columns by kind, as refusals show them.
func (t *Table) kinds() string {
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

// lacks says that there is no such column, with the one that may be meant.
func (t *Table) lacks(name string) string {
	s := "there is no column " + strconv.Quote(clip(name))
	if near := t.nearest(name); near != "" {
		s += ", did you mean " + near + "?"
	}
	return s
}

// withColumns adds to a problem the columns that there are.
func (t *Table) withColumns(problem string) string {
	if strings.HasSuffix(problem, "?") {
		return problem + " Columns: " + t.kinds()
	}
	return problem + "; columns: " + t.kinds()
}

// nearest is the column whose name is at most two edits away, or "".
func (t *Table) nearest(name string) string {
	best, bestDistance := "", 6
	for _, c := range t.Columns {
		if c.Unavailable != "" {
			continue
		}
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			// Of two at the same distance the one that begins alike is meant.
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
// its answered questions. Rows are shared by kept walks: nobody may change one
// that was handed on.
type Row struct {
	Values  []Value
	Answers []ScreeningAnswer
}

// Size is about how many bytes of memory the row holds.
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

// Page is one page of the source: its rows, the cursor that fetched it ("" for
// the first) and the one that fetches the next ("" for the last).
type Page struct {
	Cursor string
	Next   string
	Rows   []Row
}

// Source walks pages in a fixed order from the one that start fetches; it
// stops after the last page or with an error, and when ctx ends. It hands its
// pages over: their rows must be its own, decoded for this walk, since a
// [Cache] lets them share their texts and keeps them.
type Source func(ctx context.Context, start string) iter.Seq2[Page, error]

// KnownGroup is a group that exists although no record may show it, such as a
// stage of a job, with its place in the natural order.
type KnownGroup struct {
	Name, ID string
	Rank     int
}
