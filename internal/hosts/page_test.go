package hosts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
)

func TestPagesOfHostsAreGenerated(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "hosts")
	results := readSeen(t, filepath.Join("..", "..", "clients", "hosts", "results.json"))
	pages := map[string]string{"README.md": "# Hosts\n\n" + hostTable("") + "\n## What each makes of the server\n\n<!-- seen -->\n" + results.section() + "<!-- /seen -->\n"}
	for _, h := range All() {
		page, err := h.page()
		require.NoError(t, err)
		pages[h.ID+".md"] = page
	}
	for name, text := range pages {
		golden.Equal(t, filepath.Join(dir, name), text)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, len(pages), "one page a host")
	golden.Section(t, filepath.Join("..", "..", "README.md"), "hosts", hostTable("docs/hosts/"))
}
