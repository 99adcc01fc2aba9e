package tools_test

import (
	"encoding/json"
	"regexp"
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

func TestOneToolNamesTheViewAndDestructiveOnesTheirNeedOfAPerson(t *testing.T) {
	for _, tool := range tools.Catalogue() {
		raw, err := json.Marshal(tool.MCP())
		require.NoError(t, err)
		var m struct {
			Meta map[string]any `json:"_meta"`
		}
		require.NoError(t, json.Unmarshal(raw, &m))
		if tool.Name() != "get_applications" {
			var want map[string]any
			if tool.Destructive() {
				want = map[string]any{"anthropic/requiresUserInteraction": true}
			}
			assert.Equal(t, want, m.Meta, tool.Name())
			continue
		}
		assert.Equal(t, map[string]any{"ui": map[string]any{"resourceUri": tools.FunnelView}, "ui/resourceUri": tools.FunnelView}, m.Meta)
	}
}
