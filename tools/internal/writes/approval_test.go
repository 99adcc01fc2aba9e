package writes

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// approvalRig is a rig whose writes a person has to approve. The approvals have the clock
// of the rig.
type approvalRig struct {
	*rig
	store approvals.Store
}

func newApprovalRig(t *testing.T, change func(*Deps)) *approvalRig {
	t.Helper()
	a := &approvalRig{}
	a.rig = newRig(t, func(d *Deps) {
		d.Policy, d.Fallback = PolicyConfirm, FallbackPerson
		now := d.Now
		folder, err := approvals.OpenFolder(approvals.FolderOptions{Dir: t.TempDir(), Now: func() time.Time { return now() }})
		require.NoError(t, err)
		a.store, d.Approvals = folder, folder
		if change != nil {
			change(d)
		}
	})
	return a
}

// waiting makes a call and checks that it waits.
func (a *approvalRig) waiting(f Flags, p Plan) *Answer {
	a.t.Helper()
	sent := len(a.sent)
	answer, err := a.run(f, p)
	require.NoError(a.t, err)
	assert.Equal(a.t, "waiting", answer.Outcome)
	assert.Empty(a.t, answer.Code)
	assert.Len(a.t, a.sent, sent, "nothing is sent")
	return answer
}

// undecided are the approvals that wait.
func (a *approvalRig) undecided() (out []approvals.Approval) {
	a.t.Helper()
	all, err := a.store.List(a.t.Context(), approvals.AllTenants())
	require.NoError(a.t, err)
	for _, one := range all {
		if one.State == approvals.Waiting {
			out = append(out, one)
		}
	}
	return out
}

// decide decides the one approval that waits.
func (a *approvalRig) decide(approve bool) approvals.Approval {
	a.t.Helper()
	open := a.undecided()
	require.Len(a.t, open, 1)
	got, err := a.store.Decide(a.t.Context(), approvals.AllTenants(), open[0].ID, approvals.Decision{Approve: approve, By: "Dana", How: "terminal"})
	require.NoError(a.t, err)
	return got
}

func TestAWriteWaitsForAPersonAndIsSentOnce(t *testing.T) {
	r := newApprovalRig(t, nil)
	a := r.waiting(Flags{}, r.plan("a1"))
	assert.Equal(t, `Nothing was sent yet. This would be done once a person approves it:
waiting: Move a1 to Offer. {"application_id":"a1","stage_id":"offer"}
note: This waits for a person's approval until 10:00 UTC. The person runs `+"`kombo-mcp approve`"+` in a terminal of their own. Send the same call again later for the outcome.`, a.Text())
	r.waiting(Flags{}, r.plan("a1"))
	assert.Len(t, r.undecided(), 1, "the same call asks once")
	given := r.decide(true)
	assert.NotContains(t, a.Text(), given.ID, "the agent is told nothing with which it could approve")

	a, err := r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Equal(t, "done: Move a1 to Offer.", a.Text())
	got := r.memory.intents[0].Confirmation
	assert.Equal(t, once.Confirmation{Token: given.ID, How: "approval", Answer: "approved", By: "Dana", Statement: given.Hash, Expires: start.Add(time.Hour)}, got)
	assert.True(t, r.memory.spent[given.ID])

	// The first outcome is the answer as long as the write memory has it, and as long as the
	// approval is known.
	for range 2 {
		a, err = r.run(Flags{}, r.plan("a1"))
		require.NoError(t, err)
		assert.Contains(t, a.Text(), "This was already done")
		r.memory.hidden = true
	}
	assert.Len(t, r.sent, 1)
	assert.Empty(t, r.undecided())
}

