package writes

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// settleLater gives the one entry an outcome after a while.
func (r *rig) settleLater(key string, o once.Outcome) (wait func()) {
	var group sync.WaitGroup
	group.Go(func() {
		time.Sleep(3 * confirmedPoll)
		r.memory.mu.Lock()
		defer r.memory.mu.Unlock()
		e := r.memory.entries[key]
		e.Outcome = o
		r.memory.entries[key] = e
	})
	return group.Wait
}

// TestAUsedConfirmationGivesTheFirstOutcomeFirst: by now the copy shows the write, so that
// the plan meets an objection and is not the one that was confirmed.
func TestAUsedConfirmationGivesTheFirstOutcomeFirst(t *testing.T) {
	shows := func(r *rig) Plan {
		p := r.plan("a1")
		p.Changes[0].Summary = "Move a1 from Offer to Offer"
		p.AddWarningFor("a1", "a1 is at Offer already")
		return p
	}
	r := newRig(t, previewing)
	code := r.code(Flags{Again: true}, r.plan("a1"))
	_, err := r.run(Flags{Again: true, Code: code}, r.plan("a1"))
	require.NoError(t, err)
	a, err := r.run(Flags{Again: true, Code: code}, shows(r))
	require.NoError(t, err)
	assert.Contains(t, a.Text(), "This was already done")
	_, err = r.run(Flags{Again: true, Code: "AAAA-AAAA-AAAA"}, shows(r))
	assert.ErrorContains(t, err, "a1 is at Offer already", "another code changes nothing about objections")

	r = newRig(t, func(d *Deps) { d.Policy = PolicyConfirm })
	state := r.asked(r.plan("a1")).State
	again := func(p Plan, reply Reply) (*Answer, error) {
		return r.Run(t.Context(), Caller{CanAsk: true, Reply: reply, State: state}, move, Flags{}, p)
	}
	_, err = again(r.plan("a1"), ReplyConfirmed)
	require.NoError(t, err)
	r.memory.hidden = true
	for _, reply := range []Reply{ReplyConfirmed, ReplyNotConfirmed, ReplyUnanswered} {
		a, err = again(shows(r), reply)
		require.NoError(t, err)
		assert.Contains(t, a.Text(), "This was already done")
	}
	assert.Len(t, r.sent, 1)
}

// TestAnEarlyRetryWaitsForTheConfirmedWrite: it is not unknown while it is under way.
func TestAnEarlyRetryWaitsForTheConfirmedWrite(t *testing.T) {
	for state, want := range map[once.State]string{once.Done: "This was already done", once.Refused: "this was sent just now and refused", once.Unknown: "outcome is not known"} {
		r := newRig(t, previewing)
		code := r.code(Flags{Again: true}, r.plan("a1"))
		_, err := r.run(Flags{Again: true, Code: code}, r.plan("a1"))
		require.NoError(t, err)
		e := r.only()
		e.Outcome = once.Outcome{State: once.InFlight}
		r.memory.entries[e.Key] = e
		wait := r.settleLater(e.Key, once.Outcome{State: state, Error: "its outcome is not known"})
		a, err := r.run(Flags{Again: true, Code: code}, r.plan("a1"))
		wait()
		if state == once.Done {
			require.NoError(t, err)
			assert.Contains(t, a.Text(), want)
			continue
		}
		assert.ErrorContains(t, err, want)
		assert.Len(t, r.sent, 1)
	}

	r := newRig(t, previewing)
	code := r.code(Flags{Again: true}, r.plan("a1"))
	_, err := r.run(Flags{Again: true, Code: code}, r.plan("a1"))
	require.NoError(t, err)
	e := r.only()
	e.Outcome = once.Outcome{State: once.InFlight}
	r.memory.entries[e.Key] = e
	ctx, cancel := context.WithTimeout(t.Context(), 2*confirmedPoll)
	defer cancel()
	_, err = r.Run(ctx, Caller{RequestID: "r1", Client: "test"}, move, Flags{Again: true, Code: code}, r.plan("a1"))
	assert.ErrorContains(t, err, "under way and was not sent again; its outcome is not known yet")
}

// TestOneChangeUnderAConfirmationAnswersForTheBatch: the confirmation is used up, so the
// rest needs another, and the answer says which were sent under it.
func TestOneChangeUnderAConfirmationAnswersForTheBatch(t *testing.T) {
	r := newRig(t, previewing)
	plan := func() Plan { return r.plan("a1", "a2", "a3") }
	code := r.code(Flags{}, plan())
	_, err := r.run(Flags{Code: code}, plan())
	require.NoError(t, err)
	// The process was killed after the second.
	third, err := keyOf(r.Integration, move.Name, plan().Changes[2].Arguments)
	require.NoError(t, err)
	delete(r.memory.entries, third)
	for range 2 {
		a, err := r.run(Flags{Code: code}, plan())
		require.NoError(t, err)
		assert.Equal(t, "mixed", a.Outcome)
		assert.Equal(t, "2 done, 1 not sent", a.Size())
		assert.Equal(t, "Not sent under this confirmation: Move a3 to Offer.", a.Results[2].Says)
		r.memory.hidden = true
	}
	assert.Len(t, r.sent, 3)
}
