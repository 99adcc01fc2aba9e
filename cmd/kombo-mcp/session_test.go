package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
)

// promptly is how soon a server has to be gone when it is told to go.
const promptly = 2 * time.Second

// TestAQuestionBeforeTheGreetingEndsNothing is about hosts that ask what a
// server is before they greet it.
func TestAQuestionBeforeTheGreetingEndsNothing(t *testing.T) {
	t.Parallel()
	p := start(t, environment(t), "--sandbox")
	for i, method := range []string{"server/discover", "ping", "tools/list"} {
		m := p.ask(100+i, method, object{})
		assert.True(t, m["result"] != nil || m["error"] != nil, "%s: %v", method, m)
	}
	hello := p.greet()
	assert.Equal(t, "kombo", hello["result"].(object)["serverInfo"].(object)["name"])
	assert.NotEmpty(t, hello["result"].(object)["instructions"])
	assert.Contains(t, said(p.ask(2, "tools/call", object{"name": "get_tags", "arguments": object{"limit": 1}})), "structuredContent")
	require.NoError(t, p.stdin.Close())
	assert.Empty(t, p.end(promptly))
}

func TestAServerEndsWhenItIsToldTo(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*testing.T, *process){
		"by closing its input": func(t *testing.T, p *process) { require.NoError(t, p.stdin.Close()) },
		"by SIGTERM":           func(t *testing.T, p *process) { require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM)) },
		"by an interrupt":      func(t *testing.T, p *process) { require.NoError(t, p.cmd.Process.Signal(os.Interrupt)) },
		"by SIGHUP":            func(t *testing.T, p *process) { require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP)) },
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, environment(t), "--sandbox")
			p.greet()
			p.ask(2, "tools/call", object{"name": "get_tags", "arguments": object{"limit": 1}})
			tell(t, p)
			assert.Empty(t, p.end(promptly))
			assert.Equal(t, 0, p.cmd.ProcessState.ExitCode())
			assert.Empty(t, p.stderr.String())
		})
	}
}

// TestWhatWasReadBeforeTheInputEndedIsAnswered is how smoke tests and hosts of one shot
// use a server.
func TestWhatWasReadBeforeTheInputEndedIsAnswered(t *testing.T) {
	t.Parallel()
	out := run(t, environment(t), "\xef\xbb\xbf"+`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"pipe","version":"1"}}}

{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_jobs","arguments":{"group_by":"status"}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add_candidate_tag","arguments":{"candidate":"x","tag":{"name":"a"},"dry_run":true}}}`, "--sandbox")
	assert.Equal(t, 0, out.code, out.stderr)
	assertProtocol(t, out.stdout)
	assert.Len(t, strings.Split(strings.TrimSpace(out.stdout), "\n"), 3)
	assert.Contains(t, out.stdout, "jobs: ")
	assert.NotContains(t, out.stdout, "cancelled")
}

// TestAServerEndsAlthoughTheUpstreamHangs is about a read that is under way. After the
// end of the input alone it may take as long as the drain.
func TestAServerEndsAlthoughTheUpstreamHangs(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*testing.T, *process) time.Duration{
		"by closing its input": func(t *testing.T, p *process) time.Duration {
			require.NoError(t, p.stdin.Close())
			return 10*time.Second + promptly
		},
		"by closing its input and SIGTERM": func(t *testing.T, p *process) time.Duration {
			require.NoError(t, p.stdin.Close())
			require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
			return promptly
		},
		"by SIGTERM": func(t *testing.T, p *process) time.Duration {
			require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
			return promptly
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan struct{}, 10)
			u := serveUpstream(t, func(u *upstream) {
				u.spoil = func(w http.ResponseWriter, r *http.Request) {
					asked <- struct{}{}
					<-r.Context().Done()
					w.WriteHeader(http.StatusServiceUnavailable)
				}
			})
			p := start(t, u.environment(t))
			p.greet()
			p.say(object{"id": 2, "method": "tools/call", "params": object{"name": "get_tags", "arguments": object{}}})
			<-asked
			rest := p.end(tell(t, p))
			if rest != "" {
				assertProtocol(t, rest)
			}
			assert.Equal(t, 0, p.cmd.ProcessState.ExitCode(), p.stderr.String())
		})
	}
}

func TestAServerGreetsInEveryVersionOfTheProtocol(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "1999-01-01"} {
		p := start(t, environment(t), "--sandbox")
		m := p.ask(1, "initialize", object{"protocolVersion": version, "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"}})
		require.Contains(t, m, "result", version)
		if version != "1999-01-01" {
			assert.Equal(t, version, m["result"].(object)["protocolVersion"])
		}
		require.NoError(t, p.stdin.Close())
	}
}

// TestNothingGoesOnWhenASessionIsOver looks at the goroutines of the process, so
// it runs alone.
func TestNothingGoesOnWhenASessionIsOver(t *testing.T) {
	settings := app.Defaults()
	settings.Sandbox, settings.Applications = true, 60
	one := func() {
		in, toServer := io.Pipe()
		fromServer, out := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			ended <- app.ServeStdio(context.Background(), settings, app.Options{Version: "test"}, in, out)
			_ = out.Close() // the reader below then ends too
		}()
		answers := bufio.NewReader(fromServer)
		for i, m := range []object{
			{"method": "initialize", "params": object{"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"}}},
			{"method": "tools/list", "params": object{}},
			{"method": "tools/call", "params": object{"name": "get_applications", "arguments": object{"group_by": "job"}}},
			{"method": "tools/call", "params": object{"name": "get_applications", "arguments": object{"foo": 1}}},
		} {
			m["jsonrpc"], m["id"] = "2.0", i+1
			raw, err := json.Marshal(m)
			require.NoError(t, err)
			_, err = toServer.Write(append(raw, '\n'))
			require.NoError(t, err)
			line, err := answers.ReadString('\n')
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(line, "{"), line)
		}
		require.NoError(t, toServer.Close())
		rest, err := io.ReadAll(answers)
		require.NoError(t, err)
		assert.Empty(t, string(rest))
		assert.NoError(t, <-ended)
	}
	one() // what is started once for all is there from now on
	before := goleak.IgnoreCurrent()
	for range 3 {
		one()
	}
	goleak.VerifyNone(t, before)
}
