package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
)

// imported finds the package of an import, without a path in it.
var imported = regexp.MustCompile(`(?m)^import .* from "((?:@[\w-]+/)?[\w-]+)`)

// TestTheProgramsOfTheFrameworksPageAreGenerated keeps the page at what
// `make check-frameworks` runs.
func TestTheProgramsOfTheFrameworksPageAreGenerated(t *testing.T) {
	dir := filepath.Join(root, "clients", "frameworks")
	raw, err := os.ReadFile(filepath.Join(dir, "package.json"))
	require.NoError(t, err)
	var manifest struct{ DevDependencies map[string]string }
	require.NoError(t, json.Unmarshal(raw, &manifest))
	programs, err := filepath.Glob(filepath.Join(dir, "*.mjs"))
	require.NoError(t, err)
	checked, err := os.ReadFile(filepath.Join(dir, "check.mjs"))
	require.NoError(t, err)
	used := map[string]bool{}
	for _, path := range programs {
		name := strings.TrimSuffix(filepath.Base(path), ".mjs")
		if name == "check" {
			continue
		}
		assert.Contains(t, string(checked), `"`+name+`"`, "it is run")
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		var packages []string
		for _, m := range imported.FindAllStringSubmatch(string(source), -1) {
			version := manifest.DevDependencies[m[1]]
			require.Regexp(t, `^\d+\.\d+\.\d+$`, version, "%s: %s is pinned", name, m[1])
			packages, used[m[1]] = append(packages, m[1]+"@"+version), true
		}
		slices.Sort(packages)
		golden.Section(t, filepath.Join(root, "docs", "frameworks.md"), name,
			"```console\nnpm install "+strings.Join(slices.Compact(packages), " ")+"\n```\n\n```js\n"+string(source)+"```\n")
	}
	assert.Len(t, used, len(manifest.DevDependencies), "every package is used")
}
