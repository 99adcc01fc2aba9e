package writes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPoliciesAreRead(t *testing.T) {
	for s, want := range map[string]Policy{"": PolicyAllow, "allow": PolicyAllow, "confirm": PolicyConfirm, "confirm-all": PolicyConfirmAll, "deny": PolicyDeny} {
		got, err := ParsePolicy(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := ParsePolicy("maybe")
	assert.EqualError(t, err, `"maybe" must be one of allow, confirm, confirm-all, deny`)
	for s, want := range map[string]Fallback{"": FallbackPreview, "allow": FallbackAllow, "preview": FallbackPreview, "deny": FallbackDeny} {
		got, err := ParseFallback(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err = ParseFallback("maybe")
	assert.EqualError(t, err, `"maybe" must be one of allow, preview, person, deny`)
}

func TestWhoConfirmsIsDecidedByPolicyToolAndClient(t *testing.T) {
	for name, c := range map[string]struct {
		policy   Policy
		fallback Fallback
		weighty  bool
		canAsk   bool
		// by is who confirmed, "" where nothing is sent.
		by string
	}{
		"allow":                   {PolicyAllow, FallbackDeny, true, true, "settings"},
		"confirm, a light write":  {PolicyConfirm, FallbackDeny, false, true, "settings"},
		"confirm, a client asks":  {PolicyConfirm, FallbackAllow, true, true, ""},
		"confirm, and allow":      {PolicyConfirm, FallbackAllow, true, false, "settings"},
		"confirm, and preview":    {PolicyConfirm, FallbackPreview, true, false, ""},
		"confirm, and deny":       {PolicyConfirm, FallbackDeny, true, false, ""},
		"confirm-all, a client":   {PolicyConfirmAll, FallbackAllow, false, true, ""},
		"confirm-all, and deny":   {PolicyConfirmAll, FallbackDeny, false, false, ""},
		"deny":                    {PolicyDeny, FallbackAllow, false, true, ""},
		"nothing set, no client":  {"", "", true, false, "settings"},
		"confirm, no fallback":    {PolicyConfirm, "", true, false, ""},
		"confirm-all, and allows": {PolicyConfirmAll, FallbackAllow, false, false, "settings"},
	} {
		r := newRig(t, func(d *Deps) { d.Policy, d.Fallback = c.policy, c.fallback })
		_, _ = r.Run(t.Context(), Caller{CanAsk: c.canAsk}, Tool{Name: "t", Weighty: c.weighty}, Flags{}, r.plan("a1"))
		if c.by == "" {
			r.nothingSent()
			continue
		}
		require.Len(t, r.memory.intents, 1, name)
		assert.Equal(t, c.by, r.memory.intents[0].Confirmation.How, name)
	}
}

// asked asks about a plan and gives the state of the question.
func (r *rig) asked(p Plan) *ConfirmationRequiredError {
	r.t.Helper()
	_, err := r.Run(r.t.Context(), Caller{CanAsk: true}, move, Flags{}, p)
	asks, ok := errors.AsType[*ConfirmationRequiredError](err)
	require.True(r.t, ok, "%v", err)
	r.nothingSent()
	return asks
}

func (r *rig) reply(p Plan, reply Reply, state string) (*Answer, error) {
	return r.Run(r.t.Context(), Caller{Client: "test", CanAsk: true, Reply: reply, State: state}, move, Flags{}, p)
}

func TestAReplyIsGoodForItsPlanOnceAndInTime(t *testing.T) {
	confirming := func(d *Deps) { d.Policy = PolicyConfirm }
	r := newRig(t, confirming)
	state := r.asked(r.plan("a1")).State
	_, err := r.reply(r.plan("a2"), ReplyConfirmed, state)
	assert.ErrorContains(t, err, "belongs to another call")
	_, err = r.reply(r.plan("a1"), ReplyConfirmed, "forged")
	assert.ErrorContains(t, err, "belongs to another call")
	r.nothingSent()
	_, err = r.reply(r.plan("a1"), ReplyConfirmed, state)
	require.NoError(t, err)
	got := r.memory.intents[0].Confirmation
	assert.Equal(t, "form", got.How)
	assert.Equal(t, "confirm: true", got.Answer)
	assert.Equal(t, "test", got.By)
	clear(r.memory.entries)
	_, err = r.reply(r.plan("a1"), ReplyConfirmed, state)
	assert.ErrorContains(t, err, "used before")
	assert.Len(t, r.sent, 1)

	r = newRig(t, confirming)
	state = r.asked(r.plan("a1")).State
	r.now = start.Add(questionFor + 2*time.Second)
	_, err = r.reply(r.plan("a1"), ReplyConfirmed, state)
	assert.ErrorContains(t, err, "has expired")
	r.nothingSent()
}

func TestAnAnswerThatDoesNotConfirmSendsNothing(t *testing.T) {
	r := newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
	state := r.asked(r.plan("a1")).State
	a, err := r.reply(r.plan("a1"), ReplyNotConfirmed, state)
	require.NoError(t, err)
	assert.Equal(t, "not sent", a.Outcome)
	assert.Contains(t, a.Text(), "Nothing was sent: no one confirmed this")
	_, err = r.reply(r.plan("a1"), ReplyConfirmed, state)
	assert.ErrorContains(t, err, "used before", "a no cannot be turned into a yes")
	r.nothingSent()
}

// TestAQuestionThatFailedMeetsTheFallback: a client may announce what it cannot do.
func TestAQuestionThatFailedMeetsTheFallback(t *testing.T) {
	for fallback, want := range map[Fallback]string{FallbackAllow: "done", FallbackPreview: "preview", "": "preview"} {
		r := newRig(t, func(d *Deps) { d.Policy, d.Fallback = PolicyConfirm, fallback })
		a, err := r.reply(r.plan("a1"), ReplyCannotAsk, r.asked(r.plan("a1")).State)
		require.NoError(t, err, fallback)
		assert.Equal(t, want, a.Outcome, fallback)
	}
	r := newRig(t, func(d *Deps) { d.Policy, d.Fallback = PolicyConfirm, FallbackDeny })
	_, err := r.reply(r.plan("a1"), ReplyCannotAsk, "")
	assert.ErrorContains(t, err, "cannot ask")
	r.nothingSent()
}

func TestAQuestionThatWasShownAndNotAnsweredNeverSends(t *testing.T) {
	for _, fallback := range []Fallback{FallbackAllow, FallbackPreview, FallbackDeny, ""} {
		r := newRig(t, func(d *Deps) { d.Policy, d.Fallback = PolicyConfirm, fallback })
		a, err := r.reply(r.plan("a1"), ReplyUnanswered, r.asked(r.plan("a1")).State)
		require.NoError(t, err)
		assert.Equal(t, "preview", a.Outcome, fallback)
		r.nothingSent()
	}
}

func previewing(d *Deps) { d.Policy, d.Fallback = PolicyConfirm, FallbackPreview }

// code is the code of a preview.
func (r *rig) code(f Flags, p Plan) string {
	r.t.Helper()
	a, err := r.run(f, p)
	require.NoError(r.t, err)
	require.Equal(r.t, "preview", a.Outcome)
	require.NotEmpty(r.t, a.Code)
	return a.Code
}

func TestACodeIsGoodForItsPlanAndForMinutes(t *testing.T) {
	r := newRig(t, previewing)
	code := r.code(Flags{}, r.plan("a1"))
	assert.Len(t, code, 14)
	for _, f := range []Flags{{Code: "AAAA-AAAA-AAAA"}, {Code: code, Again: true}, {Code: "short"}} {
		_, err := r.run(f, r.plan("a1"))
		assert.ErrorContains(t, err, "the code belongs to another write")
	}
	_, err := r.run(Flags{Code: code}, r.plan("a2"))
	assert.ErrorContains(t, err, "the code belongs to another write")
	_, err = r.Run(t.Context(), Caller{RequestID: "r1", Client: "test", Subject: "someone else"}, move, Flags{Code: code}, r.plan("a1"))
	assert.ErrorContains(t, err, "the code belongs to another write")
	r.nothingSent()
	r.now = start.Add(codeWindow)
	_, err = r.run(Flags{Code: " " + strings.ToLower(code) + " "}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "code", r.memory.intents[0].Confirmation.How)

	r = newRig(t, previewing)
	code = r.code(Flags{}, r.plan("a1"))
	r.now = start.Add(2*codeWindow + time.Second)
	_, err = r.run(Flags{Code: code}, r.plan("a1"))
	assert.Error(t, err)
	r.nothingSent()
}

// TestACodeCountsOnce: a framework that repeats a request that timed out must not
// send twice, with again or without.
func TestACodeCountsOnce(t *testing.T) {
	r := newRig(t, previewing)
	code := r.code(Flags{Again: true}, r.plan("a1"))
	for range 3 {
		a, err := r.run(Flags{Again: true, Code: code}, r.plan("a1"))
		require.NoError(t, err)
		assert.Equal(t, "done", a.Outcome)
	}
	assert.Len(t, r.sent, 1)
	assert.NotEqual(t, code, r.code(Flags{Again: true}, r.plan("a1")), "each preview has a code of its own")

	// The move that the code stood for was undone, so that it is open again.
	r = newRig(t, previewing)
	code = r.code(Flags{}, r.plan("a1"))
	_, err := r.run(Flags{Code: code}, r.plan("a1"))
	require.NoError(t, err)
	clear(r.memory.entries)
	_, err = r.run(Flags{Code: code}, r.plan("a1"))
	assert.ErrorContains(t, err, "used before")
	assert.Len(t, r.sent, 1)
}

// TestACodeIsGoodForTheWarningsThatItsPreviewShowed: nobody has seen a warning that
// came later.
func TestACodeIsGoodForTheWarningsThatItsPreviewShowed(t *testing.T) {
	r := newRig(t, previewing)
	code := r.code(Flags{}, r.plan("a1"))
	warned := r.plan("a1")
	warned.AddWarningFor("a1", "a1 is HIRED already")
	_, err := r.run(Flags{Code: code, Anyway: true}, warned)
	assert.ErrorContains(t, err, "what speaks against it has changed")
	r.nothingSent()
	a, err := r.run(Flags{Anyway: true}, warned)
	require.NoError(t, err)
	assert.Contains(t, a.Text(), "Against it: a1 is HIRED already.")
	_, err = r.run(Flags{Code: a.Code, Anyway: true}, warned)
	require.NoError(t, err)
	assert.Len(t, r.sent, 1)
}

func TestOnlyWhatIsStillOpenIsAskedAbout(t *testing.T) {
	r := newRig(t, nil)
	_, err := r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	r.Policy = PolicyConfirmAll
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, r.plan("a1", "a2", "a3"))
	asks, ok := errors.AsType[*ConfirmationRequiredError](err)
	require.True(t, ok)
	assert.Equal(t, "Do these 2?\n- Move a2 to Offer.\n- Move a3 to Offer.\nSent with each:\n  stage_id: \"offer\"", asks.Statement.Text())
	a, err := r.reply(r.plan("a1", "a2", "a3"), ReplyNotConfirmed, asks.State)
	require.NoError(t, err)
	assert.Equal(t, "1 done, 2 not sent", a.Size())
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, r.plan("a1"))
	assert.NoError(t, err, "nobody is asked about what was done")
}
