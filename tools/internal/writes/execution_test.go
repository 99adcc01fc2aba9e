package writes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func TestAWriteIsSentOnceAndRecorded(t *testing.T) {
	r := newRig(t, nil)
	a, err := r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "done: Move a1 to Offer.", a.Text())
	assert.Equal(t, []string{"a1"}, r.sent)
	in := r.memory.intents[0]
	assert.Equal(t, once.Intent{
		Key: in.Key, Tool: "move", RequestID: "r1", Client: "test", Integration: "greenhouse:1", Confirmation: once.Confirmation{How: bySettings},
		Arguments: json.RawMessage(`{"application_id":"a1","stage_id":"offer"}`), Deadline: start.Add(2 * time.Minute),
	}, in)
	assert.Equal(t, once.Outcome{State: once.Done, Summary: "Move a1 to Offer", Attempts: 1}, r.only().Outcome)

	r.now = start.Add(5 * time.Minute)
	a, err = r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "done: This was already done 5 minutes ago and was not repeated: Move a1 to Offer. To do it once more, send again: true.", a.Text())
	assert.Len(t, r.sent, 1)
	_, err = r.run(Flags{Again: true}, r.plan("a1"))
	require.NoError(t, err)
	assert.Len(t, r.sent, 2)
}

func TestWhatSpeaksAgainstAPlanComesAtOnce(t *testing.T) {
	r := newRig(t, nil)
	p := r.plan("a1")
	p.Require("stage_id", " ", "note", "x")
	p.AddWarningFor("a1", "a1 is already at %s", "Offer")
	p.AddWarningFor("a1", "a1 is already at %s", "Offer")
	for _, f := range []Flags{{}, {DryRun: true}} {
		_, err := r.run(f, p)
		bad, ok := errors.AsType[*args.Error](err)
		require.True(t, ok)
		assert.Equal(t, []string{"stage_id is required and empty.", "a1 is already at Offer.",
			"The last point rests on Kombo's copy, which may be hours old; anyway: true overrides it."}, bad.Problems)
	}
	_, err := r.run(Flags{Anyway: true}, p)
	assert.EqualError(t, err, "stage_id is required and empty.")

	p.Problems = nil
	_, err = r.run(Flags{}, p)
	assert.EqualError(t, err, "a1 is already at Offer. What Kombo's copy says may be hours old: if you know better, send the same call with anyway: true.")
	r.nothingSent()
	_, err = r.run(Flags{Anyway: true}, p)
	require.NoError(t, err)
	_, err = r.run(Flags{}, p)
	assert.NoError(t, err, "a copy that shows the done change does not object")
	assert.Len(t, r.sent, 1)
}

func TestADryRunShowsAndSendsNothing(t *testing.T) {
	r := newRig(t, func(d *Deps) { d.Policy = PolicyDeny })
	p := r.plan("a1", "a2")
	p.AddNote("somebody has the same name")
	a, err := r.run(Flags{DryRun: true}, p)
	require.NoError(t, err)
	assert.Equal(t, `Nothing was sent. This would be done:
2 preview
preview: Move a1 to Offer. {"application_id":"a1","stage_id":"offer"}
preview: Move a2 to Offer.
note: somebody has the same name`, a.Text())
	r.nothingSent()
}

func TestWithoutItsMemoryNothingIsSent(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		r := newRig(t, nil)
		r.memory.broken = errors.New("disk full")
		if hidden { // it breaks between look and begin
			r.Memory = &lookless{r.memory}
		}
		_, err := r.run(Flags{}, r.plan("a1"))
		assert.ErrorContains(t, err, "nothing was sent")
		assert.ErrorContains(t, err, "disk full")
		r.nothingSent()
	}
	r := newRig(t, nil)
	r.memory.broken = errors.New("disk full")
	r.Memory = &lookless{r.memory}
	a, err := r.run(Flags{}, r.plan("a1", "a2"))
	require.NoError(t, err)
	assert.Equal(t, "not sent", a.Outcome, "it would fail for the other too")
	assert.Contains(t, a.Results[1].Says, "what failed before")
}

