package hosts

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func host(t testing.TB, id string) Host {
	t.Helper()
	h, err := Find(id)
	require.NoError(t, err)
	return h
}

// server returns the server that install would have a host start, without the
// sandbox.
func server(h Host) Server {
	s := Server{
		Name: "kombo", Command: "/opt/kombo-mcp", Args: []string{"--read-only"},
		Settings: []Variable{{VarIntegration, "greenhouse:abc"}},
	}
	if h.ProvidesKey {
		s.Secrets = []string{VarKey}
	} else {
		s.Settings = append([]Variable{{VarKeyFile, "/u/ada/.config/kombo-mcp/api-key"}}, s.Settings...)
	}
	return s
}

func put(t *testing.T, h Host, before string, s Server) string {
	t.Helper()
	e, err := h.Put(before, s)
	require.NoError(t, err)
	again, err := h.Put(e.After, s)
	require.NoError(t, err)
	assert.False(t, again.Changed(), "a second run changes something:\n%s", again.After)
	return e.After
}

func TestPathOnEverySystem(t *testing.T) {
	none := func(string) string { return "" }
	mac := Machine{GOOS: "darwin", Home: "/Users/ada", Env: none}
	windows := Machine{GOOS: "windows", Home: `C:\Users\ada`, Env: none}
	linux := Machine{GOOS: "linux", Home: "/u/ada", Env: none}
	for id, want := range map[string][3]string{
		"claude-desktop": {"/Users/ada/Library/Application Support/Claude/claude_desktop_config.json", `C:\Users\ada\AppData\Roaming\Claude\claude_desktop_config.json`, "/u/ada/.config/Claude/claude_desktop_config.json"},
		"claude-code":    {"/Users/ada/.claude.json", `C:\Users\ada\.claude.json`, "/u/ada/.claude.json"},
		"cursor":         {"/Users/ada/.cursor/mcp.json", `C:\Users\ada\.cursor\mcp.json`, "/u/ada/.cursor/mcp.json"},
		"vscode":         {"/Users/ada/Library/Application Support/Code/User/mcp.json", `C:\Users\ada\AppData\Roaming\Code\User\mcp.json`, "/u/ada/.config/Code/User/mcp.json"},
		"windsurf":       {"/Users/ada/.codeium/windsurf/mcp_config.json", `C:\Users\ada\.codeium\windsurf\mcp_config.json`, "/u/ada/.codeium/windsurf/mcp_config.json"},
		"zed":            {"/Users/ada/.config/zed/settings.json", `C:\Users\ada\AppData\Roaming\Zed\settings.json`, "/u/ada/.config/zed/settings.json"},
		"gemini":         {"/Users/ada/.gemini/settings.json", `C:\Users\ada\.gemini\settings.json`, "/u/ada/.gemini/settings.json"},
		"codex":          {"/Users/ada/.codex/config.toml", `C:\Users\ada\.codex\config.toml`, "/u/ada/.codex/config.toml"},
		"goose":          {"/Users/ada/.config/goose/config.yaml", `C:\Users\ada\AppData\Roaming\Block\goose\config\config.yaml`, "/u/ada/.config/goose/config.yaml"},
		"librechat":      {"librechat.yaml", "librechat.yaml", "librechat.yaml"},
		"cline":          {"/Users/ada/.cline/data/settings/cline_mcp_settings.json", `C:\Users\ada\.cline\data\settings\cline_mcp_settings.json`, "/u/ada/.cline/data/settings/cline_mcp_settings.json"},
		"continue":       {"/Users/ada/.continue/config.yaml", `C:\Users\ada\.continue\config.yaml`, "/u/ada/.continue/config.yaml"},
		"copilot":        {"/Users/ada/.copilot/mcp-config.json", `C:\Users\ada\.copilot\mcp-config.json`, "/u/ada/.copilot/mcp-config.json"},
		"opencode":       {"/Users/ada/.config/opencode/opencode.json", `C:\Users\ada\.config\opencode\opencode.json`, "/u/ada/.config/opencode/opencode.json"},
		"qwen":           {"/Users/ada/.qwen/settings.json", `C:\Users\ada\.qwen\settings.json`, "/u/ada/.qwen/settings.json"},
	} {
		for i, m := range []Machine{mac, windows, linux} {
			got, err := host(t, id).Path(m)
			require.NoError(t, err)
			assert.Equal(t, want[i], got, id)
		}
	}
	for variable, want := range map[string]string{
		"XDG_CONFIG_HOME": "/cfg/goose/config.yaml", "CODEX_HOME": "/cfg/config.toml", "CLAUDE_CONFIG_DIR": "/cfg/.claude.json",
		"COPILOT_HOME": "/cfg/mcp-config.json", "QWEN_HOME": "/cfg/settings.json",
	} {
		moved := Machine{GOOS: "linux", Home: "/u/ada", Env: func(name string) string { return map[string]string{variable: "/cfg"}[name] }}
		var paths []string
		for _, h := range All() {
			p, err := h.Path(moved)
			require.NoError(t, err)
			paths = append(paths, p)
		}
		assert.Contains(t, paths, want, variable)
	}
	_, err := host(t, "codex").Path(Machine{GOOS: "linux", Env: none})
	require.ErrorContains(t, err, "name the file with --config")
	_, err = Find("notepad")
	require.ErrorContains(t, err, "the hosts are claude-desktop, claude-code, cursor, vscode")
}

