package faults

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// setup is an ATS with a server and a person who can be asked.
type setup struct {
	*pool
	*server
	clock *fake.Clock
	// config is how its server is set up.
	config func(*tools.Config)
}

func newSetup(t *testing.T, change func(*tools.Config)) *setup {
	t.Helper()
	c := fake.NewClock(pinned)
	g := newPool(t, sandbox.Options{Applications: 300, Clock: c.Now})
	d := &setup{pool: g, clock: c, config: func(cfg *tools.Config) {
		cfg.Writes = tools.PolicyConfirm
		if change != nil {
			change(cfg)
		}
	}}
	d.server = newServer(t, g.Sandbox, d.config)
	d.who.CanAsk = true
	return d
}

// ask makes a call that has to come to a question, and gives it with its state.
func (d *setup) ask(tool string, arguments args) (question, state string) {
	d.server.t.Helper()
	r := d.box.Call(d.server.t.Context(), d.who, tool, plain(d.server.t, arguments))
	require.True(d.server.t, r.NeedsInput(), "%s: %v", tool, r.Content)
	require.Len(d.server.t, r.InputRequests, 1)
	require.NotNil(d.server.t, r.InputRequests["confirm"].Elicitation)
	assert.Equal(d.server.t, mcp.MethodElicitationCreate, r.InputRequests["confirm"].Method)
	return r.InputRequests["confirm"].Elicitation.Message, r.RequestState
}

// response is what the person did, as it comes over the wire.
func response(t *testing.T, raw string) mcp.InputResponses {
	t.Helper()
	var r mcp.InputResponse
	require.NoError(t, json.Unmarshal([]byte(raw), &r))
	return mcp.InputResponses{"confirm": r}
}

// answer makes the call again with the person's answer.
func (d *setup) answer(tool string, arguments args, state, action string) reply {
	d.server.t.Helper()
	who := d.who
	who.State, who.Responses = state, response(d.server.t, action)
	return d.callAs(who, tool, arguments)
}

const (
	accept  = `{"action":"accept","content":{"confirm":true}}`
	decline = `{"action":"decline"}`
	cancel  = `{"action":"cancel"}`
)

func (d *setup) rejection() args {
	return args{"application_id": d.application().ID, "rejection_reason_id": d.reason()}
}

// nothingSent checks that the ATS got no write and the journal has none.
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
			assert.Equal(t, "preview", r.Outcome, "a preview asks nobody: %s", r.words)
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
			in := intents(d.lines())[0]
			assert.Equal(t, "form", in.ConfirmedHow)
			assert.Equal(t, "confirm: true", in.Answer)
			assert.Equal(t, d.who.Client, in.ConfirmedBy)
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

// noes are answers that can be read and do not confirm.
var noes = map[string]string{
	"decline": decline, "cancel": cancel, "accept without content": `{"action":"accept"}`, "accept an empty form": `{"action":"accept","content":{}}`,
	"accept null": `{"action":"accept","content":null}`, "accept confirm: false": `{"action":"accept","content":{"confirm":false}}`,
	"accept confirm: null": `{"action":"accept","content":{"confirm":null}}`, "accept confirm: no": `{"action":"accept","content":{"confirm":"no"}}`,
	"accept confirm: yes": `{"action":"accept","content":{"confirm":"yes"}}`, "accept confirm: 1": `{"action":"accept","content":{"confirm":1}}`,
	"accept a list": `{"action":"accept","content":{"confirm":[true]}}`, "accept another field": `{"action":"accept","content":{"confirmed":true,"Confirm":true}}`,
	"decline with confirm": `{"action":"decline","content":{"confirm":true}}`, "cancel with confirm": `{"action":"cancel","content":{"confirm":true}}`,
}

// garbage are answers that cannot be read.
var garbage = map[string]string{
	"no action": `{}`, "another action": `{"action":"ok","content":{"confirm":true}}`, "a number": `7`, "null": `null`,
	"a list": `[{"action":"accept","content":{"confirm":true}}]`, "upper case": `{"action":"ACCEPT","content":{"confirm":true}}`,
}

func TestNothingIsSentUnlessThePersonAccepts(t *testing.T) {
	for what, raw := range noes {
		for _, f := range []tools.Fallback{tools.FallbackAllow, tools.FallbackPreview, tools.FallbackDeny} {
			t.Run(what+", fallback "+string(f), func(t *testing.T) {
				d := newSetup(t, func(c *tools.Config) { c.Fallback = f })
				arguments := d.rejection()
				_, state := d.ask("reject_application", arguments)
				r := d.answer("reject_application", arguments, state, raw)
				assert.Equal(t, "not sent", r.Outcome, r.words)
				assert.Contains(t, r.words, "no one confirmed")
				assert.Empty(t, r.Code, "a no is not the way to a code")
				d.nothingSent(r.words)
			})
		}
	}
}

