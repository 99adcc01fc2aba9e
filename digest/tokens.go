package digest

import (
	"sync"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer/codec"
)

// o200k is loaded when first needed, because its vocabulary costs about 10 ms
// and 10 MiB. The codec package is named directly: the library's front package
// links every vocabulary it has.
var o200k = sync.OnceValue(codec.NewO200kBase)

var pieceCounts counts

// CountTokens is the number of o200k_base tokens of s. It takes about 20 µs a KB.
func CountTokens(s string) int {
	if !utf8.ValidString(s) {
		// The library reads other characters than it is given.
		return countWhole(s)
	}
	n := 0
	for s != "" {
		end := piece(s)
		n += pieceCounts.of(s[:end], countWhole)
		s = s[end:]
	}
	return n
}

func countWhole(s string) int {
	n, err := o200k().Count(s)
	if err != nil {
		// The split cannot fail without a time-out, which is not set; bytes
		// are an upper bound of tokens all the same.
		return len(s)
	}
	return n
}

// TokenPrefix is the longest beginning of s, cut between characters, that counts at
// most limit tokens. However long s is, only what could fit is looked at.
func TokenPrefix(s string, limit int) string {
	if limit <= 0 {
		return ""
	}
	// Plain text has about four bytes a token; eight leave room, and a longer
	// stretch of cheap tokens merely goes on the next page.
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
	// A cut can split a word into more tokens than it had.
	for CountTokens(head) > limit {
		head = cutBytes(head, len(head)-1)
	}
	return head
}

// cutBytes is the longest prefix of s of at most n bytes that ends between
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
