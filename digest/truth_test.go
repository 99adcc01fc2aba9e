package digest_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

type itersSeq = iter.Seq2[digest.Page, error]

// naive is a where expression and a direct implementation of it.
type naive struct {
	where string
	keep  func(v func(string) digest.Value) bool
}

func naives() []naive {
	has := func(v digest.Value, s string) bool { return slices.Contains(v.Elements(), s) }
	since := func(v digest.Value) float64 { return now.Sub(v.Time(time.UTC)).Hours() / 24 }
	return []naive{
		{``, func(func(string) digest.Value) bool { return true }},
		{`outcome == "PENDING"`, func(v func(string) digest.Value) bool { return v("outcome").Str() == "PENDING" }},
		{`tags contains "go" && !deleted`, func(v func(string) digest.Value) bool { return has(v("tags"), "Go") && !v("deleted").IsTrue() }},
		{`interviews >= 2 || next_interview != nil`, func(v func(string) digest.Value) bool {
			return v("interviews").Float() >= 2 || !v("next_interview").IsMissing()
		}},
		{`days_since(created) > 30.5 && stage in ["offer", "Applied"]`, func(v func(string) digest.Value) bool {
			return since(v("created")) > 30.5 && slices.Contains([]string{"Offer", "Applied"}, v("stage").Str())
		}},
		{`not (days < 40)`, func(v func(string) digest.Value) bool { return v("days").IsMissing() || v("days").Float() >= 40 }},
		{`start >= today() && start < today() + 60`, func(v func(string) digest.Value) bool {
			d, today := v("start"), now.Truncate(24*time.Hour)
			return !d.IsMissing() && !d.Time(time.UTC).Before(today) && d.Time(time.UTC).Before(today.AddDate(0, 0, 60))
		}},
	}
}

func lookup(tb *digest.Table, r digest.Row) func(string) digest.Value {
	return func(name string) digest.Value {
		return r.Values[slices.IndexFunc(tb.Columns, func(c digest.Column) bool { return c.Name == name })]
	}
}

func TestCountsGroupsAndMeasuresMatchNaiveOnes(t *testing.T) {
	tb := applications()
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		rows := believable(tb, rapid.IntRange(0, 400).Draw(t, "rows"), rapid.Uint64().Draw(t, "seed"))
		n := rapid.SampledFrom(naives()).Draw(t, "where")
		var kept []digest.Row
		for _, r := range rows {
			if n.keep(lookup(tb, r)) {
				kept = append(kept, r)
			}
		}
		a := run(t, tb, digest.Query{Where: n.where, MaxTokens: 16_000}, rows)
		require.Equal(t, len(kept), a.Summary.Matched)
		require.True(t, a.Summary.Complete)
		checkCounts(t, tb, a, kept)
		checkGroups(t, tb, n.where, rows, kept)
	})
}

func run(t *rapid.T, tb *digest.Table, q digest.Query, rows []digest.Row) *digest.Answer {
	plan, err := digest.Compile(tb, withSecret(q))
	require.NoError(t, err)
	a, err := plan.Run(t.Context(), (&upstream{rows: rows, size: 33}).source, digest.Options{})
	require.NoError(t, err)
	return a
}

func checkCounts(t *rapid.T, tb *digest.Table, a *digest.Answer, kept []digest.Row) {
	for _, tally := range a.Summary.Counts {
		want := map[string]int{}
		for _, r := range kept {
			label := cmp.Or(lookup(tb, r)(tally.Column).Str(), "missing")
			if tally.Column == "job" && label == "Data Analyst" {
				label += lookup(tb, r)("job_id").Str()
			}
			want[label]++
		}
		got := slices.Clone(tally.Values)
		require.Len(t, got, len(want), tally.Column)
		counts := slices.SortedFunc(maps.Values(want), func(a, b int) int { return b - a })
		for i, g := range got {
			require.Contains(t, g+" ", " "+strconv.Itoa(counts[i])+" ")
		}
	}
}

