package wording_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

func TestClipCountsCharacters(t *testing.T) {
	assert.Equal(t, "Müller", wording.Clip("Müller", 6))
	assert.Equal(t, "Mül…", wording.Clip("Müller", 3))
	assert.Equal(t, "…", wording.Clip("Müller", 0))
	assert.Empty(t, wording.Clip("", 0))
}

func TestSentenceEndsOnce(t *testing.T) {
	for in, want := range map[string]string{"": "", "  ": "", "done": "done.", "done.": "done.", "really? ": "really?", "no!": "no!"} {
		assert.Equal(t, want, wording.Sentence(in))
	}
}

func TestNumbersAndTimesInWords(t *testing.T) {
	assert.Equal(t, "1 file", wording.Plural(1, "1 file", "files"))
	assert.Equal(t, "0 files", wording.Plural(0, "1 file", "files"))
	assert.Equal(t, "3 files", wording.Plural(3, "1 file", "files"))
	for d, want := range map[time.Duration]string{
		-time.Hour: "just now", 89 * time.Second: "just now", 90 * time.Second: "2 minutes ago",
		89 * time.Minute: "89 minutes ago", 90 * time.Minute: "2 hours ago", 26 * time.Hour: "26 hours ago",
	} {
		assert.Equal(t, want, wording.Ago(d))
	}
	for n, want := range map[int64]string{0: "0 KB", 1: "1 KB", 1025: "2 KB", 1 << 20: "1.0 MB", 3 << 19: "1.5 MB"} {
		assert.Equal(t, want, wording.Bytes(n))
	}
}

func TestNamesAndPlaces(t *testing.T) {
	assert.Equal(t, "Anna Berg", wording.FullName("Anna", "Berg"))
	assert.Equal(t, "Berg", wording.FullName("", "Berg"))
	assert.Empty(t, wording.Place(nil))
	assert.Equal(t, "Berlin, DE", wording.Place(&kombo.Location{City: "Berlin", State: "Berlin", Country: "DE"}))
	assert.Equal(t, "somewhere", wording.Place(&kombo.Location{Raw: "somewhere"}))
}

func TestWithinKeepsToItsTokens(t *testing.T) {
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		s, limit := rapid.String().Draw(t, "s"), rapid.IntRange(4, 40).Draw(t, "limit")
		got := wording.Within(s, limit)
		head, cut := strings.CutSuffix(got, "…")
		if got == s {
			return
		}
		assert.True(t, cut)
		assert.LessOrEqual(t, len(head), len(s))
		assert.LessOrEqual(t, digest.CountTokens(head), limit)
	})
}

func TestQuoteSetsEveryLineApart(t *testing.T) {
	assert.Equal(t, "  | a\n  |\n  | note: b\n", wording.Quote("a\n\nnote: b", "  "))
}

func TestJSONIsReadAndIsStillJSON(t *testing.T) {
	assert.Equal(t, `{"a":"<b> & ü"}`, wording.JSON(map[string]any{"a": "<b> & ü"}))
	hidden := "a\u202eb\U000e0041"
	got := wording.JSON(hidden)
	assert.Equal(t, `"a\u202eb\udb40\udc41"`, got)
	var back string
	require.NoError(t, json.Unmarshal([]byte(got), &back))
	assert.Equal(t, hidden, back)
	assert.Empty(t, wording.JSON(func() {}))
}
