package tools_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestTheViewLoadsNothingAndWritesNoMarkup(t *testing.T) {
	for _, loads := range []string{`https?://`, `\bsrc\s*=`, `\bhref\s*=`, `@import`, `url\(`, `\bfetch\(`, `XMLHttpRequest`, `WebSocket`, `import\(`, `innerHTML`, `insertAdjacentHTML`, `document\.write`, `\beval\(`} {
		assert.NotRegexp(t, regexp.MustCompile(loads), tools.FunnelPage)
	}
	for _, said := range []string{`"ui/initialize"`, `"ui/notifications/initialized"`, `"ui/notifications/tool-result"`, `"ui/notifications/size-changed"`, `"ui/resource-teardown"`, `source !== window.parent`} {
		assert.Contains(t, tools.FunnelPage, said)
	}
	assert.Less(t, len(tools.FunnelPage), 16<<10)
}

func TestOneToolNamesTheViewAndThoseThatEndSomethingTheirNeedOfAPerson(t *testing.T) {
	for _, tool := range tools.Catalogue() {
		meta := metaOf(t, tool)
		assert.Equal(t, tool.Name() == "reject_application" || tool.Name() == "remove_candidate_tag", meta["anthropic/requiresUserInteraction"] == true, tool.Name())
		if tool.Name() == "get_applications" {
			assert.Equal(t, map[string]any{"resourceUri": tools.FunnelView}, meta["ui"])
			assert.Equal(t, tools.FunnelView, meta["ui/resourceUri"])
			continue
		}
		assert.NotContains(t, meta, "ui", tool.Name())
		assert.NotContains(t, meta, "ui/resourceUri", tool.Name())
	}
}

func TestAHostThatDefersToolsShowsTheMainOnesAndFindsTheOthers(t *testing.T) {
	main := []string{"get_applications", "get_candidates", "get_interviews", "get_jobs"}
	for _, tool := range tools.Catalogue() {
		meta := metaOf(t, tool)
		if slices.Contains(main, tool.Name()) {
			assert.Equal(t, true, meta["anthropic/alwaysLoad"], tool.Name())
			assert.NotContains(t, meta, "anthropic/searchHint", tool.Name())
			assert.Contains(t, tools.Instructions[:512], tool.Name(), "instructions are always shown")
			continue
		}
		assert.NotContains(t, meta, "anthropic/alwaysLoad", tool.Name())
		hint, _ := meta["anthropic/searchHint"].(string)
		words := len(strings.Fields(hint))
		assert.True(t, words >= 3 && words <= 12, "%s: a few words, not %q", tool.Name(), hint)
	}
}

// metaOf is the _meta of a tool as it is listed.
func metaOf(t *testing.T, tool *tools.Tool) map[string]any {
	t.Helper()
	raw, err := json.Marshal(tool.MCP())
	require.NoError(t, err)
	var m struct {
		Meta map[string]any `json:"_meta"`
	}
	require.NoError(t, json.Unmarshal(raw, &m))
	return m.Meta
}