func checkGroups(t *rapid.T, tb *digest.Table, where string, rows, kept []digest.Row) {
	a := run(t, tb, digest.Query{Where: where, GroupBy: "tags", Measure: "days", MaxTokens: 16_000}, rows)
	want, measured := map[string]int{}, map[string][]float64{}
	for _, r := range kept {
		v := lookup(tb, r)
		tags := v("tags").Elements()
		if tags == nil {
			tags = []string{""}
		}
		for _, tag := range tags {
			want[tag]++
			if !v("days").IsMissing() {
				measured[tag] = append(measured[tag], v("days").Float())
			}
		}
	}
	partly := slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(tag string) bool { return len(measured[tag]) < want[tag] })
	got, last := map[string]int{}, math.MaxInt
	for _, r := range a.Rows {
		if partly {
			require.Equal(t, strconv.Itoa(len(measured[r[0]])), r[2], "how many were measured is told where it is not all")
			r = slices.Delete(slices.Clone(r), 2, 3)
		}
		count, err := strconv.Atoi(r[1])
		require.NoError(t, err)
		require.LessOrEqual(t, count, last, "largest first")
		got[r[0]], last = count, count
		require.Equal(t, naiveFigures(measured[r[0]]), r[2:])
	}
	require.Equal(t, want, got)

	a = run(t, tb, digest.Query{Where: where, GroupBy: "created.month", MaxTokens: 16_000}, rows)
	months := map[string]int{}
	for _, r := range kept {
		months[lookup(tb, r)("created").Time(time.UTC).Format("2006-01")]++
	}
	before := ""
	for _, r := range a.Rows {
		require.Equal(t, strconv.Itoa(months[r[0]]), r[1])
		if before != "" {
			m, err := time.Parse("2006-01", before)
			require.NoError(t, err)
			require.Equal(t, m.AddDate(0, 1, 0).Format("2006-01"), r[0], "no month is left out")
		}
		before = r[0]
		delete(months, r[0])
	}
	require.Empty(t, months)
}

func naiveFigures(values []float64) []string {
	if len(values) == 0 {
		return []string{"", "", "", ""}
	}
	slices.Sort(values)
	n := len(values)
	median := (values[(n-1)/2] + values[n/2]) / 2
	p90 := values[int(math.Ceil(0.9*float64(n)))-1]
	out := make([]string, 0, 4)
	for _, f := range []float64{median, p90, values[0], values[n-1]} {
		out = append(out, strconv.FormatFloat(f, 'f', -1, 64))
	}
	return out
}

func TestGroupsOfSameNameAreDistinctByID(t *testing.T) {
	tb := applications()
	a := ask(t, tb, digest.Query{GroupBy: "job"}, believable(tb, 600, 5))
	assert.Equal(t, []string{"job", "job_id", "count"}, a.Columns)
	var analysts []string
	for _, r := range a.Rows {
		assert.Equal(t, r[0] == "Data Analyst", r[1] != "", "only shared names need an id")
		if r[0] == "Data Analyst" {
			analysts = append(analysts, r[1])
		}
	}
	assert.Len(t, slices.Compact(analysts), 2)
}

func TestKnownEmptyGroupsAreShown(t *testing.T) {
	tb := applications()
	rows := []digest.Row{
		row(tb, record{"id": digest.Text("a"), "stage": digest.Text("Interview"), "stage_index": digest.Number(2), "outcome": digest.Text("DECLINED"), "created": digest.Instant(now.AddDate(0, -3, 0))}),
		row(tb, record{"id": digest.Text("b"), "stage": digest.Text("Hired!"), "created": digest.Instant(now.AddDate(0, -5, 0)), "start": digest.Date(now)}),
	}
	known := map[string][]digest.KnownGroup{"stage": {{Name: "Applied"}, {Name: "Phone Screen", Rank: 1}, {Name: "Interview", Rank: 2}, {Name: "Offer", Rank: 3}}}
	groups := func(q digest.Query) [][]string {
		return askSource(t, tb, q, (&upstream{rows: rows, size: 9}).source, digest.Options{KnownGroups: known}).Rows
	}
	assert.Equal(t, [][]string{{"Applied", "0"}, {"Phone Screen", "0"}, {"Interview", "1"}, {"Offer", "0"}, {"Hired!", "1"}}, groups(digest.Query{GroupBy: "stage"}))
	assert.Equal(t, [][]string{{"Interview", "1"}, {"Offer", "0"}}, groups(digest.Query{GroupBy: "stage", Where: `stage in ["interview", "offer"]`}))
	assert.Equal(t, [][]string{{"PENDING", "0"}, {"HIRED", "0"}, {"DECLINED", "1"}, {"", "1"}}, groups(digest.Query{GroupBy: "outcome"}))
	assert.Equal(t, [][]string{{"PENDING", "0"}, {"DECLINED", "1"}, {"", "1"}}, groups(digest.Query{GroupBy: "outcome", Where: `outcome != "HIRED"`}))
	assert.Equal(t, [][]string{{"2026-06", "1"}, {"2026-07", "0"}, {"2026-08", "1"}}, groups(digest.Query{GroupBy: "created.month"}))
	assert.Equal(t, [][]string{{"2026-08", "1"}, {"2026-09", "0"}, {"2026-10", "0"}, {"2026-11", "0"}}, groups(digest.Query{GroupBy: "created.month", Where: `created >= date("2026-08-02")`}))
	assert.Equal(t, [][]string{{"2026-08", "1"}, {"2026-09", "0"}, {"2026-10", "0"}, {"2026-11", "0"}}, groups(digest.Query{GroupBy: "created.month", Where: `days_since(created) < 100`}))
	assert.Equal(t, [][]string{{"2026-05", "0"}, {"2026-06", "1"}}, groups(digest.Query{GroupBy: "created.month", Where: `created >= date("2026-05-31") && created < date("2026-07-01")`}))
	assert.Equal(t, [][]string{{"2026-11-23", "1"}, {"", "1"}}, groups(digest.Query{GroupBy: "start.week"}))
	assert.Equal(t, [][]string{{"2026-11-24", "1"}, {"", "1"}}, groups(digest.Query{GroupBy: "start.day"}))
}

