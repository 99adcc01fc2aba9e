package approvals

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// maxMarks is the most combining marks shown on one letter: more would cover the lines above and below.
const maxMarks = 4

// visible returns text in which characters that a person would not see, that control a terminal or that
// reorder letters are written as ‹U+202E›. Line breaks stay. Nothing is left out, since a person approves
// exactly what is sent.
func visible(text string) string {
	var b strings.Builder
	marks := 0
	for _, r := range text {
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if r == '\n' || unicode.IsGraphic(r) && !isBlank(r) && marks <= maxMarks {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "‹U+%04X›", r)
		}
	}
	return b.String()
}

// visibleLine is [visible] for text that must stay on one line, such as a name.
func visibleLine(text string) string {
	return strings.ReplaceAll(visible(text), "\n", "‹U+000A›")
}

// isBlank reports whether r is classified as a letter, mark or symbol but shows nothing: fillers, and
// variation selectors, in which data can be hidden.
func isBlank(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0, r == 0x1d159:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	}
	return false
}

// run is a part of a line that is written in one direction.
type run struct {
	Text        string
	RightToLeft bool
}

// runs splits a line into parts by direction, so that a page can isolate text written from right to
// left, which would otherwise reorder the words and numbers around it.
func runs(line string) []run {
	var out []run
	add := func(s string, rtl bool) {
		if s != "" {
			out = append(out, run{s, rtl})
		}
	}
	// The current right-to-left part is line[start:end]: end is after its last right-to-left letter, and
	// -1 outside of such a part.
	start, end := 0, -1
	for i, r := range line {
		size := len(string(r))
		props, _ := bidi.LookupRune(r)
		switch class := props.Class(); {
		case class == bidi.R || class == bidi.AL || class == bidi.AN:
			if end < 0 {
				add(line[start:i], false)
				start = i
			}
			end = i + size
		case class == bidi.NSM && end == i:
			end = i + size
		case end >= 0 && (class == bidi.L || r == '"'):
			add(line[start:end], true)
			start, end = end, -1
		}
	}
	if end >= 0 {
		add(line[start:end], true)
		start = end
	}
	add(line[start:], false)
	return out
}
