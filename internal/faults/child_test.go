package faults

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
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// child is a server in a process of its own; messages are written and read line by
// line.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr bytes.Buffer
	asked  int
	gone   sync.Once
}

// environment returns the whole environment of a child process.
func environment(home string, s *sandbox.Sandbox, baseURL string) []string {
	env := []string{
		"HOME=" + home, "USERPROFILE=" + home, "LOCALAPPDATA=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"), "XDG_CACHE_HOME=" + filepath.Join(home, "cache"),
		"KOMBO_API_KEY=" + s.APIKey(), "KOMBO_INTEGRATION_ID=" + s.IntegrationID(), "KOMBO_BASE_URL=" + baseURL,
	}
	for _, name := range []string{"PATH", "TMPDIR", "SYSTEMROOT"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// startChild starts a server and initializes a session.
func startChild(t *testing.T, env []string, flags ...string) *child {
	t.Helper()
	program := testbinary.Path(t) // may have to be built first
	// A server that hangs must not block the test.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	c := &child{t: t, cmd: exec.CommandContext(ctx, program, flags...)}
	c.cmd.Env, c.cmd.Stderr = env, &c.stderr
	var err error
	c.stdin, err = c.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	c.stdout = bufio.NewReader(out)
	require.NoError(t, c.cmd.Start())
	t.Cleanup(c.kill)
	_, err = c.ask("initialize", args{"protocolVersion": "2025-06-18", "capabilities": args{}, "clientInfo": args{"name": "faults", "version": "1"}})
	require.NoError(t, err, "%s", &c.stderr)
	require.NoError(t, c.say(args{"method": "notifications/initialized"}))
	return c
}

// kill ends the process as a power cut does.
func (c *child) kill() {
	c.gone.Do(func() {
		_ = c.cmd.Process.Kill() // it may be gone already
		_ = c.cmd.Wait()
	})
}

// end closes standard input and waits for the process to exit.
func (c *child) end() {
	c.gone.Do(func() {
		assert.NoError(c.t, c.stdin.Close())
		assert.NoError(c.t, c.cmd.Wait(), "%s", &c.stderr)
	})
}

func (c *child) say(message args) error {
	message["jsonrpc"] = "2.0"
	raw, err := json.Marshal(message)
	if err != nil {
		return err
	}
	_, err = c.stdin.Write(append(raw, '\n'))
	return err
}

// ask sends a request and waits for its response. An error means that the process has
// ended.
func (c *child) ask(method string, params args) (json.RawMessage, error) {
	c.asked++
	id := c.asked
	if err := c.say(args{"id": id, "method": method, "params": params}); err != nil {
		return nil, err
	}
	for {
		raw, err := c.stdout.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		var m struct {
			ID            *int
			Result, Error json.RawMessage
		}
		if err := json.Unmarshal(raw, &m); err != nil || m.ID == nil || *m.ID != id {
			continue
		}
		assert.Empty(c.t, m.Error, "%s", method)
		return m.Result, nil
	}
}

// call calls a tool. An error means that the process has ended.
func (c *child) call(tool string, arguments args) (reply, error) {
	raw, err := c.ask("tools/call", args{"name": tool, "arguments": arguments})
	if err != nil {
		return reply{}, err
	}
	var got struct {
		Content           []struct{ Text string }
		StructuredContent tools.WriteAnswer
		IsError           bool
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return reply{}, err
	}
	r := reply{WriteAnswer: got.StructuredContent, failed: got.IsError}
	for _, part := range got.Content {
		r.words = strings.TrimSpace(r.words + "\n" + part.Text)
	}
	return r, nil
}

// recordOf returns the id of the record that a line of the journal is about, "" for a
// new record.
func recordOf(t *testing.T, l journal.Line) string {
	t.Helper()
	var a struct {
		ApplicationID string `json:"application_id"`
		CandidateID   string `json:"candidate_id"`
	}
	require.NoError(t, json.Unmarshal(l.Arguments, &a), "%s", l.Arguments)
	return a.ApplicationID + a.CandidateID
}
