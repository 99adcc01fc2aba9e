package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/prompts"
)

func TestReadmeTablesOfPromptsAndResourcesAreGenerated(t *testing.T) {
	for name, want := range map[string]string{"prompts": prompts.Markdown(), "resources": serve.ResourcesMarkdown()} {
		begins, ends := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
		before, rest, found := strings.Cut(readme(t), begins)
		require.True(t, found, "README.md has no %q", begins)
		table, after, found := strings.Cut(rest, ends)
		require.True(t, found, "README.md has no %q", ends)
		if *update {
			require.NoError(t, os.WriteFile(filepath.Join(root, "README.md"), []byte(before+begins+want+ends+after), 0o600))
			continue
		}
		assert.Equal(t, want, table, "run make generate")
	}
}
