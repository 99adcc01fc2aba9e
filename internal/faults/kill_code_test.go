package faults

import (
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// With again: true nothing but the code keeps a write from being sent twice.
func TestACodeCountsOnceWhateverIsKilled(t *testing.T) {
	t.Parallel()
	testbinary.Path(t)
	runs := max(1, *kills/2)
	met := playRuns(t, runs, func(t *testing.T, n int) map[string]int { return newRun(t, n).playWithCodes() })
	t.Logf("%d kills, then: %v", runs, met)
}

func (k *killRun) codeFlags() []string {
	return []string{"--writes=confirm-all", "--confirm-fallback=preview", "--max-writes-per-minute=1000", "--journal=" + k.journal()}
}

// playWithCodes asks for the code of every call, makes the calls with it in two processes at once,
// kills them, and makes each call twice more with the same code.
func (k *killRun) playWithCodes() map[string]int {
	address, end := k.serve()
	defer end()
	start := func() *child { return startChild(k.t, environment(k.home, k.Sandbox, address), k.codeFlags()...) }
	children := []*child{start(), start()}
	for i, j := range k.jobs {
		withCode := maps.Clone(j.arguments)
		withCode["again"] = true
		r, err := children[0].call(j.tool, withCode)
		require.NoError(k.t, err)
		require.NotEmpty(k.t, r.Code, "%s: %s", j.tool, r.words)
		withCode["code"] = r.Code
		k.jobs[i].arguments = withCode
	}
	assert.Empty(k.t, k.happened(), "a preview sends nothing")

	k.callUntilKilled(children, k.jobs)
	return k.repeatCodes(start)
}

// callUntilKilled makes the calls in several processes at once, and kills them at the write
// of the run.
func (k *killRun) callUntilKilled(children []*child, jobs []job) {
	var group sync.WaitGroup
	for _, c := range children {
		group.Go(func() {
			for _, j := range jobs {
				if _, err := c.call(j.tool, j.arguments); err != nil {
					return
				}
			}
		})
	}
	select {
	case <-k.trigger:
	case <-time.After(time.Minute):
		assert.Fail(k.t, "the write that the kill waits for never came")
	}
	for _, c := range children {
		c.kill()
	}
	group.Wait()
}

// repeatCodes makes each call twice more, in a process each time, and counts how it went.
func (k *killRun) repeatCodes(start func() *child) map[string]int {
	met := map[string]int{}
	for range 2 {
		c := start()
		for _, j := range k.jobs {
			before := k.happened()
			r, err := c.call(j.tool, j.arguments)
			require.NoError(k.t, err, "%s", &c.stderr)
			sent := false
			for name, n := range k.happened() {
				sent = sent || n > before[name]
			}
			switch {
			case sent:
				met["sent now"]++
			case r.failed:
				met["refused"]++
			default:
				met["told what became of it"]++
			}
		}
		c.end()
	}
	for name, n := range k.happened() {
		assert.Equal(k.t, 1, n, "%s was done more than once", name)
	}
	spent := map[string]int{}
	for _, l := range linesOf(k.t, k.journal()) {
		switch l.Kind {
		case journal.KindConfirmation:
			spent[l.Token]++
		case journal.KindIntent:
			assert.Positive(k.t, spent[l.Token], "a write without a confirmation: %s", l.Tool)
		}
	}
	for token, n := range spent {
		assert.Equal(k.t, 1, n, token)
	}
	report, err := journal.Verify(k.t.Context(), k.journal())
	require.NoError(k.t, err)
	assert.Nil(k.t, report.Bad)
	return met
}
