package writes

import (
	"errors"
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
	for s, want := range map[string]Fallback{"": FallbackAllow, "allow": FallbackAllow, "preview": FallbackPreview, "deny": FallbackDeny} {
		got, err := ParseFallback(s)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err = ParseFallback("maybe")
	assert.EqualError(t, err, `"maybe" must be one of allow, preview, deny`)
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
		"allow":                   {PolicyAllow, FallbackDeny, true, true, "the server's settings"},
		"confirm, a light write":  {PolicyConfirm, FallbackDeny, false, true, "the server's settings"},
		"confirm, a client asks":  {PolicyConfirm, FallbackAllow, true, true, ""},
		"confirm, and allow":      {PolicyConfirm, FallbackAllow, true, false, "the host, by the server's settings"},
		"confirm, and preview":    {PolicyConfirm, FallbackPreview, true, false, ""},
		"confirm, and deny":       {PolicyConfirm, FallbackDeny, true, false, ""},
		"confirm-all, a client":   {PolicyConfirmAll, FallbackAllow, false, true, ""},
		"confirm-all, and deny":   {PolicyConfirmAll, FallbackDeny, false, false, ""},
		"deny":                    {PolicyDeny, FallbackAllow, false, true, ""},
		"nothing set, no client":  {"", "", true, false, "the server's settings"},
		"confirm, no fallback":    {PolicyConfirm, "", true, false, "the host, by the server's settings"},
		"confirm-all, and allows": {PolicyConfirmAll, FallbackAllow, false, false, "the host, by the server's settings"},
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
	return r.Run(r.t.Context(), Caller{CanAsk: true, Reply: reply, State: state}, move, Flags{}, p)
}

func TestAReplyIsGoodForItsPlanOnceAndInTime(t *testing.T) {
	confirming := func(d *Deps) { d.Policy = PolicyConfirm }
	r := newRig(t, confirming)
	state := r.asked(r.plan("a1")).State
	_, err := r.reply(r.plan("a2"), ReplyAccepted, state)
	assert.ErrorContains(t, err, "belongs to another call")
	_, err = r.reply(r.plan("a1"), ReplyAccepted, "forged")
	assert.ErrorContains(t, err, "belongs to another call")
	_, err = r.reply(r.plan("a1"), ReplyUnreadable, state)
	assert.ErrorContains(t, err, "could not be read")
	r.nothingSent()
	_, err = r.reply(r.plan("a1"), ReplyAccepted, state)
	require.NoError(t, err)
	assert.Equal(t, "a person, asked by the server", r.memory.intents[0].Confirmation.How)
	clear(r.memory.entries)
	_, err = r.reply(r.plan("a1"), ReplyAccepted, state)
	assert.ErrorContains(t, err, "used before")
	assert.Len(t, r.sent, 1)

	r = newRig(t, confirming)
	state = r.asked(r.plan("a1")).State
	r.now = start.Add(questionFor + 2*time.Second)
	_, err = r.reply(r.plan("a1"), ReplyAccepted, state)
	assert.ErrorContains(t, err, "has expired")
	r.nothingSent()
}

func TestADeclinedQuestionSendsNothing(t *testing.T) {
	for reply, want := range map[Reply]string{ReplyDeclined: "the person declined", ReplyDismissed: "the person closed the question"} {
		r := newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
		a, err := r.reply(r.plan("a1"), reply, r.asked(r.plan("a1")).State)
		require.NoError(t, err)
		assert.Equal(t, "not sent", a.Outcome)
		assert.Contains(t, a.Text(), "Nothing was sent: "+want)
		r.nothingSent()
	}
}

func TestACodeIsGoodForItsPlanAndForMinutes(t *testing.T) {
	preview := func(d *Deps) { d.Policy, d.Fallback = PolicyConfirm, FallbackPreview }
	r := newRig(t, preview)
	a, err := r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "preview", a.Outcome)
	require.Len(t, a.Code, 8)
	for _, f := range []Flags{{Code: "AAAAAAAA"}, {Code: a.Code, Again: true}} {
		_, err = r.run(f, r.plan("a1"))
		assert.ErrorContains(t, err, "the code is not that of this write")
	}
	_, err = r.run(Flags{Code: a.Code}, r.plan("a2"))
	assert.ErrorContains(t, err, "the code is not that of this write")
	r.nothingSent()
	r.now = start.Add(codeWindow)
	_, err = r.run(Flags{Code: " " + a.Code + " "}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "the code of a preview", r.memory.intents[0].Confirmation.How)

	r = newRig(t, preview)
	a, err = r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	r.now = start.Add(2*codeWindow + time.Second)
	_, err = r.run(Flags{Code: a.Code}, r.plan("a1"))
	assert.Error(t, err)
	r.nothingSent()
}

func TestOnlyWhatIsStillOpenIsAskedAbout(t *testing.T) {
	r := newRig(t, nil)
	_, err := r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	r.Policy = PolicyConfirmAll
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, r.plan("a1", "a2", "a3"))
	asks, ok := errors.AsType[*ConfirmationRequiredError](err)
	require.True(t, ok)
	assert.Equal(t, "Do these 2?\n- Move a2 to Offer.\n- Move a3 to Offer.", asks.Question.Text())
	a, err := r.reply(r.plan("a1", "a2", "a3"), ReplyDeclined, asks.State)
	require.NoError(t, err)
	assert.Equal(t, "1 done, 2 not sent", a.Size())
	_, err = r.Run(t.Context(), Caller{CanAsk: true}, move, Flags{}, r.plan("a1"))
	assert.NoError(t, err, "nobody is asked about what was done")
}

func TestAQuestionHoldsAllThatAPersonMustSee(t *testing.T) {
	r := newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
	p := r.plan("a1", "a2")
	p.Changes[0].Arguments["remote_fields"] = map[string]any{"greenhouse": map[string]any{"On-Behalf-Of": 5.0}}
	p.AddWarningFor("a1", "a1 is already hired")
	p.AddNote("another applicant is also called Anna")
	_, err := r.Run(t.Context(), Caller{CanAsk: true}, Tool{Name: "reject", Weighty: true, Irreversible: true}, Flags{Anyway: true}, p)
	asks, ok := errors.AsType[*ConfirmationRequiredError](err)
	require.True(t, ok)
	assert.Equal(t, Question{
		Irreversible: true,
		Items: []QuestionItem{
			{Summary: "Move a1 to Offer.", Fields: []Field{{"application_id", "a1"}, {"remote_fields.greenhouse.On-Behalf-Of", "5"}, {"stage_id", "offer"}}, Warnings: []string{"a1 is already hired."}},
			{Summary: "Move a2 to Offer.", Fields: []Field{{"application_id", "a2"}, {"stage_id", "offer"}}},
		},
		Notes: []string{"another applicant is also called Anna."},
	}, asks.Question)
	assert.Equal(t, "Really do this? It cannot be undone.\n- Move a1 to Offer.\n- Move a2 to Offer.\nNote: another applicant is also called Anna.", asks.Question.Text())
	assert.Contains(t, asks.Error(), "a person must confirm this first")
}
