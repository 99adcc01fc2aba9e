package tools_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// truths are questions whose answer is computed here from the data alone.
var truths = []struct {
	where string
	holds func(*naiveData, *sandbox.Application) bool
}{
	{`outcome == "PENDING" && stage == "Interview"`, func(d *naiveData, a *sandbox.Application) bool {
		return a.Outcome == "PENDING" && same(d.stages[a.StageID].Name, "Interview")
	}},
	{`created > date("2026-10-01")`, func(_ *naiveData, a *sandbox.Application) bool {
		return a.Created.After(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	}},
	{`tags contains "Java"`, func(d *naiveData, a *sandbox.Application) bool { return d.tagged(d.candidates[a.CandidateID], "Java") }},
	{`candidate contains "müller"`, func(d *naiveData, a *sandbox.Application) bool { return holds(d.name(a), "müller") }},
	{`days_since(created) > 30`, func(_ *naiveData, a *sandbox.Application) bool {
		return !a.Created.IsZero() && wholeDays(a.Created) > 30
	}},
	{`rejected == nil`, func(_ *naiveData, a *sandbox.Application) bool { return a.Rejected.IsZero() }},
	{`next_interview == nil && stage in ["Phone Screen", "Interview"]`, func(d *naiveData, a *sandbox.Application) bool {
		stage := d.stages[a.StageID].Name
		return d.next(a).IsZero() && (same(stage, "Phone Screen") || same(stage, "Interview"))
	}},
	{`outcome == "DECLINED" && days_to_rejection > 14`, func(_ *naiveData, a *sandbox.Application) bool {
		return a.Outcome == "DECLINED" && daysApart(a) > 14
	}},
	{`job == "Backend Engineer" && outcome in ["PENDING", "HIRED"]`, func(d *naiveData, a *sandbox.Application) bool {
		return same(d.jobs[a.JobID].Name, "Backend Engineer") && (a.Outcome == "PENDING" || a.Outcome == "HIRED")
	}},
	{`job_status == "OPEN" && interviews > 1`, func(d *naiveData, a *sandbox.Application) bool {
		return d.jobs[a.JobID].Status == "OPEN" && d.interviews(a) > 1
	}},
	{`answer("What is your main programming language?") == "Go"`, func(_ *naiveData, a *sandbox.Application) bool {
		return slices.ContainsFunc(a.Answers, func(x sandbox.Answer) bool {
			return x.Title == "What is your main programming language?" && slices.Contains(x.Values, "Go")
		})
	}},
}

// wholeDays are the calendar days from an instant to the tests' present.
func wholeDays(t time.Time) int {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	return int(day(listNow).Sub(day(t)).Hours() / 24)
}

func TestWhereKeepsTheRightRecords(t *testing.T) {
	rig := newListRig(t, sandbox.Options{Applications: 800})
	d := naive(rig.sb)
	for _, q := range truths {
		var want []string
		for _, id := range d.applicationIDs() {
			if q.holds(d, d.applications[id]) {
				want = append(want, id)
			}
		}
		require.NotEmpty(t, want, "%s: a question that nothing answers tells nothing", q.where)
		assert.ElementsMatch(t, want, idsOf(t, rig, "get_applications", args{"where": q.where, "fields": []any{"id"}}), q.where)
	}
}

// idsOf follows next to the end.
func idsOf(t failer, rig *listRig, tool string, question args) []string {
	t.Helper()
	var out []string
	for {
		page := rig.ask(t, tool, question)
		out = append(out, page.ids(t)...)
		if page.Next == "" {
			return out
		}
		question["cursor"] = page.Next
	}
}

func TestWhatIsPushedDownGivesTheSameAnswerAsWhatIsNot(t *testing.T) {
	sb := sandboxOf(sandbox.Options{Applications: 800})
	for _, q := range []struct {
		tool string
		args args
	}{
		{"get_applications", args{"where": `outcome == "PENDING" && job == "Backend Engineer"`}},
		{"get_applications", args{"where": `outcome == "DECLINED"`, "group_by": "rejection_reason"}},
		{"get_applications", args{"where": `created >= date("2026-10-01") && outcome == "HIRED"`, "sort": "candidate"}},
		{"get_applications", args{"where": `job == "Backend Engineer"`, "group_by": "stage", "measure": "days_to_rejection"}},
		{"get_jobs", args{"where": `job_status == "OPEN"`, "fields": []any{"id", "job", "location"}}},
		{"get_interviews", args{"where": `job == "Backend Engineer" && canceled == false`, "group_by": "start.week"}},
	} {
		pushed := newListRigOn(t, sb, nil).ask(t, q.tool, q.args)
		plain := newListRigOn(t, sb, withoutFilters).ask(t, q.tool, q.args)
		// The walk before holds more than the question wants.
		kept := newListRigOn(t, sb, nil)
		kept.ask(t, q.tool, args{"limit": 0})
		wider := kept.ask(t, q.tool, q.args)
		for _, other := range []*listAnswer{plain, wider} {
			assert.Equal(t, plain.Summary.Matched, other.Summary.Matched, "%v", q.args)
			assert.Equal(t, pushed.Summary.Counts, other.Summary.Counts, "%v", q.args)
			assert.Equal(t, pushed.Rows, other.Rows, "%v", q.args)
		}
	}
}
