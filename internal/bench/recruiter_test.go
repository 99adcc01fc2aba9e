//go:build !race

package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// The bounds of the benchmark: the mean tokens and calls of a question, and by which
// factor the baselines must cost more tokens in total.
const (
	maxMeanTokens    = 1000
	maxMeanCalls     = 1.6
	timesNaive       = 100
	timesCompact     = 20
	applicationsHeld = 4000
)

// outcome is the result of one question.
type outcome struct {
	id, ask              string
	ours, naive, compact cost
	right                bool
}

func TestRecruiterQuestions(t *testing.T) {
	shared := newTrial(t)
	elsewhere := newBaselines(t, shared.sandbox)
	asks := readQuestions(t)
	var results []outcome
	for i, k := range tasks {
		t.Run(k.id, func(t *testing.T) {
			on := shared
			if k.trace != nil {
				// One write must not affect the next question.
				on = newTrial(t)
			}
			results = append(results, on.run(t, k, asks[i], elsewhere))
		})
	}
	report(t, results)
}

// trial is an ATS with a toolbox on it.
type trial struct {
	sandbox *sandbox.Sandbox
	world   *world
	box     *tools.Toolbox
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	s := newSandbox(applicationsHeld)
	return &trial{s, newWorld(s.Snapshot()), newBox(t, s, longWalks)}
}

// run asks one question.
func (x *trial) run(t *testing.T, k task, q question, r *baselines) outcome {
	t.Helper()
	ask := k.pick(x.world)
	for word, text := range ask {
		require.NotEmpty(t, text, "{%s} cannot be picked from the data", word)
	}
	truth := k.truth(x.world, ask)
	require.NotEmpty(t, truth, "the question has no answer in the data")

	a := &agent{t: t, box: x.box}
	answer := k.answer(a, ask)
	if k.trace != nil {
		answer = k.trace(x.world, x.sandbox)
	}
	right := assert.Equal(t, truth, answer, "%s", ask.fill(q.Ask))

	r.t, r.naive, r.compact = t, a.wrote, a.wrote
	k.others(r, ask)
	return outcome{q.ID, ask.fill(q.Ask), a.cost, r.naive, r.compact, right}
}

func verdict(right bool) string {
	if right {
		return "right"
	}
	return "WRONG"
}

// report prints the table and checks the totals against the bounds.
func report(t *testing.T, results []outcome) {
	t.Helper()
	if len(results) < len(tasks) {
		// A question has failed, or -run selected some: there are no totals.
		return
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, a ...any) { _, _ = fmt.Fprintf(w, format, a...) }
	line("\t\tcalls\ttokens\tnaive calls\ttokens\tcompact calls\ttokens\t\n")
	var ours, naive, compact cost
	for _, o := range results {
		ours.add(o.ours)
		naive.add(o.naive)
		compact.add(o.compact)
		line("%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", o.id, verdict(o.right), o.ours.calls, o.ours.tokens,
			o.naive.calls, o.naive.tokens, o.compact.calls, o.compact.tokens, o.ask)
	}
	line("all\t\t%d\t%d\t%d\t%d\t%d\t%d\t\n", ours.calls, ours.tokens, naive.calls, naive.tokens, compact.calls, compact.tokens)
	require.NoError(t, w.Flush())
	n := float64(len(results))
	tokens, calls := float64(ours.tokens)/n, float64(ours.calls)/n
	fmt.Fprintf(&text, "a question: %.0f tokens in %.2f calls; naive %.0f times as many tokens, compact %.0f times\n",
		tokens, calls, float64(naive.tokens)/float64(ours.tokens), float64(compact.tokens)/float64(ours.tokens))
	t.Log("\n" + text.String())

	assert.False(t, slices.ContainsFunc(results, func(o outcome) bool { return !o.right }), "an answer is wrong")
	assert.LessOrEqual(t, tokens, float64(maxMeanTokens))
	assert.LessOrEqual(t, calls, maxMeanCalls)
	assert.LessOrEqual(t, ours.tokens*timesNaive, naive.tokens)
	assert.LessOrEqual(t, ours.tokens*timesCompact, compact.tokens)
}