func TestAnApprovalIsAskedForWhatThePersonReads(t *testing.T) {
	r := newApprovalRig(t, func(d *Deps) { d.ApproveHint = "Open the page." })
	p := r.plan("a1")
	p.Changes[0].Arguments["note"] = "Call them back"
	p.AddWarningFor("a1", "a1 is HIRED already")
	answer, err := r.Run(t.Context(), Caller{Tenant: "acme", Subject: "jo", Client: "test"}, move, Flags{Anyway: true}, p)
	require.NoError(t, err)
	assert.Contains(t, answer.Text(), "Open the page.")
	asked := r.undecided()[0]
	assert.Equal(t, approvals.Request{
		Tenant: "acme", Subject: "jo", Client: "test", Integration: "greenhouse:1", Tool: "move", Hash: asked.Hash, Call: asked.Call,
		Statement: "Do this?\n- Move a1 to Offer.\n  Against it: a1 is HIRED already.\n  note: \"Call them back\"\n  stage_id: \"offer\"",
	}, asked.Request)

	// It is good for exactly this call of exactly this caller.
	r.decide(true)
	for _, c := range []struct {
		caller Caller
		flags  Flags
		plan   Plan
	}{
		{Caller{Tenant: "acme", Subject: "kim"}, Flags{Anyway: true}, p},
		{Caller{Tenant: "other", Subject: "jo"}, Flags{Anyway: true}, p},
		{Caller{Tenant: "acme", Subject: "jo"}, Flags{Anyway: true, Again: true}, p},
		{Caller{Tenant: "acme", Subject: "jo"}, Flags{}, r.plan("a1")},
		{Caller{Tenant: "acme", Subject: "jo"}, Flags{}, r.plan("a2")},
	} {
		answer, err := r.Run(t.Context(), c.caller, move, c.flags, c.plan)
		require.NoError(t, err)
		assert.Equal(t, "waiting", answer.Outcome)
	}
	r.nothingSent()
}

func TestTheApprovalOfAMaskedWriteShowsTheTruth(t *testing.T) {
	mask, err := privacy.New([]string{"name"}, []byte("a secret"))
	require.NoError(t, err)
	r := newApprovalRig(t, func(d *Deps) { d.Mask = mask })
	p := r.plan("a1")
	p.People = []privacy.Identity{privacy.OfCandidate(&kombo.Candidate{ID: "c1", FirstName: "Ada", LastName: "Lovelace"})}
	p.Changes[0].Summary = `Move "Ada Lovelace" (c1) to Offer`
	p.Name(`"Ada Lovelace" (c1)`, "Person X (c1)")
	assert.NotContains(t, r.waiting(Flags{}, p).Text(), "Lovelace")
	assert.Contains(t, r.undecided()[0].Statement, `Move "Ada Lovelace" (c1) to Offer`)
}

func TestADeclineIsFinalForTheHour(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{}, r.plan("a1"))
	r.now = start.Add(5 * time.Minute)
	r.decide(false)
	for range 2 {
		a, err := r.run(Flags{}, r.plan("a1"))
		require.NoError(t, err)
		assert.Equal(t, `not sent: Not sent: Move a1 to Offer.
note: Nothing was sent: Dana declined this at 09:05 UTC. That is final: the same call cannot be approved before 10:00 UTC. Do not try another way.`, a.Text())
	}
	assert.Empty(t, r.undecided())
	r.nothingSent()
	r.now = start.Add(time.Hour)
	r.waiting(Flags{}, r.plan("a1"))
	assert.Len(t, r.undecided(), 1)
}

func TestAnApprovalExpires(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{}, r.plan("a1"))
	r.decide(true)
	r.now = start.Add(time.Hour)
	r.waiting(Flags{}, r.plan("a1"))
	r.nothingSent()
}

