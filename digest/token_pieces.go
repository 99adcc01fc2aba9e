package digest

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// The library splits a text by a regular expression, which took two thirds of
// the time of an answer. This is the same split by hand; a test holds the two
// against each other.

// class is what kinds of character one is, as the expression tells them apart.
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

// at is the character at a place, and where the next one is.
func at(s string, i int) (class, int) {
	if i >= len(s) {
		return 0, i
	}
	if c := s[i]; c < utf8.RuneSelf {
		return asciiClasses[c], i + 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return classOf(r), i + n
}

// runOf is where the characters of a class end.
func runOf(s string, i int, of class) int {
	for i < len(s) {
		is, next := at(s, i)
		if is&of == 0 {
			break
		}
		i = next
	}
	return i
}

// piece is the length of the piece that a text which is not empty begins with.
func piece(s string) int {
	first, next := at(s, 0)
	// [^\r\n\p{L}\p{N}]? before a word: tried with, then without.
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
			if is, after := at(s, end); is&digit != 0 {
				end = after
			}
		}
		return end
	case first&space == 0:
		return symbols(s, next)
	case s[0] == ' ' && next < len(s): // ` ?` before symbols
		if is, after := at(s, next); is&(space|letter|digit) == 0 {
			return symbols(s, after)
		}
	}
	return blank(s)
}

// word is where a word that begins at a place ends, 0 where there is none:
// capitals and small letters, or capitals alone, and a contraction.
func word(s string, from int) int {
	capitals := runOf(s, from, upperish)
	// The small letters begin behind as many capitals as they can; characters
	// that are neither count as both.
	small, end := capitals, runOf(s, capitals, lowerish)
	for small > from && end == small {
		_, n := utf8.DecodeLastRuneInString(s[from:small])
		small -= n
		end = runOf(s, small, lowerish)
	}
	if end == small {
		// None is small: then they are capitals alone.
		end = capitals
	}
	if end == from {
		return 0
	}
	return end + contraction(s[end:])
}

// contraction is how much of the text is 's, 't, 're, 've, 'm, 'll or 'd.
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

// symbols is where [^\s\p{L}\p{N}]+[\r\n/]* ends that has begun before.
func symbols(s string, i int) int {
	for i < len(s) {
		is, next := at(s, i)
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

// blank is \s*[\r\n]+|\s+(?!\S)|\s+: up to the last line's end, else all but
// the space before the next word, else all.
func blank(s string) int {
	end := runOf(s, 0, space)
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
	// knownBytes is the longest piece whose count is remembered, and
	// knownPieces how many are: then they are forgotten, and the commonest are
	// soon back.
	knownBytes  = 32
	knownPieces = 20_000
)

// counts remembers how many tokens pieces have.
type counts struct {
	known atomic.Pointer[sync.Map]
	size  atomic.Int32
}

func (c *counts) of(piece string, count func(string) int) int {
	if len(piece) > knownBytes {
		return count(piece)
	}
	known := c.known.Load()
	if known == nil {
		c.known.CompareAndSwap(nil, &sync.Map{})
		known = c.known.Load()
	}
	if n, ok := known.Load(piece); ok {
		n, _ := n.(int)
		return n
	}
	n := count(piece)
	if c.size.Add(1) > knownPieces {
		c.size.Store(0)
		c.known.Store(&sync.Map{})
		return n
	}
	// The piece is a part of a text that is not to be held for it.
	known.Store(strings.Clone(piece), n)
	return n
}
