package digest

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// The library splits a text into pieces by a regular expression, which took two
// thirds of the time of an answer. This is the same split by hand; a test compares
// the two. Comments quote the part of the expression that a function implements.

// class is a set of the character classes in the expression.
type class uint8

const (
	upperish class = 1 << iota // \p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}
	lowerish                   // \p{Ll}\p{Lm}\p{Lo}\p{M}
	letter                     // \p{L}
	digit                      // \p{N}
	space                      // \s
	newline                    // \r\n
)

var asciiClasses = func() (s [utf8.RuneSelf]class) {
	for r := range rune(utf8.RuneSelf) {
		s[r] = classOf(r)
	}
	return s
}()

func classOf(r rune) (s class) {
	switch {
	case unicode.In(r, unicode.Lu, unicode.Lt):
		s = upperish | letter
	case unicode.Is(unicode.Ll, r):
		s = lowerish | letter
	case unicode.In(r, unicode.Lm, unicode.Lo):
		s = upperish | lowerish | letter
	case unicode.Is(unicode.M, r):
		s = upperish | lowerish
	case unicode.Is(unicode.N, r):
		s = digit
	case unicode.IsSpace(r):
		s = space
	}
	if r == '\r' || r == '\n' {
		s |= newline
	}
	return s
}

// classAt returns the class of the character at i, and the index of the next one.
func classAt(s string, i int) (class, int) {
	if i >= len(s) {
		return 0, i
	}
	if c := s[i]; c < utf8.RuneSelf {
		return asciiClasses[c], i + 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return classOf(r), i + n
}

// endOfRun returns the index after the characters from i on that are of a class.
func endOfRun(s string, i int, of class) int {
	for i < len(s) {
		is, next := classAt(s, i)
		if is&of == 0 {
			break
		}
		i = next
	}
	return i
}

// pieceLength returns the length of the first piece of a text that is not empty.
func pieceLength(s string) int {
	first, next := classAt(s, 0)
	// [^\r\n\p{L}\p{N}]? before a word: first with it, then without.
	if first&(newline|letter|digit) == 0 {
		if end := word(s, next); end > 0 {
			return end
		}
	}
	if end := word(s, 0); end > 0 {
		return end
	}
	switch {
	case first&digit != 0: // \p{N}{1,3}
		end := next
		for range 2 {
			if is, after := classAt(s, end); is&digit != 0 {
				end = after
			}
		}
		return end
	case first&space == 0:
		return symbols(s, next)
	case s[0] == ' ' && next < len(s): // ` ?` before symbols
		if is, after := classAt(s, next); is&(space|letter|digit) == 0 {
			return symbols(s, after)
		}
	}
	return whitespace(s)
}

// word returns the index after the word that begins at from, 0 if none does:
// upper-case letters, lower-case letters or both, and a contraction.
func word(s string, from int) int {
	capitals := endOfRun(s, from, upperish)
	// The lower-case letters begin after as many upper-case ones as possible;
	// letters without case are of both classes.
	small, end := capitals, endOfRun(s, capitals, lowerish)
	for small > from && end == small {
		_, n := utf8.DecodeLastRuneInString(s[from:small])
		small -= n
		end = endOfRun(s, small, lowerish)
	}
	if end == small {
		// There are only upper-case letters.
		end = capitals
	}
	if end == from {
		return 0
	}
	return end + contraction(s[end:])
}

// contraction returns the length of the 's, 't, 're, 've, 'm, 'll or 'd that the
// text begins with, or 0.
func contraction(s string) int {
	if len(s) < 2 || s[0] != '\'' {
		return 0
	}
	switch s[1] | 0x20 {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if len(s) > 2 && s[2]|0x20 == 'e' {
			return 3
		}
	case 'l':
		if len(s) > 2 && s[2]|0x20 == 'l' {
			return 3
		}
	}
	if strings.HasPrefix(s[1:], "ſ") { // which folds to s
		return 1 + len("ſ")
	}
	return 0
}

// symbols returns the index after the rest of [^\s\p{L}\p{N}]+[\r\n/]*.
func symbols(s string, i int) int {
	for i < len(s) {
		is, next := classAt(s, i)
		if is&(space|letter|digit) != 0 {
			break
		}
		i = next
	}
	for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == '/') {
		i++
	}
	return i
}

// whitespace returns the length of \s*[\r\n]+|\s+(?!\S)|\s+: up to the last line
// break, else all but the space before the next word, else all.
func whitespace(s string) int {
	end := endOfRun(s, 0, space)
	if last := strings.LastIndexAny(s[:end], "\r\n"); last >= 0 {
		return last + 1
	}
	if end == len(s) {
		return end
	}
	_, n := utf8.DecodeLastRuneInString(s[:end])
	if end == n {
		return end
	}
	return end - n
}

const (
	// maxCachedPieceBytes is the longest piece whose count is cached, and
	// maxCachedPieces how many are. A full cache is emptied: the most common
	// pieces are soon back.
	maxCachedPieceBytes = 32
	maxCachedPieces     = 20_000
)

// pieceCache caches the token counts of pieces. It is safe for concurrent use.
type pieceCache struct {
	counts atomic.Pointer[sync.Map]
	size   atomic.Int32
}

func (c *pieceCache) count(piece string, count func(string) int) int {
	if len(piece) > maxCachedPieceBytes {
		return count(piece)
	}
	cached := c.counts.Load()
	if cached == nil {
		c.counts.CompareAndSwap(nil, &sync.Map{})
		cached = c.counts.Load()
	}
	if n, ok := cached.Load(piece); ok {
		n, _ := n.(int)
		return n
	}
	n := count(piece)
	if c.size.Add(1) > maxCachedPieces {
		c.size.Store(0)
		c.counts.Store(&sync.Map{})
		return n
	}
	// Cloned, since the piece would keep the whole text in memory.
	cached.Store(strings.Clone(piece), n)
	return n
}
