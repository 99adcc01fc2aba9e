package digest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// strippedMarks are the accents and points that people leave out when they
// type a name: those of Latin, Greek and Cyrillic, and the vowel points of
// Hebrew and Arabic. In other scripts a mark is a letter of its own.
var strippedMarks = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036f, Stride: 1},
	{Lo: 0x0483, Hi: 0x0487, Stride: 1},
	{Lo: 0x0591, Hi: 0x05bd, Stride: 1},
	{Lo: 0x064b, Hi: 0x065f, Stride: 1},
	{Lo: 0x0670, Hi: 0x0670, Stride: 1},
	{Lo: 0x1ab0, Hi: 0x1aff, Stride: 1},
	{Lo: 0x1dc0, Hi: 0x1dff, Stride: 1},
	{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
	{Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
}}

// strokes are letters that Unicode does not decompose, although readers treat
// them as one or two base letters.
var strokes = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'և': "եւ",
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'ħ': "h", 'ŧ': "t", 'ı': "i",
	'æ': "ae", 'œ': "oe", 'þ': "th", 'ŋ': "n", 'ĸ': "k",
}

// Fold returns the form of s in which texts are compared: without case, accents
// and compatibility forms, with ß as ss. "MÜLLER" and "Muller" fold to the same
// text.
func Fold(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldUnicode(s)
		}
	}
	return strings.ToLower(s)
}

func foldUnicode(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	recompose := false
	for _, r := range norm.NFKD.String(s) {
		// To upper case first, since some letters have two lower-case forms
		// (σ and ς).
		r = unicode.ToLower(unicode.ToUpper(r))
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case unicode.Is(strippedMarks, r):
		default:
			if base, ok := strokes[r]; ok {
				b.WriteString(base)
				continue
			}
			recompose = true
			b.WriteRune(r)
		}
	}
	if recompose {
		// Decomposed Hangul and kana would match in the middle of a syllable.
		return norm.NFC.String(b.String())
	}
	return b.String()
}

// equalFolded reports whether s folds to folded, without allocating for ASCII.
func equalFolded(s, folded string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return Fold(s) == folded
		}
		// An ASCII prefix folds byte by byte, and nothing after it can change
		// it, so the first difference decides.
		if i >= len(folded) || lower(c) != folded[i] {
			return false
		}
	}
	return len(s) == len(folded)
}

// containsFolded reports whether the folded form of s contains folded.
func containsFolded(s, folded string) bool {
	if folded == "" {
		return true
	}
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Contains(Fold(s), folded)
		}
	}
	first := folded[0]
	for i := 0; i+len(folded) <= len(s); i++ {
		if lower(s[i]) == first && equalASCII(s[i:i+len(folded)], folded) {
			return true
		}
	}
	return false
}

func equalASCII(s, folded string) bool {
	for i := range len(s) {
		if lower(s[i]) != folded[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