func TestPutIntoEmptyFileEqualsPrint(t *testing.T) {
	for _, h := range All() {
		t.Run(h.ID, func(t *testing.T) {
			printed, err := h.Print(server(h))
			require.NoError(t, err)
			assert.Equal(t, printed, put(t, h, "", server(h)))
			assert.Contains(t, printed, "/opt/kombo-mcp")
			e, err := h.Remove(printed, "kombo")
			require.NoError(t, err)
			assert.NotContains(t, e.After, "kombo")
			again, err := h.Remove(e.After, "kombo")
			require.NoError(t, err)
			assert.False(t, again.Changed())
		})
	}
}

func TestHTTPEntryReferencesTokenOnly(t *testing.T) {
	for _, h := range All() {
		s := server(h)
		s.URL, s.WithToken = "https://mcp.example.com/mcp", true
		if h.http == nil {
			_, err := h.Print(s)
			require.ErrorContains(t, err, "Settings, Connectors")
			continue
		}
		printed, err := h.Print(s)
		require.NoError(t, err)
		assert.Contains(t, printed, "https://mcp.example.com/mcp", h.ID)
		assert.NotContains(t, printed, "/opt/kombo-mcp", h.ID)
		if h.ID != "zed" {
			assert.Regexp(t, "KOMBO_AUTH_TOKEN|input:kombo-token", printed, h.ID)
		}
	}
}

// realisticFiles are files as people have them: with comments, other servers, other settings
// and unusual formatting.
var realisticFiles = map[string][]string{
	"json": {
		"{\n\t\"theme\": \"dark\",\n\t\"mcpServers\": {\n\t\t\"other\": {\"command\": \"x\", \"args\": []}\n\t}\n}",
		`{"mcpServers":{},"a":[1,2.50,1e3]}`,
		"{\r\n  \"x\": \"ä\\u00e4<>&\",\r\n  \"mcpServers\": {\r\n    \"other\": {}\r\n  }\r\n}\r\n",
		"\ufeff{\n    \"big\": 12345678901234567890\n}\n",
		"  \n",
	},
	"jsonc": {
		"// mine\n{\n  // look\n  \"theme\": \"One Dark\", // dark\n  \"context_servers\": {\n    \"other\": { \"command\": \"x\" }, // the other\n  },\n  \"servers\": {\n    /* none */\n  },\n  \"inputs\": [\n    { \"id\": \"mine\", \"type\": \"promptString\" } // asked\n  ],\n}\n// end\n",
	},
	"toml": {
		"model = \"o9\" # best\n\n[mcp_servers.other]\ncommand = \"x\"\n\n# about the next\n[profiles.fast]\nmodel = \"o9-mini\"\ntext = '''\n[mcp_servers.kombo]\n# not a table\n'''\n",
		"a = 1", "[mcp_servers]\n",
	},
	"yaml": {
		"# mine\nGOOSE_MODEL: x  # best\n\nextensions:\n    other:   # four spaces\n        enabled: true\n        args:\n        - a\n\n# about the next\nmore: |\n  extensions:\n    kombo: not one\nmcpServers:\n  other: {type: stdio, command: x}\n",
		"extensions: {}\nmcpServers: {} # none yet\nversion: 1.2.8", "extensions:\nmcpServers:\n\nlast: 1\n",
	},
	"yaml list": {
		"name: mine # really\nmodels:\n  - name: a\n    provider: b\n\nmcpServers:\n  # the first\n  - name: other   # three spaces\n    command: x\n    args:\n    - a\n  - uses: some/server\n\n# about the next\nrules:\n  - name: kombo\n",
		"mcpServers:\n- name: other\n  command: x\nname: mine", "mcpServers: [] # none yet\nversion: 1.0.0", "mcpServers:\n\nlast: 1\n", "name: mine",
	},
}

func kind(h Host) string {
	switch f := h.format.(type) {
	case tomlFormat:
		return "toml"
	case yamlFormat:
		return "yaml"
	case yamlListFormat:
		return "yaml list"
	case jsonFormat:
		if f.comments {
			return "jsonc"
		}
		return "json"
	}
	return ""
}

