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

// Filter chooses lines for Show; zero fields choose all.
type Filter struct {
	Since, Until time.Time
	Tool         string
	// Key and ID choose the intent and the outcome of a write; their beginning is enough.
	Key, ID string
	Kind    string
	State   string
	// JSON passes the lines on as they stand in the file.
	JSON bool
}

// shownArguments bounds in bytes how much of the arguments a line for a person shows.
const shownArguments = 200

// Show writes the chosen lines of the journal at path (as in Options.Path) to w, oldest first, one
// line each: as text for a person with times in UTC, or as JSON. Lines that cannot be read are
// left out; Verify finds them.
func Show(ctx context.Context, path string, f Filter, w io.Writer) error {
	return walk(ctx, path, func(*snapshot) {}, func(_ place, raw []byte, torn bool) error {
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
	say("id %s", cut(l.ID, 8))
	say("key %s", cut(l.Key, 8))
	say("batch %s", l.Batch)
	say("request %s", l.RequestID)
	say("client %s", l.Client)
	say("integration %s", l.Integration)
	say("confirmed by %s", l.ConfirmedBy)
	if l.Again {
		say("%s", "again")
	}
	if l.Attempts > 0 {
		fmt.Fprintf(b, "  %d attempts in %d ms", l.Attempts, l.DurationMS)
	}
	say("%s", l.Summary)
	say("%s", l.Error)
	say("data %s", cut(string(l.Data), shownArguments))
	say("arguments %s", cut(string(l.Arguments), shownArguments))
	say("log %s", l.LogURL)
	say("continues %s", l.From)
	if l.Bytes > 0 {
		fmt.Fprintf(b, "  %d bytes cut off", l.Bytes)
	}
	return plain(strings.TrimRight(b.String(), " "))
}

// plain replaces what could steer a terminal or hide text on it: names in arguments are written by strangers.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
