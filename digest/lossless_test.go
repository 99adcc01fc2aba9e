package digest_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

// follow reads an answer page by page at random budgets, and calls between before
// each next page.
func follow(t *rapid.T, tb *digest.Table, q digest.Query, opts digest.Options, source digest.Source, between func()) (rows [][]string, sorted bool) {
	for page := range 10_000 {
		q.MaxTokens = rapid.IntRange(500, 4000).Draw(t, "budget")
		if rapid.Bool().Draw(t, "limited") {
			n := rapid.IntRange(3, 40).Draw(t, "limit")
			q.Limit = &n
		} else {
			q.Limit = nil
		}
		plan, err := digest.Compile(tb, withSecret(q))
		require.NoError(t, err)
		a, err := plan.Run(context.Background(), source, opts)
		require.NoError(t, err)
		check(t, a, q.MaxTokens)
		if page == 0 {
			sorted = a.Summary.Complete
		} else {
			require.Equal(t, sorted, a.Summary.Complete, "an answer stays in its mode")
		}
		rows = append(rows, a.Rows...)
		if a.Next == "" {
			return rows, sorted
		}
		require.NotEqual(t, q.Cursor, a.Next, "page %d advances", page)
		q.Cursor = a.Next
		between()
	}
	require.Fail(t, "no end")
	return nil, false
}

func ids(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r[0]
	}
	return out
}

func TestPagingShowsEachRecordOnceInOrder(t *testing.T) {
	tb, nasty := applications(), nastyValues()
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		rows := make([]digest.Row, rapid.IntRange(1, 80).Draw(t, "rows"))
		for i := range rows {
			rows[i] = drawRow(t, tb, i, nasty[:5])
		}
		u := &upstream{rows: slices.Clone(rows), size: rapid.IntRange(1, 40).Draw(t, "page size")}
		clock := now
		opts := digest.Options{
			Clock: func() time.Time { return clock }, CacheKeys: []string{"all"},
			Cache: digest.NewCache(0, time.Minute, func() time.Time { return clock }),
		}
		added := 0
		between := func() {
			if rapid.Bool().Draw(t, "the kept walk expires") {
				clock = clock.Add(2 * time.Minute)
			}
			if rapid.Bool().Draw(t, "a record is added") {
				at := rapid.IntRange(0, len(u.rows)).Draw(t, "where")
				u.rows = slices.Insert(u.rows, at, drawRow(t, tb, 90_000+added, nasty[:5]))
				added++
				opts.Cache.Clear()
			}
		}
		q := digest.Query{Fields: []string{"id", "candidate", "created", "interviews"}}
		if rapid.Bool().Draw(t, "a short walk") {
			opts.Limits.Records = rapid.IntRange(1, 20).Draw(t, "walk")
			u.size = min(u.size, max(1, len(rows)/3))
			// Added rows must not make a complete walk incomplete.
			if opts.Limits.Records >= len(rows)-u.size {
				opts.Limits.Records = 5000
			}
		}
		q.Sort = rapid.SampledFrom([]string{"", "created", "candidate", "-interviews", "stage", "id desc"}).Draw(t, "sort")
		got, sorted := follow(t, tb, q, opts, u.source, between)
		var shown []string
		for _, id := range ids(got) {
			if id < "r9" {
				shown = append(shown, id)
			}
		}
		want := make([]string, len(rows))
		for i, r := range rows {
			want[i] = r.Values[0].Str()
		}
		if sorted {
			slices.SortFunc(want, naiveOrder(tb, q.Sort, rows))
		}
		require.Equal(t, want, shown)
	})
}

// naiveOrder returns an order of ids by a sort argument, without using sortKey.
func naiveOrder(tb *digest.Table, sort string, rows []digest.Row) func(a, b string) int {
	byID := map[string]digest.Row{}
	for _, r := range rows {
		byID[r.Values[0].Str()] = r
	}
	name, desc := strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
	if rest, ok := strings.CutSuffix(name, " desc"); ok {
		name, desc = rest, true
	}
	if name == "" {
		name, desc = "created", true
	}
	if name == "stage" {
		name = "stage_index"
	}
	i := slices.IndexFunc(tb.Columns, func(c digest.Column) bool { return c.Name == name })
	return func(a, b string) int {
		va, vb := byID[a].Values[i], byID[b].Values[i]
		if va.IsMissing() || vb.IsMissing() {
			if va.IsMissing() && vb.IsMissing() {
				return strings.Compare(a, b)
			}
			if va.IsMissing() {
				return 1
			}
			return -1
		}
		c := cmp.Or(
			va.Time(time.UTC).Compare(vb.Time(time.UTC)), cmp.Compare(va.Float(), vb.Float()),
			strings.Compare(firstBytes(digest.Fold(va.Str())), firstBytes(digest.Fold(vb.Str()))),
		)
		if desc {
			c = -c
		}
		return cmp.Or(c, strings.Compare(a, b))
	}
}

func firstBytes(s string) string {
	for len(s) > 48 || s != strings.ToValidUTF8(s, "") {
		s = s[:min(len(s)-1, 48)]
	}
	return s
}

