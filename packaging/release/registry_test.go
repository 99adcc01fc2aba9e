//go:build packages

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// registryModule is the registry's own source, with its schemas.
const registryModule = "github.com/modelcontextprotocol/registry@v1.5.0"

func TestServerJSONFitsTheRegistrysSchema(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", registryModule)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	require.NoError(t, err, string(out))
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	raw, err := os.ReadFile(filepath.Join(module.Dir, "internal", "validators", "schemas", "2025-12-11.json"))
	require.NoError(t, err)
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource(registrySchema, schema))
	compiled, err := c.Compile(registrySchema)
	require.NoError(t, err)
	for _, bundles := range []map[string]string{nil, {"kombo-mcp_linux_amd64.mcpb": "fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce"}} {
		text, err := readable(newRegistryEntry("0.1.0", bundles))
		require.NoError(t, err)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, compiled.Validate(v))
	}
	// A schema that accepts everything would prove nothing.
	require.Error(t, compiled.Validate(map[string]any{"name": "x"}))
}
