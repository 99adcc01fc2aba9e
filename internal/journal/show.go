package journal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// Filter selects lines for Show; zero fields select all.
type Filter struct {
	Since, Until time.Time
	// Tool, Tenant and Subject are compared whole.
	Tool, Tenant, Subject string
	// Key and ID select the intent and the outcome of a write; a prefix is enough.
	Key, ID string
	Kind    string
	State   string
	// JSON writes the lines as they are in the file.
	JSON bool
}

// shownArguments is how many bytes of the arguments a line for a person shows.
const shownArguments = 200

// Show writes the selected lines of the journal at path (as in Options.Path) to w, oldest first: as
// text for a person, with times in UTC, or as JSON. Lines that cannot be read are left out; Verify
// finds them.
func Show(ctx context.Context, path string, f Filter, w io.Writer) error {
	return scan(ctx, path, func(*snapshot) {}, func(_ position, raw []byte, torn bool) error {
		l, err := parseLine(raw)
		if err != nil || torn || !f.matches(l) {
			return nil
		}
		out := append(bytes.Clone(raw), '\n')
		if !f.JSON {
			out = []byte(l.text() + "\n")
		}
		if _, err := w.Write(out); err != nil {
			return fmt.Errorf("show the journal: %w", err)
		}
		return nil
	})
}

func (f Filter) matches(l Line) bool {
	return (f.Since.IsZero() || !l.Time.Before(f.Since)) &&
		(f.Until.IsZero() || l.Time.Before(f.Until)) &&
		(f.Tool == "" || l.Tool == f.Tool) &&
		(f.Tenant == "" || l.Tenant == f.Tenant) && (f.Subject == "" || l.Subject == f.Subject) &&
		strings.HasPrefix(l.Key, f.Key) && strings.HasPrefix(l.ID, f.ID) &&
		(f.Kind == "" || l.Kind == f.Kind) &&
		(f.State == "" || l.State == f.State)
}

// text renders a line for a person.
func (l *Line) text() string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "%s  %-7s  %-7s", l.Time.UTC().Format(time.DateTime), l.Kind, l.State)
	say := func(format string, value string) {
		if value != "" {
			fmt.Fprintf(b, "  "+format, value)
		}
	}
	say("%s", l.Tool)
	say("id %s", truncate(l.ID, 8))
	say("key %s", truncate(l.Key, 8))
	say("batch %s", l.Batch)
	say("request %s", l.RequestID)
	say("tenant %s", l.Tenant)
	say("subject %s", l.Subject)
	say("client %s", l.Client)
	say("over %s", l.Transport)
	say("integration %s", l.Integration)
	say("confirmed by %s", l.ConfirmedHow)
	say("answer %s", l.Answer)
	say("from %s", l.ConfirmedBy)
	if l.Again {
		say("%s", "again")
	}
	if l.Attempts > 0 {
		fmt.Fprintf(b, "  %d attempts in %d ms", l.Attempts, l.DurationMS)
	}
	say("%s", l.Summary)
	say("%s", l.Error)
	say("data %s", truncate(string(l.Data), shownArguments))
	say("arguments %s", truncate(string(l.Arguments), shownArguments))
	say("log %s", l.LogURL)
	say("continues %s", l.From)
	if l.Bytes > 0 {
		fmt.Fprintf(b, "  %d bytes cut off", l.Bytes)
	}
	return sanitize(strings.TrimRight(b.String(), " "))
}

// sanitize replaces characters that control a terminal or hide text on it: the names in arguments come
// from outside.
func sanitize(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
