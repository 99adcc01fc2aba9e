package tools_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/property"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// walkThrough follows next to the end, each page at a budget of its own, and
// gives the ids shown, in their order, and whether the answers were complete.
func (r *listRig) walkThrough(t failer, tool string, a args, budget func() int, between func()) (ids []string, complete bool) {
	t.Helper()
	a = maps.Clone(a)
	for page := range 2000 {
		a["max_tokens"] = budget()
		got := r.ask(t, tool, a)
		if page == 0 {
			complete = got.Summary.Complete
		}
		require.Equal(t, complete, got.Summary.Complete, "an answer stays in its mode")
		ids = append(ids, got.ids(t)...)
		if got.Next == "" {
			return ids, complete
		}
		require.NotEqual(t, a["cursor"], got.Next, "page %d advances", page)
		a["cursor"] = got.Next
		between()
	}
	require.Fail(t, "no end")
	return nil, false
}

// ids are those of the rows, whatever the view.
func (a *listAnswer) ids(t failer) []string {
	t.Helper()
	var out []string
	for _, r := range a.Rows {
		if a.Columns[0] == "record" {
			first, _, _ := strings.Cut(r[0], "\n")
			out = append(out, strings.TrimPrefix(first, "id: "))
			continue
		}
		require.Equal(t, "id", a.Columns[0])
		out = append(out, r[0])
	}
	return out
}

// orders are sort arguments with the order that they promise, ids aside.
var orders = map[string]func(d *naiveData, a, b *sandbox.Application) int{
	"":          func(_ *naiveData, a, b *sandbox.Application) int { return byTime(b.Created, a.Created, true) },
	"created":   func(_ *naiveData, a, b *sandbox.Application) int { return byTime(a.Created, b.Created, false) },
	"-rejected": func(_ *naiveData, a, b *sandbox.Application) int { return byTime(b.Rejected, a.Rejected, true) },
	"outcome":   func(_ *naiveData, a, b *sandbox.Application) int { return byText(a.Outcome, b.Outcome) },
	"candidate": func(d *naiveData, a, b *sandbox.Application) int { return byText(d.name(a), d.name(b)) },
	"id desc":   func(_ *naiveData, a, b *sandbox.Application) int { return byText(b.ID, a.ID) },
	"-stage": func(d *naiveData, a, b *sandbox.Application) int {
		return -byPlace(d.stages[a.StageID], d.stages[b.StageID])
	},
	"job": func(d *naiveData, a, b *sandbox.Application) int {
		return byText(d.jobs[a.JobID].Name, d.jobs[b.JobID].Name)
	},
	"interviews": func(d *naiveData, a, b *sandbox.Application) int {
		return cmp.Compare(d.interviews(a), d.interviews(b))
	},
	"days_to_rejection desc": func(_ *naiveData, a, b *sandbox.Application) int {
		return cmp.Or(boolLast(a.Rejected.IsZero() || a.Created.IsZero(), b.Rejected.IsZero() || b.Created.IsZero()), cmp.Compare(daysApart(b), daysApart(a)))
	},
}

func boolLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// byTime orders instants, unknown ones last; swapped says that the caller swapped
// the two for the other direction.
func byTime(a, b time.Time, swapped bool) int {
	last := boolLast(a.IsZero(), b.IsZero())
	if swapped {
		last = -last
	}
	return cmp.Or(last, a.Compare(b))
}

// byText orders texts without case and accents by their first 48 bytes, missing
// ones last.
func byText(a, b string) int {
	a, b = digest.Clean(a), digest.Clean(b)
	head := func(s string) string {
		s = digest.Fold(s)
		for len(s) > 48 || s != strings.ToValidUTF8(s, "") {
			s = s[:min(len(s)-1, 48)]
		}
		return s
	}
	return cmp.Or(boolLast(a == "", b == ""), strings.Compare(head(a), head(b)))
}

// byPlace orders stages by their place; of the result the caller takes the
// negative, so what has no place comes first here.
func byPlace(a, b sandbox.Stage) int {
	place := func(s sandbox.Stage) int {
		if s.ID == "" || s.Index < 0 {
			return -1
		}
		return s.Index
	}
	return cmp.Compare(place(a), place(b))
}

