package writes

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

const (
	// maxShown is the longest value, in characters, that a person is asked to confirm.
	maxShown = 2000
	// maxStatement is the longest statement, in bytes, so that a dry run shows all of it;
	// see maxResolved.
	maxStatement = 20_000
)

// Statement is what a person reads before writes are sent, and exactly what their
// confirmation is good for. It holds the truth, whatever is masked for the agent, and
// every value that is sent: it is made from the resolved arguments, so that no tool can
// leave one out.
type Statement struct {
	// Irreversible says that the writes cannot be undone.
	Irreversible bool
	// Items are the writes that would be sent now.
	Items []StatementItem
	// Common are the values that each of several items sends.
	Common []Field
	// Warnings speak against all of them and were overridden, Notes do not: sentences.
	Warnings, Notes []string
	// Withheld also speak against them: what only the person may read.
	Withheld []string
}

// StatementItem is one write of a statement.
type StatementItem struct {
	// Summary is a sentence: who, what, where.
	Summary string
	// Fields are the values that it sends and the others do not.
	Fields []Field
	// Warnings speak against this write and were overridden: sentences.
	Warnings []string
}

// Text words the statement in lines. Values from outside stand in quotes on one line,
// so that none can pass for a line of the server's.
func (s Statement) Text() string {
	var b strings.Builder
	switch {
	case s.Irreversible:
		b.WriteString("Really do this? It cannot be undone.\n")
	case len(s.Items) == 1:
		b.WriteString("Do this?\n")
	default:
		fmt.Fprintf(&b, "Do these %d?\n", len(s.Items))
	}
	for _, item := range s.Items {
		b.WriteString("- " + item.Summary + "\n")
		for _, w := range item.Warnings {
			b.WriteString("  Against it: " + w + "\n")
		}
		for _, f := range item.Fields {
			b.WriteString("  " + f.line() + "\n")
		}
	}
	if len(s.Common) > 0 {
		b.WriteString("Sent with each:\n")
	}
	for _, f := range s.Common {
		b.WriteString("  " + f.line() + "\n")
	}
	for _, w := range s.Warnings {
		b.WriteString("Against it: " + w + "\n")
	}
	for _, w := range s.Withheld {
		b.WriteString("Against it: " + w + "\n")
	}
	for _, note := range s.Notes {
		b.WriteString("Note: " + note + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// plainLabel is a parameter's path that needs no quotes.
var plainLabel = regexp.MustCompile(`^[\w.\[\]-]+$`)

// line is the field on a line of its own.
func (f Field) line() string {
	label, value := f.Label, f.Value
	if !plainLabel.MatchString(label) {
		label = quote(label)
	}
	if !f.Literal {
		value = quote(value)
	}
	return label + ": " + value
}

// quote puts a text in quotes on one line, without anything that cannot be seen.
func quote(s string) string { return escapeInvisible(strconv.Quote(s)) }

// escapeInvisible escapes what cannot be seen: fillers and variation selectors as well,
// which strconv.Quote takes for printable.
func escapeInvisible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if !unicode.IsSpace(r) && digest.Clean(string(r)) == "" {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// tooLong says why a person cannot be asked to confirm the statement, "" if they can.
func (s Statement) tooLong() string {
	fields := s.Common
	for _, item := range s.Items {
		fields = append(slices.Clip(fields), item.Fields...)
	}
	for _, f := range fields {
		if n := utf8.RuneCountInString(f.Value); n > maxShown {
			return fmt.Sprintf("%s has %d characters, and nobody can be asked to confirm more than %d; shorten it", f.Label, n, maxShown)
		}
	}
	if n := len(s.Text()); n > maxStatement {
		return fmt.Sprintf("what a person would have to read before confirming has %d bytes, and %d is the most; send less in one call", n, maxStatement)
	}
	return ""
}

// statement is about the changes of the plan that are open.
func (p *Plan) statement(irreversible bool, open func(i int) bool) Statement {
	s := Statement{Irreversible: irreversible}
	var all [][]Field
	for i := range p.Changes {
		if !open(i) {
			continue
		}
		ch := &p.Changes[i]
		item := StatementItem{Summary: wording.Sentence(oneLine(ch.Summary))}
		for _, w := range p.Warnings {
			if w.Record != "" && w.Record == ch.Record {
				item.Warnings = append(item.Warnings, oneLine(w.Text))
			}
		}
		s.Items = append(s.Items, item)
		all = append(all, ch.unsaid())
	}
	if len(all) > 1 {
		for _, f := range all[0] {
			if !slices.ContainsFunc(all, func(other []Field) bool { return !slices.Contains(other, f) }) {
				s.Common = append(s.Common, f)
			}
		}
	}
	for i := range s.Items {
		s.Items[i].Fields = slices.DeleteFunc(all[i], func(f Field) bool { return slices.Contains(s.Common, f) })
	}
	for _, w := range p.Warnings {
		if w.Record == "" {
			s.Warnings = append(s.Warnings, oneLine(w.Text))
		}
	}
	for _, w := range p.Withheld {
		s.Withheld = append(s.Withheld, oneLine(w.Text))
	}
	for _, note := range slices.Concat(p.Notes, p.ForPerson) {
		s.Notes = append(s.Notes, wording.Sentence(oneLine(note)))
	}
	return s
}

// unsaid are the fields whose values the summary does not hold whole: in quotes, or,
// the record's id, in brackets. That it holds the same value as another field's says
// nothing: a note with the id of a user would hide on whose behalf it is written.
func (c *Change) unsaid() []Field {
	return slices.DeleteFunc(c.Fields(), func(f Field) bool {
		switch {
		case f.Literal:
			return false
		case slices.Contains(c.Said, f.Label):
			return strings.Contains(c.Summary, strconv.Quote(f.Value))
		}
		return f.isRecord(c.Record) && strings.Contains(c.Summary, c.Record)
	})
}

// isRecord reports whether the field is the parameter with the id of the record that is
// written to, and not some other one of the same value.
func (f Field) isRecord(id string) bool {
	return f.Value == id && strings.HasSuffix(f.Label, "_id") && !strings.ContainsAny(f.Label, `.["`)
}

// oneLine keeps what was written for one line on one line, and all of it in sight.
func oneLine(s string) string {
	return escapeInvisible(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085' {
			return ' '
		}
		return r
	}, s))
}
