package digest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Answer is the result of a run, of the same form for every table. Marshaled
// to JSON it is the structured content of a tool result; [Answer.Text] has the
// same facts. Each of the two is within the budget of its query.
type Answer struct {
	Summary Summary `json:"summary"`
	// Columns are the names of the cells of each row.
	Columns []string `json:"columns,omitempty"`
	// Rows are the cells as text, "" where a value is missing.
	Rows [][]string `json:"rows,omitempty"`
	// Legend has a kind, a name and an id for each name in the rows whose id
	// is not shown.
	Legend [][]string `json:"legend,omitempty"`
	// Next is the cursor of the next page, "" on the last.
	Next string `json:"next,omitempty"`
	// Notes say what is missing, which records where left out for lack of a
	// value, and what to do about it.
	Notes []string `json:"notes,omitempty"`

	table  string
	budget int
	// separateRows puts a blank line between rows, since each has several lines.
	separateRows bool

	// text and raw are the two rendered forms of a cached answer.
	text string
	raw  []byte
}

// AddNote appends a note, cut to what the budget leaves, and reports whether
// there was room for it. Use it for what is only known after the run, such as
// why nothing matched; [Options.Reserve] keeps room for it.
func (a *Answer) AddNote(note string) bool {
	before := a.Notes
	for limit := noteTokens; limit > 20; limit /= 2 {
		a.Notes = append(slices.Clone(before), boundNotes([]string{note}, limit)...)
		if a.tokens() <= a.budget {
			return len(a.Notes) > len(before)
		}
	}
	a.Notes = before
	return false
}

// Summary describes all matching records, shown or not.
type Summary struct {
	// Matched is how many records matched; a lower bound if Complete is false.
	Matched  int  `json:"matched"`
	Complete bool `json:"complete"`
	// Shown is how many of them the rows show; 0 if the rows show them all.
	Shown int `json:"shown,omitempty"`
	// DateColumn is the column that First and Last are of: the days of the oldest and
	// newest matching record.
	DateColumn string `json:"dated,omitempty"`
	First      string `json:"first,omitempty"`
	Last       string `json:"last,omitempty"`
	// Groups is the number of groups, shown or not.
	Groups int `json:"groups,omitempty"`
	// Counts are the most common values of the table's Summary columns.
	Counts []Tally `json:"counts,omitempty"`
	// Measure has the figures of the measured column over all matching records.
	Measure string `json:"measure,omitempty"`
}

// Tally counts the records by the values of one column. Each element of
// Values is a value and its count, such as "PENDING 200"; the last one may sum
// up the rest: "+4 more 30".
type Tally struct {
	Column string   `json:"column"`
	Values []string `json:"values"`
}

// Size returns how much the answer shows, in numbers only, for a record of reads.
func (a *Answer) Size() string {
	return fmt.Sprintf("%d matched, %d rows shown", a.Summary.Matched, len(a.Rows))
}

// Text returns the answer as lines:
//
//	applications: 412 matched, complete, created 2024-01-03 to 2026-11-20, 25 shown
//	outcome: PENDING 200, DECLINED 190, HIRED 22
//
//	id	candidate	stage
//	H77f	Ann Lee	Interview
//
//	legend	stage	Interview	5J7L
//	next	QkFv…
//	note	3 records have no created date
//
// If the first cell of a row is missing, it is written as two single quotes.
// Cells are separated by tabs, which cost the fewest tokens and never occur in
// a value (the same rows of six cells took 1,500 tokens, with " | " 1,590, as
// JSON 1,590).
func (a *Answer) Text() string {
	if a.raw != nil {
		return a.text
	}
	var b strings.Builder
	a.writeSummary(&b)
	if len(a.Rows) > 0 {
		b.WriteByte('\n')
		writeLine(&b, a.Columns)
		for i, r := range a.Rows {
			if i > 0 && a.separateRows {
				b.WriteByte('\n')
			}
			writeLine(&b, r)
		}
	}
	if len(a.Legend) > 0 || a.Next != "" || len(a.Notes) > 0 {
		b.WriteByte('\n')
	}
	for _, l := range a.Legend {
		b.WriteString("legend\t")
		writeLine(&b, l)
	}
	if a.Next != "" {
		b.WriteString("next\t" + a.Next + "\n")
	}
	for _, n := range a.Notes {
		b.WriteString("note\t" + n + "\n")
	}
	return b.String()
}

func writeLine(b *strings.Builder, cells []string) {
	if len(cells) > 0 && cells[0] == "" {
		// An empty line would end the rows, and a line that begins with a tab
		// is easily misread.
		b.WriteString("''")
	}
	for i, c := range cells {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(c)
	}
	b.WriteByte('\n')
}

func (a *Answer) writeSummary(b *strings.Builder) {
	s := a.Summary
	b.WriteString(a.table + ": ")
	if s.Complete {
		b.WriteString(strconv.Itoa(s.Matched) + " matched, complete")
	} else {
		b.WriteString("at least " + strconv.Itoa(s.Matched) + " matched, not complete")
	}
	if s.First != "" {
		b.WriteString(", " + s.DateColumn + " " + s.First + " to " + s.Last)
	}
	if s.Groups > 0 {
		b.WriteString(", " + strconv.Itoa(s.Groups) + " groups")
	}
	if s.Shown > 0 {
		b.WriteString(", " + strconv.Itoa(s.Shown) + " shown")
	}
	b.WriteByte('\n')
	for _, t := range s.Counts {
		b.WriteString(t.Column + ": " + strings.Join(t.Values, ", ") + "\n")
	}
	if s.Measure != "" {
		b.WriteString(s.Measure + "\n")
	}
}

// tokens returns the token count of the larger of the two forms, which are
// counted concurrently.
func (a *Answer) tokens() int {
	structured := make(chan int, 1)
	go func() { structured <- CountTokens(marshal(a)) }()
	return max(CountTokens(a.Text()), <-structured)
}

// marshal returns v as JSON. It cannot fail: v holds only texts and numbers.
func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
