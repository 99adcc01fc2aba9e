package faults

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// setup is an ATS with a server whose client can ask a person.
type setup struct {
	*pool
	*server
	clock *fake.Clock
}

func newSetup(t *testing.T, change func(*tools.Config)) *setup {
	t.Helper()
	c := fake.NewClock(pinned)
	g := newPool(t, sandbox.Options{Applications: 300, Clock: c.Now})
	d := &setup{pool: g, clock: c}
	d.server = newServer(t, g.Sandbox, func(cfg *tools.Config) {
		cfg.Writes = tools.PolicyConfirm
		if change != nil {
			change(cfg)
		}
	})
	d.who.CanAsk = true
	return d
}

// ask makes a call that must ask for confirmation, and returns the question and the
// state.
func (d *setup) ask(tool string, arguments args) (question, state string) {
	d.server.t.Helper()
	r := d.box.Call(d.server.t.Context(), d.who, tool, plain(d.server.t, arguments))
	require.True(d.server.t, r.NeedsInput(), "%s: %v", tool, r.Content)
	require.Len(d.server.t, r.InputRequests, 1)
	require.NotNil(d.server.t, r.InputRequests["confirm"].Elicitation)
	assert.Equal(d.server.t, mcp.MethodElicitationCreate, r.InputRequests["confirm"].Method)
	return r.InputRequests["confirm"].Elicitation.Message, r.RequestState
}

// response returns the person's response as it arrives over the protocol.
func response(t *testing.T, raw string) mcp.InputResponses {
	t.Helper()
	var r mcp.InputResponse
	require.NoError(t, json.Unmarshal([]byte(raw), &r))
	return mcp.InputResponses{"confirm": r}
}

// answer repeats the call with the person's answer.
func (d *setup) answer(tool string, arguments args, state, action string) reply {
	d.server.t.Helper()
	who := d.who
	who.State, who.Responses = state, response(d.server.t, action)
	return d.callAs(who, tool, arguments)
}

const (
	accept  = `{"action":"accept","content":{}}`
	decline = `{"action":"decline"}`
	cancel  = `{"action":"cancel"}`
)

func (d *setup) rejection() args {
	return args{"application_id": d.application().ID, "rejection_reason_id": d.reason()}
}

// nothingSent asserts that the ATS received no write and the journal has none.
func (d *setup) nothingSent(what string) {
	d.server.t.Helper()
	assert.Empty(d.server.t, d.Effects(), what)
	for _, r := range d.Requests() {
		assert.Equal(d.server.t, "GET", r.Method, what)
	}
	assert.Empty(d.server.t, verified(d.server.t, d.path), what)
}

var weighty = []string{"create_application", "create_candidate", "move_application_to_stage", "reject_application"}

func TestPolicyDecidesWhichWritesAreConfirmed(t *testing.T) {
	t.Parallel()
	for _, w := range writeTools {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyConfirmAll })
			arguments := w.arguments(d.pool)
			arguments["dry_run"] = true
			r := d.call(w.name, arguments)
			assert.Equal(t, "preview", r.Outcome, "a preview asks for no confirmation: %s", r.words)
			delete(arguments, "dry_run")
			question, state := d.ask(w.name, arguments)
			assert.NotEmpty(t, question)
			d.nothingSent("asked and not answered")
			r = d.answer(w.name, arguments, state, decline)
			assert.Equal(t, "not sent", r.Outcome, r.words)
			d.nothingSent("declined")
			_, state = d.ask(w.name, arguments)
			r = d.answer(w.name, arguments, state, accept)
			assert.Equal(t, stateDone, r.Outcome, r.words)
			assert.Len(t, d.Effects(), 1)
			assert.Equal(t, "a person, asked by the server", intents(d.lines())[0].ConfirmedHow)
		})
	}
	t.Run("confirm asks before what changes where a person stands", func(t *testing.T) {
		d := newSetup(t, nil)
		asked := []string{}
		for _, w := range writeTools {
			before := len(d.Effects())
			if d.box.Call(t.Context(), d.who, w.name, plain(t, w.arguments(d.pool))).NeedsInput() {
				asked = append(asked, w.name)
				assert.Len(t, d.Effects(), before)
			}
		}
		assert.Equal(t, weighty, asked)
	})
	t.Run("deny refuses every write, and shows what it would do", func(t *testing.T) {
		d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyDeny })
		for _, w := range writeTools {
			arguments := w.arguments(d.pool)
			for _, r := range []reply{d.call(w.name, arguments), d.answer(w.name, arguments, "", accept)} {
				assert.True(t, r.failed, w.name)
				assert.Contains(t, r.words, "allow no writes", w.name)
			}
			arguments["dry_run"] = true
			assert.Equal(t, "preview", d.call(w.name, arguments).Outcome, w.name)
		}
		d.nothingSent("denied")
	})
	t.Run("read-only has none of them", func(t *testing.T) {
		d := newSetup(t, func(c *tools.Config) { c.ReadOnly = true })
		for _, tool := range d.box.Tools() {
			assert.True(t, tool.ReadOnly(), tool.Name())
		}
		for _, w := range writeTools {
			r := d.call(w.name, w.arguments(d.pool))
			assert.True(t, r.failed, w.name)
			assert.Contains(t, r.words, "read-only", w.name)
		}
		d.nothingSent("read-only")
	})
}

func intents(lines []journal.Line) []journal.Line {
	var out []journal.Line
	for _, l := range lines {
		if l.Kind == journal.KindIntent {
			out = append(out, l)
		}
	}
	return out
}

