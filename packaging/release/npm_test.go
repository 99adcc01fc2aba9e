package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// npmFiles makes a package and returns what it holds by name, and the modes.
func npmFiles(t *testing.T, file string, more ...string) (contents map[string]string, modes map[string]int64) {
	t.Helper()
	out := t.TempDir()
	args := append([]string{"npm", "-version", "v1.2.3", "-license", filepath.Join(root, "LICENSE"), "-out", out}, more...)
	require.NoError(t, run(args, nil))
	first, err := os.ReadFile(filepath.Join(out, file))
	require.NoError(t, err)
	require.NoError(t, run(args, nil))
	again, err := os.ReadFile(filepath.Join(out, file))
	require.NoError(t, err)
	require.True(t, bytes.Equal(first, again), "the same files give the same package")

	z, err := gzip.NewReader(bytes.NewReader(first))
	require.NoError(t, err)
	contents, modes = map[string]string{}, map[string]int64{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return contents, modes
		}
		require.NoError(t, err)
		raw, err := io.ReadAll(r)
		require.NoError(t, err)
		name, inside := strings.CutPrefix(h.Name, "package/")
		require.True(t, inside, h.Name)
		contents[name], modes[name] = string(raw), h.Mode
	}
}

// packageJSON decodes a package.json, and holds that it runs nothing at installation.
func packageJSON(t *testing.T, text string) (p npmPackage) {
	t.Helper()
	require.NotContains(t, text, `"scripts"`, "nothing runs at installation")
	require.NotContains(t, text, `"dependencies"`)
	require.NoError(t, json.Unmarshal([]byte(text), &p))
	assert.Equal(t, "1.2.3", p.Version)
	assert.Equal(t, "public", p.Publish["access"], "a package in a scope is private otherwise")
	return p
}

func TestTheLauncherDependsOnAPackageForEachPlatform(t *testing.T) {
	files, modes := npmFiles(t, "kombo-mcp-1.2.3.tgz")
	p := packageJSON(t, files["package.json"])
	assert.Equal(t, registryName, p.MCPName, "the registry of MCP servers looks for its name in the package")
	assert.Equal(t, map[string]string{"kombo-mcp": "kombo-mcp.js"}, p.Bin)
	assert.EqualValues(t, 0o755, modes["kombo-mcp.js"])
	assert.Contains(t, files["kombo-mcp.js"], "#!/usr/bin/env node\n")
	license, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	require.NoError(t, err)
	assert.Equal(t, string(license), files["LICENSE"])
	assert.Contains(t, files["README.md"], "npx -y kombo-mcp demo")

	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	released := regexp.MustCompile(`(?m)^PLATFORMS := (.*)$`).FindStringSubmatch(string(makefile))
	require.NotNil(t, released)
	var all []string
	for _, platform := range npmPlatforms {
		all = append(all, platform.goos+"/"+platform.goarch)
		assert.Equal(t, "1.2.3", p.Optional[platform.name()], "exactly the same version")
	}
	assert.Len(t, p.Optional, len(npmPlatforms))
	assert.ElementsMatch(t, strings.Fields(released[1]), all, "each platform that is released")
}

func TestAPackageHoldsTheProgramOfItsPlatform(t *testing.T) {
	built := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(built, []byte("#!"), 0o600))
	for _, c := range []struct{ goos, goarch, file, name, os, cpu, path string }{
		{"linux", "arm64", "kombo-mcp-linux-arm64-1.2.3.tgz", "@kombo-mcp/linux-arm64", "linux", "arm64", "bin/kombo-mcp"},
		{"windows", "amd64", "kombo-mcp-win32-x64-1.2.3.tgz", "@kombo-mcp/win32-x64", "win32", "x64", "bin/kombo-mcp.exe"},
	} {
		files, modes := npmFiles(t, c.file, "-os", c.goos, "-arch", c.goarch, "-program", built)
		p := packageJSON(t, files["package.json"])
		assert.Equal(t, c.name, p.Name)
		assert.Equal(t, []string{c.os}, p.OS)
		assert.Equal(t, []string{c.cpu}, p.CPU)
		assert.Empty(t, p.Optional)
		assert.Equal(t, "#!", files[c.path])
		assert.EqualValues(t, 0o755, modes[c.path])
		assert.NotEmpty(t, files["LICENSE"])
		assert.Contains(t, files["README.md"], c.name)
	}
	err := run([]string{"npm", "-os", "plan9", "-program", built, "-out", t.TempDir()}, nil)
	require.ErrorContains(t, err, "no package for plan9/amd64")
	require.Error(t, run([]string{"npm", "-program", "/no/such", "-out", t.TempDir()}, nil))
	require.Error(t, run([]string{"npm", "-license", "/no/such", "-out", t.TempDir()}, nil))
}
