package digest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

func TestEditDistanceCountsCharacters(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"stage", "stage", 0}, {"stgae", "stage", 2}, {"outcome", "outcomes", 1},
		{"kitten", "sitting", 3}, {"Müller", "Muller", 1}, {"Анна", "Анно", 1}, {strings.Repeat("a", 65), "a", 64},
	} {
		assert.Equal(t, c.want, digest.EditDistance(c.a, c.b), "%q, %q", c.a, c.b)
	}
}

func TestEditDistanceIsADistance(t *testing.T) {
	word := rapid.StringMatching(`[a-cäö]{0,8}`)
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		assert.Equal(t, a == b, digest.EditDistance(a, b) == 0)
		assert.Equal(t, digest.EditDistance(a, b), digest.EditDistance(b, a))
		assert.LessOrEqual(t, digest.EditDistance(a, c), digest.EditDistance(a, b)+digest.EditDistance(b, c))
	})
}
