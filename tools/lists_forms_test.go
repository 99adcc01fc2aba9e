package tools_test

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// textForm is what the text of an answer tells.
type textForm struct {
	head    []string
	columns []string
	rows    [][]string
	legend  [][]string
	next    string
	notes   []string
}

// parseText takes the text of an answer apart. A record of several lines has no
// empty one, and only what follows the rows has a tab behind its first word.
func parseText(t failer, text string) textForm {
	t.Helper()
	var f textForm
	blocks := strings.Split(strings.TrimSuffix(text, "\n"), "\n\n")
	f.head = strings.Split(blocks[0], "\n")
	for i, block := range blocks[1:] {
		lines := strings.Split(block, "\n")
		kind, _, tabbed := strings.Cut(lines[0], "\t")
		switch {
		case i == len(blocks)-2 && tabbed && (kind == "legend" || kind == "next" || kind == "note"):
			f.tail(t, lines)
		case i == 0 && lines[0] == "record":
			f.columns, f.rows = []string{"record"}, [][]string{{strings.Join(lines[1:], "\n")}}
		case len(f.columns) == 1 && f.columns[0] == "record":
			f.rows = append(f.rows, []string{block})
		default:
			require.Equal(t, 0, i, "an unknown block of an answer: %q", block)
			f.columns = strings.Split(lines[0], "\t")
			for _, l := range lines[1:] {
				cells := strings.Split(l, "\t")
				if cells[0] == "''" {
					cells[0] = ""
				}
				f.rows = append(f.rows, cells)
			}
		}
	}
	return f
}

func (f *textForm) tail(t failer, lines []string) {
	t.Helper()
	for _, l := range lines {
		cells := strings.Split(l, "\t")
		switch cells[0] {
		case "legend":
			require.Len(t, cells, 4)
			f.legend = append(f.legend, cells[1:])
		case "next":
			require.Len(t, cells, 2)
			f.next = cells[1]
		default:
			require.Equal(t, "note", cells[0], "an unknown line of an answer: %q", l)
			require.Len(t, cells, 2)
			f.notes = append(f.notes, cells[1])
		}
	}
}

// check asserts what holds for every answer of a list: each form is within the
// budget, and both tell the same.
func (a *listAnswer) check(t failer, budget int) {
	t.Helper()
	require.LessOrEqual(t, digest.CountTokens(a.text), budget, "the text: %s", a.text)
	require.LessOrEqual(t, digest.CountTokens(a.structured), budget, "the structured content: %s", a.structured)
	f := parseText(t, a.text)
	if len(a.Rows) > 0 {
		require.Equal(t, a.Columns, f.columns)
	}
	require.Equal(t, a.Rows, f.rows)
	require.Equal(t, a.Legend, f.legend)
	require.Equal(t, a.Next, f.next)
	require.Equal(t, a.Notes, f.notes)
	require.Equal(t, headOf(a.Summary), f.head[0][strings.Index(f.head[0], ": ")+2:])
	rest := f.head[1:]
	for _, c := range a.Summary.Counts {
		require.Equal(t, c.Column+": "+strings.Join(c.Values, ", "), rest[0])
		rest = rest[1:]
	}
	if a.Summary.Measure != "" {
		require.Equal(t, a.Summary.Measure, rest[0])
		rest = rest[1:]
	}
	require.Empty(t, rest)
}

func headOf(s digest.Summary) string {
	head := fmt.Sprintf("at least %d matched, not complete", s.Matched)
	if s.Complete {
		head = fmt.Sprintf("%d matched, complete", s.Matched)
	}
	if s.First != "" {
		head += ", " + s.DateColumn + " " + s.First + " to " + s.Last
	}
	if s.Groups > 0 {
		head += fmt.Sprintf(", %d groups", s.Groups)
	}
	if s.Shown > 0 {
		head += fmt.Sprintf(", %d shown", s.Shown)
	}
	return head
}
