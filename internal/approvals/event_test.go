package approvals_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

func TestEveryStepIsRecordedOnceAndAsItLeftTheApproval(t *testing.T) {
	clock := fake.NewClock(time.Now().UTC())
	var events []approvals.Event
	folder := openFolder(t, t.TempDir(), clock.Now)
	s := approvals.Recording(folder, func(_ context.Context, e approvals.Event) error {
		events = append(events, e)
		return nil
	})
	last := func(kind approvals.EventKind, at time.Time, a approvals.Approval) {
		t.Helper()
		require.NotEmpty(t, events)
		assert.Equal(t, []approvals.Event{{Kind: kind, At: at, Approval: a}}, events)
		events = nil
	}
	a := put(t, s, "acme", "h")
	last(approvals.EventAsked, a.Created, a)
	_, _, err := s.Put(t.Context(), a.Request)
	require.NoError(t, err)
	_, err = s.Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrNotApproved)
	clock.Advance(time.Minute)
	a = decide(t, s, a, approvalstest.Yes)
	last(approvals.EventApproved, a.DecidedAt, a)
	_, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.No)
	require.ErrorIs(t, err, approvals.ErrDecided)
	a, err = s.Spend(t.Context(), a)
	require.NoError(t, err)
	last(approvals.EventSpent, a.SpentAt, a)
	_, err = s.Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrSpent)
	b := put(t, s, "acme", "other")
	events = nil
	b = decide(t, s, b, approvalstest.No)
	last(approvals.EventDeclined, b.DecidedAt, b)
	c := put(t, s, "acme", "never decided")
	events = nil
	clock.Advance(time.Hour)
	_, err = s.Sweep(t.Context())
	require.NoError(t, err)
	last(approvals.EventExpired, c.Expires, c)
	_, err = s.Sweep(t.Context())
	require.NoError(t, err)
	assert.Empty(t, events)
}

func TestAStepThatCannotBeRecordedIsAnErrorAndStands(t *testing.T) {
	full := errors.New("disk full")
	recorded := 0
	folder := openFolder(t, t.TempDir(), nil)
	s := approvals.Recording(folder, func(ctx context.Context, _ approvals.Event) error {
		recorded++
		assert.NoError(t, ctx.Err(), "recording goes on though the caller is gone")
		return full
	})
	a, created, err := s.Put(t.Context(), approvalstest.Request("acme", "h"))
	require.ErrorIs(t, err, approvals.ErrNotRecorded)
	require.ErrorIs(t, err, full)
	assert.True(t, created)
	a, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	require.ErrorIs(t, err, approvals.ErrNotRecorded)
	assert.Equal(t, approvals.Approved, a.State)
	_, err = s.Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrNotRecorded)
	_, err = folder.Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrSpent)
	assert.Equal(t, 3, recorded)
}

func TestSweepingGoesOnUntilItsEnd(t *testing.T) {
	clock := fake.NewClock(time.Now().UTC())
	var expired []string
	done := make(chan struct{})
	s := approvals.Recording(openFolder(t, t.TempDir(), clock.Now), func(_ context.Context, e approvals.Event) error {
		if e.Kind == approvals.EventExpired {
			expired = append(expired, e.Approval.ID)
			return errors.New("reported")
		}
		return nil
	})
	a := put(t, s, "acme", "h")
	ctx, cancel := context.WithCancel(t.Context())
	var problems []error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		approvals.SweepEvery(ctx, s, time.Millisecond, func(err error) {
			problems = append(problems, err)
			close(done)
		})
	}()
	clock.Advance(time.Hour)
	<-done
	cancel()
	<-ended
	assert.Equal(t, []string{a.ID}, expired)
	require.Len(t, problems, 1)
	assert.ErrorContains(t, problems[0], "reported")
}