// lookless finds nothing and never fails to.
type lookless struct{ *memory }

func (lookless) Look(context.Context, string) (once.Entry, bool, error) {
	return once.Entry{}, false, nil
}

func TestAFailureOfALoneWriteIsTheCalls(t *testing.T) {
	r := newRig(t, nil)
	r.fails["a1"] = &kombo.Error{Status: 400, Message: "no such stage", LogURL: "https://log.example"}
	_, err := r.run(Flags{}, r.plan("a1"))
	assert.ErrorContains(t, err, "no such stage")
	a, err := r.run(Flags{}, r.plan("a1", "a2"))
	require.NoError(t, err)
	assert.Equal(t, "mixed", a.Outcome)
	assert.Equal(t, "1 done, 1 refused", a.Size())
	assert.NotEmpty(t, r.memory.intents[1].Batch)
	assert.Equal(t, r.memory.intents[1].Batch, r.memory.intents[2].Batch)
	assert.Empty(t, r.memory.intents[0].Batch)
}

func TestABatchStopsWhereGoingOnIsUseless(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		stop string
	}{
		"a refusal":      {&kombo.Error{Status: 400}, ""},
		"the rights":     {&kombo.Error{Status: 403, Code: kombo.CodePermissionMissing}, "would fail for this record too"},
		"no answer":      {&kombo.Error{}, "got no answer"},
		"a rate limit":   {&kombo.Error{Status: 429, Code: kombo.CodeRateLimitExceeded}, "accepts no more"},
		"something else": {errors.New("odd"), ""},
	} {
		r := newRig(t, nil)
		r.fails["a1"] = c.err
		a, err := r.run(Flags{}, r.plan("a1", "a2"))
		require.NoError(t, err)
		if c.stop == "" {
			assert.Equal(t, "done", a.Results[1].Outcome, name)
			continue
		}
		assert.Equal(t, "not sent", a.Results[1].Outcome, name)
		assert.Contains(t, a.Results[1].Says, c.stop, name)
		assert.Len(t, r.sent, 1, name)
	}
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	p := r.plan("a1", "a2")
	send := p.Changes[0].Send
	p.Changes[0].Send = func(ctx context.Context) (kombo.Receipt, map[string]string, error) { cancel(); return send(ctx) }
	a, err := r.Run(ctx, Caller{}, move, Flags{}, p)
	require.NoError(t, err)
	assert.Contains(t, a.Results[1].Says, "was cancelled before")
}

func TestAnUnknownOutcomeIsNeverRepeatedAndMayBeSettled(t *testing.T) {
	r := newRig(t, nil)
	r.fails["a1"] = fmt.Errorf("%w: %w", kombo.ErrOutcomeUnknown, &kombo.Error{})
	_, err := r.run(Flags{}, r.plan("a1"))
	require.ErrorIs(t, err, kombo.ErrOutcomeUnknown)
	_, err = r.run(Flags{}, r.plan("a1"))
	require.ErrorIs(t, err, kombo.ErrOutcomeUnknown)
	assert.ErrorContains(t, err, "was not sent again")
	assert.Len(t, r.sent, 1)

	p := r.plan("a1")
	var since time.Time
	p.Changes[0].Shows = func(_ context.Context, at time.Time) (bool, error) { since = at; return true, nil }
	a, err := r.run(Flags{}, p)
	require.NoError(t, err)
	assert.Equal(t, "done", a.Outcome)
	assert.Equal(t, start.Add(-2*time.Minute), since, "the write may have begun an action's time earlier, by a slow clock")
	assert.Equal(t, []once.Outcome{{State: once.Done, Summary: "Move a1 to Offer"}}, r.memory.settle)

	p = r.plan("a2")
	r.fails["a2"] = r.fails["a1"]
	p.Changes[0].Shows = func(context.Context, time.Time) (bool, error) { return true, nil }
	a, err = r.run(Flags{}, p)
	require.NoError(t, err)
	assert.Contains(t, a.Text(), "The answer was lost; Kombo's copy shows that it was done.")
}