func TestNothingIsSentUnlessThePersonAccepts(t *testing.T) {
	for what, raw := range map[string]string{
		"decline": decline, "cancel": cancel, "no action": `{}`, "another action": `{"action":"ok"}`, "a number": `7`, "null": `null`, "a list": `[{"action":"accept"}]`, "upper case": `{"action":"ACCEPT"}`,
	} {
		t.Run(what, func(t *testing.T) {
			d := newSetup(t, nil)
			arguments := d.rejection()
			_, state := d.ask("reject_application", arguments)
			r := d.answer("reject_application", arguments, state, raw)
			if !r.failed {
				assert.Equal(t, "not sent", r.Outcome, r.words)
			}
			d.nothingSent(r.words)
		})
	}
}

func TestConfirmationIsBoundToItsQuestion(t *testing.T) {
	t.Parallel()
	d := newSetup(t, nil)
	arguments := d.rejection()
	_, state := d.ask("reject_application", arguments)
	refused := func(what, tool string, other args, state string) {
		t.Helper()
		r := d.answer(tool, other, state, accept)
		assert.True(t, r.failed, "%s: %s", what, r.words)
		d.nothingSent(what)
	}
	for i := range state {
		for _, c := range []byte{'A', 'b', '_'} {
			if altered := state[:i] + string(c) + state[i+1:]; altered != state && i < len(state)-1 {
				refused("an altered state", "reject_application", arguments, altered)
			}
		}
	}
	for _, s := range []string{"", "AAAA", state[:len(state)-4], state + "AAAA", strings.Repeat("A", len(state)), "%%%"} {
		refused("another state", "reject_application", arguments, s)
	}
	other := d.rejection()
	refused("another application", "reject_application", other, state)
	with := func(key string, value any) args {
		out := args{key: value}
		for k, v := range arguments {
			if k != key {
				out[k] = v
			}
		}
		return out
	}
	refused("another reason", "reject_application", with("rejection_reason_id", d.data.Reasons[1].Name), state)
	refused("a note", "reject_application", with("note", "Bye."), state)
	refused("one application more", "reject_application", with("application_id", arguments["application_id"].(string)+","+other["application_id"].(string)), state)
	refused("again", "reject_application", with("again", true), state)
	a := d.data.Applications[0]
	refused("another tool", "move_application_to_stage", args{"application_id": arguments["application_id"], "stage_id": a.StageID, "anyway": true}, state)

	stranger := newServer(t, d.Sandbox, func(c *tools.Config) { c.Writes, c.Secret = tools.PolicyConfirm, []byte("another secret") })
	who := d.who
	who.State, who.Responses = state, response(t, accept)
	assert.True(t, stranger.callAs(who, "reject_application", arguments).failed, "a server with another secret")
	d.nothingSent("a server with another secret")

	r := d.answer("reject_application", arguments, state, accept)
	assert.Equal(t, stateDone, r.Outcome, "the state itself is still good: %s", r.words)
}

func TestConfirmationIsAcceptedOnce(t *testing.T) {
	d := newSetup(t, nil)
	arguments := d.rejection()
	_, state := d.ask("reject_application", arguments)
	assert.Equal(t, "not sent", d.answer("reject_application", arguments, state, decline).Outcome)
	r := d.answer("reject_application", arguments, state, accept)
	assert.True(t, r.failed, "a declined confirmation was accepted: %s", r.words)
	assert.Contains(t, r.words, "used before")
	d.nothingSent("declined")

	_, state = d.ask("reject_application", arguments)
	d.Inject(sandbox.Fault{Operation: "reject_application", Status: 400, Code: "REMOTE.INPUT_INVALID", Times: 1})
	assert.True(t, d.answer("reject_application", arguments, state, accept).failed)
	r = d.answer("reject_application", arguments, state, accept)
	assert.True(t, r.failed, "a refused write is sent again without being asked: %s", r.words)
	assert.Empty(t, d.Effects())
}

func TestConfirmationExpires(t *testing.T) {
	d := newSetup(t, nil)
	arguments := d.rejection()
	_, state := d.ask("reject_application", arguments)
	d.clock.Advance(9*time.Minute + time.Second)
	r := d.answer("reject_application", arguments, state, accept)
	assert.True(t, r.failed, r.words)
	assert.Contains(t, r.words, "expired")
	d.nothingSent("expired")
	_, state = d.ask("reject_application", arguments)
	d.clock.Advance(9*time.Minute - time.Second)
	assert.Equal(t, stateDone, d.answer("reject_application", arguments, state, accept).Outcome)
}

func TestBatchIsConfirmedOnce(t *testing.T) {
	d := newSetup(t, nil)
	var ids, names []string
	for range 25 {
		a := d.application()
		ids, names = append(ids, a.ID), append(names, digest.Clean(d.people[a.CandidateID].Last))
	}
	arguments := args{"application_id": strings.Join(ids, ","), "rejection_reason_id": d.reason()}
	question, state := d.ask("reject_application", arguments)
	for i := range ids {
		assert.Contains(t, question, ids[i])
		assert.Contains(t, question, names[i])
	}
	assert.Contains(t, question, "cannot be undone")
	r := d.answer("reject_application", arguments, state, accept)
	assert.Equal(t, stateDone, r.Outcome, r.words)
	assert.Len(t, d.Effects(), 25)

	r = d.call("reject_application", arguments)
	assert.Equal(t, stateDone, r.Outcome, "a write that is done is not confirmed again: %s", r.words)
	more := d.application()
	arguments["application_id"] = ids[0] + "," + more.ID
	question, _ = d.ask("reject_application", arguments)
	assert.NotContains(t, question, ids[0], "only what would be sent is confirmed")
	assert.Contains(t, question, more.ID)
	_, state = d.ask("reject_application", arguments)
	r = d.answer("reject_application", arguments, state, decline)
	assert.Equal(t, "done, not sent", r.outcomes(), "declining does not undo: %s", r.words)
	assert.Len(t, d.Effects(), 25)
}