func TestThePolicySaysWhatMustBeApproved(t *testing.T) {
	r := newApprovalRig(t, nil)
	light := Tool{Name: "note"}
	_, err := r.Run(t.Context(), Caller{}, light, Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Len(t, r.sent, 1, "confirm leaves light writes to the agent")
	a, err := r.run(Flags{DryRun: true}, r.plan("a2"))
	require.NoError(t, err)
	assert.Equal(t, "preview", a.Outcome)
	assert.Empty(t, r.undecided(), "a dry run never asks")
	r.Policy = PolicyConfirmAll
	a, err = r.Run(t.Context(), Caller{}, light, Flags{}, r.plan("a2"))
	require.NoError(t, err)
	assert.Equal(t, "waiting", a.Outcome)
	r.Approvals = nil
	_, err = r.run(Flags{}, r.plan("a2"))
	assert.ErrorContains(t, err, "nothing was sent: a person must approve this")
	assert.Len(t, r.sent, 1)
}

// TestNoFormAndNoCodeStandsInForAPerson: a client that accepts every form and sends back
// every code, its own and others', gets nothing sent.
func TestNoFormAndNoCodeStandsInForAPerson(t *testing.T) {
	other := newRig(t, previewing)
	code := other.code(Flags{}, other.plan("a1"))
	state := other.asked(other.plan("a1")).State
	r := newApprovalRig(t, nil)
	for _, reply := range []Reply{"", ReplyConfirmed, ReplyNotConfirmed, ReplyUnanswered, ReplyCannotAsk} {
		for _, f := range []Flags{{}, {Code: code}, {Again: true, Code: code}, {Anyway: true}} {
			a, err := r.Run(t.Context(), Caller{Client: "test", CanAsk: true, Reply: reply, State: state}, move, f, r.plan("a1"))
			require.NoError(t, err)
			assert.Equal(t, "waiting", a.Outcome)
			id := r.undecided()[0].ID
			f.Code = id
			a, err = r.Run(t.Context(), Caller{Client: "test", CanAsk: true, Reply: reply, State: id}, move, f, r.plan("a1"))
			require.NoError(t, err)
			assert.Equal(t, "waiting", a.Outcome)
		}
	}
	r.nothingSent()
}

func TestTheWriteLimitLeavesAnApprovalAsItIs(t *testing.T) {
	r := newApprovalRig(t, func(d *Deps) { d.PerMinute = 1 })
	r.waiting(Flags{}, r.plan("a1"))
	r.decide(true)
	require.NoError(t, r.limiter.reserve(r.now, 1))
	_, err := r.run(Flags{}, r.plan("a1"))
	assert.ErrorContains(t, err, "at most 1 writes a minute")
	r.nothingSent()
	r.now = start.Add(2 * time.Minute)
	_, err = r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Len(t, r.sent, 1)
}

// failingApprovals fails at one step.
type failingApprovals struct {
	Approvals
	put, find, spend error
}

func (f failingApprovals) Put(ctx context.Context, r approvals.Request) (approvals.Approval, bool, error) {
	if f.put != nil {
		return approvals.Approval{}, false, f.put
	}
	return f.Approvals.Put(ctx, r)
}

func (f failingApprovals) Find(ctx context.Context, tenant, hash string) (approvals.Approval, bool, error) {
	if f.find != nil {
		return approvals.Approval{}, false, f.find
	}
	return f.Approvals.Find(ctx, tenant, hash)
}

func (f failingApprovals) Spend(ctx context.Context, a approvals.Approval) (approvals.Approval, error) {
	if f.spend != nil {
		return approvals.Approval{}, f.spend
	}
	return f.Approvals.Spend(ctx, a)
}

func TestWithoutApprovalsNothingIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		fails failingApprovals
		want  string
	}{
		"find":                 {failingApprovals{find: errors.New("disk full")}, "the approvals are unavailable: disk full"},
		"put":                  {failingApprovals{put: errors.New("disk full")}, "the approvals are unavailable: disk full"},
		"too many":             {failingApprovals{put: approvals.ErrFull}, "writes wait for approval already"},
		"put, not recorded":    {failingApprovals{put: approvals.ErrNotRecorded}, "once the journal can be written"},
		"spend":                {failingApprovals{spend: errors.New("disk full")}, "the approvals are unavailable: disk full"},
		"spend, not recorded":  {failingApprovals{spend: approvals.ErrNotRecorded}, "once the journal can be written"},
		"expired in between":   {failingApprovals{spend: approvals.ErrNotFound}, "the approval expired just now"},
		"used in between":      {failingApprovals{spend: approvals.ErrSpent}, "the approval was used before"},
		"withdrawn in between": {failingApprovals{spend: approvals.ErrNotApproved}, "nothing was sent"},
	} {
		r := newApprovalRig(t, nil)
		if c.fails.spend != nil {
			r.waiting(Flags{}, r.plan("a1"))
			r.decide(true)
		}
		c.fails.Approvals = r.Approvals
		r.Approvals = c.fails
		_, err := r.run(Flags{}, r.plan("a1"))
		assert.ErrorContains(t, err, c.want, name)
		assert.ErrorContains(t, err, "nothing was sent", name)
		r.nothingSent()
	}
	// The write memory fails once the approval is used up.
	r := newApprovalRig(t, nil)
	r.waiting(Flags{}, r.plan("a1"))
	r.decide(true)
	r.Memory = &lookless{r.memory}
	r.memory.broken = errors.New("disk full")
	_, err := r.run(Flags{}, r.plan("a1"))
	assert.ErrorContains(t, err, "the write memory is unavailable: disk full")
	r.nothingSent()
}

