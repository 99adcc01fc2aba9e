package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
)

// asksPerson are settings under which a person approves what changes where somebody stands.
func asksPerson(t *testing.T) Settings {
	t.Helper()
	s := Defaults()
	s.Sandbox, s.ConfirmFallback, s.Journal = true, "person", filepath.Join(t.TempDir(), "journal.jsonl")
	return s
}

func request() approvals.Request {
	return approvals.Request{Tool: "reject_application", Hash: strings.Repeat("ab", 32), Statement: "Do this?\n- Reject Jo"}
}

// shown are the journal's lines about approvals.
func shown(t *testing.T, s Settings) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, journal.Show(t.Context(), s.Journal, journal.Filter{Kind: journal.KindApproval, JSON: true}, &out))
	return out.String()
}

func TestApprovalsOfAServerAreOpenToTheCommandOfAPerson(t *testing.T) {
	s := asksPerson(t)
	a, err := Open(t.Context(), s, Options{})
	require.NoError(t, err)
	defer a.Close()
	asked, created, err := a.Approvals().Put(t.Context(), request())
	require.NoError(t, err)
	assert.True(t, created)

	store, closeAll, err := OpenApprovals(t.Context(), s, Options{})
	require.NoError(t, err)
	decided, err := store.Decide(t.Context(), approvals.AllTenants(), asked.ID, approvals.Decision{Approve: true, By: "jo", How: "terminal"})
	require.NoError(t, err)
	require.NoError(t, closeAll())
	assert.Equal(t, approvals.Approved, decided.State)

	found, _, err := a.Approvals().Find(t.Context(), "", request().Hash)
	require.NoError(t, err)
	assert.Equal(t, approvals.Approved, found.State)
	_, err = a.Approvals().Spend(t.Context(), found)
	require.NoError(t, err)

	lines := strings.Split(strings.TrimSpace(shown(t, s)), "\n")
	require.Len(t, lines, 3)
	for i, state := range []string{"asked", "approved", "spent"} {
		assert.Contains(t, lines[i], `"state":"`+state+`"`)
		assert.Contains(t, lines[i], asked.ID)
		assert.NotContains(t, lines[i], "Reject Jo", "what a person was shown stays out of the journal")
	}
	assert.Contains(t, lines[1], `"confirmed_how":"terminal","confirmed_by":"jo"`)
	info, err := os.Stat(filepath.Join(filepath.Dir(s.Journal), "approvals"))
	require.NoError(t, err)
	assert.True(t, info.IsDir())
}

func TestApprovalsNeedAPlace(t *testing.T) {
	for _, name := range []string{"-", ""} {
		s := asksPerson(t)
		s.Journal = name
		_, err := Open(t.Context(), s, Options{})
		assert.ErrorContains(t, err, "--confirm-fallback person")
		assert.ErrorContains(t, err, "give --journal a file or a folder, or --redis-url")
		_, _, err = OpenApprovals(t.Context(), s, Options{})
		assert.ErrorContains(t, err, "or --redis-url")
	}
}

func TestOnlyAServerThatAsksHasApprovals(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"another fallback": func(s *Settings) { s.ConfirmFallback = "preview" },
		"writes unasked":   func(s *Settings) { s.Writes = "allow" },
		"writes nothing":   func(s *Settings) { s.ReadOnly = true },
	} {
		s := asksPerson(t)
		change(&s)
		a, err := Open(t.Context(), s, Options{})
		require.NoError(t, err, name)
		assert.Nil(t, a.Approvals(), name)
		require.NoError(t, a.Close(), name)
		assert.NoDirExists(t, filepath.Join(filepath.Dir(s.Journal), "approvals"), name)
	}
}

func TestSweepingEndsWithTheApp(t *testing.T) {
	var log strings.Builder
	a, err := Open(t.Context(), asksPerson(t), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.NoError(t, a.Close())
	_, err = a.Approvals().List(context.Background(), approvals.AllTenants())
	require.NoError(t, err)
	assert.Empty(t, log.String())
}
