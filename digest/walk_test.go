package digest_test

import (
	"context"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

func TestWalkStopsAtRecordLimitAndStatesCoverage(t *testing.T) {
	tb := applications()
	u := &upstream{rows: believable(tb, 100, 1), size: 25}
	var progress []int
	a := askSource(t, tb, digest.Query{Sort: "candidate", MaxTokens: 500}, u.source, digest.Options{
		Limits: digest.Limits{Records: 30}, Progress: func(n int) { progress = append(progress, n) },
	})
	assert.Equal(t, 2, u.calls)
	assert.Equal(t, []int{25, 50}, progress)
	assert.Equal(t, 50, a.Summary.Matched)
	assert.False(t, a.Summary.Complete)
	assert.Contains(t, a.Text(), "at least 50 matched, not complete")
	assert.Regexp(t, `first 50 records read \(created \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\), the limit for one walk; narrow with where`, a.Notes[0])
	assert.Contains(t, a.Notes[1], "sort was dropped")
	assert.Equal(t, u.rows[0].Values[0].Str(), a.Rows[0][0], "in the order of the source")
	assert.NotEmpty(t, a.Next)

	exact := askSource(t, tb, digest.Query{}, (&upstream{rows: u.rows, size: 25}).source, digest.Options{Limits: digest.Limits{Records: 100}})
	assert.True(t, exact.Summary.Complete, "a limit that the last page reaches cuts nothing")
}

func TestIncompleteWalkWithoutMatchAdvancesCursor(t *testing.T) {
	tb := applications()
	rows := believable(tb, 100, 1)
	last := rows[99].Values[0].Str()
	u := &upstream{rows: rows, size: 10}
	q := digest.Query{Where: `id == "` + last + `"`}
	opts := digest.Options{Limits: digest.Limits{Records: 30}}
	for range 3 {
		a := askSource(t, tb, q, u.source, opts)
		assert.Empty(t, a.Rows)
		require.NotEmpty(t, a.Next)
		q.Cursor = a.Next
	}
	a := askSource(t, tb, q, u.source, opts)
	assert.Equal(t, last, a.Rows[0][0])
	assert.Empty(t, a.Next)
	assert.Contains(t, a.Notes[0], "the last ones")
}

func TestWalkStopsAtTimeLimitWithinPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tb := applications()
		u := &upstream{rows: believable(tb, 100, 1), size: 25}
		slow := func(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
			return func(yield func(digest.Page, error) bool) {
				for page, err := range u.source(ctx, start) {
					if !yield(page, err) {
						return
					}
					select {
					case <-time.After(6 * time.Second):
					case <-ctx.Done():
						yield(digest.Page{}, ctx.Err())
						return
					}
				}
			}
		}
		began := time.Now()
		a := askSource(t, tb, digest.Query{}, slow, digest.Options{})
		assert.Equal(t, 10*time.Second, time.Since(began))
		assert.Equal(t, 50, a.Summary.Matched)
		assert.False(t, a.Summary.Complete)
		assert.Contains(t, a.Notes[0], "the time for one walk was up")
	})
}

func TestFirstPageMayExceedTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tb := applications()
		u := &upstream{rows: believable(tb, 100, 1), size: 25, onPage: func(call int) {
			if call == 1 {
				time.Sleep(time.Minute)
			}
		}}
		a := askSource(t, tb, digest.Query{}, u.source, digest.Options{})
		assert.Equal(t, 25, a.Summary.Matched)
	})
}

func TestSourceErrorFailsRunOnlyBeforeFirstPage(t *testing.T) {
	tb := applications()
	rows := believable(tb, 100, 1)
	plan, err := digest.Compile(tb, withSecret(digest.Query{}))
	require.NoError(t, err)
	_, err = plan.Run(t.Context(), (&upstream{rows: rows, size: 25, failAt: 1}).source, digest.Options{})
	assert.ErrorContains(t, err, "upstream is away")
	a, err := plan.Run(t.Context(), (&upstream{rows: rows, size: 25, failAt: 3}).source, digest.Options{})
	require.NoError(t, err)
	assert.Equal(t, 50, a.Summary.Matched)
	assert.Contains(t, a.Notes[0], "then the source failed: upstream is away")
	assert.NotEmpty(t, a.Next)
}

func TestCancelingStopsTheSource(t *testing.T) {
	tb := applications()
	ctx, cancel := context.WithCancel(t.Context())
	u := &upstream{rows: believable(tb, 100, 1), size: 25, onPage: func(call int) {
		if call == 2 {
			cancel()
		}
	}}
	plan, err := digest.Compile(tb, withSecret(digest.Query{}))
	require.NoError(t, err)
	_, err = plan.Run(ctx, u.source, digest.Options{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 2, u.calls)
}

func TestEmptySourceIsACompleteAnswer(t *testing.T) {
	tb := applications()
	a := ask(t, tb, digest.Query{}, nil)
	assert.Equal(t, "applications: 0 matched, complete\n", a.Text())
	assert.True(t, a.AddNote("the model is switched off"))
	assert.Contains(t, a.Text(), "note\tthe model is switched off")
	a = askSource(t, tb, digest.Query{}, func(context.Context, string) iter.Seq2[digest.Page, error] {
		return func(func(digest.Page, error) bool) {}
	}, digest.Options{})
	assert.True(t, a.Summary.Complete)
}

func TestAddNoteStaysWithinTokenBudget(t *testing.T) {
	tb := applications()
	a := ask(t, tb, digest.Query{MaxTokens: 500}, believable(tb, 100, 1))
	a.AddNote(strings.Repeat("why <nothing> & ", 300))
	check(t, a, 500)
}

func TestScreeningAnswersCanBeShownAndGroupedBy(t *testing.T) {
	tb := applications()
	rows := believable(tb, 50, 1)
	a := ask(t, tb, digest.Query{Fields: []string{`id, answer("main programming language, if any")`, `answer('years of experience')`}}, rows)
	assert.Equal(t, []string{"id", `answer("main programming language, if any")`, `answer('years of experience')`}, a.Columns)
	assert.Contains(t, a.Notes[0], "no record read answers")
	a = ask(t, tb, digest.Query{GroupBy: `answer("Main programming language")`}, rows)
	total := 0
	for _, r := range a.Rows {
		assert.Contains(t, tagNames[:3], r[0])
		total += len(r)
	}
	assert.Equal(t, 6, total)
	_, err := digest.Compile(tb, digest.Query{Fields: []string{"answer()"}})
	assert.ErrorContains(t, err, "no column")
	plan, err := digest.Compile(tb, digest.Query{GroupBy: `answer("x")`})
	require.NoError(t, err)
	assert.True(t, plan.UsesAnswers())
}
