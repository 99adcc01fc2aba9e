package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// shownWriter is what commands print to. What comes from elsewhere, such as the name of an
// integration, reaches the person as text: a terminal acts on nothing of it.
type shownWriter struct{ w io.Writer }

// Write implements [io.Writer].
func (s shownWriter) Write(b []byte) (int, error) {
	if _, err := io.WriteString(s.w, shown(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// unwrapped returns the writer below a shownWriter, for what this program itself tells a
// terminal to do.
func unwrapped(w io.Writer) io.Writer {
	if s, ok := w.(shownWriter); ok {
		return s.w
	}
	return w
}

// shown returns text in which everything is escaped that controls a terminal, reorders
// letters or is not seen, but for line breaks and tabs. The escapes are those of JSON, so
// that JSON stays the same value: within it such characters stand in strings only.
func shown(text string) string {
	if !strings.ContainsFunc(text, actsOnTerminal) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !actsOnTerminal(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// shownLine is shown for text that must stay on one line.
func shownLine(text string) string { return shown(strings.Join(strings.Fields(text), " ")) }

// actsOnTerminal reports whether a rune is a control or a format character, a line or
// paragraph separator, or not a character at all. Joiners, which letters of some scripts
// and emoji need, do no harm.
func actsOnTerminal(r rune) bool {
	switch r {
	case '\n', '\t', '\u200c', '\u200d':
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}
