package house

import (
	"path/filepath"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/prompts"
)

func TestReadmeTablesOfPromptsAndResourcesAreGenerated(t *testing.T) {
	for name, want := range map[string]string{"prompts": prompts.Markdown(), "resources": serve.ResourcesMarkdown()} {
		golden.Section(t, filepath.Join(root, "README.md"), name, want)
	}
}
