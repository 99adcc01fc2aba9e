package kombo

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What Kombo's documentation deprecates. The contract does not say so.
var deprecatedByKombo = []string{
	"AllApplicationStages", "ApplicationStagePages", "CreateApplicationInput.Source", "CreateCandidateInput.Source",
	"GetApplicationStages", "HiringTeamMember.HiringTeamRoles", "Job.Confidential", "Job.ContactID", "SourceInput",
}

func TestWhatKomboDeprecatesIsMarkedAsLintersExpect(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var marked []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		require.NoError(t, err)
		for name, doc := range docs(file) {
			if strings.Contains("\n\n"+doc, "\n\nDeprecated: ") {
				marked = append(marked, name)
			}
		}
	}
	slices.Sort(marked)
	assert.Equal(t, deprecatedByKombo, marked)
}

// docs returns the comments of the functions, types and fields that a file declares.
func docs(file *ast.File) map[string]string {
	found := map[string]string{}
	typ := ""
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			found[n.Name.Name] = n.Doc.Text()
			return false
		case *ast.GenDecl:
			for _, spec := range n.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					typ = s.Name.Name
					found[typ] = n.Doc.Text()
				}
			}
		case *ast.Field:
			for _, name := range n.Names {
				found[typ+"."+name.Name] = n.Doc.Text()
			}
		}
		return true
	})
	return found
}
