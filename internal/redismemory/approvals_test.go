package redismemory

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
)

func anApproval(t *testing.T) approvals.Approval {
	t.Helper()
	a, err := approvals.New(approvalstest.Request("acme", "h"), time.Now())
	require.NoError(t, err)
	return a
}

// allFail asks for everything and is told nothing but errors that show no statement.
func allFail(t *testing.T, s *Approvals, a approvals.Approval) {
	t.Helper()
	fails := func(err error) {
		t.Helper()
		require.Error(t, err)
		assert.NotErrorIs(t, err, approvals.ErrNotFound)
		assert.ErrorContains(t, err, "redis at")
		assert.NotContains(t, err.Error(), "Jane")
	}
	_, created, err := s.Put(t.Context(), a.Request)
	fails(err)
	assert.False(t, created)
	_, found, err := s.Find(t.Context(), a.Tenant, a.Hash)
	fails(err)
	assert.False(t, found)
	_, err = s.Get(t.Context(), approvals.AllTenants(), a.ID)
	fails(err)
	_, err = s.List(t.Context(), approvals.AllTenants())
	fails(err)
	_, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	fails(err)
	_, err = s.Spend(t.Context(), a)
	fails(err)
	_, err = s.Sweep(t.Context())
	fails(err)
}

func TestAnAnswerThatMakesNoSenseApprovesNothing(t *testing.T) {
	a := anApproval(t)
	for name, answer := range map[string]string{
		"an error":                    "-MISCONF Redis is configured to save, but cannot\r\n",
		"a number":                    ":1\r\n",
		"an empty list of no verdict": "*1\r\n*0\r\n",
		"a list of other things":      "*2\r\n:0\r\n:2\r\n",
		"half an approval":            "*2\r\n:0\r\n" + bulk(`{"id":"`+a.ID+`"}`),
		"what is not JSON":            "*1\r\n" + bulk("Jane Doe"),
	} {
		t.Run(name, func(t *testing.T) {
			m := opened(t, "redis://"+speak(t, standalone(func([]string) string { return answer })), hasty)
			allFail(t, m.Approvals(), a)
		})
	}
}

func TestARedisThatHangsOrIsClosedApprovesNothing(t *testing.T) {
	m := opened(t, "redis://"+speak(t, standalone(func([]string) string { return "" })), hasty)
	began := time.Now()
	allFail(t, m.Approvals(), anApproval(t))
	assert.Less(t, time.Since(began), 5*time.Second)
	require.NoError(t, m.Close())
	allFail(t, m.Approvals(), anApproval(t))
}

func TestWhatCannotBeShownIsNotSentToRedis(t *testing.T) {
	m := opened(t, "redis://"+speak(t, standalone(func(command []string) string {
		t.Errorf("asked: %s", command[0])
		return ":1\r\n"
	})), hasty)
	r := approvalstest.Request("acme", "h")
	r.Statement = strings.Repeat("x", approvals.MaxStatement+1)
	_, _, err := m.Approvals().Put(t.Context(), r)
	require.ErrorIs(t, err, approvals.ErrTooLarge)
	for _, id := range []string{"", "*", "a:b"} {
		_, err := m.Approvals().Get(t.Context(), approvals.AllTenants(), id)
		require.ErrorIs(t, err, approvals.ErrNotFound)
	}
}