func TestMeasureWithoutGroupsIsInSummary(t *testing.T) {
	tb := applications()
	var rows []digest.Row
	for i := range 10 {
		rows = append(rows, row(tb, record{"id": digest.Text(fmt.Sprint(i)), "days": digest.Number(float64(i + 1)), "created": digest.Instant(now.Add(-36 * time.Hour))}))
	}
	rows = append(rows, row(tb, record{"id": digest.Text("x")}))
	none := 0
	a := ask(t, tb, digest.Query{Measure: "days", Limit: &none}, rows)
	assert.Equal(t, "days: median 5.5, p90 9, least 1, most 10 (of 10; 1 without)", a.Summary.Measure)
	assert.Empty(t, a.Rows)
	assert.Empty(t, a.Next)
	a = ask(t, tb, digest.Query{Measure: "days_since(created)"}, rows)
	assert.Contains(t, a.Summary.Measure, "median 1,")
}

func TestArgumentErrorsNameValidValues(t *testing.T) {
	negative := -1
	for want, q := range map[string]digest.Query{
		"fields: there is no column \"stag\", did you mean stage?":  {Fields: []string{"id, stag"}},
		"fields: salary cannot be used: salaries are redacted here": {Fields: []string{"salary"}},
		"sort: tags is a list":                                           {Sort: "-tags"},
		"sort: there is no column \"size\"":                              {Sort: "size"},
		"group_by: created is a date; write created.day":                 {GroupBy: "created"},
		"created.day, created.week or created.month":                     {GroupBy: "created.year"},
		"group_by: stage is text and has no .month":                      {GroupBy: "stage.month"},
		"group_by: every record has an id of its own":                    {GroupBy: "id"},
		"group_by: at most 3 columns":                                    {GroupBy: "job,stage,outcome,deleted"},
		"measure: stage is text":                                         {Measure: "stage"},
		"measure: created is a date; write days_since(created)":          {Measure: "created"},
		"measure: days_since() takes a date column, interviews is count": {Measure: "days_since(interviews)"},
		"limit: -1 is negative":                                          {Limit: &negative},
	} {
		_, err := digest.Compile(applications(), q)
		assert.ErrorContains(t, err, want)
	}
}

func TestMaxTokensIsClampedWithNote(t *testing.T) {
	tb := applications()
	a := ask(t, tb, digest.Query{MaxTokens: 90_000}, believable(tb, 10, 1))
	assert.Contains(t, a.Notes[0], "max_tokens is 16000 here")
	a = ask(t, tb, digest.Query{MaxTokens: 3}, believable(tb, 10, 1))
	assert.Contains(t, a.Notes[0], "max_tokens is 500 here")
}

func TestLegendGivesIDsMissingFromRows(t *testing.T) {
	tb := applications()
	rows := believable(tb, 12, 1)
	a := ask(t, tb, digest.Query{Where: `job == "Head of People" || job == "Data Analyst"`}, rows)
	for _, l := range a.Legend {
		assert.Len(t, l, 3)
		assert.Contains(t, []string{"job", "stage"}, l[0])
	}
	assert.NotEmpty(t, a.Legend)
	a = ask(t, tb, digest.Query{Fields: []string{"id", "job", "job_id"}}, rows)
	assert.Empty(t, a.Legend, "the ids are shown")
	a = ask(t, tb, digest.Query{Fields: []string{"id"}}, rows)
	assert.Empty(t, a.Legend, "no names are shown")
}

func TestDescribeListsTheColumns(t *testing.T) {
	assert.Equal(t, `*id, *candidate, *job, *stage, *outcome (PENDING|HIRED|DECLINED), *created, job_id, stage_id, stage_index, rejected, next_interview, start, tags[], interviews (count), days, deleted, email, answer("question")`, applications().Describe())
}
