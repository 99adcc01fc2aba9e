package writes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnApprovedRepetitionGivesTheFirstOutcomeFirst: by now the copy shows the write, so
// that the plan meets an objection and is not the one that was approved.
func TestAnApprovedRepetitionGivesTheFirstOutcomeFirst(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{Again: true}, r.plan("a1"))
	r.decide(true)
	_, err := r.run(Flags{Again: true}, r.plan("a1"))
	require.NoError(t, err)
	shows := r.plan("a1")
	shows.Changes[0].Summary = "Move a1 from Offer to Offer"
	shows.AddWarningFor("a1", "a1 is at Offer already")

	a, err := r.run(Flags{Again: true}, shows)
	require.NoError(t, err)
	assert.Contains(t, a.Text(), "This was already done")
	assert.Contains(t, a.Text(), "Dana approved this at 09:00 UTC. The same call can be approved once more after 10:00 UTC.")
	assert.Len(t, r.sent, 1)
	assert.Empty(t, r.undecided(), "nobody is asked anew")

	r.waiting(Flags{Again: true, Anyway: true}, shows)
	assert.Len(t, r.undecided(), 1, "another call asks")
	_, err = r.Run(t.Context(), Caller{Subject: "kim"}, move, Flags{Again: true}, shows)
	assert.ErrorContains(t, err, "a1 is at Offer already", "another caller learns nothing")
}

// TestAUsedCodeTellsNobodyElseTheOutcome: whoever has the arguments and a code that was
// used is not its caller.
func TestAUsedCodeTellsNobodyElseTheOutcome(t *testing.T) {
	jo, kim := Caller{Tenant: "acme", Subject: "jo"}, Caller{Tenant: "acme", Subject: "kim"}
	r := newRig(t, previewing)
	preview, err := r.Run(t.Context(), jo, move, Flags{Again: true}, r.plan("a1"))
	require.NoError(t, err)
	used := Flags{Again: true, Code: preview.Code}
	_, err = r.Run(t.Context(), jo, move, used, r.plan("a1"))
	require.NoError(t, err)
	a, err := r.Run(t.Context(), jo, move, used, r.plan("a1"))
	require.NoError(t, err)
	assert.Contains(t, a.Text(), "This was already done")
	for _, other := range []Caller{kim, {Tenant: "other", Subject: "jo"}, {Tenant: "acmej", Subject: "o"}} {
		_, err = r.Run(t.Context(), other, move, used, r.plan("a1"))
		assert.ErrorContains(t, err, "the code belongs to another write")
	}

	r = newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
	asks := func(of Caller, reply Reply, state string) (*Answer, error) {
		of.CanAsk, of.Reply, of.State = true, reply, state
		return r.Run(t.Context(), of, move, Flags{Again: true}, r.plan("a1"))
	}
	_, err = asks(jo, "", "")
	var question *ConfirmationRequiredError
	require.ErrorAs(t, err, &question)
	_, err = asks(jo, ReplyConfirmed, question.State)
	require.NoError(t, err)
	_, err = asks(kim, ReplyConfirmed, question.State)
	assert.ErrorContains(t, err, "the confirmation belongs to another call")
	assert.Len(t, r.sent, 1)
}

func TestAStatementSaysThatAWriteRepeatsOne(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{Again: true}, r.plan("a1"))
	assert.Contains(t, r.undecided()[0].Statement, "\nAgainst it: This is sent even if the same was sent before.")
}
