package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
)

// hostFile is a host as its users know it: what it makes of its file, told
// independently of what writes it.
type hostFile struct {
	read func([]byte, any) error
	// servers leads to an entry, command is its key of the program.
	servers, command, env string
	// secret is how a value refers to one, with the name in parentheses.
	secret string
	// names is the list of variables that the host passes on.
	names string
}

func readJSONC(raw []byte, into any) error {
	raw, err := hujson.Standardize(raw)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

var hostFiles = map[string]hostFile{
	"claude-desktop": {json.Unmarshal, "mcpServers", "command", "env", "", ""},
	"claude-code":    {json.Unmarshal, "mcpServers", "command", "env", `\$\{(\w+)\}`, ""},
	"cursor":         {json.Unmarshal, "mcpServers", "command", "env", `\$\{env:(\w+)\}`, ""},
	"vscode":         {readJSONC, "servers", "command", "env", `\$\{input:([\w-]+)\}`, ""},
	"windsurf":       {json.Unmarshal, "mcpServers", "command", "env", `\$\{env:(\w+)\}`, ""},
	"zed":            {readJSONC, "context_servers", "command", "env", "", ""},
	"gemini":         {json.Unmarshal, "mcpServers", "command", "env", `\$(\w+)`, ""},
	"codex":          {toml.Unmarshal, "mcp_servers", "command", "env", "", "env_vars"},
	"goose":          {yaml.Unmarshal, "extensions", "cmd", "envs", "", "env_keys"},
	"librechat":      {yaml.Unmarshal, "mcpServers", "command", "env", `\$\{(\w+)\}`, ""},
	"cline":          {json.Unmarshal, "mcpServers", "command", "env", "", ""},
	"continue":       {yaml.Unmarshal, "mcpServers", "command", "env", `\$\{\{ secrets\.(\w+) \}\}`, ""},
	"copilot":        {json.Unmarshal, "mcpServers", "command", "env", `\$\{(\w+)\}`, ""},
	"opencode":       {readJSONC, "mcp", "command", "environment", `\{env:(\w+)\}`, ""},
	"qwen":           {readJSONC, "mcpServers", "command", "env", `\$(\w+)`, ""},
}

// started is what a host makes of its file: a command, its arguments and the
// variables that it adds.
type started struct {
	command   string
	args, env []string
}

// asTheHostReadsIt reads a file and puts the secrets in, which the host has from
// elsewhere.
func (f hostFile) asTheHostReadsIt(t *testing.T, path string, secrets map[string]string) started {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, f.read(raw, &doc), string(raw))
	var entry map[string]any
	switch servers := doc[f.servers].(type) {
	case map[string]any:
		entry, _ = servers["kombo"].(map[string]any)
	case []any:
		entry, _ = servers[0].(map[string]any)
	}
	require.NotNil(t, entry, string(raw))
	s := started{command: fmt.Sprint(entry[f.command])}
	args, _ := entry["args"].([]any)
	if whole, ok := entry[f.command].([]any); ok { // with the arguments
		s.command, args = fmt.Sprint(whole[0]), whole[1:]
	}
	for _, a := range args {
		s.args = append(s.args, fmt.Sprint(a))
	}
	env, _ := entry[f.env].(map[string]any)
	for name, v := range env {
		value := fmt.Sprint(v)
		if f.secret != "" {
			value = regexp.MustCompile(f.secret).ReplaceAllStringFunc(value, func(ref string) string {
				id := regexp.MustCompile(f.secret).FindStringSubmatch(ref)[1]
				require.Contains(t, secrets, id, string(raw))
				return secrets[id]
			})
		}
		s.env = append(s.env, name+"="+value)
	}
	names, _ := entry[f.names].([]any)
	for _, n := range names {
		require.Contains(t, secrets, n, string(raw))
		s.env = append(s.env, fmt.Sprint(n)+"="+secrets[fmt.Sprint(n)])
	}
	return s
}

