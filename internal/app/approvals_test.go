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
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
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

// approveAll approves what waits in the approvals of a server with these settings, as the command of
// a person does, and returns what they read.
func approveAll(t *testing.T, s Settings, scope approvals.Scope) (statements []string) {
	t.Helper()
	store, closeAll, err := OpenApprovals(t.Context(), s, Options{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, closeAll()) }()
	all, err := store.List(t.Context(), scope)
	require.NoError(t, err)
	for _, a := range all {
		if a.State == approvals.Waiting {
			_, err := store.Decide(t.Context(), scope, a.ID, approvals.Decision{Approve: true, By: "Dana", How: "terminal"})
			require.NoError(t, err)
			statements = append(statements, a.Statement)
		}
	}
	return statements
}

// rejection are the arguments that reject somebody who is undecided.
func rejection(t *testing.T, sb *sandbox.Sandbox) map[string]any {
	t.Helper()
	data := sb.Snapshot()
	for _, a := range data.Applications {
		if a.Outcome == "PENDING" && a.Deleted.IsZero() {
			return map[string]any{"application_id": a.ID, "rejection_reason_id": data.Reasons[0].Name}
		}
	}
	require.Fail(t, "nobody is undecided")
	return nil
}

func outcome(t *testing.T, box *tools.Toolbox, who tools.Caller, arguments map[string]any) *tools.WriteAnswer {
	t.Helper()
	answer, err := box.Run(t.Context(), who, "reject_application", arguments)
	require.NoError(t, err)
	written, ok := answer.(*tools.WriteAnswer)
	require.True(t, ok)
	return written
}

// TestAnApprovedWriteIsSentAfterARestart: what waits and what was approved outlive the process.
func TestAnApprovedWriteIsSentAfterARestart(t *testing.T) {
	sb := sandbox.New(sandbox.Options{Seed: 7, Applications: 50})
	up, err := InSandbox(sb)
	require.NoError(t, err)
	s, arguments := asksPerson(t), rejection(t, sb)
	call := func() *tools.WriteAnswer {
		a, err := Open(t.Context(), s, Options{Upstream: &up})
		require.NoError(t, err)
		defer func() { assert.NoError(t, a.Close()) }()
		box, err := a.Toolbox()
		require.NoError(t, err)
		return outcome(t, box, tools.Caller{Client: "test 1", Transport: "call", CanAsk: true}, arguments)
	}
	for range 2 {
		a := call()
		assert.Equal(t, "waiting", a.Outcome)
		assert.Contains(t, a.Text(), "The person runs `kombo-mcp approve` (with the server's --journal) in a terminal of their own.")
		assert.NotContains(t, a.Text(), filepath.Dir(s.Journal), "an agent may be able to write there")
	}
	assert.Empty(t, sb.Effects())
	assert.Len(t, approveAll(t, s, approvals.AllTenants()), 1)
	for range 2 {
		assert.Equal(t, "done", call().Outcome)
		assert.Len(t, sb.Effects(), 1)
	}
	for _, state := range []string{"asked", "approved", "spent"} {
		assert.Equal(t, 1, strings.Count(shown(t, s), `"state":"`+state+`"`), state)
	}
}

// TestATenantMayWantAPersonsApproval although the server's other tenants do not.
func TestATenantMayWantAPersonsApproval(t *testing.T) {
	sb := sandbox.New(sandbox.Options{Seed: 7, Applications: 50})
	up, err := InSandbox(sb)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	one := func(name, more string) string {
		return "  - {name: " + name + ", integration_id: \"" + sb.IntegrationID() + "\", token_sha256: [" + tenants.Hash(tenants.NewToken()) + "]" + more + "}\n"
	}
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n"+one("careful", ", confirm_fallback: person, redact: [name], approvers: [{name: dana, sha256: "+tenants.Hash(tenants.NewToken())+"}]")+one("trusting", ", writes: allow")+one("usual", "")), 0o600))
	s := asksPerson(t)
	s.ConfirmFallback, s.Transports, s.Tenants, s.PublicURL = "preview", []string{TransportHTTP}, file, "https://mcp.example.com/mcp"
	a, err := Open(t.Context(), s, Options{Upstream: &up})
	require.NoError(t, err)
	defer func() { assert.NoError(t, a.Close()) }()
	assert.Nil(t, a.Approvals(), "before its tenants are known")
	auth, err := newAuth(s, true)
	require.NoError(t, err)
	a.approveURL = s.approveURL(nil)
	require.NoError(t, auth.begin(t.Context(), a))
	require.NotNil(t, a.Approvals())
	call := func(tenant string, arguments map[string]any) *tools.WriteAnswer {
		return outcome(t, auth.state.Load().built[tenant].Box, tools.Caller{Tenant: tenant, Subject: "laptop", Transport: "http"}, arguments)
	}
	arguments := rejection(t, sb)
	got := call("careful", arguments)
	assert.Equal(t, "waiting", got.Outcome)
	assert.Contains(t, got.Text(), "A person who may approve opens https://mcp.example.com/approve, or runs `kombo-mcp approve` (with the server's --journal) on the server's machine.")
	assert.Equal(t, "preview", call("usual", arguments).Outcome)
	assert.Empty(t, approveAll(t, s, approvals.OfTenant("usual")))
	assert.Equal(t, "waiting", call("careful", arguments).Outcome)
	assert.Empty(t, sb.Effects())

	statements := approveAll(t, s, approvals.OfTenant("careful"))
	require.Len(t, statements, 1)
	who := strings.Split(statements[0], `"`)[1]
	assert.NotContains(t, got.Text(), who, "the agent's answer is masked")
	assert.Equal(t, "done", call("careful", arguments).Outcome)
	assert.Len(t, sb.Effects(), 1)
	for line := range strings.Lines(shown(t, s)) {
		assert.Contains(t, line, `"tenant":"careful","subject":"laptop"`)
	}
	assert.Equal(t, "done", call("trusting", rejection(t, sb)).Outcome)
}

// TestATenantsFileWithAPersonNeedsAPlace: the error comes at the start, not with a write.
func TestATenantsFileWithAPersonNeedsAPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenants.yaml")
	require.NoError(t, os.WriteFile(file, []byte("tenants:\n  - {name: careful, integration_id: \"greenhouse:1\", token_sha256: ["+tenants.Hash(tenants.NewToken())+"], confirm_fallback: person}\n"), 0o600))
	s := asksPerson(t)
	s.ConfirmFallback, s.Journal, s.Transports, s.Tenants = "", "-", []string{TransportHTTP}, file
	a, err := Open(t.Context(), s, Options{})
	require.NoError(t, err)
	defer func() { assert.NoError(t, a.Close()) }()
	auth, err := newAuth(s, true)
	require.NoError(t, err)
	err = auth.begin(t.Context(), a)
	assert.ErrorContains(t, err, "tenant careful: --confirm-fallback person keeps what waits for approval beside the journal")
}
