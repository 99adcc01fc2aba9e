package golden

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAFileAndASectionAreGenerated also runs under `make generate`, so it sets
// the flag itself.
func TestAFileAndASectionAreGenerated(t *testing.T) {
	given := *update
	t.Cleanup(func() { *update = given })
	dir := t.TempDir()
	path := filepath.Join(dir, "new", "page.md")
	*update = true
	Equal(t, path, "a\n<!-- table -->\n<!-- /table -->\nz\n")
	Section(t, path, "table", "| b |\n")
	*update = false
	Section(t, path, "table", "| b |\n")
	Equal(t, path, "a\n<!-- table -->\n| b |\n<!-- /table -->\nz\n")

	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "a\n<!-- table -->\n| b |\n<!-- /table -->\nz\n", string(raw))
}