// hostHome is a user's home directory and the file of a host in it.
func hostHome(t *testing.T, id string, more ...string) (env []string, file string) {
	t.Helper()
	env = environment(t, more...)
	value := func(name string) string {
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				return v
			}
		}
		return ""
	}
	h, err := hosts.Find(id)
	require.NoError(t, err)
	file, err = h.Path(hosts.Machine{GOOS: "linux", Home: value("HOME"), Env: value})
	require.NoError(t, err)
	if !filepath.IsAbs(file) {
		file = filepath.Join(value("HOME"), file)
		require.NoError(t, os.WriteFile(file, []byte("version: 1.2.8\n"), 0o600))
	}
	return env, file
}

func installArgs(id, file string, more ...string) []string {
	return slices.Concat([]string{"install"}, more, []string{"--config", file, id})
}

func TestEveryHostStartsWhatInstallWrote(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	require.ElementsMatch(t, hosts.IDs(), slices.Collect(mapKeys(hostFiles)))
	for _, id := range hosts.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			key := "KOMBO_API_KEY=" + u.APIKey()
			env, file := hostHome(t, id, key, "KOMBO_INTEGRATION_ID="+u.IntegrationID(), "KOMBO_BASE_URL="+u.BaseURL())
			done := run(t, env, "", installArgs(id, file, "--read-only")...)
			require.Equal(t, 0, done.code, done.stderr)
			assert.NotContains(t, done.stdout+done.stderr, u.APIKey())
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.NotContains(t, string(raw), u.APIKey(), "the key is not in the host's file")

			secrets := map[string]string{"KOMBO_API_KEY": u.APIKey(), "kombo-api-key": u.APIKey()}
			s := hostFiles[id].asTheHostReadsIt(t, file, secrets)
			assert.True(t, filepath.IsAbs(s.command))
			assert.NotContains(t, strings.Join(s.args, " "), u.APIKey())
			// Nothing but what was written, and what every process has.
			p := startAs(t, s, environment(t))
			m := p.greet()
			assert.Contains(t, fmt.Sprint(m["result"]), "serverInfo")
			m = p.ask(2, "tools/call", object{"name": "get_tags", "arguments": object{"limit": 1}})
			assert.NotContains(t, fmt.Sprint(m), "isError:true")
			assert.Contains(t, fmt.Sprint(m), "tags: ")
			m = p.ask(3, "tools/list", object{})
			assert.NotContains(t, fmt.Sprint(m), "name:reject_application", "it was installed to read only")
		})
	}
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func startAs(t *testing.T, s started, env []string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	require.Equal(t, self, s.command, "the command is this program")
	return start(t, append(env, s.env...), s.args...)
}

func TestInstallOnMadeUpDataNeedsNoKeyAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	for _, id := range hosts.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			env, file := hostHome(t, id)
			before, _ := os.ReadFile(file)
			var first, second, removed installed
			for _, step := range []struct {
				into *installed
				args []string
			}{{&first, installArgs(id, file, "--sandbox", "--json")}, {&second, installArgs(id, file, "--sandbox", "--json")}} {
				done := run(t, env, "", step.args...)
				require.Equal(t, 0, done.code, done.stderr)
				require.NoError(t, json.Unmarshal([]byte(done.stdout), step.into))
			}
			assert.True(t, first.Changed)
			assert.False(t, second.Changed)
			assert.Empty(t, second.Backup)
			assert.Equal(t, len(before) > 0, first.Backup != "", "a copy where there was something to copy")

			s := hostFiles[id].asTheHostReadsIt(t, file, nil)
			assert.Equal(t, []string{"--sandbox"}, s.args)
			startAs(t, s, environment(t)).greet()

			done := run(t, env, "", installArgs(id, file, "--remove", "--json")...)
			require.Equal(t, 0, done.code, done.stderr)
			require.NoError(t, json.Unmarshal([]byte(done.stdout), &removed))
			assert.True(t, removed.Removed)
			after, _ := os.ReadFile(file)
			assert.NotContains(t, string(after), "sandbox")
			again := run(t, env, "", installArgs(id, file, "--remove")...)
			require.Equal(t, 0, again.code, again.stderr)
			assert.Contains(t, again.stdout, "nothing was changed")
		})
	}
}

