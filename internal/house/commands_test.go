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
	"sync"
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

// shellBlock finds a block that is marked as sh, and a block of text that follows it.
var shellBlock = regexp.MustCompile("(?ms)^( *)```sh\n(.*?)^ *```\n(?:\n```text\n(.*?)^```)?")

// TestEveryCommandOfTheDocumentationRuns runs each block that is marked as sh;
// those that need a network or another program are marked as console. What a block of
// text after it shows must be in what it prints, line by line.
func TestEveryCommandOfTheDocumentationRuns(t *testing.T) {
	dir, env := place(t)
	// Some commands read a journal.
	first := exec.CommandContext(t.Context(), "sh", "-c", `kombo-mcp call --sandbox --today 2026-11-24 --journal "$HOME/kombo-mcp/" --journal-reads get_tags`)
	first.Env = env
	out, err := first.CombinedOutput()
	require.NoError(t, err, string(out))
	blocks, shown := 0, 0
	for page, text := range documentation(t) {
		for _, m := range shellBlock.FindAllStringSubmatch(text, -1) {
			blocks++
			lines := strings.FieldsFunc(m[3], func(r rune) bool { return r == '\n' })
			shown += len(lines)
			t.Run(fmt.Sprintf("%s %s", page, firstLine(m[2])), func(t *testing.T) { runBlock(t, dir, env, m[2], lines) })
		}
	}
	assert.Greater(t, blocks, 40)
	assert.Greater(t, shown, 15)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// output is what a process has printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// missing returns those of lines that were not printed, whatever the port.
func (o *output) missing(lines []string) (out []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	said := loopbackPort.ReplaceAllString(o.text.String(), "127.0.0.1:0")
	for _, line := range lines {
		if !strings.Contains(said, loopbackPort.ReplaceAllString(line, "127.0.0.1:0")) {
			out = append(out, line)
		}
	}
	return out
}

// String implements fmt.Stringer.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// freePorts replaces the ports of a block by free ones, and returns the first address, ""
// if there is none.
func freePorts(t *testing.T, block string) (_, address string) {
	t.Helper()
	block = loopbackPort.ReplaceAllStringFunc(block, func(string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = l.Close() }()
		if address == "" {
			address = l.Addr().String()
		}
		return l.Addr().String()
	})
	return block, address
}

// runBlock runs a block to its end; if it starts a server, until the server can be
// reached. It must print the lines.
func runBlock(t *testing.T, dir string, env []string, block string, lines []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	block, address := freePorts(t, block)
	cmd := exec.CommandContext(ctx, "sh", "-ec", block)
	cmd.Env, cmd.Dir = env, dir
	if strings.Contains(block, "make ") {
		cmd.Dir = root
	}
	if strings.Contains(block, "completion bash") {
		cmd.Args[0], cmd.Path = "bash", "/bin/bash"
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said := &output{}
	cmd.Stdout, cmd.Stderr = said, said
	if address == "" {
		require.NoError(t, cmd.Run(), "%s\n%.2000s", block, said)
		assert.Empty(t, said.missing(lines), "%s\n%.2000s", block, said)
		return
	}
	require.NoError(t, cmd.Start())
	reached := assert.Eventually(t, func() bool {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		return c.Close() == nil && len(said.missing(lines)) == 0
	}, time.Minute, 50*time.Millisecond, block)
	require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
	// The shell exits with an error, since it was interrupted.
	_ = cmd.Wait()
	require.True(t, reached, "%s\n%.2000s", block, said)
}
