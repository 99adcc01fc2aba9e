package digest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// awkward are characters of every class that the split distinguishes, and the
// contractions that it recognizes.
var awkward = []string{
	"a", "b", "Z", "Ab", "ſ", "ǅ", "ʰ", "ª", "漢", "字", "ب", "é", "e\u0301", "\u0301", "\u200d", "1", "12", "345", "½", "Ⅻ", "٣",
	" ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2028", "\u3000", "\u0085", "\v", "\f",
	"'", "'s", "'S", "'ſ", "'re", "'RE", "'ve", "'ll", "'lL", "'l", "'d", "'m", "'t", "''", "/", "//", "\\", "\"", "],[", "{", "—", "😀", "👩‍💻", "$", "€", ".", "-", "_",
	"'Kelvin\u212a", "\u0130", "ß", "\U0001d400", "\U000e0041", "\ufffd", "\x00", "\u0600",
}

func TestCountTokensEqualsLibrary(t *testing.T) {
	t.Parallel()
	chance := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		var b strings.Builder
		for range 1 + chance.IntN(12) {
			b.WriteString(awkward[chance.IntN(len(awkward))])
		}
		if s := b.String(); !assert.Equal(t, countWhole(s), CountTokens(s), "%q", s) {
			return
		}
	}
	for _, s := range []string{"", "\xff", "a\xffb \xc3", strings.Repeat("x", 5000), strings.Repeat(" ", 5000), strings.Repeat("-\n", 500), strings.Repeat("漢", 500)} {
		assert.Equal(t, countWhole(s), CountTokens(s), "%.20q", s)
	}
}

func TestCountTokensIsRightAfterCacheReset(t *testing.T) {
	t.Parallel()
	var c pieceCache
	for i := range 3 * maxCachedPieces {
		assert.Equal(t, i, c.count(strings.Repeat("x", i%maxCachedPieceBytes)+string(rune(0x4e00+i/maxCachedPieceBytes)), func(string) int { return i }))
	}
	assert.LessOrEqual(t, c.size.Load(), int32(maxCachedPieces))
	assert.Equal(t, 7, c.count(strings.Repeat("x", maxCachedPieceBytes+1), func(string) int { return 7 }))
	assert.Equal(t, 8, c.count(strings.Repeat("x", maxCachedPieceBytes+1), func(string) int { return 8 }), "a long one is counted anew")
}

func FuzzCountTokens(f *testing.F) {
	for _, s := range awkward {
		f.Add(s + "x" + s + "1 " + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// The library ignores this one character.
		s = strings.ReplaceAll(cutBytes(s, 500), "\x7f", "")
		assert.Equal(t, countWhole(s), CountTokens(s), "%q", s)
	})
}