func TestPagingShowsEachGroupOnceInOrder(t *testing.T) {
	tb := applications()
	rows := believable(tb, 500, 9)
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		u := &upstream{rows: rows, size: 50}
		q := digest.Query{GroupBy: rapid.SampledFrom([]string{"created.day", "email", "candidate,job,outcome"}).Draw(t, "group")}
		opts := digest.Options{Limits: digest.Limits{Records: rapid.SampledFrom([]int{5000, 200}).Draw(t, "walk")}}
		got, _ := follow(t, tb, q, opts, u.source, func() {})
		whole := digest.Query{GroupBy: q.GroupBy, MaxTokens: 16_000}
		plan, err := digest.Compile(tb, withSecret(whole))
		require.NoError(t, err)
		a, err := plan.Run(context.Background(), u.source, opts)
		require.NoError(t, err)
		require.Equal(t, a.Summary.Groups, len(got))
		require.Equal(t, a.Rows, got[:len(a.Rows)])
		seen := map[string]bool{}
		for _, r := range got {
			key := strings.Join(r, "\t")
			require.False(t, seen[key], key)
			seen[key] = true
		}
	})
}

func TestSourceOrderCursorResumesIfItsRowIsGone(t *testing.T) {
	tb := applications()
	rows := believable(tb, 40, 2)
	u := &upstream{rows: slices.Clone(rows), size: 10}
	limit := 3
	opts := digest.Options{Limits: digest.Limits{Records: 20}}
	q := digest.Query{Limit: &limit, Fields: []string{"id"}}
	first := askSource(t, tb, q, u.source, opts)
	require.False(t, first.Summary.Complete)
	u.rows = slices.Delete(u.rows, 2, 3)
	q.Cursor = first.Next
	second := askSource(t, tb, q, u.source, opts)
	assert.Equal(t, rows[3].Values[0].Str(), second.Rows[0][0])
}

func TestSortedCursorIsRefusedIfWalkIsIncomplete(t *testing.T) {
	tb := applications()
	rows := believable(tb, 40, 2)
	limit := 3
	u := &upstream{rows: rows, size: 10}
	q := digest.Query{Limit: &limit}
	q.Cursor = askSource(t, tb, q, u.source, digest.Options{}).Next
	plan, err := digest.Compile(tb, withSecret(q))
	require.NoError(t, err)
	_, err = plan.Run(context.Background(), u.source, digest.Options{Limits: digest.Limits{Records: 20}})
	assert.ErrorContains(t, err, "narrow with where or a filter, such as created > date(\"2026-08-26\")")
	_, err = plan.Run(context.Background(), (&upstream{rows: rows, size: 10, failAt: 2}).source, digest.Options{})
	assert.ErrorContains(t, err, "upstream is away")
}

func TestCursorsAreOpaqueAndBoundToQuestion(t *testing.T) {
	tb := applications()
	rows := believable(tb, 40, 2)
	limit := 1
	q := digest.Query{Limit: &limit, Sort: "candidate", Where: `outcome != "HIRED"`, Scope: "job_ids=1"}
	a := ask(t, tb, q, rows)
	require.NotEmpty(t, a.Next)
	assert.LessOrEqual(t, digest.CountTokens(a.Next), 90)
	q.Cursor = a.Next
	other := func(change func(*digest.Query)) error {
		c := withSecret(q)
		change(&c)
		_, err := digest.Compile(tb, c)
		return err
	}
	n := 7
	assert.NoError(t, other(func(c *digest.Query) { c.Limit, c.MaxTokens, c.Fields = &n, 900, []string{"id"} }))
	for name, change := range map[string]func(*digest.Query){
		"where": func(c *digest.Query) { c.Where = "" }, "sort": func(c *digest.Query) { c.Sort = "id" },
		"scope": func(c *digest.Query) { c.Scope = "" }, "group_by": func(c *digest.Query) { c.GroupBy, c.Sort = "job", "" },
	} {
		assert.ErrorContains(t, other(change), "belongs to another question", name)
	}
	for _, garbage := range []string{"x", "!!!", strings.Repeat("A", 40), a.Next[:len(a.Next)-1], a.Next + "AA", strings.Repeat("A", 1<<20)} {
		assert.ErrorContains(t, other(func(c *digest.Query) { c.Cursor = garbage }), "not a cursor of this server")
	}
	assert.ErrorContains(t, other(func(c *digest.Query) { c.Secret = []byte("another") }), "not a cursor of this server")
	again := ask(t, tb, digest.Query{Limit: &limit, Sort: q.Sort, Where: q.Where, Scope: q.Scope}, rows)
	assert.Equal(t, a.Next, again.Next, "the same place has the same cursor")
}

func TestTooLongSourceCursorIsReported(t *testing.T) {
	tb := applications()
	rows := believable(tb, 40, 2)
	long := strings.Repeat("c7!x", 2000)
	source := func(context.Context, string) func(func(digest.Page, error) bool) {
		return func(yield func(digest.Page, error) bool) {
			yield(digest.Page{Cursor: "", Rows: rows[:20], Next: long}, nil)
		}
	}
	a := askSource(t, tb, digest.Query{MaxTokens: 16_000}, func(ctx context.Context, s string) itersSeq { return source(ctx, s) }, digest.Options{Limits: digest.Limits{Records: 20}})
	check(t, a, 16_000)
	b := askSource(t, tb, digest.Query{MaxTokens: 4000}, func(ctx context.Context, s string) itersSeq { return source(ctx, s) }, digest.Options{Limits: digest.Limits{Records: 20}})
	check(t, b, 4000)
	assert.Contains(t, strings.Join(b.Notes, "\n")+fmt.Sprint(b.Next != ""), "too long")
}
