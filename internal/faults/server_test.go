// Package faults holds the end-to-end tests of writes: with an ATS that fails, a
// process that is killed and a person who declines. None of it is part of the program.
package faults

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// args are the arguments of a call, as decoded from JSON.
type args = map[string]any

// server is a toolbox with a journal of its own, in the test's process.
type server struct {
	t    *testing.T
	box  *tools.Toolbox
	path string
	who  tools.Caller
}

// newServer returns a server on an ATS. By default writes are allowed, and the write
// limit is high.
func newServer(t *testing.T, s *sandbox.Sandbox, change func(*tools.Config)) *server {
	t.Helper()
	return newServerOver(t, s, s.Transport(), change)
}

// newServerOver is newServer with another transport.
func newServerOver(t *testing.T, s *sandbox.Sandbox, transport http.RoundTripper, change func(*tools.Config)) *server {
	t.Helper()
	up, err := app.InSandbox(s, kombo.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	srv := &server{t: t, path: filepath.Join(t.TempDir(), "journal.jsonl"), who: tools.Caller{Client: "faults 1", RequestID: "r1"}}
	srv.box = newBox(t, up, func(s *app.Settings) { s.Journal, s.MaxWritesPerMinute = srv.path, 1000 }, change)
	return srv
}

// newBox returns the toolbox of a server, with writes allowed.
func newBox(t *testing.T, up app.Upstream, set func(*app.Settings), change func(*tools.Config)) *tools.Toolbox {
	t.Helper()
	s := app.Defaults()
	s.Sandbox, s.Transports, s.Writes = true, nil, string(tools.PolicyAllow)
	set(&s)
	a, err := app.Open(t.Context(), s, app.Options{Upstream: &up})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.Close()) })
	cfg := a.Config()
	if change != nil {
		change(&cfg)
	}
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return box
}

// reply is the result of a call: the text, and the structured answer if it is that of
// a write.
type reply struct {
	tools.WriteAnswer
	words  string
	failed bool
}

// call calls a tool as over the protocol.
func (s *server) call(tool string, arguments args) reply {
	s.t.Helper()
	return s.callAs(s.who, tool, arguments)
}

func (s *server) callAs(who tools.Caller, tool string, arguments args) reply {
	s.t.Helper()
	answer, err := s.box.Run(s.t.Context(), who, tool, plain(s.t, arguments))
	if err != nil {
		return reply{words: tools.Explain(err), failed: true}
	}
	r := reply{words: answer.Text()}
	if w, ok := answer.(*tools.WriteAnswer); ok {
		r.WriteAnswer = *w
	}
	return r
}

// plain returns arguments as they arrive over the protocol: decoded from JSON.
func plain(t *testing.T, arguments args) any {
	t.Helper()
	raw, err := json.Marshal(arguments)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// lines returns the lines of the journal so far.
func (s *server) lines() []journal.Line { return linesOf(s.t, s.path) }

func linesOf(t *testing.T, path string) []journal.Line {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, journal.Show(t.Context(), path, journal.Filter{JSON: true}, &out))
	var lines []journal.Line
	for dec := json.NewDecoder(&out); dec.More(); {
		var l journal.Line
		require.NoError(t, dec.Decode(&l))
		lines = append(lines, l)
	}
	return lines
}

// verified asserts that the journal is intact and returns the last state of every write
// in it, in the order of the intents, "" for one without an outcome.
func verified(t *testing.T, path string) []string {
	t.Helper()
	report, err := journal.Verify(t.Context(), path)
	require.NoError(t, err)
	require.Nil(t, report.Bad, "%v", report.Bad)
	at := map[string]int{}
	var states []string
	for _, l := range linesOf(t, path) {
		switch l.Kind {
		case journal.KindIntent:
			at[l.ID] = len(states)
			states = append(states, "")
		case journal.KindOutcome:
			i, known := at[l.ID]
			require.True(t, known, "an outcome without an intent: %v", l)
			states[i] = l.State
		}
	}
	return states
}

// pinned is the day that the data of every sandbox are relative to.
var pinned = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
