package faults

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// In every other run the calls carry again: true, so that nothing but the approval keeps a
// write from being sent twice.
func TestAnApprovalCountsOnceWhateverIsKilled(t *testing.T) {
	t.Parallel()
	testbinary.Path(t)
	runs := max(2, *kills/2)
	met := playRuns(t, runs, func(t *testing.T, n int) map[string]int {
		k := approvedRun{killRun: newRun(t, n), again: n%2 == 1}
		k.store = openApprovals(t, k.journal())
		return k.play()
	})
	t.Logf("%d kills, then: %v", runs, met)
}

// openApprovals opens the approvals beside a journal, as the command of a person does.
func openApprovals(t *testing.T, path string) approvals.Store {
	t.Helper()
	s := app.Defaults()
	s.Journal = path
	store, closeAll, err := app.OpenApprovals(t.Context(), s, app.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, closeAll()) })
	return store
}

// approve approves what waits, but for the one with the hash leave, and returns how
// many that were.
func approve(t *testing.T, store approvals.Store, leave string) (n int) {
	t.Helper()
	all, err := store.List(t.Context(), approvals.AllTenants())
	require.NoError(t, err)
	for _, a := range all {
		if a.State != approvals.Waiting || a.Hash == leave {
			continue
		}
		_, err := store.Decide(t.Context(), approvals.AllTenants(), a.ID, approvals.Decision{Approve: true, By: "approver", How: "test"})
		require.NoError(t, err)
		n++
	}
	return n
}

// approvedRun is a killRun in which a person approves every call but one.
type approvedRun struct {
	*killRun
	again bool
	store approvals.Store
	// never is the call that nobody approves, and hash that of its approval.
	never job
	hash  string
}

func (k *approvedRun) flags() []string {
	return []string{"--writes=confirm-all", "--confirm-fallback=person", "--max-writes-per-minute=1000", "--journal=" + k.journal()}
}

// play asks for the approval of every call, makes the calls in two processes at once, kills
// them, and makes each call three times more.
func (k *approvedRun) play() map[string]int {
	address, end := k.serve()
	defer end()
	start := func() *child { return startChild(k.t, environment(k.home, k.Sandbox, address), k.flags()...) }
	children := []*child{start(), start()}
	k.never = job{tool: "add_application_note", arguments: args{"application_id": k.application().ID, "content": "Nobody agreed to this."}}
	k.waits(children[0], k.never)
	asked, err := k.store.List(k.t.Context(), approvals.AllTenants())
	require.NoError(k.t, err)
	require.Len(k.t, asked, 1)
	k.hash = asked[0].Hash
	for i, j := range k.jobs {
		k.jobs[i].arguments = maps.Clone(j.arguments)
		if k.again {
			k.jobs[i].arguments["again"] = true
		}
		k.waits(children[i%2], k.jobs[i])
	}
	assert.Empty(k.t, k.happened(), "nothing is sent before somebody approves")
	assert.Equal(k.t, len(k.jobs), approve(k.t, k.store, k.hash))

	k.callUntilKilled(children, append(slices.Clip(k.jobs), k.never))
	met := map[string]int{}
	for range 3 {
		k.repeat(start, met)
	}
	k.check()
	return met
}

func (k *approvedRun) waits(c *child, j job) {
	r, err := c.call(j.tool, j.arguments)
	require.NoError(k.t, err)
	assert.Equal(k.t, "waiting", r.Outcome, "%s: %s", j.tool, r.words)
}

// repeat makes each call in a new process, twice if it has to be approved anew in between.
func (k *approvedRun) repeat(start func() *child, met map[string]int) {
	c := start()
	k.waits(c, k.never)
	for _, j := range k.jobs {
		before := k.happened()
		r, err := c.call(j.tool, j.arguments)
		require.NoError(k.t, err, "%s", &c.stderr)
		if r.Outcome == "waiting" {
			assert.Equal(k.t, before, k.happened(), "%s: sent without an approval", j.tool)
			met["approved anew"]++
			// Of a batch that was under way in one process, the other asked for what was left.
			assert.Positive(k.t, approve(k.t, k.store, k.hash))
			r, err = c.call(j.tool, j.arguments)
			require.NoError(k.t, err, "%s", &c.stderr)
			assert.NotEqual(k.t, "waiting", r.Outcome, r.words)
		}
		switch {
		case !maps.Equal(before, k.happened()):
			met["sent now"]++
		case r.failed:
			met["refused or unknown"]++
		default:
			met["told what became of it"]++
		}
	}
	c.end()
}

// check compares the effects with the journal: every write was approved before, and sent
// once.
func (k *approvedRun) check() {
	for name, n := range k.happened() {
		assert.Equal(k.t, 1, n, "%s was done more than once", name)
	}
	assert.Zero(k.t, k.happened()[name(k.never.tool, fmt.Sprint(k.never.arguments["application_id"]))], "nobody approved this")
	approved, spent := map[string]bool{}, map[string]int{}
	for _, l := range linesOf(k.t, k.journal()) {
		switch l.Kind {
		case journal.KindApproval:
			approved[l.Token] = approved[l.Token] || l.State == "approved" && l.ConfirmedBy == "approver"
		case journal.KindConfirmation:
			spent[l.Token]++
			assert.True(k.t, approved[l.Token], "used without an approval: %s", l.Tool)
		case journal.KindIntent:
			assert.Positive(k.t, spent[l.Token], "a write without an approval: %s", l.Tool)
			assert.Equal(k.t, "approval", l.ConfirmedHow)
		}
	}
	for token, n := range spent {
		assert.Equal(k.t, 1, n, token)
	}
	report, err := journal.Verify(k.t.Context(), k.journal())
	require.NoError(k.t, err)
	assert.Nil(k.t, report.Bad)
}
