// Package golden compares what the code generates with the files in the
// repository that hold it: golden schemas, tables of the documentation, the man
// page, manifests. A test that does so has a name that ends in "Generated":
// `make generate` runs those alone, with -update, and so ends green while other
// tests still wait for the change to be finished.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the generated files instead of comparing them")

// suffix is how the name of each test ends that `make generate` runs.
const suffix = "Generated"

// Equal asserts that the file at path is want. With -update it writes it first.
func Equal(t *testing.T, path, want string) {
	t.Helper()
	requireName(t)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755)) //nolint:gosec // it is to be read like any source file
		if old, err := os.ReadFile(path); err != nil || string(old) != want {
			require.NoError(t, os.WriteFile(path, []byte(want), 0o600))
		}
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err, "run make generate")
	assert.Equal(t, want, string(have), "%s: run make generate and read the diff", path)
}

// Section asserts that what stands between <!-- name --> and <!-- /name --> in
// the file at path is want. With -update it writes it first.
func Section(t *testing.T, path, name, want string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, found := strings.Cut(string(raw), begin)
	require.True(t, found, "%s has no %q", path, begin)
	_, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no %q", path, end)
	Equal(t, path, before+begin+want+end+after)
}

// requireName fails a test that `make generate` would not find.
func requireName(t *testing.T) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	require.True(t, strings.HasSuffix(name, suffix), "the name of a test of generated files ends in %q, so that make generate runs it", suffix)
}
