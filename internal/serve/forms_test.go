package serve

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// seenClient is what a client gets to see of the tools and of one answer.
type seenClient struct {
	schemas, views, pictures int
	structured               bool
	text                     string
	// tokens are those of all forms of the answer but pictures.
	tokens int
}

// seenBy lets a client list the tools and ask for a chart. Its version may be one with
// sessions or one without.
func seenBy(t *testing.T, h *testServer, version, name string, able object) seenClient {
	t.Helper()
	ask := func(method string, params object) string {
		_, headers := modern(2, method, params)
		meta, _ := params["_meta"].(object)
		meta["io.modelcontextprotocol/clientInfo"], meta["io.modelcontextprotocol/clientCapabilities"] = object{"name": name, "version": "1"}, able
		return h.send(http.MethodPost, "/mcp", rpc(2, method, params), headers...).body
	}
	if version != "2026-07-28" {
		a := h.send(http.MethodPost, "/mcp", rpc(1, "initialize", object{"protocolVersion": version, "capabilities": able, "clientInfo": object{"name": name, "version": "1"}}))
		require.Equal(t, http.StatusOK, a.status, a.body)
		ask = func(method string, params object) string {
			return h.post(a.header.Get(server.HeaderKeySessionID), rpc(2, method, params)).body
		}
	}
	return seenIn(t, ask("tools/list", object{}), ask("tools/call", object{"name": "get_applications", "arguments": object{"group_by": "stage", "chart": true}}))
}

func seenIn(t *testing.T, list, call string) (seen seenClient) {
	t.Helper()
	var listed struct {
		Result struct {
			Tools []struct {
				Name         string          `json:"name"`
				OutputSchema json.RawMessage `json:"outputSchema"`
				Meta         object          `json:"_meta"`
			} `json:"tools"`
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal([]byte(list), &listed), list)
	for _, tool := range listed.Result.Tools {
		if len(tool.OutputSchema) > 0 {
			seen.schemas++
		}
		if tool.Meta["ui"] != nil {
			seen.views++
		}
	}
	var called struct {
		Result struct {
			Content           []struct{ Type, Text string }
			StructuredContent json.RawMessage
		} `json:"result"`
	}
	require.NoError(t, json.Unmarshal([]byte(call), &called), call)
	for _, c := range called.Result.Content {
		seen.text += c.Text
		if c.Type == "image" {
			seen.pictures++
		}
	}
	seen.structured = len(called.Result.StructuredContent) > 0
	seen.tokens = digest.CountTokens(seen.text) + digest.CountTokens(string(called.Result.StructuredContent))
	return seen
}

func TestAnAnswerIsPaidOnceByClientsThatGiveTheirModelAllForms(t *testing.T) {
	t.Parallel()
	h := startServer(t, nil)
	apps := object{"extensions": object{appsExtension: object{"mimeTypes": []string{tools.ViewType}}}}
	both := seenBy(t, h, "2025-06-18", "claude-code", object{})
	require.True(t, both.structured)
	for name, c := range map[string]struct {
		version, client      string
		able                 object
		structured, pictures bool
	}{
		"an unknown one":            {"2025-11-25", "somebody", object{}, true, true},
		"an unknown, sessionless":   {"2026-07-28", "somebody", object{}, true, true},
		"an old protocol":           {"2025-03-26", "somebody", object{}, false, true},
		"the first protocol":        {"2024-11-05", "somebody", object{}, false, true},
		"MCP apps":                  {"2025-11-25", "somebody", apps, true, true},
		"MCP apps, sessionless":     {"2026-07-28", "somebody", apps, true, true},
		"MCP apps, an old protocol": {"2025-03-26", "somebody", apps, true, true},
		"Cline":                     {"2024-11-05", "Cline", object{}, false, false},
		"a newer Cline":             {"2025-11-25", "cline", object{}, false, false},
		"Continue's command line":   {"2025-11-25", "continue-cli-client", object{}, true, false},
		"Continue's editor":         {"2025-06-18", "continue-client", object{}, true, false},
		"Copilot CLI":               {"2026-07-28", "github-copilot-developer", apps, false, true},
		"Copilot CLI, as before":    {"2025-11-25", "github-copilot-developer", object{}, false, true},
		"Qwen Code":                 {"2025-11-25", "qwen-cli-mcp-client-kombo", object{}, false, true},
		"LangChain JS":              {"2025-11-25", "@langchain/mcp-adapters", object{}, false, true},
	} {
		seen := seenBy(t, h, c.version, c.client, c.able)
		assert.Equal(t, c.structured, seen.structured, name)
		assert.Equal(t, c.structured, seen.schemas == len(tools.Catalogue()), "%s: no structured content without a schema", name)
		assert.Equal(t, c.structured, seen.schemas > 0, "%s: no schema without structured content", name)
		assert.Equal(t, c.structured, seen.views > 0, "%s: no view without its data", name)
		assert.Equal(t, c.pictures, seen.pictures > 0, name)
		assert.Equal(t, !c.pictures, digest.CountTokens(seen.text) > digest.CountTokens(both.text), "%s: a picture that is left out is told", name)
		if c.structured {
			assert.GreaterOrEqual(t, seen.tokens, both.tokens, name)
		} else {
			assert.LessOrEqual(t, seen.tokens*10, both.tokens*6, "%s pays %d tokens, and with both forms %d", name, seen.tokens, both.tokens)
		}
	}
}

func TestTheFlagDecidesWhoGetsTheStructuredForm(t *testing.T) {
	t.Parallel()
	for setting, want := range map[tools.Structured]bool{tools.StructuredAlways: true, tools.StructuredNever: false} {
		h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
			o.Auth = tokenAuth{"": {Name: "one", Box: newBox(t, func(c *tools.Config) { c.Structured = setting })}}
		})
		for _, version := range []string{"2024-11-05", "2025-11-25", "2026-07-28"} {
			for _, name := range []string{"Cline", "somebody"} {
				seen := seenBy(t, h, version, name, object{})
				assert.Equal(t, want, seen.structured, "%s %s %s", setting, version, name)
				assert.Equal(t, want, seen.schemas > 0, "%s %s %s", setting, version, name)
			}
		}
	}
}
