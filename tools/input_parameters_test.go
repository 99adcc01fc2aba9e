package tools_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// wireSchema is the part of JSON Schema that contract and tools share.
type wireSchema struct {
	Type       any                   `json:"type"`
	Enum       []string              `json:"enum"`
	Properties map[string]wireSchema `json:"properties"`
	Items      *wireSchema           `json:"items"`
}

type wireOperation struct {
	Path       string                `json:"path"`
	PathParams []string              `json:"path_params"`
	Query      map[string]wireSchema `json:"query"`
	Body       wireSchema            `json:"body"`
}

// wireOperations are the 24 operations of the contract that work in an ATS.
func wireOperations(t *testing.T) map[string]wireOperation {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "kombo", "testdata", "contract.json"))
	require.NoError(t, err)
	var contract struct {
		Operations map[string]wireOperation `json:"operations"`
	}
	require.NoError(t, json.Unmarshal(raw, &contract))
	maps.DeleteFunc(contract.Operations, func(_ string, o wireOperation) bool { return !strings.HasPrefix(o.Path, "/ats/") })
	require.Len(t, contract.Operations, 24)
	return contract.Operations
}

func inputSchema(t testing.TB, tool *tools.Tool) wireSchema {
	t.Helper()
	var s wireSchema
	require.NoError(t, json.Unmarshal(tool.InputSchema(), &s))
	return s
}

func TestEveryParameterOfEveryEndpointIsThereUnderItsOwnName(t *testing.T) {
	all := map[string]*tools.Tool{}
	for _, tool := range tools.Catalogue() {
		all[tool.Name()] = tool
	}
	for name, o := range wireOperations(t) {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, all, name, "an endpoint without a tool")
			given := inputSchema(t, all[name])
			for _, id := range o.PathParams {
				assert.Equal(t, "string", given.Properties[id].Type, id)
			}
			for name, s := range o.Query {
				if name == "page_size" {
					// A page is the server's own affair; what is asked for is a limit.
					assert.NotContains(t, given.Properties, name)
					assert.Equal(t, "integer", given.Properties["limit"].Type)
					continue
				}
				assertCovers(t, name, s, given.Properties[name])
			}
			for name, s := range o.Body.Properties {
				assertCovers(t, name, s, given.Properties[name])
			}
		})
	}
}

// freeForm are the parameters whose objects differ by ATS: they are strings
// that hold JSON, since free objects are not portable.
var freeForm = []string{
	"remote_fields", "answer", "erecruiter", "successfactors", "recruitee", "greenhouse", "onlyfy", "smartrecruiters",
}

// named are the parameters whose objects only wrap a name: they are strings, and the
// object is taken as well, as the wire tests of the writes show.
var named = []string{"tag"}

// assertCovers asserts that a parameter takes all that its schema on the wire
// has, below it too.
func assertCovers(t *testing.T, path string, wire, given wireSchema) {
	t.Helper()
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case slices.Contains(freeForm, name):
		assert.Equal(t, "string", given.Type, path)
		return
	case slices.Contains(named, name):
		assert.Equal(t, "string", given.Type, path)
		assert.Equal(t, []string{"name"}, slices.Collect(maps.Keys(wire.Properties)), path)
		return
	case wire.Items != nil:
		if assert.NotNil(t, given.Items, path) {
			assertCovers(t, path, *wire.Items, *given.Items)
		}
		return
	}
	if list, nullable := wire.Type.([]any); nullable {
		wire.Type = list[0]
	}
	assert.Equal(t, wire.Type, given.Type, path)
	assert.Equal(t, wire.Enum, given.Enum, path)
	for inner, s := range wire.Properties {
		if assert.Contains(t, given.Properties, inner, path) {
			assertCovers(t, path+"."+inner, s, given.Properties[inner])
		}
	}
}

func TestPageSizeIsTakenAsTheLimit(t *testing.T) {
	lists := 0
	for _, tool := range tools.Catalogue() {
		if _, limited := inputSchema(t, tool).Properties["limit"]; !limited {
			continue
		}
		lists++
		box := inputBox(t)
		for _, size := range []any{2, "2", 2.0} {
			shown := box.Call(t.Context(), tools.Caller{}, tool.Name(), map[string]any{"page_size": size})
			require.False(t, shown.IsError, tool.Name())
			asked := box.Call(t.Context(), tools.Caller{}, tool.Name(), map[string]any{"limit": size})
			assert.Len(t, rowsOf(t, shown), 2, tool.Name())
			assert.Equal(t, rowsOf(t, asked), rowsOf(t, shown), tool.Name())
		}
	}
	assert.GreaterOrEqual(t, lists, 10)
}