func TestAnAnswerThatCannotBeReadMeetsTheFallback(t *testing.T) {
	for what, raw := range garbage {
		t.Run(what, func(t *testing.T) {
			d := newSetup(t, func(c *tools.Config) { c.Fallback = tools.FallbackPreview })
			arguments := d.rejection()
			_, state := d.ask("reject_application", arguments)
			r := d.answer("reject_application", arguments, state, raw)
			if !r.failed {
				assert.Equal(t, "preview", r.Outcome, r.words)
				assert.Len(t, r.Code, 14)
			}
			d.nothingSent(r.words)

			d = newSetup(t, func(c *tools.Config) { c.Fallback = tools.FallbackDeny })
			arguments = d.rejection()
			_, state = d.ask("reject_application", arguments)
			r = d.answer("reject_application", arguments, state, raw)
			assert.True(t, r.failed, r.words)
			assert.Contains(t, r.words, "cannot ask")
			d.nothingSent(r.words)
		})
	}
}

func TestAQuestionThatWasShownAndNotAnsweredSendsNothing(t *testing.T) {
	for _, f := range []tools.Fallback{tools.FallbackAllow, tools.FallbackPreview, tools.FallbackDeny} {
		d := newSetup(t, func(c *tools.Config) { c.Fallback = f })
		arguments := d.rejection()
		_, state := d.ask("reject_application", arguments)
		who := d.who
		who.State, who.Asked = state, tools.AskUnanswered
		r := d.callAs(who, "reject_application", arguments)
		assert.Equal(t, "preview", r.Outcome, r.words)
		assert.Contains(t, r.words, "no one answered")
		d.nothingSent(string(f))
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
	for what, raw := range noes {
		d := newSetup(t, nil)
		arguments := d.rejection()
		_, state := d.ask("reject_application", arguments)
		for range 2 {
			assert.Equal(t, "not sent", d.answer("reject_application", arguments, state, raw).Outcome, "%s, and the same once more", what)
		}
		for _, at := range []*setup{d, d.restarted(t)} {
			r := at.answer("reject_application", arguments, state, accept)
			assert.True(t, r.failed, "%s is turned into a yes: %s", what, r.words)
			assert.Contains(t, r.words, "used before", what)
			d.nothingSent(what)
		}
	}

	d := newSetup(t, nil)
	arguments := d.rejection()
	_, state := d.ask("reject_application", arguments)
	d.Inject(sandbox.Fault{Operation: "reject_application", Status: 400, Code: "REMOTE.INPUT_INVALID", Times: 1})
	assert.True(t, d.answer("reject_application", arguments, state, accept).failed)
	for _, at := range []*setup{d, d.restarted(t)} {
		r := at.answer("reject_application", arguments, state, accept)
		assert.True(t, r.failed, "a refused write is sent again without being asked: %s", r.words)
		assert.Empty(t, d.Effects())
	}
	assert.Len(t, verified(t, d.path), 1)
}

// restarted is the setup with a server that was started anew over the same journal.
func (d *setup) restarted(t *testing.T) *setup {
	t.Helper()
	up, err := app.InSandbox(d.Sandbox, kombo.WithHTTPClient(&http.Client{Transport: d.Transport()}))
	require.NoError(t, err)
	again := *d.server
	again.box = newBox(t, up, func(s *app.Settings) { s.Journal, s.MaxWritesPerMinute = d.path, 1000 }, d.config)
	return &setup{pool: d.pool, server: &again, clock: d.clock, config: d.config}
}

// TestASpentAnswerNeverSendsAgain: whatever again says, and over a restart.
func TestASpentAnswerNeverSendsAgain(t *testing.T) {
	for _, purpose := range []bool{false, true} {
		d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyConfirmAll })
		arguments := args{"application_id": d.application().ID, "content": "Hello."}
		if purpose {
			arguments["again"] = true
		}
		_, state := d.ask("add_application_note", arguments)
		assert.Equal(t, stateDone, d.answer("add_application_note", arguments, state, accept).Outcome)
		for _, at := range []*setup{d, d.restarted(t)} {
			r := at.answer("add_application_note", arguments, state, accept)
			assert.Equal(t, stateDone, r.Outcome, "the first outcome: %s", r.words)
			other := args{"again": !purpose, "anyway": true}
			for k, v := range arguments {
				if k != "again" {
					other[k] = v
				}
			}
			at.answer("add_application_note", other, state, accept)
			assert.Len(t, d.Effects(), 1, "again: %v", purpose)
			assert.Equal(t, []string{stateDone}, verified(t, d.path))
		}
	}
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
	assert.Equal(t, stateDone, r.Outcome, "what was done asks nobody again: %s", r.words)
	more := d.application()
	arguments["application_id"] = ids[0] + "," + more.ID
	question, _ = d.ask("reject_application", arguments)
	assert.NotContains(t, question, ids[0], "only what would be sent is asked about")
	assert.Contains(t, question, more.ID)
	_, state = d.ask("reject_application", arguments)
	r = d.answer("reject_application", arguments, state, decline)
	assert.Equal(t, "done, not sent", r.outcomes(), "a no takes back nothing: %s", r.words)
	assert.Len(t, d.Effects(), 25)
}
