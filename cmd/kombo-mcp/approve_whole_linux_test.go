package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// TestAWriteGoesOnceAPersonHasApprovedIt goes the whole way with the command alone. Each
// call is a process with a sandbox of its own; the journal and the approvals are common.
func TestAWriteGoesOnceAPersonHasApprovedIt(t *testing.T) {
	t.Parallel()
	env := environment(t)
	data := sandbox.New(sandbox.Options{Seed: 7, Applications: 600, Today: today}).Snapshot()
	pending := first(t, data.Applications, func(a sandbox.Application) bool { return a.Outcome == "PENDING" })
	arguments := said(object{"application_id": pending.ID, "rejection_reason_id": data.Reasons[1].ID, "note": "Thank you for your time."})
	call := func() output {
		return run(t, env, "", "call", "--sandbox", "--today="+today.Format("2006-01-02"), "--confirm-fallback=person", "--journal="+journalOf(t, env), "reject_application", arguments)
	}
	for range 2 {
		waits := call()
		assert.Contains(t, waits.stdout, "waits for a person's approval", waits)
		assert.Contains(t, waits.stdout, "kombo-mcp approve")
	}

	p := startAtTerminal(t, env, "", "approve")
	p.sees("1 write is waiting for your approval.")
	p.sees(`"Thank you for`)
	p.sees("Approve? y/N")
	p.types("y\n")
	p.sees("Approved by")
	require.Equal(t, 0, p.ends(), p.text())

	sent := call()
	require.Equal(t, 0, sent.code, sent)
	assert.NotContains(t, sent.stdout, "waits for a person's approval")
	for range 2 {
		again := call()
		assert.Contains(t, again.stdout, "already", again)
		assert.NotContains(t, again.stdout, "waits for a person's approval")
	}

	shown := run(t, env, "", "journal", "show").stdout
	var steps []string
	for line := range strings.Lines(run(t, env, "", "journal", "show", "--json").stdout) {
		var l struct{ Kind, State string }
		require.NoError(t, json.Unmarshal([]byte(line), &l), line)
		switch l.Kind {
		case "approval", "outcome":
			steps = append(steps, l.Kind+" "+l.State)
		case "confirmation", "intent":
			steps = append(steps, l.Kind)
		}
	}
	assert.Equal(t, []string{"approval asked", "approval approved", "approval spent", "confirmation", "intent", "outcome done"}, steps, shown)
	assert.Contains(t, shown, userName())
	assert.Equal(t, 0, run(t, env, "", "journal", "verify").code)
}

// TestAWriteOverHTTPGoesOnceAnApproverHasApprovedIt counts what reaches the ATS, with a
// restart between each step.
func TestAWriteOverHTTPGoesOnceAnApproverHasApprovedIt(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	env := u.environment(t)
	line := "integration_id: " + u.IntegrationID()
	file := tenantsFile(t, "",
		[]string{"acme", "", line, waitsForOne, "tokens: [{name: bot, sha256: " + tenants.Hash(tokenOfOne) + "}]", approver("anna", tokenOfAnna)},
		[]string{"globex", tokenOfTwo, line, waitsForOne, approver("ben", tokenOfBen)})
	var s *served
	restart := func() {
		if s != nil {
			require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
			s.end(deadline)
		}
		s = serveProcess(t, env, "--tenants="+file)
	}
	restart()
	reject := object{"application_id": c.applications[0].ID, "rejection_reason_id": c.reason.ID}
	call := func(token string) string {
		return s.tool(s.open(bearer(token)...), "reject_application", reject).body
	}
	assert.Empty(t, writes(u.since(func() {
		body := call(tokenOfOne)
		assert.Contains(t, body, `"outcome":"waiting"`)
		assert.Contains(t, body, s.base+"/approve")
		for _, secret := range []string{"secret=", tokenOfAnna, journalOf(t, env)} {
			assert.NotContains(t, body, secret)
		}
		restart()
		assert.Contains(t, call(tokenOfOne), `"outcome":"waiting"`)
	})))

	b := newBrowser(t)
	status, base := b.signsIn(s.base, tokenOfAnna)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, b.page, `signed in as &#34;bot&#34;`)
	b.sends(base, "approve")
	assert.Contains(t, b.page, "Approved by anna (page)")

	restart()
	assert.Empty(t, writes(u.since(func() {
		assert.Contains(t, call(tokenOfTwo), `"outcome":"waiting"`, "another tenant's call is another")
	})))
	sent := writes(u.since(func() { assert.Contains(t, call(tokenOfOne), `"outcome":"done"`) }))
	require.Len(t, sent, 1)
	restart()
	assert.Empty(t, writes(u.since(func() { assert.Contains(t, call(tokenOfOne), "already") })))
	shown := run(t, env, "", "journal", "show", "--tenant=acme").stdout
	for _, words := range []string{"anna", "bot"} {
		assert.Contains(t, shown, words)
	}
}
