package cvtext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean normalizes text: NFC, lines that end with \n, at most two blank lines in a row,
// no invisible characters. It reports whether all of it fits into limit code points.
func clean(text string, limit int) (string, bool) {
	text = strings.Map(visibleRune, strings.ReplaceAll(joinHyphens(text), "\r\n", "\n"))
	// NFC splits very long sequences of accents by an invisible joiner.
	text = collapseBlankLines(strings.ReplaceAll(norm.NFC.String(text), "\u034f", ""))
	if utf8.RuneCountInString(text) <= limit {
		return text, true
	}
	count := 0
	for i := range text {
		if count == limit {
			return strings.TrimRight(text[:i], " \t\n"), false
		}
		count++
	}
	return text, true
}

// joinHyphens joins words that were hyphenated at the end of a line, for which PDFium
// returns U+FFFE.
func joinHyphens(text string) string {
	if !strings.ContainsRune(text, '\uFFFE') {
		return text
	}
	return strings.NewReplacer("\uFFFE\r\n", "", "\uFFFE\n", "", "\uFFFE", "").Replace(text)
}

func visibleRune(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return -1
	case r == 0xa0, r == 0x202f, r == 0x2007:
		return ' '
	// The bullets of the Symbol and Wingdings fonts, which have no code point.
	case r == 0xf0b7, r == 0xf0a7:
		return '•'
	case isInvisible(r):
		return -1
	}
	return r
}

// isInvisible reports whether a character has no glyph. Such characters can smuggle
// text past a person, or split words so that a search does not find them.
func isInvisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x180e, r == 0xfeff, r == 0xfffe, r == 0xffff,
		r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0,
		r >= 0x200b && r <= 0x200f,
		r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f,
		r >= 0xfe00 && r <= 0xfe0f,
		r >= 0xfff9 && r <= 0xfffb,
		r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// collapseBlankLines trims the end of every line, and keeps at most two blank lines in
// a row.
func collapseBlankLines(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	blank := 0
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" {
			blank++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n\n"[:min(blank, 2)+1])
		}
		blank = 0
		b.WriteString(line)
	}
	return b.String()
}