func TestPutAndRemoveChangeNothingElse(t *testing.T) {
	for _, h := range All() {
		files := realisticFiles[kind(h)]
		if kind(h) == "jsonc" {
			files = append(slices.Clone(files), realisticFiles["json"]...)
		}
		for _, before := range files {
			after := put(t, h, before, server(h))
			// Every line is still there, in the same order. (The last element may
			// get a trailing comma.)
			rest := strings.ReplaceAll(after, ",", "")
			for line := range strings.Lines(before) {
				if line = strings.Trim(line, byteOrderMark+"{}, \r\n\t"); line == "" || strings.HasPrefix(line, `"mcpServers":{}`) || strings.HasSuffix(line, "{}") || strings.Contains(line, "none yet") {
					continue
				}
				i := strings.Index(rest, strings.ReplaceAll(line, ",", ""))
				require.GreaterOrEqual(t, i, 0, "%s: %q is gone from\n%s", h.ID, line, after)
				rest = rest[i:]
			}
			removed, err := h.Remove(after, "kombo")
			require.NoError(t, err)
			assert.NotContains(t, removed.After, "greenhouse:abc", h.ID)
			assert.NotContains(t, removed.After, "kombo-api-key")
			assert.NotContains(t, after, byteOrderMark)
			assert.Equal(t, strings.Contains(before, "\r\n"), strings.Contains(after, "\r\n"))
		}
	}
}

func TestRemoveUndoesPut(t *testing.T) {
	for id, before := range map[string]string{
		"continue": realisticFiles["yaml list"][0], "zed": realisticFiles["jsonc"][0], "claude-desktop": realisticFiles["json"][0], "codex": realisticFiles["toml"][0], "goose": realisticFiles["yaml"][0],
	} {
		h := host(t, id)
		e, err := h.Remove(put(t, h, before, server(h)), "kombo")
		require.NoError(t, err)
		assert.Equal(t, before, e.After, id)
	}
}

func TestPutKeepsForeignKeysOfEntry(t *testing.T) {
	for id, c := range map[string]struct{ before, stays, goes string }{
		"cline":    {`{"mcpServers": {"kombo": {"url": "https://old", "autoApprove": ["get_jobs"], "timeout": 60, "env": {"KOMBO_TIMEZONE": "Europe/Berlin", "KOMBO_API_KEY": "plain"}}}}`, "get_jobs 60 Europe/Berlin", "https://old plain"},
		"codex":    {"[mcp_servers.kombo]\nurl = \"https://old\"\nstartup_timeout_sec = 20\n\n[mcp_servers.kombo.env]\nKOMBO_TIMEZONE = \"Europe/Berlin\"\n\n[other]\nx = 1\n", "startup_timeout_sec Europe/Berlin", "https://old"},
		"goose":    {"extensions:\n  kombo:\n    enabled: false\n    timeout: 77\n    uri: https://old\n    available_tools: [get_jobs]\nx: 1\n", "false 77 get_jobs", "https://old"},
		"vscode":   {`{"servers": {"kombo": {"type": "http", "url": "https://old", "dev": {"watch": "x"}}}, "inputs": [{"id": "kombo-api-key", "type": "pickString"}]}`, "watch promptString", "https://old pickString"},
		"copilot":  {`{"mcpServers": {"kombo": {"type": "http", "url": "https://old", "tools": ["get_jobs"], "env": {"KOMBO_TIMEZONE": "Europe/Berlin"}}}}`, "get_jobs Europe/Berlin", `https://old "*"`},
		"opencode": {`{"mcp": {"kombo": {"type": "remote", "url": "https://old", "enabled": false, "environment": {"KOMBO_TIMEZONE": "Europe/Berlin", "KOMBO_API_KEY": "plain"}}}}`, "false Europe/Berlin", "https://old plain true"},
	} {
		h := host(t, id)
		after := put(t, h, c.before, server(h))
		for word := range strings.FieldsSeq(c.stays) {
			assert.Contains(t, after, word, id)
		}
		for word := range strings.FieldsSeq(c.goes) {
			assert.NotContains(t, after, word, id)
		}
		assert.Contains(t, after, "/opt/kombo-mcp", id)
	}
}