func TestAWriteUnderWayIsNotSentAgain(t *testing.T) {
	r := newRig(t, nil)
	key, err := keyOf("greenhouse:1", "move", r.plan("a1").Changes[0].Arguments)
	require.NoError(t, err)
	r.memory.entries[key] = once.Entry{Key: key, Outcome: once.Outcome{State: once.InFlight}}
	_, err = r.run(Flags{}, r.plan("a1"))
	assert.ErrorContains(t, err, "is under way")
	r.nothingSent()
}

func TestARecordThatExpiresDuringTheCallSendsNothing(t *testing.T) {
	r := newRig(t, nil)
	key, err := keyOf("greenhouse:1", "move", r.plan("a1").Changes[0].Arguments)
	require.NoError(t, err)
	r.memory.entries[key] = once.Entry{Key: key, Outcome: once.Outcome{State: once.Done}}
	r.Memory = &expiring{r.memory}
	_, err = r.run(Flags{}, r.plan("a1"))
	assert.ErrorContains(t, err, "expired while this call ran")
	assert.Empty(t, r.sent)
}

// expiring forgets between look and begin.
type expiring struct{ *memory }

func (m *expiring) Begin(ctx context.Context, in once.Intent) (once.Claim, error) {
	clear(m.entries)
	return m.memory.Begin(ctx, in)
}

func TestWhatWasCreatedAndWhatTheATSSaysIsTold(t *testing.T) {
	r := newRig(t, nil)
	p := r.plan("")
	p.Changes[0].Summary = "Enter Eve"
	p.Changes[0].Send = func(context.Context) (kombo.Receipt, map[string]string, error) {
		return kombo.Receipt{Warnings: []kombo.Warning{{Message: "no\u202e mail sent"}}}, map[string]string{"application": "a9", "candidate": "c9"}, nil
	}
	a, err := r.run(Flags{}, p)
	require.NoError(t, err)
	assert.Equal(t, "done: Enter Eve. New application a9. New candidate c9.\nnote: The ATS warns: no mail sent", a.Text())
	assert.Equal(t, Effect{Kind: EffectCreated, Record: "a9", Value: "a9"}, r.Recent.list[0].Effect)
}

func TestTheAgentReadsMaskedWords(t *testing.T) {
	mask, err := privacy.New([]string{"name"}, []byte("a secret"))
	require.NoError(t, err)
	r := newRig(t, func(d *Deps) { d.Mask, d.Policy = mask, PolicyConfirm })
	p := r.plan("a1")
	p.Changes[0].Summary = `Reject "Anna Berg" (c1), note "Sorry, \"Anna Berg\" (c1)"`
	p.Changes[0].Arguments["note"] = `Sorry, "Anna Berg" (c1)`
	p.Name(`"Anna Berg" (c1)`, "Person X (c1)")
	p.People = []privacy.Identity{privacy.OfCandidate(&kombo.Candidate{ID: "c1", FirstName: "Anna", LastName: "Berg"})}
	a, err := r.run(Flags{DryRun: true}, p)
	require.NoError(t, err)
	assert.Equal(t, `Reject Person X (c1), note "Sorry, \"Anna Berg\" (c1)".`, a.Results[0].Says, "what was typed stays as it was typed")
	assert.Contains(t, a.Results[0].Resolved, `"note":"Sorry, \"Anna Berg\" (c1)"`)

	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, p)
	asks, ok := errors.AsType[*ConfirmationRequiredError](err)
	require.True(t, ok)
	assert.Contains(t, asks.Statement.Text(), `Reject "Anna Berg" (c1)`, "the person sees the truth")

	r.Policy, r.fails["a1"] = PolicyAllow, &kombo.Error{Status: 400, Message: "Anna is gone"}
	_, err = r.run(Flags{}, p)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "Anna")
	p.SomeoneUnknown = true
	_, err = r.run(Flags{}, p)
	assert.ErrorContains(t, err, "withheld")
}
