package serve

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestReadmeTableOfResourcesIsGenerated(t *testing.T) {
	golden.Section(t, filepath.Join("..", "..", "README.md"), "resources", readmeTable())
}

// readmeTable returns the table of the resources in the README.
func readmeTable() string {
	var b strings.Builder
	b.WriteString("| resource | holds | read with |\n| --- | --- | --- |\n")
	fmt.Fprintf(&b, "| `%s` | %s | |\n", integrationURI, integrationDescription)
	fmt.Fprintf(&b, "| `%s` | %s | |\n", tools.FunnelView, funnelDescription)
	for _, r := range resources {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", r.template, r.description, r.tool)
	}
	return b.String()
}
