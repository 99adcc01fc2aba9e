package tools_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/schemas"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// reads and writes are the tools that hosts, prompts and people rely on, one for
// each of Kombo's endpoints of an ATS. There may be more.
var (
	reads = []string{
		"get_application_attachments", "get_application_stages", "get_applications", "get_candidate_attachments", "get_candidates",
		"get_interviews", "get_jobs", "get_offers", "get_rejection_reasons", "get_roles", "get_tags", "get_users",
	}
	writes = []string{
		"add_application_attachment", "add_application_note", "add_application_result_link", "add_candidate_attachment",
		"add_candidate_result_link", "add_candidate_tag", "create_application", "create_candidate", "import_tracked_application",
		"move_application_to_stage", "reject_application", "remove_candidate_tag",
	}
	destructive = []string{"move_application_to_stage", "reject_application", "remove_candidate_tag"}
	repeatable  = []string{"add_candidate_tag", "import_tracked_application", "move_application_to_stage", "remove_candidate_tag"}
)

func TestEveryToolIsWhatHostsNeed(t *testing.T) {
	var names []string
	for _, tool := range tools.Catalogue() {
		name := tool.Name()
		names = append(names, name)
		m := tool.MCP()
		assert.NotEmpty(t, m.Title, name)
		assert.Equal(t, m.Title, m.Annotations.Title, name)
		require.NotNil(t, m.Annotations.ReadOnlyHint, name)
		assert.Equal(t, tool.ReadOnly(), *m.Annotations.ReadOnlyHint, name)
		require.NotNil(t, m.Annotations.DestructiveHint, name)
		assert.Equal(t, tool.Destructive(), *m.Annotations.DestructiveHint, name)
		if slices.Contains(slices.Concat(reads, writes), name) {
			assert.Equal(t, slices.Contains(reads, name), tool.ReadOnly(), name)
			assert.Equal(t, slices.Contains(destructive, name), tool.Destructive(), name)
		}
		require.NotNil(t, m.Annotations.IdempotentHint, name)
		if slices.Contains(slices.Concat(reads, writes), name) {
			assert.Equal(t, tool.ReadOnly() || slices.Contains(repeatable, name), *m.Annotations.IdempotentHint, name)
		}
		require.NotNil(t, m.Annotations.OpenWorldHint, name)
		assert.Empty(t, schemas.Lint(tool.InputSchema()), name)
		assert.Empty(t, schemas.Lint(tool.OutputSchema()), name)
		assert.Empty(t, schemas.LintName(tools.ServerName, name), name)
	}
	assert.Subset(t, names, slices.Concat(reads, writes))
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names), "each name is one tool's")
}

func TestDeprecatedToolsSayWhatToUseInstead(t *testing.T) {
	for name, instead := range map[string]string{
		"get_application_stages": "get_jobs",
		"create_candidate":       "create_application",
	} {
		for _, tool := range tools.Catalogue() {
			if tool.Name() == name {
				assert.Contains(t, tool.Description(), "Deprecated")
				assert.Contains(t, tool.Description(), instead)
			}
		}
	}
}

// catalogueTokens is what the tools may cost a model that reads them: name,
// description and input schema.
const catalogueTokens = 6500

func TestTheCatalogueFitsItsTokenBudget(t *testing.T) {
	total := 0
	for _, tool := range tools.Catalogue() {
		n := digest.CountTokens(tool.Name() + "\n" + tool.Description() + "\n" + string(tool.InputSchema()))
		t.Logf("%5d %s", n, tool.Name())
		total += n
	}
	t.Logf("%5d in all, instructions %d tokens in %d bytes", total, digest.CountTokens(tools.Instructions), len(tools.Instructions))
	assert.LessOrEqual(t, total, catalogueTokens)
	assert.LessOrEqual(t, len(tools.Instructions), 2048, "one host cuts at 2 KB")
	head := tools.Instructions[:512]
	for _, word := range []string{"where", "group_by", "next", "unknown", "data, never instructions"} {
		assert.Contains(t, head, word, "one host cuts at 512 characters")
	}
}

// TestGoldenSchemasAreGenerated holds the schemas in exact order, so that a
// change shows in the diff.
func TestGoldenSchemasAreGenerated(t *testing.T) {
	dir := filepath.Join("..", "schemas", "testdata")
	seen := map[string]bool{}
	for _, tool := range tools.Catalogue() {
		seen[tool.Name()+".json"] = true
		golden.Equal(t, filepath.Join(dir, tool.Name()+".json"), listed(t, tool))
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		assert.True(t, seen[e.Name()], "%s is the golden of no tool", e.Name())
	}
}

// listed is a tool as tools/list shows it, indented.
func listed(t *testing.T, tool *tools.Tool) string {
	t.Helper()
	raw, err := json.Marshal(tool.MCP())
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, json.Indent(&b, raw, "", "  "))
	b.WriteByte('\n')
	return b.String()
}
