package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

const root = "../.."

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }

func TestTheManifestAndTheRegistryEntryAreGenerated(t *testing.T) {
	m, err := newManifest("v0.1.0", "darwin")
	require.NoError(t, err)
	for path, v := range map[string]any{"packaging/manifest.json": m, "server.json": newRegistryEntry("v0.1.0", nil)} {
		text, err := readable(v)
		require.NoError(t, err)
		golden.Equal(t, filepath.Join(root, path), string(text))
	}
}

func TestTheManifestKeepsTheRulesOfDesktopHosts(t *testing.T) {
	m, err := newManifest("v0.1.0", "darwin")
	require.NoError(t, err)
	assert.Len(t, m.Tools, len(tools.Catalogue()))
	key, ok := m.UserConfig["api_key"].(setting)
	require.True(t, ok)
	assert.True(t, key.Sensitive, "the host keeps the key in the system's keychain")
	for id, value := range m.UserConfig {
		s, ok := value.(setting)
		require.True(t, ok)
		assert.False(t, s.Required, "%s: made-up data needs no setting", id)
	}
	for name, value := range m.Server.Config.Env {
		id := strings.TrimSuffix(strings.TrimPrefix(value, "${user_config."), "}")
		assert.Contains(t, m.UserConfig, id, name)
	}
	windows, err := newManifest("0.1.0", "windows")
	require.NoError(t, err)
	assert.Equal(t, "server/kombo-mcp.exe", windows.Server.EntryPoint)
	assert.Equal(t, []string{"win32"}, windows.Compatibility.Platforms)
	_, err = newManifest("0.1.0", "plan9")
	require.Error(t, err)
}

// TestServerJSONKeepsTheRegistrysRules checks the rules that the registry has beyond its
// schema; make generated checks the schema.
func TestServerJSONKeepsTheRegistrysRules(t *testing.T) {
	e := newRegistryEntry("v0.1.0", nil)
	assert.Regexp(t, `^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$`, e.Name)
	assert.LessOrEqual(t, len(e.Description), 100)
	assert.LessOrEqual(t, len(e.Title), 100)
	assert.Regexp(t, `^\d+\.\d+\.\d+$`, e.Version)
	dockerfile, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	require.NoError(t, err)
	assert.Contains(t, string(dockerfile), `io.modelcontextprotocol.server.name="`+e.Name+`"`, "the registry looks for its name in the image")
	withBundle := newRegistryEntry("v0.1.0", map[string]string{"kombo-mcp_linux_amd64.mcpb": strings.Repeat("a", 64)})
	require.Len(t, withBundle.Packages, 3)
	assert.Equal(t, homepage+"/releases/download/v0.1.0/kombo-mcp_linux_amd64.mcpb", withBundle.Packages[2].Identifier)
	for i, p := range withBundle.Packages {
		assert.Equal(t, []string{"npm", "oci", "mcpb"}[i], p.Type)
	}
}

func TestEveryVariableOfThePackagesIsOneOfTheServers(t *testing.T) {
	help, err := exec.CommandContext(t.Context(), testbinary.Path(t), "--help").Output()
	require.NoError(t, err)
	m, err := newManifest("0.1.0", "linux")
	require.NoError(t, err)
	for name := range m.Server.Config.Env {
		assert.Contains(t, string(help), name)
	}
	for _, in := range newRegistryEntry("0.1.0", nil).Packages[0].Environment {
		assert.Contains(t, string(help), in.Name)
	}
}

func TestABundleHoldsTheProgramThatStarts(t *testing.T) {
	dir := t.TempDir()
	program, bundle := filepath.Join(dir, "program"), filepath.Join(dir, "kombo-mcp.mcpb")
	require.NoError(t, os.WriteFile(program, []byte("#!"), 0o600))
	args := []string{"bundle", "-version", "1.2.3", "-os", "linux", "-program", program, "-out", bundle}
	require.NoError(t, run(args, nil))
	first, err := os.ReadFile(bundle)
	require.NoError(t, err)
	require.NoError(t, run(args, nil))
	again, err := os.ReadFile(bundle)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(first, again), "the same files give the same bundle")

	z, err := zip.OpenReader(bundle)
	require.NoError(t, err)
	defer func() { _ = z.Close() }()
	require.Len(t, z.File, 3)
	assert.Equal(t, "server/kombo-mcp", z.File[2].Name)
	assert.Equal(t, os.FileMode(0o755), z.File[2].Mode())
	f, err := z.File[0].Open()
	require.NoError(t, err)
	var m manifest
	require.NoError(t, json.NewDecoder(f).Decode(&m))
	assert.Equal(t, "1.2.3", m.ServerVersion)
	assert.Equal(t, m.Icon, z.File[1].Name)

	var out bytes.Buffer
	require.NoError(t, run([]string{"registry", "-version", "v1.2.3", bundle}, &out))
	assert.Regexp(t, regexp.MustCompile(`"fileSha256": "[0-9a-f]{64}"`), out.String())
	for _, wrong := range [][]string{nil, {"x"}, {"bundle", "-os", "plan9"}, {"bundle", "-program", "/no/such"}} {
		require.Error(t, run(wrong, &out))
	}
}
