package digest

import (
	"sync"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer/codec"
)

// o200k is loaded when first needed, because its vocabulary takes about 10 ms
// and 10 MiB. The codec package is imported directly, because the library's top
// package links every vocabulary it has.
var o200k = sync.OnceValue(codec.NewO200kBase)

var cachedCounts pieceCache

// CountTokens returns the number of o200k_base tokens of s. It takes about 20 µs
// per KB.
func CountTokens(s string) int {
	if !utf8.ValidString(s) {
		// pieceLength and the library decode invalid UTF-8 differently.
		return countWhole(s)
	}
	n := 0
	for s != "" {
		end := pieceLength(s)
		n += cachedCounts.count(s[:end], countWhole)
		s = s[end:]
	}
	return n
}

func countWhole(s string) int {
	n, err := o200k().Count(s)
	if err != nil {
		// The library fails only at a timeout, which is not set. The number of
		// bytes is an upper bound of the number of tokens anyway.
		return len(s)
	}
	return n
}

// TokenPrefix returns the longest prefix of s, cut between characters, of at most
// limit tokens. However long s is, it reads only what could fit.
func TokenPrefix(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	// Prose has about four bytes per token, so eight are enough; a text with more
	// is only cut sooner than it could be.
	head := cutBytes(s, limit*8)
	_, tokens, err := o200k().Encode(head)
	if err != nil {
		return cutBytes(s, limit)
	}
	if len(tokens) <= limit {
		return head
	}
	n := 0
	for _, t := range tokens[:limit] {
		n += len(t)
	}
	head = cutBytes(head, n)
	// Cutting within a word can give it more tokens than the whole word has.
	for CountTokens(head) > limit {
		head = cutBytes(head, len(head)-1)
	}
	return head
}

// cutBytes returns the longest prefix of s of at most n bytes that ends between
// characters.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
