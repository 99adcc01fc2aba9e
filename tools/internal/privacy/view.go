package privacy

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// view is a text in the form in which personal data is looked for, with the way back to
// where it stands in the source: lower case, without accents and compatibility forms,
// ASCII for digits, hyphens, dots, slashes and spaces of any script, percent-encoding and
// the escapes of JSON decoded.
type view struct {
	source, folded string
	// from and to are the source's bounds of what each folded byte stands for; nil
	// where both are alike.
	from, to []int32
}

func newView(s string) view {
	plain := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == '%' || s[i] == '\\' {
			plain = false
			break
		}
	}
	if plain {
		return view{source: s, folded: strings.ToLower(s)}
	}
	v := view{source: s, from: make([]int32, 0, len(s)), to: make([]int32, 0, len(s))}
	folded := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := decodeRune(s[i:])
		out := foldRune(r)
		for range len(out) {
			v.from, v.to = append(v.from, int32(i)), append(v.to, int32(i+n)) //nolint:gosec // texts are far below 2 GiB
		}
		if out == "" && len(v.to) > 0 {
			// A combining mark belongs to the letter before it.
			v.to[len(v.to)-1] = int32(i + n) //nolint:gosec // likewise
		}
		folded = append(folded, out...)
		i += n
	}
	v.folded = string(folded)
	return v
}

// bounds is where folded[from:to] stands in the source.
func (v *view) bounds(from, to int) (int, int) {
	if v.from == nil {
		return from, to
	}
	return int(v.from[from]), int(v.to[to-1])
}

// isSpelledOut reports whether folded[from:to] is written in the source with more than
// ASCII letters.
func (v *view) isSpelledOut(from, to int) bool {
	i, j := v.bounds(from, to)
	return v.from != nil && strings.ContainsFunc(v.source[i:j], func(r rune) bool { return r >= utf8.RuneSelf || r == '%' || r == '\\' })
}

// decodeRune reads a character, percent-encoded ones and JSON's escapes (even twice) as
// what they mean. n is the number of bytes that it takes.
func decodeRune(s string) (r rune, n int) {
	if s[0] == '\\' {
		return decodeEscape(s)
	}
	if s[0] == '%' {
		var raw [utf8.UTFMax]byte
		size := 0
		for at := 0; size < len(raw); size++ {
			b, n := percentByte(s[at:])
			if n == 0 {
				break
			}
			raw[size] = b
			at += n
			if utf8.FullRune(raw[:size+1]) {
				if r, _ := utf8.DecodeRune(raw[:size+1]); r != utf8.RuneError {
					return r, at
				}
				break
			}
		}
	}
	return utf8.DecodeRuneInString(s)
}

// decodeEscape reads what a backslash introduces: \u0040, \x40, \n, or a sign that it
// protects.
func decodeEscape(s string) (r rune, n int) {
	rest := strings.TrimLeft(s, `\`)
	slashes := len(s) - len(rest)
	if rest == "" {
		return '\\', 1
	}
	switch c := rest[0]; {
	case c == 'n' || c == 'r' || c == 't':
		return ' ', slashes + 1
	case c == 'u' || c == 'x':
		digits := map[byte]int{'u': 4, 'x': 2}[c]
		if len(rest) <= digits {
			break
		}
		decoded, ok := hexRune(rest[1 : 1+digits])
		if !ok {
			break
		}
		r, n = decoded, slashes+1+digits
		if low, more := utf16Low(s[n:]); utf16.IsSurrogate(r) && more > 0 {
			return utf16.DecodeRune(r, low), n + more
		}
		return r, n
	case c < utf8.RuneSelf && c > ' ' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z'):
		return rune(c), slashes + 1
	}
	return '\\', 1
}

// utf16Low reads the second half of a character of two escapes; n is 0 if there is none.
func utf16Low(s string) (r rune, n int) {
	rest := strings.TrimLeft(s, `\`)
	if len(rest) < 5 || len(rest) == len(s) || rest[0] != 'u' {
		return 0, 0
	}
	r, ok := hexRune(rest[1:5])
	if !ok {
		return 0, 0
	}
	return r, len(s) - len(rest) + 5
}

// hexRune reads hexadecimal digits; ok is false if there is anything else.
func hexRune(digits string) (r rune, ok bool) {
	for _, h := range []byte(digits) {
		if !isHex(h) {
			return 0, false
		}
		r = r<<4 | rune(unhex(h))
	}
	return r, true
}

// percentByte reads one percent-encoded byte; n is 0 if there is none.
func percentByte(s string) (b byte, n int) {
	if s == "" || s[0] != '%' {
		return 0, 0
	}
	at := 1
	for len(s) >= at+4 && s[at:at+2] == "25" && isHex(s[at+2]) && isHex(s[at+3]) {
		at += 2
	}
	if len(s) < at+2 || !isHex(s[at]) || !isHex(s[at+1]) {
		return 0, 0
	}
	return unhex(s[at])<<4 | unhex(s[at+1]), at + 2
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// foldedRunes are the folded forms of the characters that are met most.
var foldedRunes = sync.OnceValue(func() []string {
	out := make([]string, 0x600)
	for r := range rune(len(out)) {
		out[r] = slowFoldRune(r)
	}
	return out
})

func foldRune(r rune) string {
	if table := foldedRunes(); int(r) < len(table) {
		return table[r]
	}
	return slowFoldRune(r)
}

func slowFoldRune(r rune) string {
	switch {
	case unicode.Is(unicode.Nd, r):
		return string('0' + digitValue(r))
	case unicode.Is(unicode.Pd, r), r == '\u2212', r == '\u2043':
		return "-"
	case strings.ContainsRune("\u00b7\u2022\u2024\u2027\u2219\u22c5\u3002\u30fb\uff0e\uff61", r):
		return "."
	case r != '\n' && !unicode.IsSpace(r) && digest.Clean(string(r)) == "":
		return "" // it was escaped, so that nothing removed it before
	case strings.ContainsRune("\\\u2044\u2215\u29f8", r):
		return "/"
	case r != '\n' && unicode.IsSpace(r):
		return " "
	}
	return digest.Fold(string(r))
}

// digitValue is what a decimal digit of any script stands for. The digits of a script
// follow each other, from a zero on.
func digitValue(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if low, high := rune(t.Lo), rune(t.Hi); low <= r && r <= high { //nolint:gosec // these are code points
			return (r - low) % 10
		}
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// wordAt decodes the character at i and reports whether it is part of a word.
func wordAt(s string, i int) (n int, word bool) {
	if i >= len(s) {
		return 0, false
	}
	if c := s[i]; c < utf8.RuneSelf {
		return 1, c >= 'a' && c <= 'z' || isDigit(c)
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return n, isWord(r)
}

// wordBefore is wordAt for the character that ends at i.
func wordBefore(s string, i int) (n int, word bool) {
	if i <= 0 {
		return 0, false
	}
	if c := s[i-1]; c < utf8.RuneSelf {
		return 1, c >= 'a' && c <= 'z' || isDigit(c)
	}
	r, n := utf8.DecodeLastRuneInString(s[:i])
	return n, isWord(r)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
}
