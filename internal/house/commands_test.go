//go:build unix

package house

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// place returns a home directory and an environment for the commands of the
// documentation, with the program on the PATH.
func place(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o700))
	require.NoError(t, os.Symlink(testbinary.Path(t), filepath.Join(dir, "bin", "kombo-mcp")))
	// LibreChat is installed where its command is run.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "librechat.yaml"), []byte("version: 1.2.8\n"), 0o600))
	known, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	require.NoError(t, err)
	caches := strings.Split(strings.TrimSpace(string(known)), "\n")
	return dir, append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "KOMBO_API_KEY=", "KOMBO_INTEGRATION_ID=",
		"PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOCACHE="+caches[0], "GOMODCACHE="+caches[1], "GOPATH="+caches[2])
}

var loopbackPort = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// TestEveryCommandOfTheDocumentationRuns runs each block that is marked as sh;
// those that need a network or another program are marked as console.
func TestEveryCommandOfTheDocumentationRuns(t *testing.T) {
	dir, env := place(t)
	// Some commands read a journal.
	first := exec.CommandContext(t.Context(), "sh", "-c", `kombo-mcp call --sandbox --today 2026-11-24 --journal "$HOME/kombo-mcp/" --journal-reads get_tags`)
	first.Env = env
	out, err := first.CombinedOutput()
	require.NoError(t, err, string(out))
	blocks := 0
	for page, text := range documentation(t) {
		for _, m := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllStringSubmatch(text, -1) {
			blocks++
			t.Run(fmt.Sprintf("%s %s", page, firstLine(m[1])), func(t *testing.T) { runBlock(t, dir, env, m[1]) })
		}
	}
	assert.Greater(t, blocks, 30)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// runBlock runs a block to its end; if it starts a server, until the server can be
// reached.
func runBlock(t *testing.T, dir string, env []string, block string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	address := ""
	block = loopbackPort.ReplaceAllStringFunc(block, func(string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		if address == "" {
			address = l.Addr().String()
		}
		return l.Addr().String()
	})
	cmd := exec.CommandContext(ctx, "sh", "-ec", block)
	cmd.Env, cmd.Dir = env, dir
	if strings.Contains(block, "make ") {
		cmd.Dir = root
	}
	if strings.Contains(block, "completion bash") {
		cmd.Args[0], cmd.Path = "bash", "/bin/bash"
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if address == "" {
		require.NoError(t, cmd.Run(), "%s\n%.2000s", block, &said)
		return
	}
	require.NoError(t, cmd.Start())
	reached := assert.Eventually(t, func() bool {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		return c.Close() == nil
	}, time.Minute, 50*time.Millisecond, block)
	require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
	// The shell exits with an error, since it was interrupted.
	_ = cmd.Wait()
	require.True(t, reached, "%s\n%.2000s", block, &said)
}
