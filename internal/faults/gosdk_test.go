package faults

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// The official Go SDK as the client of a server in a process of its own.

// eras are the revisions of the protocol that it speaks; the last is the
// stateless one.
var eras = []string{"2025-06-18", "2025-11-25", modern}

const modern = "2026-07-28"

// host is an official client with a person at it.
type host struct {
	*pool
	t       *testing.T
	session *mcp.ClientSession
	journal string
	// does is what the person does; asked is what they were asked.
	does  func() (*mcp.ElicitResult, error)
	asked []string
}

// hosting says how a host and its server are started.
type hosting struct {
	era   string
	flags []string
	// dumb hosts cannot ask; bare ones leave the second round to their caller.
	dumb, bare bool
}

func newHost(t *testing.T, how hosting) *host {
	t.Helper()
	h := &host{pool: newPool(t, sandbox.Options{Applications: 300}), t: t}
	up := httptest.NewServer(h.Sandbox)
	t.Cleanup(up.Close)
	h.does = func() (*mcp.ElicitResult, error) { return nil, errors.New("nobody is there") }
	opts := &mcp.ClientOptions{MultiRoundTrip: &mcp.MultiRoundTripOptions{Disabled: how.bare}}
	if !how.dumb {
		opts.ElicitationHandler = func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			h.asked = append(h.asked, r.Params.Message)
			return h.does()
		}
	}
	home := t.TempDir()
	h.journal = filepath.Join(home, "journal.jsonl")
	cmd := exec.Command(testbinary.Path(t), append([]string{"--journal=" + h.journal}, how.flags...)...)
	cmd.Env = environment(home, h.Sandbox, up.URL+"/v1")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := mcp.NewClient(&mcp.Implementation{Name: "faults", Version: "1"}, opts)
	var err error
	h.session, err = client.Connect(ctx, &mcp.CommandTransport{Command: cmd}, &mcp.ClientSessionOptions{ProtocolVersion: how.era})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, h.session.Close()) })
	assert.Equal(t, how.era, h.session.InitializeResult().ProtocolVersion)
	return h
}

// result calls a tool; what the protocol itself refuses fails the test.
func (h *host) result(p *mcp.CallToolParams) *mcp.CallToolResult {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	r, err := h.session.CallTool(ctx, p)
	require.NoError(h.t, err)
	return r
}

func (h *host) call(tool string, arguments args) reply {
	h.t.Helper()
	return h.reply(h.result(&mcp.CallToolParams{Name: tool, Arguments: arguments}))
}

func (h *host) reply(r *mcp.CallToolResult) reply {
	h.t.Helper()
	out := reply{failed: r.IsError}
	for _, c := range r.Content {
		if text, ok := c.(*mcp.TextContent); ok {
			out.words += text.Text
		}
	}
	raw, err := json.Marshal(r.StructuredContent)
	require.NoError(h.t, err)
	if !r.IsError {
		require.NoError(h.t, json.Unmarshal(raw, &out.WriteAnswer))
	}
	return out
}

func (h *host) rejection() args {
	return args{"application_id": h.application().ID, "rejection_reason_id": h.reason()}
}

func says(action string) func() (*mcp.ElicitResult, error) {
	return func() (*mcp.ElicitResult, error) { return &mcp.ElicitResult{Action: action}, nil }
}

// ticks is a person who sets the form's confirm to something and accepts.
func ticks(confirm any) func() (*mcp.ElicitResult, error) {
	return func() (*mcp.ElicitResult, error) {
		return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": confirm}}, nil
	}
}

func TestOfficialGoClientAsksItsUser(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, hosting{era: era})
			for _, no := range []string{"decline", "cancel"} {
				h.does = says(no)
				r := h.call("reject_application", h.rejection())
				assert.Equal(t, "not sent", r.Outcome, r.words)
				assert.Empty(t, h.Effects(), no)
			}
			h.does = ticks(false)
			unticked := h.call("reject_application", h.rejection())
			assert.Equal(t, "not sent", unticked.Outcome, unticked.words)
			assert.Empty(t, h.Effects(), "accepted without its tick")
			h.does = func() (*mcp.ElicitResult, error) { return nil, errors.New("the window was closed") }
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r, err := h.session.CallTool(ctx, &mcp.CallToolParams{Name: "reject_application", Arguments: h.rejection()})
			if err == nil && !r.IsError {
				assert.Equal(t, "preview", h.reply(r).Outcome, "an answer that failed meets the fallback")
			}
			assert.Empty(t, h.Effects())

			h = newHost(t, hosting{era: era}) // the session that failed is not asked again
			h.does, h.asked = ticks(true), nil
			a := h.application()
			arguments := args{"application_id": a.ID, "rejection_reason_id": h.reason()}
			got := h.call("reject_application", arguments)
			assert.Equal(t, stateDone, got.Outcome, got.words)
			require.Len(t, h.asked, 1)
			assert.Contains(t, h.asked[0], digest.Clean(h.people[a.CandidateID].Last))
			assert.Len(t, h.Effects(), 1)
			assert.Equal(t, stateDone, h.call("reject_application", arguments).Outcome)
			assert.Len(t, h.asked, 1, "what was done asks nobody again")
			assert.Len(t, h.Effects(), 1)

			batch := args{"application_id": h.application().ID + "," + h.application().ID + "," + h.application().ID, "rejection_reason_id": h.reason()}
			assert.Len(t, h.call("reject_application", batch).Results, 3)
			assert.Len(t, h.asked, 2, "a batch is asked about once")
			assert.Len(t, h.Effects(), 4)
			note := h.call("add_application_note", args{"application_id": a.ID, "content": "Hello."})
			assert.Equal(t, stateDone, note.Outcome, note.words)
			assert.Len(t, h.asked, 2, "what changes nobody's standing asks nobody")
			assert.NotContains(t, verified(t, h.journal), "")
		})
	}
}

