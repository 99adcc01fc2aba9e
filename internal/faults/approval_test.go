package faults

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// newApprovedServer returns a server every write of which a person has to approve, and
// where they do.
func newApprovedServer(t *testing.T, s *sandbox.Sandbox, transport http.RoundTripper) (*server, approvals.Store) {
	t.Helper()
	up, err := app.InSandbox(s, kombo.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	srv := &server{t: t, path: filepath.Join(t.TempDir(), "journal.jsonl"), who: tools.Caller{Client: "faults 1", RequestID: "r1"}}
	srv.box = newBox(t, up, func(set *app.Settings) {
		set.Journal, set.MaxWritesPerMinute = srv.path, 1000
		set.Writes, set.ConfirmFallback = string(tools.PolicyConfirmAll), string(tools.FallbackPerson)
	}, nil)
	return srv, openApprovals(t, srv.path)
}

// TestAnAgentAloneGetsNothingSentThatAPersonMustApprove: it accepts every form, sends every
// code that it can get, and everything else that it was ever told.
func TestAnAgentAloneGetsNothingSentThatAPersonMustApprove(t *testing.T) {
	t.Parallel()
	g := newPool(t, sandbox.Options{Applications: 300})
	s, store := newApprovedServer(t, g.Sandbox, g.Transport())
	// Servers with the same secret, on the same ATS, that give out codes and forms.
	codes := newServer(t, g.Sandbox, func(c *tools.Config) { c.Writes = tools.PolicyConfirmAll })
	for _, w := range writeTools {
		arguments := w.arguments(g)
		code := codes.call(w.name, arguments).Code
		require.NotEmpty(t, code)
		asking := codes.who
		asking.CanAsk = true
		asked := codes.box.Call(t.Context(), asking, w.name, plain(t, arguments))
		require.True(t, asked.NeedsInput())
		s.call(w.name, arguments)
		all, err := store.List(t.Context(), approvals.AllTenants())
		require.NoError(t, err)
		id := all[len(all)-1].ID
		for _, more := range []args{{}, {"again": true}, {"anyway": true}, {"code": code}, {"code": id}, {"code": all[len(all)-1].Hash}, {"code": code, "again": true, "anyway": true}} {
			tried := maps.Clone(arguments)
			maps.Copy(tried, more)
			for _, state := range []string{"", asked.RequestState, id} {
				for _, answer := range []string{"", accept, decline, cancel} {
					who := s.who
					who.CanAsk, who.State = true, state
					if answer != "" {
						who.Responses = response(t, answer)
					}
					r := s.box.Call(t.Context(), who, w.name, plain(t, tried))
					assert.False(t, r.NeedsInput(), "a form is not asked for, since it would not count")
					assert.False(t, r.IsError, "%v", r.Content)
				}
			}
		}
		assert.Equal(t, "waiting", s.call(w.name, arguments).Outcome)
	}
	assert.Empty(t, g.Effects())
	assert.Empty(t, verified(t, s.path), "no write was even begun")
}

// TestNoFaultSendsAnApprovedWriteTwice: an approval is good for one write, whatever becomes
// of it, and for none without a person.
func TestNoFaultSendsAnApprovedWriteTwice(t *testing.T) {
	t.Parallel()
	for _, w := range writeTools {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(pinned))
				g := newPool(t, sandbox.Options{Applications: 300, Lag: lag})
				for i, f := range faultList {
					c := cell{pool: g, t: t, tool: w, fault: f, lag: true}
					c.runApproved(i%2 == 1)
				}
			})
		})
	}
}

func (c *cell) runApproved(again bool) {
	name := fmt.Sprintf("%s under %q", c.tool.name, c.fault.name)
	wire := &breakingTransport{RoundTripper: c.Transport()}
	s, store := newApprovedServer(c.t, c.Sandbox, wire)
	arguments := c.tool.arguments(c.pool)
	if again {
		arguments["again"] = true
	}
	before := len(c.Effects())
	waits := func() {
		was := len(c.effectsSince(before))
		r := s.call(c.tool.name, arguments)
		assert.Equal(c.t, "waiting", r.Outcome, "%s: %s", name, r.words)
		assert.Len(c.t, c.effectsSince(before), was, "%s: sent without an approval", name)
		time.Sleep(time.Second) // a person takes longer
		assert.Equal(c.t, 1, approve(c.t, store, ""), name)
	}
	waits()
	c.schedule(wire)
	first := s.call(c.tool.name, arguments)
	state := c.stateOf(first, name)
	c.checkOutcome(name, state, len(c.effectsSince(before)), first.words)
	c.ClearFaults()
	wire.down = 0
	if state == stateRefused {
		waits()
		r := s.call(c.tool.name, arguments)
		assert.Equal(c.t, stateDone, c.stateOf(r, name), "%s, approved anew: %s", name, r.words)
		state = stateDone
	}
	for range 2 {
		r := s.call(c.tool.name, arguments)
		assert.Equal(c.t, state, c.stateOf(r, name), "%s, again: %s", name, r.words)
		c.checkOutcome(name+", again", state, len(c.effectsSince(before)), r.words)
	}
	for _, l := range s.lines() {
		if l.Kind == journal.KindIntent {
			assert.Equal(c.t, "approval", l.ConfirmedHow, name)
			assert.Equal(c.t, "approver", l.ConfirmedBy, name)
		}
	}
}