func TestInstallWithoutConfigFindsTheHostsOwnFile(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "cursor")
	done := run(t, env, "", "install", "--sandbox", "--name", "ats", "cursor")
	require.Equal(t, 0, done.code, done.stderr)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"ats": {`)
	assert.Contains(t, done.stdout, "ats is in "+file+".")
}

func TestInstallRefusesAndChangesNothing(t *testing.T) {
	t.Parallel()
	id, key := "KOMBO_INTEGRATION_ID=greenhouse:abc", "KOMBO_API_KEY=sekret"
	for name, c := range map[string]struct {
		host, before string
		env, args    []string
		says         string
	}{
		"an unknown host":            {"notepad", "", nil, nil, "the hosts are claude-desktop, claude-code"},
		"a key that stays":           {"cursor", "", nil, []string{"--delete-key"}, "--delete-key goes with --remove"},
		"no integration":             {"cursor", "", []string{key}, nil, "Set KOMBO_INTEGRATION_ID or --integration-id"},
		"no key, and nowhere to ask": {"zed", "", []string{id}, nil, "Set KOMBO_API_KEY for this command"},
		"a broken file":              {"cursor", `{"mcpServers": {`, []string{id, key}, nil, "Cursor could not read this file"},
		"comments where none may be": {"claude-desktop", "{} // mine\n", []string{id, key}, nil, "which this host does not allow"},
		"a name that is none":        {"cursor", "", []string{id, key}, []string{"--name", "a b"}, "cannot be a server's name"},
		"HTTP where it cannot be":    {"claude-desktop", "", nil, []string{"--url", "https://mcp.example.com/mcp"}, "Settings, Connectors"},
		"an address that is none":    {"cursor", "", nil, []string{"--url", "mcp.example.com"}, "is not an address such as https"},
		"a token in the open":        {"cursor", "", nil, []string{"--url", "http://mcp.example.com/mcp"}, "use https"},
		"a password in the address":  {"cursor", "", nil, []string{"--url", "https://u:sekret@mcp.example.com/mcp"}, "KOMBO_AUTH_TOKEN"},
		"an unknown region":          {"cursor", "", []string{id, key}, []string{"--region", "mars"}, "--region must be one of eu, us"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "file")
			if c.before != "" {
				require.NoError(t, os.WriteFile(file, []byte(c.before), 0o600))
			}
			done := run(t, environment(t, c.env...), "", installArgs(c.host, file, c.args...)...)
			assert.Equal(t, exitUsage, done.code)
			assert.Contains(t, done.stderr, c.says)
			assert.NotContains(t, done.stderr, "sekret")
			after, _ := os.ReadFile(file)
			assert.Equal(t, c.before, string(after))
		})
	}
}

func TestInstallPrintsAndWritesNothing(t *testing.T) {
	t.Parallel()
	for _, id := range hosts.IDs() {
		env, file := hostHome(t, id)
		before, _ := os.ReadFile(file)
		printed := run(t, env, "", installArgs(id, file, "--print")...)
		require.Equal(t, 0, printed.code, printed.stderr)
		assert.Contains(t, printed.stdout, "KOMBO_INTEGRATION_ID")
		assert.Contains(t, printed.stderr, file)
		var doc map[string]any
		require.NoError(t, hostFiles[id].read([]byte(printed.stdout), &doc), id)
		after, _ := os.ReadFile(file)
		assert.Equal(t, string(before), string(after), id)
		over := run(t, env, "", installArgs(id, file, "--print", "--url", "https://mcp.example.com/mcp")...)
		if id != "claude-desktop" {
			require.Equal(t, 0, over.code, over.stderr)
			assert.Contains(t, over.stdout, "https://mcp.example.com/mcp")
		}
	}
}

func TestTheKeyFileIsForOneUserAlone(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "claude-desktop", "KOMBO_API_KEY=sekret", "KOMBO_INTEGRATION_ID=greenhouse:abc")
	var done installed
	out := run(t, env, "", installArgs("claude-desktop", file, "--json")...)
	require.NoError(t, json.Unmarshal([]byte(out.stdout), &done), out.stderr)
	fi, err := os.Stat(done.KeyFile)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), fi.Mode().Perm())
	raw, err := os.ReadFile(done.KeyFile)
	require.NoError(t, err)
	assert.Equal(t, "sekret\n", string(raw))
	own := filepath.Join(t.TempDir(), "key")
	out = run(t, env, "", installArgs("gemini", filepath.Join(t.TempDir(), "s.json"), "--json", "--key-file", own)...)
	require.NoError(t, json.Unmarshal([]byte(out.stdout), &done), out.stderr)
	assert.Equal(t, own, done.KeyFile)
}

func TestCompletionOffersHosts(t *testing.T) {
	t.Parallel()
	env := environment(t)
	for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
		script := run(t, env, "", "completion", shell)
		assert.Equal(t, 0, script.code, script.stderr)
		assert.Contains(t, script.stdout, "--generate-shell-completion", shell)
	}
	offered := run(t, env, "", "install", "--generate-shell-completion")
	for _, id := range hosts.IDs() {
		assert.Contains(t, strings.Split(offered.stdout, "\n"), id)
	}
	assert.Contains(t, run(t, env, "", "call", "--generate-shell-completion").stdout, "get_jobs\n")
	assert.Contains(t, run(t, env, "", "--generate-shell-completion").stdout, "install")
}

func TestAnUnknownHostNamesTheNearest(t *testing.T) {
	t.Parallel()
	env := environment(t)
	for given, want := range map[string]string{
		"claude": "Did you mean claude-desktop or claude-code?", "Curser": "Did you mean cursor?", "vs code": "Did you mean vscode?",
		"github-copilot": "Did you mean copilot?", "gemini-cli": "Did you mean gemini?",
	} {
		done := run(t, env, "", "install", "--sandbox", given)
		assert.Equal(t, exitUsage, done.code)
		assert.Contains(t, done.stderr, fmt.Sprintf("unknown host %q; the hosts are claude-desktop, ", given))
		assert.Contains(t, done.stderr, want)
	}
	assert.NotContains(t, run(t, env, "", "install", "notepad").stderr, "Did you mean")
}

func TestInstallEndsWithTheCommandThatChecksIt(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, passing)
	for _, id := range []string{"zed", "cursor"} {
		env, file := hostHome(t, id, "KOMBO_API_KEY="+u.APIKey(), "KOMBO_BASE_URL="+u.BaseURL(), "KOMBO_INTEGRATION_ID="+u.IntegrationID())
		out := run(t, env, "", installArgs(id, file, "--json")...)
		var done installed
		require.NoError(t, json.Unmarshal([]byte(out.stdout), &done), out.stderr)
		assert.Equal(t, id == "zed", strings.HasPrefix(done.Check, "KOMBO_API_KEY='' KOMBO_API_KEY_FILE="), done.Check)
		if id == "zed" { // nothing of the environment is needed
			env = slices.DeleteFunc(slices.Clone(env), func(e string) bool { return strings.HasPrefix(e, "KOMBO_") && !strings.HasPrefix(e, asMain) })
		}
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		shell := exec.CommandContext(ctx, "sh", "-c", done.Check)
		shell.Env = env
		said, err := shell.CombinedOutput()
		require.NoError(t, err, "%s\n%s", done.Check, said)
		assert.Contains(t, string(said), "ok    integration", done.Check)
	}
	env, file := hostHome(t, "cursor")
	assert.Contains(t, run(t, env, "", installArgs("cursor", file, "--sandbox")...).stdout, " doctor --sandbox\n")
	windows := installPlan{server: hosts.Server{Command: `C:\it's\kombo-mcp.exe`, Settings: []hosts.Variable{{Name: hosts.VarRegion, Value: "us"}}}, keyFile: `C:\key`}
	assert.Equal(t, `$env:KOMBO_API_KEY = ''; $env:KOMBO_API_KEY_FILE = 'C:\key'; & 'C:\it''s\kombo-mcp.exe' doctor --region 'us'`,
		windows.check(&installOptions{Settings: newSettings()}, "windows"))
}

func TestRemoveSaysWhatItLeaves(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "zed", "KOMBO_API_KEY=sekret", "KOMBO_INTEGRATION_ID=greenhouse:abc")
	step := func(args ...string) (done installed) {
		out := run(t, env, "", append([]string{"install", "--json"}, args...)...)
		require.NoError(t, json.Unmarshal([]byte(out.stdout), &done), out.stderr)
		return done
	}
	key := step("zed").KeyFile
	require.FileExists(t, key)
	step("cline")
	require.FileExists(t, file)

	shared := step("--remove", "--delete-key", "zed")
	assert.Equal(t, key, shared.KeyKept)
	assert.Contains(t, strings.Join(shared.Next, " "), "which the server kombo of Cline reads as well")
	require.FileExists(t, key)
	last := step("--remove", "cline")
	assert.Equal(t, key, last.KeyKept)
	assert.Contains(t, strings.Join(last.Next, " "), "--delete-key")
	require.FileExists(t, key)
	// The entry is gone, so the file is the one that install would have chosen.
	gone := step("--remove", "--delete-key", "cline")
	assert.Equal(t, key, gone.KeyDeleted)
	assert.NoFileExists(t, key)
	assert.Empty(t, step("--remove", "--delete-key", "cline").KeyDeleted)
}

func TestInstallOverHTTPSaysWhyThereIsNoToken(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "cursor")
	install := func(url string, more ...string) (output, string) {
		_ = os.Remove(file)
		out := run(t, append(slices.Clone(env), more...), "", installArgs("cursor", file, "--url", url)...)
		require.Equal(t, 0, out.code, out.stderr)
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		return out, string(raw)
	}
	const token = "KOMBO_AUTH_TOKEN=0123456789abcdef0123456789abcdef"
	closed, wrote := install("http://127.0.0.1:1/mcp")
	assert.Contains(t, closed.stdout, "Nothing answers at http://127.0.0.1:1/mcp yet")
	assert.NotContains(t, wrote, "Authorization")
	_, wrote = install("http://127.0.0.1:1/mcp", token)
	assert.Contains(t, wrote, "${env:KOMBO_AUTH_TOKEN}")

	guarded := serveProcess(t, environment(t, token), "--sandbox")
	asks, wrote := install(guarded.base + "/mcp")
	assert.Contains(t, asks.stdout, "wants a token (401)")
	assert.Contains(t, asks.stdout, "KOMBO_AUTH_TOKEN")
	assert.Contains(t, wrote, "${env:KOMBO_AUTH_TOKEN}")

	open := serveProcess(t, environment(t), "--sandbox")
	free, wrote := install(open.base + "/mcp")
	assert.NotContains(t, free.stdout, "token")
	assert.NotContains(t, wrote, "Authorization")
	astray, _ := install(open.base + "/")
	assert.Contains(t, astray.stdout, "the path is usually /mcp")
}

func TestInstallRemovesAByteOrderMarkAndSaysSo(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "claude-desktop")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte("\ufeff{}\n"), 0o600))
	done := run(t, env, "", installArgs("claude-desktop", file, "--sandbox")...)
	require.Equal(t, 0, done.code, done.stderr)
	assert.Contains(t, done.stdout, "began with a byte order mark")
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.True(t, json.Valid(raw))
}