// TestAnApprovalThatWasUsedByAKilledCallIsAskedForAnew: between using it up and the claim.
func TestAnApprovalThatWasUsedByAKilledCallIsAskedForAnew(t *testing.T) {
	for name, c := range map[string]struct {
		inMemory bool
		want     string
	}{
		"before the write memory": {false, "Dana approved this at 09:00 UTC, but the call that used the approval ended before it sent anything, so it has to be approved once more."},
		"after it":                {true, "Dana approved this at 09:00 UTC, and the approval was used, but no write under it is on record. It has to be approved once more: look in the ATS first."},
	} {
		r := newApprovalRig(t, nil)
		r.waiting(Flags{}, r.plan("a1"))
		given := r.decide(true)
		_, err := r.store.Spend(t.Context(), given)
		require.NoError(t, err)
		if c.inMemory {
			require.NoError(t, r.memory.Spend(t.Context(), once.Intent{}, once.Confirmation{Token: given.ID}))
		}
		a := r.waiting(Flags{}, r.plan("a1"))
		assert.Contains(t, a.Notes, c.want, name)
		assert.True(t, r.memory.spent[given.ID], "%s: whoever used it can no longer send", name)
		r.nothingSent()

		again := r.decide(true)
		assert.NotEqual(t, given.ID, again.ID)
		_, err = r.run(Flags{}, r.plan("a1"))
		require.NoError(t, err)
		assert.Len(t, r.sent, 1, name)
	}
}

func TestAnApprovedWriteThatWasRefusedIsAskedForAnew(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{}, r.plan("a1"))
	r.decide(true)
	r.fails["a1"] = &kombo.Error{Status: 429, Code: kombo.CodeRateLimitExceeded, Message: "too many requests"}
	_, err := r.run(Flags{}, r.plan("a1"))
	require.ErrorContains(t, err, "too many requests")
	a := r.waiting(Flags{}, r.plan("a1"))
	require.NotEmpty(t, a.Notes)
	assert.Contains(t, a.Notes[0], "Dana approved this at 09:00 UTC, and it was sent and refused: ")
	assert.Contains(t, a.Notes[0], "too many requests")
	delete(r.fails, "a1")
	r.decide(true)
	_, err = r.run(Flags{}, r.plan("a1"))
	require.NoError(t, err)
	assert.Len(t, r.sent, 2)
}

// TestAnApprovalOfARepetitionCountsOnce: with again: true nothing but the approval keeps
// the write from being sent twice.
func TestAnApprovalOfARepetitionCountsOnce(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{Again: true}, r.plan("a1", "a2"))
	r.decide(true)
	for i := range 3 {
		a, err := r.run(Flags{Again: true}, r.plan("a1", "a2"))
		require.NoError(t, err)
		assert.Equal(t, "done", a.Outcome)
		if i > 0 {
			assert.Contains(t, a.Text(), "The same call can be approved once more after 10:00 UTC.")
		}
	}
	assert.Equal(t, []string{"a1", "a2"}, r.sent)
}

func TestTheSameApprovedCallTwiceAtOnceSendsOnce(t *testing.T) {
	r := newApprovalRig(t, nil)
	r.waiting(Flags{Again: true}, r.plan("a1"))
	r.decide(true)
	var group sync.WaitGroup
	answers := make([]string, 4)
	for i := range answers {
		group.Go(func() {
			a, err := r.run(Flags{Again: true}, r.plan("a1"))
			if assert.NoError(t, err) {
				answers[i] = a.Outcome
			}
		})
	}
	group.Wait()
	assert.Equal(t, "done done done done", strings.Join(answers, " "))
	assert.Len(t, r.sent, 1)
}
