package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// asMain makes the test binary the command itself.
const asMain = "KOMBO_MCP_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asMain) == "1" {
		main()
		os.Exit(0)
	}
	testbinary.Overlap()
	os.Exit(m.Run())
}

// deadline bounds what one process may take, on a busy machine.
const deadline = 30 * time.Second

type object = map[string]any

// environment is all that a process sees of the machine, with a home of its own
// for what it keeps.
func environment(t *testing.T, more ...string) []string {
	t.Helper()
	home := t.TempDir()
	env := []string{
		asMain + "=1", "HOME=" + home, "USERPROFILE=" + home, "LOCALAPPDATA=" + home,
		"XDG_STATE_HOME=" + filepath.Join(home, "state"), "XDG_CACHE_HOME=" + filepath.Join(home, "cache"), "XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
	}
	// The race detector would let every process sleep for a second at its end.
	env = append(env, strings.TrimSpace("GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE")))
	// Under -cover a process without the last would say so, and not be counted.
	for _, name := range []string{"PATH", "TMPDIR", "SYSTEMROOT", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, more...)
}

// journalOf is where a process with that environment keeps its journal.
func journalOf(t *testing.T, env []string) string {
	t.Helper()
	for _, e := range env {
		if dir, ok := strings.CutPrefix(e, "XDG_STATE_HOME="); ok {
			return filepath.Join(dir, "kombo-mcp", "journal.jsonl")
		}
	}
	require.Fail(t, "no state directory")
	return ""
}

func command(ctx context.Context, t *testing.T, env, args []string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = env
	cmd.WaitDelay = deadline
	return cmd
}

// output is what a finished command left.
type output struct {
	stdout, stderr string
	code           int
}

// run runs the command to its end.
func run(t *testing.T, env []string, stdin string, args ...string) output {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	cmd := command(ctx, t, env, args)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	require.NoError(t, ctx.Err(), "%v did not end: %s", args, stderr.String())
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// session is a client of the protocol with a server of its own, in a process of
// its own.
type session struct {
	t      *testing.T
	client *client.Client
	stderr *fake.Log
}

// connect starts a server and greets it. The session ends with the test, and
// has to end well.
func connect(t *testing.T, env []string, args ...string) *session {
	t.Helper()
	s := &session{t: t, stderr: &fake.Log{}}
	start := func(ctx context.Context, _ string, _, args []string) (*exec.Cmd, error) {
		cmd := command(ctx, t, env, args)
		cmd.Stderr = s.stderr
		return cmd, nil
	}
	var err error
	s.client, err = client.NewStdioMCPClientWithOptions("kombo-mcp", nil, args, transport.WithCommandFunc(start))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.client.Close(), s.stderr.String()) })
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	hello := mcp.InitializeRequest{}
	hello.Params.ProtocolVersion = "2025-06-18"
	hello.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	_, err = s.client.Initialize(ctx, hello)
	require.NoError(t, err, s.stderr.String())
	return s
}

// in is the same session for a subtest, whose failures are its own.
func (s *session) in(t *testing.T) *session {
	return &session{t: t, client: s.client, stderr: s.stderr}
}

// call calls a tool. That the protocol carries an answer is asserted here; what
// it says is for the caller.
func (s *session) call(tool string, arguments any) *mcp.CallToolResult {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	defer cancel()
	r := mcp.CallToolRequest{}
	r.Params.Name, r.Params.Arguments = tool, arguments
	answer, err := s.client.CallTool(ctx, r)
	require.NoError(s.t, err, "%s %v: a protocol error, for what a result should say", tool, arguments)
	return answer
}

// ok calls a tool that has to succeed and gives its text.
func (s *session) ok(tool string, arguments any) string {
	s.t.Helper()
	r := s.call(tool, arguments)
	text := textOf(r)
	require.False(s.t, r.IsError, "%s %v: %s", tool, arguments, text)
	require.NotNil(s.t, r.StructuredContent, tool)
	return text
}

// refused calls a tool that has to fail and gives its words.
func (s *session) refused(tool string, arguments any) string {
	s.t.Helper()
	r := s.call(tool, arguments)
	text := textOf(r)
	require.True(s.t, r.IsError, "%s %v went through: %s", tool, arguments, text)
	assertSentence(s.t, text)
	return text
}

// assertSentence asserts that an error is made of words for whoever reads it.
func assertSentence(t *testing.T, text string) {
	t.Helper()
	assert.Regexp(t, `[.)!?]$`, text, "words that break off")
	assert.NotRegexp(t, `map\[|\bstruct\b|\*kombo|0x[0-9a-f]{6}|<nil>|%!|goroutine|panic`, text, "words for programmers")
}

// fields decodes what an answer holds beside its text.
func (s *session) fields(tool string, arguments, into any) {
	s.t.Helper()
	r := s.call(tool, arguments)
	require.False(s.t, r.IsError, "%s %v: %s", tool, arguments, textOf(r))
	raw, err := json.Marshal(r.StructuredContent)
	require.NoError(s.t, err)
	require.NoError(s.t, json.Unmarshal(raw, into))
}

// process is a server that is spoken to line by line.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *fake.Log
	// heard are the lines of stdout so far.
	heard []string
}

func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*deadline)
	p := &process{t: t, cmd: command(ctx, t, env, args), stderr: &fake.Log{}}
	p.cmd.Stderr = p.stderr
	var err error
	p.stdin, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.stdout = bufio.NewReader(out)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		cancel()
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Wait() // it was killed, or ended as it liked
		}
	})
	return p
}

// say writes a message.
func (p *process) say(message object) {
	p.t.Helper()
	message["jsonrpc"] = "2.0"
	raw, err := json.Marshal(message)
	require.NoError(p.t, err)
	_, err = p.stdin.Write(append(raw, '\n'))
	require.NoError(p.t, err, p.stderr.String())
}

// hear reads the next line, which has to be a message of the protocol.
func (p *process) hear() object {
	p.t.Helper()
	line, err := p.stdout.ReadString('\n')
	require.NoError(p.t, err, "%q; %s", line, p.stderr.String())
	p.heard = append(p.heard, line)
	var m object
	require.NoError(p.t, json.Unmarshal([]byte(line), &m), line)
	require.Equal(p.t, "2.0", m["jsonrpc"], line)
	return m
}

// ask sends a request and waits for its answer; what comes before is passed by.
func (p *process) ask(id int, method string, params object) object {
	p.t.Helper()
	p.say(object{"id": id, "method": method, "params": params})
	for {
		m := p.hear()
		if got, ok := m["id"].(float64); ok && int(got) == id {
			return m
		}
	}
}

func (p *process) greet() object {
	p.t.Helper()
	m := p.ask(1, "initialize", object{"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"}})
	p.say(object{"method": "notifications/initialized"})
	return m
}

// end waits for the process to end by itself and gives the rest of stdout.
func (p *process) end(within time.Duration) string {
	p.t.Helper()
	began := time.Now()
	rest, err := io.ReadAll(p.stdout)
	require.NoError(p.t, err)
	assert.NoError(p.t, p.cmd.Wait(), p.stderr.String())
	assert.Less(p.t, time.Since(began), within, "it took long to end")
	return string(rest)
}
