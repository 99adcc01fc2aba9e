package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// onSandbox are the arguments of a command on made-up data that are the same
// every day.
func onSandbox(args ...string) []string {
	return slices.Concat(args[:1], []string{"--sandbox", "--today", "2026-11-24"}, args[1:])
}

func TestCallPrintsWhatAModelReads(t *testing.T) {
	t.Parallel()
	env := environment(t)
	const arguments = `{"limit": 2, "fields": ["job", "job_status"]}`
	text := run(t, env, "", onSandbox("call", "get_jobs", arguments)...)
	assert.Equal(t, 0, text.code, text.stderr)
	assert.Empty(t, text.stderr)
	assert.Contains(t, text.stdout, "jobs: 13 matched")
	assert.Contains(t, text.stdout, "job\tjob_status\n")

	structured := run(t, env, "", onSandbox("call", "--json", "get_jobs", arguments)...)
	assert.Equal(t, 0, structured.code, structured.stderr)
	var got answer
	require.NoError(t, json.Unmarshal([]byte(structured.stdout), &got))
	assert.Equal(t, 13, got.Summary.Matched)
	assert.Equal(t, []string{"job", "job_status"}, got.Columns)
	assert.Len(t, got.Rows, 2)

	piped := run(t, env, arguments, onSandbox("call", "get_jobs", "-")...)
	assert.Equal(t, 0, piped.code, piped.stderr)
	assert.Equal(t, firstLines(text.stdout, 7), firstLines(piped.stdout, 7))

	bare := run(t, env, "", onSandbox("call", "get_tags")...)
	assert.Equal(t, 0, bare.code, bare.stderr)
	assert.Contains(t, bare.stdout, "tags: ")
}

// firstLines leaves out the cursor, which is another one each time.
func firstLines(s string, n int) string {
	return strings.Join(strings.SplitN(s, "\n", n+1)[:n], "\n")
}

func TestACommandTellsByItsExitCodeWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	env := environment(t)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a tool that refuses":                {onSandbox("call", "get_jobs", `{"foo": 1}`), 1, `Unknown parameter "foo"`},
		"an unknown tool":                    {onSandbox("call", "hire_everyone"), 1, `unknown tool: "hire_everyone"`},
		"a tool that is hidden":              {onSandbox("call", "--read-only", "create_application", "{}"), 1, "this server is read-only"},
		"a tool that is left out":            {onSandbox("call", "--exclude-tools", "get_jobs", "get_jobs"), 1, "get_jobs is not offered by this server"},
		"no tool":                            {onSandbox("call"), 2, "call needs the name of a tool; kombo-mcp tools lists them"},
		"arguments of invalid JSON":          {onSandbox("call", "get_jobs", "limit=5"), 2, `an example: '{"limit": 5}'`},
		"arguments that are a list":          {onSandbox("call", "get_jobs", "[1]"), 2, "must be a JSON object; an example"},
		"more than one object":               {onSandbox("call", "get_jobs", "{}", "{}"), 2, "put it in single quotes"},
		"an unknown flag":                    {onSandbox("call", "--jsn", "get_jobs"), 2, "did you mean --json?"},
		"an unknown subcommand":              {[]string{"cal"}, 2, `no subcommand "cal"; did you mean call? See kombo-mcp --help`},
		"a subcommand near to none":          {[]string{"zebra"}, 2, `no subcommand "zebra". See kombo-mcp --help`},
		"nearly a tool":                      {onSandbox("call", "get_job"), 1, `unknown tool: "get_job" (did you mean get_jobs?); the tools are add_application_attachment, `},
		"unknown tools":                      {[]string{"--sandbox", "--tools", "get_job"}, 2, `--tools: "get_job" must be one of add_application_attachment, add_application_note,`},
		"unknown excluded tools":             {[]string{"--sandbox", "--exclude-tools", "x"}, 2, `--exclude-tools: "x" must be one of add_`},
		"an unknown log level":               {[]string{"--sandbox", "--log-level", "loud"}, 2, `--log-level must be one of debug, info, warn, error, not "loud"`},
		"an unknown time zone":               {[]string{"--sandbox", "--timezone", "Mars"}, 2, `--timezone: "Mars" is not a known time zone; use a name such as UTC or Europe/Berlin`},
		"a day that is none":                 {[]string{"--sandbox", "--today", "tomorrow"}, 2, `--today: "tomorrow" is not a valid date; write it as 2026-11-24`},
		"too small a sandbox":                {[]string{"--sandbox", "--applications", "9"}, 2, "--applications must be from 10 to 200000, not 9"},
		"too large a sandbox":                {[]string{"sandbox", "--applications", "200001"}, 2, "--applications must be from 10 to 200000, not 200001"},
		"a number that is none":              {[]string{"--sandbox", "--applications", "many"}, 2, `invalid value "many" for flag -applications`},
		"an unknown policy":                  {[]string{"--sandbox", "--writes", "maybe"}, 2, `--writes: "maybe" must be one of allow, confirm, confirm-all, deny`},
		"an unknown fallback":                {[]string{"--sandbox", "--confirm-fallback", "maybe"}, 2, `--confirm-fallback: "maybe" must be one of allow, preview, person, deny`},
		"a missing folder":                   {[]string{"--sandbox", "--files", "/no/such/folder"}, 2, "--files: open /no/such/folder: no such file or directory"},
		"an address that cannot be held":     {[]string{"sandbox", "--listen", "nowhere"}, 2, "--listen: "},
		"no memory":                          {[]string{"--sandbox", "--keep-mb", "0"}, 2, "--keep-mb must be at least 1"},
		"a subcommand of journal that isn't": {[]string{"journal", "burn"}, 2, `journal needs verify, show or accept, not "burn"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, env, "", c.args...)
			assert.Equal(t, c.code, got.code, got.stderr)
			said, silent := got.stdout, got.stderr
			if c.code == exitUsage {
				said, silent = got.stderr, got.stdout
				assert.True(t, strings.HasPrefix(said, "kombo-mcp: "), said)
				assert.Equal(t, 1, strings.Count(said, "\n"), "one line, and no help that hides it: %s", said)
			}
			assert.Contains(t, said, c.says)
			assert.Empty(t, silent)
		})
	}
}

func TestWithoutAKeyThereAreTwoWaysOut(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	integration, base := "KOMBO_INTEGRATION_ID="+u.IntegrationID(), "KOMBO_BASE_URL="+u.BaseURL()
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		says []string
	}{
		"nothing":              {nil, nil, 2, []string{"no API key", "Set KOMBO_API_KEY (or KOMBO_API_KEY_FILE", "KOMBO_INTEGRATION_ID", "add --sandbox"}},
		"an integration alone": {[]string{integration}, []string{"call", "get_tags"}, 2, []string{"no API key", "add --sandbox"}},
		"a blank key":          {[]string{"KOMBO_API_KEY=  ", integration}, nil, 2, []string{"no API key"}},
		"a key alone":          {[]string{"KOMBO_API_KEY=" + u.APIKey()}, nil, 2, []string{"no integration", "KOMBO_INTEGRATION_ID or --integration-id", "add --sandbox"}},
		"a file with the key":  {[]string{"KOMBO_API_KEY_FILE=" + file("key", "\n "+u.APIKey()+" \n"), integration, base}, []string{"call", "--walk-records", "20", "get_tags"}, 0, []string{"tags: "}},
		"an empty file":        {[]string{"KOMBO_API_KEY_FILE=" + file("empty", " \n"), integration, base}, []string{"call", "get_tags"}, 2, []string{"KOMBO_API_KEY_FILE: ", "is empty"}},
		"a file that is not":   {[]string{"KOMBO_API_KEY_FILE=" + filepath.Join(dir, "none"), integration, base}, []string{"call", "get_tags"}, 2, []string{"KOMBO_API_KEY_FILE: ", "no such file"}},
		"an unknown region":    {[]string{"KOMBO_API_KEY=x", integration}, []string{"--region", "mars"}, 2, []string{`--region must be one of eu, us, not "mars"`}},
		"no address":           {[]string{"KOMBO_API_KEY=x", integration, "KOMBO_BASE_URL=ftp://x"}, nil, 2, []string{"must be an absolute http or https URL"}},
		"--sandbox":            {nil, onSandbox("call", "get_tags"), 0, []string{"tags: "}},
		"KOMBO_SANDBOX":        {[]string{"KOMBO_SANDBOX=true"}, []string{"call", "get_tags"}, 0, []string{"tags: "}},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, environment(t, c.env...), "", c.args...)
			assert.Equal(t, c.code, got.code, got.stderr)
			said := got.stdout
			if c.code != 0 {
				said = got.stderr
				assert.Empty(t, got.stdout)
			}
			for _, s := range c.says {
				assert.Contains(t, said, s)
			}
			assert.NotContains(t, got.stdout+got.stderr, u.APIKey())
		})
	}
}

func TestAKeyThatKomboDoesNotTakeIsNotRepeated(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, func(u *upstream) { u.spoil = func(http.ResponseWriter, *http.Request) {} })
	env := environment(t, "KOMBO_API_KEY=ks_live_verysecret", "KOMBO_INTEGRATION_ID="+u.IntegrationID(), "KOMBO_BASE_URL="+u.BaseURL())
	got := run(t, env, "", "call", "--log-level", "debug", "get_tags")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.stdout, "does not accept the API key")
	assert.Contains(t, got.stdout, "must correct KOMBO_API_KEY")
	assert.NotContains(t, got.stdout+got.stderr, "verysecret")
}

func TestToolsPrintsTheCatalogue(t *testing.T) {
	t.Parallel()
	env := environment(t)
	plain := run(t, env, "", "tools")
	require.Equal(t, 0, plain.code, plain.stderr)
	listed := run(t, env, "", "tools", "--json")
	require.Equal(t, 0, listed.code, listed.stderr)
	var list []struct {
		Name, Description string
		InputSchema       object
		Annotations       object
	}
	require.NoError(t, json.Unmarshal([]byte(listed.stdout), &list))
	require.Len(t, list, len(tools.Catalogue()))
	for i, tool := range tools.Catalogue() {
		assert.Contains(t, plain.stdout, tool.Name()+"\n"+tool.Description()+"\n"+string(tool.InputSchema())+"\n")
		assert.Equal(t, tool.Name(), list[i].Name)
		assert.Equal(t, tool.Description(), list[i].Description)
		assert.Equal(t, "object", list[i].InputSchema["type"])
		assert.Equal(t, tool.ReadOnly(), list[i].Annotations["readOnlyHint"])
	}
	assert.Equal(t, tools.Markdown(), run(t, env, "", "tools", "--markdown").stdout)
	assert.Equal(t, tools.Instructions+"\n\n"+plain.stdout, run(t, env, "", "tools", "--instructions").stdout)
}

func TestVersionAndHelpAreForPeople(t *testing.T) {
	t.Parallel()
	env := environment(t)
	assert.Regexp(t, `^kombo-mcp version \S+\n$`, run(t, env, "", "--version").stdout)
	help := run(t, env, "", "--help")
	assert.Equal(t, 0, help.code)
	for _, flag := range []string{"--read-only", "--sandbox", "--files", "--log-level", "KOMBO_API_KEY"} {
		assert.Contains(t, help.stdout, flag)
	}
	assert.NotContains(t, help.stdout, "--api-key", "a key in a flag shows in every list of processes")
}
