package digest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// awkward are characters of every kind that the split tells apart, and the
// words that it knows.
var awkward = []string{
	"a", "b", "Z", "Ab", "ſ", "ǅ", "ʰ", "ª", "漢", "字", "ب", "é", "e\u0301", "\u0301", "\u200d", "1", "12", "345", "½", "Ⅻ", "٣",
	" ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2028", "\u3000", "\u0085", "\v", "\f",
	"'", "'s", "'S", "'ſ", "'re", "'RE", "'ve", "'ll", "'lL", "'l", "'d", "'m", "'t", "''", "/", "//", "\\", "\"", "],[", "{", "—", "😀", "👩‍💻", "$", "€", ".", "-", "_",
	"'Kelvin\u212a", "\u0130", "ß", "\U0001d400", "\U000e0041", "\ufffd", "\x00", "\u0600",
}

func TestCountIsTheLibrarys(t *testing.T) {
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

func TestCountForgetsAndIsRightAllTheSame(t *testing.T) {
	t.Parallel()
	var c counts
	for i := range 3 * knownPieces {
		assert.Equal(t, i, c.of(strings.Repeat("x", i%knownBytes)+string(rune(0x4e00+i/knownBytes)), func(string) int { return i }))
	}
	assert.LessOrEqual(t, c.size.Load(), int32(knownPieces))
	assert.Equal(t, 7, c.of(strings.Repeat("x", knownBytes+1), func(string) int { return 7 }))
	assert.Equal(t, 8, c.of(strings.Repeat("x", knownBytes+1), func(string) int { return 8 }), "a long one is counted anew")
}

func FuzzCount(f *testing.F) {
	for _, s := range awkward {
		f.Add(s + "x" + s + "1 " + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// The library passes over this one character as if it were not there.
		s = strings.ReplaceAll(cutBytes(s, 500), "\x7f", "")
		assert.Equal(t, countWhole(s), CountTokens(s), "%q", s)
	})
}
