//go:build redis

package redismemory

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

func TestApprovalsKeepTheContract(t *testing.T) {
	s := startRedis(t)
	var places atomic.Int32
	approvalstest.Run(t, func(t *testing.T, now func() time.Time) []approvals.Store {
		prefix := WithPrefix(fmt.Sprintf("place-%d:", places.Add(1)))
		return []approvals.Store{
			opened(t, s.url(), prefix, WithNow(now)).Approvals(),
			opened(t, s.url(), prefix, WithNow(now)).Approvals(),
			opened(t, s.url(), prefix, WithNow(now)).Approvals(),
		}
	})
}

func TestAStepWhoseAnswerWasLostIsRecognisedAsItsOwn(t *testing.T) {
	k, m, other := losing(t)
	lost := func() { k.lose.Store(retries) }
	s := m.Approvals()
	lost()
	a, created, err := s.Put(t.Context(), approvalstest.Request("acme", "h"))
	require.NoError(t, err)
	assert.True(t, created)
	assert.Negative(t, k.lose.Add(-1), "the answers were lost")
	lost()
	a, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	require.NoError(t, err)
	lost()
	spent, err := s.Spend(t.Context(), a)
	require.NoError(t, err)
	_, err = other.Approvals().Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrSpent)
	got, err := other.Approvals().Get(t.Context(), approvals.AllTenants(), a.ID)
	require.NoError(t, err)
	assert.Equal(t, spent, got)
}

func TestASpendThatFailedIsUsedUp(t *testing.T) {
	k, m, other := losing(t)
	a, _, err := other.Approvals().Put(t.Context(), approvalstest.Request("acme", "h"))
	require.NoError(t, err)
	a, err = other.Approvals().Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	require.NoError(t, err)
	k.lose.Store(retries + 1)
	_, err = m.Approvals().Spend(t.Context(), a)
	require.Error(t, err, "nothing is sent")
	_, err = other.Approvals().Spend(t.Context(), a)
	require.ErrorIs(t, err, approvals.ErrSpent)
}

func TestNothingIsApprovedWhileRedisIsGone(t *testing.T) {
	server := startRedis(t)
	s := opened(t, server.url()).Approvals()
	a, _, err := s.Put(t.Context(), approvalstest.Request("acme", "h"))
	require.NoError(t, err)
	server.kill(t)
	allFail(t, s, a)
	// It comes back with nothing: what waited is asked for anew.
	s = opened(t, restarted(t, server)).Approvals()
	_, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	require.ErrorIs(t, err, approvals.ErrNotFound)
	_, created, err := s.Put(t.Context(), a.Request)
	require.NoError(t, err)
	assert.True(t, created)
}

func TestApprovalsAreNotKeptForEverAndTheirNamesShowNobody(t *testing.T) {
	server, clock := startRedis(t), fake.NewClock(time.Now().UTC())
	s := opened(t, server.url(), WithNow(clock.Now)).Approvals()
	for _, tenant := range []string{"acme", "globex"} {
		_, _, err := s.Put(t.Context(), approvalstest.Request(tenant, "h"))
		require.NoError(t, err)
	}
	keys := server.keys(t)
	require.Len(t, keys, 5, "two approvals, two tenants, all")
	for _, key := range keys {
		assert.Regexp(t, `^kombo-mcp:\{writes\}:(approval:[A-Z2-7]{26}|approvals:([0-9a-f]{64}|all))$`, key)
	}
	server.age(t, time.Hour)
	assert.Len(t, server.keys(t), 5, "left for a server that records what expired")
	server.age(t, sweepGrace)
	assert.Empty(t, server.keys(t), "and gone where none comes")

	t.Run("and the sweep leaves nothing", func(t *testing.T) {
		for i := range 3 * sweepBatch / 2 {
			_, _, err := s.Put(t.Context(), approvalstest.Request("acme", fmt.Sprint(i)))
			require.NoError(t, err)
		}
		clock.Advance(time.Hour)
		ended, err := s.Sweep(t.Context())
		require.NoError(t, err)
		assert.Len(t, ended, 3*sweepBatch/2)
		assert.Empty(t, server.keys(t))
	})
}

func TestAnApprovalThatRedisLetGoLeavesNothingBehind(t *testing.T) {
	server, clock := startRedis(t), fake.NewClock(time.Now().UTC())
	s := opened(t, server.url(), WithNow(clock.Now)).Approvals()
	a, _, err := s.Put(t.Context(), approvalstest.Request("acme", "h"))
	require.NoError(t, err)
	server.do(t, "DEL", s.key(a.ID))
	all, err := s.List(t.Context(), approvals.AllTenants())
	require.NoError(t, err)
	assert.Empty(t, all)
	_, err = s.step(t.Context(), "decide on an approval", a, func(a approvals.Approval) (approvals.Approval, error) {
		return a.Decide(approvalstest.Yes, clock.Now())
	})
	require.ErrorIs(t, err, approvals.ErrNotFound)
	_, created, err := s.Put(t.Context(), a.Request)
	require.NoError(t, err)
	assert.True(t, created)
	clock.Advance(time.Hour)
	ended, err := s.Sweep(t.Context())
	require.NoError(t, err)
	assert.Len(t, ended, 1)
	assert.Empty(t, server.keys(t))
}
