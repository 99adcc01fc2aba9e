package privacy_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// titlesIn reads the titles of a file in testdata.
func titlesIn(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".txt"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	var titles []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if l := strings.TrimSpace(lines.Text()); l != "" && !strings.HasPrefix(l, "#") {
			titles = append(titles, l)
		}
	}
	return titles
}

// The rates that docs/security.md gives. The titles in the files "_unseen" were written
// by somebody who had not seen the rule, after it was fixed: their rates are the ones
// to believe.
func TestProtectedTitlesAreRecognizedAndOthersAreNot(t *testing.T) {
	const caughtAtLeast, lostAtMost = 0.95, 0.03
	p := privacy.NewProtected(nil)
	for kind, limit := range map[string]func(rate float64) bool{
		"protected": func(rate float64) bool { return rate >= caughtAtLeast },
		"harmless":  func(rate float64) bool { return rate <= lostAtMost },
	} {
		withheld, all := 0, 0
		for _, file := range []string{kind, kind + "_unseen"} {
			titles, here := titlesIn(t, file), 0
			for _, title := range titles {
				switch is := p.Title(title); {
				case is:
					here++
					if kind == "harmless" {
						t.Logf("%s: lost: %s", file, title)
					}
				case kind == "protected":
					t.Logf("%s: missed: %s", file, title)
				}
			}
			require.GreaterOrEqual(t, len(titles), 150, file)
			rate := float64(here) / float64(len(titles))
			t.Logf("%s: %d of %d withheld (%.1f %%)", file, here, len(titles), 100*rate)
			assert.True(t, limit(rate), "%s: %.1f %% withheld", file, 100*rate)
			withheld, all = withheld+here, all+len(titles)
		}
		assert.GreaterOrEqual(t, all, 300)
		t.Logf("%s, all: %d of %d withheld", kind, withheld, all)
	}
}
