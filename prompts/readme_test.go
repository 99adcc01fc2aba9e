package prompts

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
)

func TestReadmeTableOfPromptsIsGenerated(t *testing.T) {
	golden.Section(t, filepath.Join("..", "README.md"), "prompts", readmeTable())
}

// readmeTable returns the table of the prompts in the README.
func readmeTable() string {
	var b strings.Builder
	b.WriteString("| prompt | does | arguments |\n| --- | --- | --- |\n")
	for _, p := range Catalogue() {
		var args []string
		for _, a := range p.arguments {
			name := "`" + a.Name + "`"
			if !a.Required {
				name += " (optional)"
			}
			args = append(args, name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.name, p.description, strings.Join(args, ", "))
	}
	return b.String()
}