func TestOfficialGoClientWithoutElicitationGetsTheFallback(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			deny := newHost(t, hosting{era: era, dumb: true, flags: []string{"--confirm-fallback=deny"}})
			r := deny.call("reject_application", deny.rejection())
			assert.True(t, r.failed, r.words)
			assert.Empty(t, deny.Effects())

			preview := newHost(t, hosting{era: era, dumb: true, flags: []string{"--confirm-fallback=preview"}})
			arguments := preview.rejection()
			r = preview.call("reject_application", arguments)
			assert.Equal(t, "preview", r.Outcome, r.words)
			assert.Empty(t, preview.Effects())
			arguments["code"] = "AAAA-AAAA-AAAA"
			assert.True(t, preview.call("reject_application", arguments).failed)
			assert.Empty(t, preview.Effects())
			arguments["code"] = r.Code
			assert.Equal(t, stateDone, preview.call("reject_application", arguments).Outcome)
			assert.Len(t, preview.Effects(), 1)

			unset := newHost(t, hosting{era: era, dumb: true})
			assert.Equal(t, "preview", unset.call("reject_application", unset.rejection()).Outcome, "the default")
			assert.Empty(t, unset.Effects())
			allow := newHost(t, hosting{era: era, dumb: true, flags: []string{"--confirm-fallback=allow"}})
			assert.Equal(t, stateDone, allow.call("reject_application", allow.rejection()).Outcome)

			all := newHost(t, hosting{era: era, flags: []string{"--writes=confirm-all"}})
			all.does = ticks(true)
			assert.Equal(t, stateDone, all.call("add_application_note", args{"application_id": all.application().ID, "content": "Hello."}).Outcome)
			assert.Len(t, all.asked, 1)
			none := newHost(t, hosting{era: era, flags: []string{"--writes=deny"}})
			assert.True(t, none.call("add_application_note", args{"application_id": none.application().ID, "content": "Hello."}).failed)
			assert.Empty(t, none.Effects())
			read := newHost(t, hosting{era: era, flags: []string{"--read-only"}})
			list, err := read.session.ListTools(t.Context(), nil)
			require.NoError(t, err)
			var want, got []string
			for _, tool := range tools.Catalogue() {
				if tool.ReadOnly() {
					want = append(want, tool.Name())
				}
			}
			for _, tool := range list.Tools {
				got = append(got, tool.Name)
			}
			assert.ElementsMatch(t, want, got)
		})
	}
}

func TestOfficialGoClientCannotAlterAConfirmation(t *testing.T) {
	t.Parallel()
	h := newHost(t, hosting{era: modern, bare: true})
	arguments := h.rejection()
	first := h.result(&mcp.CallToolParams{Name: "reject_application", Arguments: arguments})
	require.Contains(t, first.InputRequests, "confirm")
	yes := mcp.InputResponseMap{"confirm": &mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": true}}}
	unticked := mcp.InputResponseMap{"confirm": &mcp.ElicitResult{Action: "accept"}}
	no := mcp.InputResponseMap{"confirm": &mcp.ElicitResult{Action: "decline"}}
	send := func(a args, answer mcp.InputResponseMap, state string) reply {
		return h.reply(h.result(&mcp.CallToolParams{Name: "reject_application", Arguments: a, InputResponses: answer, RequestState: state}))
	}
	for what, r := range map[string]reply{
		"no state":          send(arguments, yes, ""),
		"an altered state":  send(arguments, yes, "B"+first.RequestState[1:]),
		"other arguments":   send(h.rejection(), yes, first.RequestState),
		"a second decision": func() reply { send(arguments, no, first.RequestState); return send(arguments, yes, first.RequestState) }(),
	} {
		assert.True(t, r.failed, "%s: %s", what, r.words)
		assert.Empty(t, h.Effects(), what)
	}
	asked := h.result(&mcp.CallToolParams{Name: "reject_application", Arguments: arguments})
	for range 2 {
		assert.Equal(t, "not sent", send(arguments, unticked, asked.RequestState).Outcome, "a form that was not ticked")
	}
	assert.True(t, send(arguments, yes, asked.RequestState).failed)
	assert.Empty(t, h.Effects())
	asked = h.result(&mcp.CallToolParams{Name: "reject_application", Arguments: arguments})
	for range 2 {
		assert.Equal(t, stateDone, send(arguments, yes, asked.RequestState).Outcome)
		assert.Len(t, h.Effects(), 1)
	}
}