func TestFollowingNextShowsEveryApplicationOnceInOrder(t *testing.T) {
	property.Check(t, 25, func(t *rapid.T) {
		sb := sandboxOf(sandbox.Options{Seed: uint64(rapid.IntRange(1, 50).Draw(t, "seed")), Applications: rapid.IntRange(60, 120).Draw(t, "size")})
		short := rapid.Bool().Draw(t, "a walk that does not end")
		rig := newListRigOn(t, sb, smallPages, func(c *tools.Config) {
			if rapid.Bool().Draw(t, "walks are not kept") {
				c.CacheBytes = 1
			}
			if short {
				c.Limits.Records = rapid.IntRange(1, 37).Draw(t, "records of a walk")
			}
		})
		before := naive(sb)
		sort := rapid.SampledFrom(slices.Sorted(maps.Keys(orders))).Draw(t, "sort")
		added := 0
		got, complete := rig.walkThrough(t, "get_applications", args{"sort": sort, "fields": "id, candidate, created"},
			func() int { return rapid.IntRange(500, 3000).Draw(t, "budget") },
			func() {
				if added < 3 && rapid.Bool().Draw(t, "applications come in") {
					sb.AddApplications(2)
					added++
				}
			})
		require.Equal(t, !short, complete)
		want := before.applicationIDs()
		if complete {
			slices.SortStableFunc(want, func(x, y string) int {
				return cmp.Or(orders[sort](before, before.applications[x], before.applications[y]), strings.Compare(x, y))
			})
		}
		require.Equal(t, want, onlyThese(got, want))
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(got))), len(got), "nothing is shown twice")
	})
}

// onlyThese leaves out what is not wanted: what came in on the way.
func onlyThese(got, want []string) []string {
	known := map[string]bool{}
	for _, id := range want {
		known[id] = true
	}
	return slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !known[id] })
}

func TestFollowingNextShowsEveryRecordOfEveryListOnce(t *testing.T) {
	sb := sandboxOf(sandbox.Options{Applications: 150})
	data := naive(sb)
	for _, records := range []int{0, 30} {
		rig := newListRigOn(t, sb, smallPages, func(c *tools.Config) { c.Limits.Records = records })
		for _, tool := range sortedLists() {
			budgets := []int{500, 777, 1500, 6000}
			page := 0
			got, complete := rig.walkThrough(t, tool, args{}, func() int { page++; return budgets[page%len(budgets)] }, func() {})
			want := data.ids(tool)
			assert.Equal(t, records == 0 || len(want) <= 30, complete, tool)
			assert.ElementsMatch(t, want, got, "%s with a limit of %d", tool, records)
		}
	}
}

func TestGroupsArePagedByNextUntilAllAreShown(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	whole := rig.ask(t, "get_candidates", args{"group_by": "company", "max_tokens": 16_000})
	require.Empty(t, whole.Next)
	var rows [][]string
	a := args{"group_by": "company", "max_tokens": 500}
	for {
		got := rig.ask(t, "get_candidates", a)
		got.check(t, 500)
		assert.Equal(t, whole.Summary, got.Summary)
		rows = append(rows, got.Rows...)
		if got.Next == "" {
			break
		}
		a["cursor"] = got.Next
	}
	assert.Equal(t, whole.Rows, rows)
}

func TestACursorIsRefusedForAnotherQuestion(t *testing.T) {
	rig := newListRig(t, sandbox.Options{})
	a := args{"where": `outcome == "PENDING"`, "job_ids": "Backend Engineer", "limit": 3, "sort": "candidate"}
	first := rig.ask(t, "get_applications", a)
	a["cursor"] = first.Next
	a["limit"], a["max_tokens"], a["fields"] = 5, 900, "id"
	assert.Len(t, rig.ask(t, "get_applications", a).Rows, 5, "how much is shown may change")
	for name, change := range map[string]args{
		"where": {"where": `outcome == "HIRED"`}, "a filter": {"job_ids": "Product Designer"}, "another filter": {"outcomes": "PENDING"},
		"sort": {"sort": "-created"}, "group_by": {"group_by": "job"}, "view": {"view": "record"}, "deleted": {"include_deleted": true},
	} {
		other := maps.Clone(a)
		maps.Copy(other, change)
		assert.Contains(t, rig.refused(t, "get_applications", other), "belongs to another question", name)
	}
	a["cursor"] = "x" + first.Next
	assert.Contains(t, rig.refused(t, "get_applications", a), "not a cursor of this server")
}

func TestSortIsDroppedWithANoteWhereTheWalkDoesNotEnd(t *testing.T) {
	rig := newListRigOn(t, sandboxOf(sandbox.Options{}), smallPages, func(c *tools.Config) { c.Limits.Records = 90 })
	got := rig.ask(t, "get_applications", args{"sort": "candidate"})
	assert.False(t, got.Summary.Complete)
	assert.Contains(t, got.notes(), "sort was dropped")
	assert.Contains(t, got.notes(), "counts cover the first 111 records read (created ")
	assert.Contains(t, got.notes(), `the limit for one walk; narrow with where or a filter, such as created > date("2026-08-26")`)
	assert.Contains(t, got.text, "at least 111 matched, not complete")
}
