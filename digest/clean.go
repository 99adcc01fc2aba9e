package digest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s without characters that a person cannot see but a model
// would read: control, zero-width, bidirectional, tag and other format
// characters and invisible fillers. Any run of white space, line breaks
// included, becomes one plain space, invalid UTF-8 is dropped, and both ends
// are trimmed. Use [CleanLines] for text of several lines.
func Clean(s string) string {
	if isCleanASCII(s) {
		return s
	}
	return cleanRunes(s, false)
}

// CleanLines is [Clean] for documents: it keeps line breaks, with at most one
// blank line in a row, and turns tabs into spaces.
func CleanLines(s string) string { return cleanRunes(s, true) }

// isCleanASCII reports whether s is printable ASCII with single inner spaces.
// Most values are, and need no copy.
func isCleanASCII(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

func cleanRunes(s string, lines bool) string {
	var b strings.Builder
	b.Grow(min(len(s), 1<<20))
	breaks, space := 0, false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == utf8.RuneError && n == 1:
			continue
		case lines && (r == '\n' || r == '\u2028' || r == '\u2029'):
			breaks++
			continue
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			space = true
			continue
		case isInvisible(r):
			continue
		}
		if b.Len() > 0 {
			switch {
			case breaks > 0:
				b.WriteString("\n\n"[:min(breaks, 2)])
			case space:
				b.WriteByte(' ')
			}
		}
		breaks, space = 0, false
		b.WriteRune(r)
	}
	return b.String()
}

// isInvisible reports whether r shows nothing by itself. Unicode's format
// class covers zero-width, bidi and tag characters; the others are fillers,
// blanks and variation selectors that can smuggle data.
func isInvisible(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe0fff:
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5,
		r == 0x2800, r == 0x3164, r == 0xffa0, r >= 0x180b && r <= 0x180f:
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co)
}
