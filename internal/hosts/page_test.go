package hosts

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite docs/hosts")

func TestThePagesOfTheHostsAreGenerated(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "hosts")
	pages := map[string]string{"README.md": "# Hosts\n\n" + Table("")}
	for _, h := range All() {
		page, err := h.Page()
		require.NoError(t, err)
		pages[h.ID+".md"] = page
	}
	if *update {
		require.NoError(t, os.MkdirAll(dir, 0o755))
		for name, text := range pages {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, len(pages), "one page a host")
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	assert.Contains(t, string(readme), Table("docs/hosts/"), "the README's table of hosts is this one")
	for name, text := range pages {
		have, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, text, string(have), "run make generate")
	}
}
