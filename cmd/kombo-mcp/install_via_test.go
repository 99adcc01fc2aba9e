package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
)

func TestAHostStartsThePackageOfNPM(t *testing.T) {
	t.Parallel()
	for _, id := range hosts.IDs() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			env, file := hostHome(t, id)
			done := run(t, env, "", installArgs(id, file, "--sandbox", "--read-only", "--via", "npx", "--json")...)
			require.Equal(t, 0, done.code, done.stderr)
			s := hostFiles[id].asTheHostReadsIt(t, file, nil)
			assert.Equal(t, "npx", s.command)
			assert.Equal(t, []string{"-y", "kombo-mcp", "--sandbox", "--read-only"}, s.args)
			var said installed
			require.NoError(t, json.Unmarshal([]byte(done.stdout), &said))
			assert.Equal(t, "npx -y kombo-mcp doctor --sandbox", said.Check)
		})
	}
}

func TestWhereNodeIsMissingInstallSaysSo(t *testing.T) {
	t.Parallel()
	env, file := hostHome(t, "cursor", "PATH="+t.TempDir())
	done := run(t, env, "", installArgs("cursor", file, "--sandbox", "--via", "npx")...)
	require.Equal(t, 0, done.code, done.stderr)
	assert.Contains(t, done.stdout, "the host needs Node.js 18 or newer")
}

func TestAWayThatIsUnknownOrMeaninglessIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--via", "brew"}, `--via must be one of path, npx, not "brew"`},
		{[]string{"--via", "npx", "--url", "https://mcp.example.com/mcp"}, "--via goes with a server that the host starts"},
	} {
		env, file := hostHome(t, "cursor")
		done := run(t, env, "", installArgs("cursor", file, append(c.args, "--sandbox")...)...)
		assert.Equal(t, exitUsage, done.code)
		assert.Contains(t, done.stderr, c.says)
		_, err := os.Stat(file)
		assert.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestAProgramInACacheIsNotWhatHostsStart(t *testing.T) {
	t.Parallel()
	const (
		npx    = "/Users/you/.npm/_npx/1f2e/node_modules/@kombo-mcp/linux-x64/bin/kombo-mcp"
		pnpm   = "/Users/you/.cache/pnpm/dlx/1f2e/node_modules/@kombo-mcp/linux-x64/bin/kombo-mcp"
		global = "/usr/lib/node_modules/kombo-mcp/node_modules/@kombo-mcp/linux-x64/bin/kombo-mcp"
	)
	for _, c := range []struct {
		via, goos, self, command string
		args                     []string
	}{
		{"", "linux", npx, "npx", []string{"-y", "kombo-mcp"}},
		{"", "windows", npx, "cmd", []string{"/c", "npx", "-y", "kombo-mcp"}},
		{"npx", "linux", pnpm, "npx", []string{"-y", "kombo-mcp"}},
		{"", "linux", global, global, nil},
		{"path", "linux", global, global, nil},
		{"path", "linux", npx, "", nil},
		{"", "linux", pnpm, "", nil},
	} {
		s, err := newStarter(c.via, c.goos, c.self)
		if c.command == "" {
			require.ErrorContains(t, err, "add --via npx", c.self)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.command, s.command)
		assert.Equal(t, c.args, s.args)
	}
}
