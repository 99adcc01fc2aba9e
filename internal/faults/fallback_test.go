package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// mute is a setup whose client cannot ask.
func withFallback(t *testing.T, f tools.Fallback) *setup {
	t.Helper()
	d := newSetup(t, func(c *tools.Config) { c.Fallback = f })
	d.who.CanAsk = false
	return d
}

func TestFallbackDecidesIfTheClientCannotAsk(t *testing.T) {
	t.Run("allow trusts the host", func(t *testing.T) {
		d := withFallback(t, tools.FallbackAllow)
		r := d.call("reject_application", d.rejection())
		assert.Equal(t, stateDone, r.Outcome, r.words)
		assert.Equal(t, "settings", intents(d.lines())[0].ConfirmedHow)
	})
	t.Run("deny sends nothing", func(t *testing.T) {
		d := withFallback(t, tools.FallbackDeny)
		r := d.call("reject_application", d.rejection())
		assert.True(t, r.failed)
		assert.Contains(t, r.words, "cannot ask")
		d.nothingSent("denied")
		r = d.answer("reject_application", d.rejection(), "", accept)
		assert.True(t, r.failed, "an answer that nobody was asked for: %s", r.words)
		d.nothingSent("denied")
		note := args{"application_id": d.application().ID, "content": "Hello."}
		assert.Equal(t, stateDone, d.call("add_application_note", note).Outcome, "what needs no person is sent")
	})
	t.Run("preview wants its code", func(t *testing.T) {
		d := withFallback(t, tools.FallbackPreview)
		arguments := d.rejection()
		r := d.call("reject_application", arguments)
		assert.Equal(t, "preview", r.Outcome)
		assert.Len(t, r.Code, 14)
		assert.Contains(t, r.words, r.Code, "the text carries it too")
		d.nothingSent("previewed")
		arguments["code"] = " " + r.Code + " "
		r = d.call("reject_application", arguments)
		assert.Equal(t, stateDone, r.Outcome, r.words)
		in := intents(d.lines())[0]
		assert.Equal(t, "code", in.ConfirmedHow)
		assert.Equal(t, d.who.Client, in.ConfirmedBy)
		arguments["code"] = "WRON-GONE-WRON"
		assert.Equal(t, stateDone, d.call("reject_application", arguments).Outcome, "what was done needs no code")
		assert.Len(t, d.Effects(), 1)
	})
}

func TestConfirmationCodeIsBoundToItsPreview(t *testing.T) {
	d := withFallback(t, tools.FallbackPreview)
	arguments, other := d.rejection(), d.rejection()
	code := d.call("reject_application", arguments).Code
	otherCode := d.call("reject_application", other).Code
	assert.NotEqual(t, code, otherCode)
	refused := func(what string, a args, code string) {
		t.Helper()
		a["code"] = code
		r := d.call("reject_application", a)
		delete(a, "code")
		assert.True(t, r.failed, "%s: %s", what, r.words)
		assert.Contains(t, r.words, "code belongs to another write", what)
		d.nothingSent(what)
	}
	refused("a wrong code", arguments, "AAAA-AAAA-AAAA")
	refused("the nonce of one with the signature of another", arguments, code[:5]+otherCode[5:])
	refused("another nonce", arguments, otherCode[:5]+code[5:])
	refused("a code of other arguments", arguments, otherCode)
	refused("half a code", arguments, code[:7])
	arguments["note"] = "Bye."
	refused("a code with a note more", arguments, code)
	delete(arguments, "note")
	arguments["again"] = true
	refused("a code for doing it again", arguments, code)
	delete(arguments, "again")
	both := args{"application_id": arguments["application_id"].(string) + "," + other["application_id"].(string), "rejection_reason_id": d.reason()}
	refused("a code of one for two", both, code)

	d.clock.Advance(10*time.Minute + time.Second)
	refused("a stale code", arguments, code)
	code = d.call("reject_application", arguments).Code
	d.clock.Advance(5 * time.Minute)
	arguments["code"] = code
	assert.Equal(t, stateDone, d.call("reject_application", arguments).Outcome)
}

// TestASpentCodeNeverSendsAgain: whatever again says, and over a restart.
func TestASpentCodeNeverSendsAgain(t *testing.T) {
	for _, purpose := range []bool{false, true} {
		d := newSetup(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
		d.who.CanAsk = false
		arguments := args{"application_id": d.application().ID, "content": "Hello."}
		if purpose {
			arguments["again"] = true
		}
		first, second := d.call("add_application_note", arguments).Code, d.call("add_application_note", arguments).Code
		assert.NotEqual(t, first, second, "each preview has a code of its own")
		arguments["code"] = first
		assert.Equal(t, stateDone, d.call("add_application_note", arguments).Outcome)
		for _, at := range []*setup{d, d.restarted(t)} {
			assert.Equal(t, stateDone, at.call("add_application_note", arguments).Outcome, "the first outcome")
			for _, again := range []bool{false, true} {
				other := args{"again": again, "anyway": true, "code": first}
				for k, v := range arguments {
					if k != "again" {
						other[k] = v
					}
				}
				at.call("add_application_note", other)
				assert.Len(t, d.Effects(), 1, "again: %v, then %v", purpose, again)
			}
		}
		assert.Equal(t, []string{stateDone}, verified(t, d.path))
	}
	d := withFallback(t, tools.FallbackPreview)
	arguments := d.rejection()
	arguments["code"] = d.call("reject_application", arguments).Code
	d.Inject(sandbox.Fault{Operation: "reject_application", Status: 400, Code: "REMOTE.INPUT_INVALID", Times: 1})
	assert.True(t, d.call("reject_application", arguments).failed)
	for _, at := range []*setup{d, d.restarted(t)} {
		r := at.call("reject_application", arguments)
		assert.True(t, r.failed, "a refused write is sent again with the code of the first: %s", r.words)
		assert.Empty(t, d.Effects())
	}
}

func TestConfirmationCodeCoversFileContents(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes, c.Fallback = tools.PolicyConfirmAll, tools.FallbackPreview })
	d.who.CanAsk = false
	arguments := args{"application_id": d.application().ID, "attachment": args{"type": "CV", "name": "cv.txt", "text": "Truly yours."}}
	code := d.call("add_application_attachment", arguments).Code
	arguments["code"] = code
	arguments["attachment"] = args{"type": "CV", "name": "cv.txt", "text": "Somebody's."}
	assert.True(t, d.call("add_application_attachment", arguments).failed)
	d.nothingSent("another file")
	arguments["attachment"] = args{"type": "CV", "name": "cv.txt", "text": "Truly yours."}
	assert.Equal(t, stateDone, d.call("add_application_attachment", arguments).Outcome)
}