func TestUneditableFileIsRefused(t *testing.T) {
	for id, files := range map[string][]string{
		"claude-desktop": {"{", `[1]`, `{"mcpServers": []}`, "{\n// note\n}", `{"a": 1,}`, `{"mcpServers": {}, "mcpServers": {"x": {}}}`, `"text"`, "null"},
		"vscode":         {`{"inputs": {}}`, `{"servers": 5}`, "{,}"},
		"codex":          {"a = ", "mcp_servers = { other = { command = \"x\" } }\n", "[mcp_servers]\nkombo.command = \"x\"\n", "[[mcp_servers]]\n"},
		"goose":          {"a: [", "- a\n", "{extensions: {a: {}}}\n", "extensions: {a: {enabled: true}}\n", "a: 1\n---\nb: 2\n", "extensions: text\n"},
		"continue":       {"mcpServers:\n  - name: a\n  - name: a\n", "mcpServers: [{name: a}]\n", "mcpServers: {a: 1}\n", "mcpServers:\n  -\n    name: kombo\n", "mcpServers:\n  [\n  ]\n"},
	} {
		for _, before := range files {
			h := host(t, id)
			e, err := h.Put(before, server(h))
			require.Error(t, err, "%s took %q and made %q", id, before, e.After)
			assert.Contains(t, err.Error(), "Nothing was changed", before)
			assert.Contains(t, err.Error(), "--print")
			assert.Empty(t, e.After)
		}
	}
	h := host(t, "cursor")
	s := server(h)
	s.Name = `a"b`
	_, err := h.Put("", s)
	require.ErrorContains(t, err, "cannot be a server's name")
}

func TestByteOrderMarkGoesOnceTheServerIsThere(t *testing.T) {
	h := host(t, "claude-desktop")
	const text = "{\n  \"a\": 1\n}\n"
	e, err := h.Put(byteOrderMark+text, server(h))
	require.NoError(t, err)
	assert.True(t, e.MarkRemoved)
	again, err := h.Put(byteOrderMark+e.After, server(h))
	require.NoError(t, err)
	assert.True(t, again.Changed(), "the server is there, and the host cannot see it")
	assert.Equal(t, e.After, again.After)
	removed, err := h.Remove(byteOrderMark+text, "kombo")
	require.NoError(t, err)
	assert.False(t, removed.Changed(), "there is nothing to remove")
}

func TestKeyFilesOfServers(t *testing.T) {
	for _, h := range All() {
		s := server(h)
		s.Secrets, s.Settings = nil, []Variable{{VarKeyFile, "/keys/one"}}
		text, err := h.Print(s)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"kombo": "/keys/one"}, h.KeyFiles(byteOrderMark+text), h.ID)
		assert.Empty(t, h.KeyFiles("{["), h.ID)
		assert.Empty(t, h.KeyFiles(""), h.ID)
	}
}

func FuzzEdit(f *testing.F) {
	for i, h := range All() {
		for _, text := range realisticFiles[kind(h)] {
			f.Add(i, text)
		}
	}
	f.Fuzz(func(t *testing.T, i int, before string) {
		all := All()
		h := all[(i%len(all)+len(all))%len(all)]
		e, err := h.Put(before, server(h))
		if err != nil {
			return
		}
		again, err := h.Put(e.After, server(h))
		require.NoError(t, err)
		assert.False(t, again.Changed(), "%s\n%q\n%q", h.ID, e.After, again.After)
		removed, err := h.Remove(e.After, "kombo")
		if err != nil {
			// In rare YAML files an entry can be added but not distinguished.
			require.ErrorContains(t, err, "Nothing was changed")
			return
		}
		assert.NotContains(t, removed.After, "greenhouse:abc")
	})
}

func TestSaveReplacesFileAndKeepsBackup(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "deep", "mcp.json")
	now := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	backup, err := Save(path, Edit{After: "new"}, now)
	require.NoError(t, err)
	assert.Empty(t, backup)
	mode := func(path string) os.FileMode {
		fi, err := os.Stat(path)
		require.NoError(t, err)
		return fi.Mode().Perm()
	}
	text := func(path string) string {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(raw)
	}
	assert.Equal(t, os.FileMode(0o600), mode(path))
	require.NoError(t, os.Chmod(path, 0o640))
	link := filepath.Join(dir, "link.json")
	require.NoError(t, os.Symlink(path, link))
	backup, err = Save(link, Edit{Before: "new", After: "newer"}, now)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(backup, "mcp.json.20261124T093000Z.bak"), backup)
	assert.Equal(t, "new", text(backup))
	assert.Equal(t, "newer", text(path))
	assert.Equal(t, os.FileMode(0o640), mode(path))
	fi, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, fi.Mode()&os.ModeSymlink, "the link stays one")

	_, err = Save(path, Edit{Before: "new", After: "lost"}, now)
	require.ErrorContains(t, err, "was changed meanwhile")
	_, err = Save(dir, Edit{After: "x"}, now)
	require.ErrorContains(t, err, "not a regular file")
	_, err = Save(path, Edit{Before: "newer"}, now)
	require.NoError(t, err)
	assert.NoFileExists(t, path)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "one copy, and nothing half written")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), nil, 0o600))
	_, err = host(t, "continue").Read(filepath.Join(dir, "config.yaml"))
	require.ErrorContains(t, err, "would no longer read")
	_, err = host(t, "librechat").Read(filepath.Join(dir, "librechat.yaml"))
	require.ErrorContains(t, err, "run this where LibreChat is installed")
}
