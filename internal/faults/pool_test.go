package faults

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// pool is an ATS that hands out records, each for one write only.
type pool struct {
	*sandbox.Sandbox
	t    *testing.T
	data *sandbox.Data
	// jobs, people and stages are the records by id.
	jobs    map[string]sandbox.Job
	people  map[string]sandbox.Candidate
	stages  map[string]sandbox.Stage
	used    map[string]bool
	people0 int
}

func newPool(t *testing.T, o sandbox.Options) *pool {
	t.Helper()
	o.Seed, o.RateLimit = 7, -1
	return poolOf(t, sandbox.New(o))
}

func poolOf(t *testing.T, s *sandbox.Sandbox) *pool {
	t.Helper()
	g := &pool{Sandbox: s, t: t, data: s.Snapshot(), jobs: map[string]sandbox.Job{}, people: map[string]sandbox.Candidate{}, stages: map[string]sandbox.Stage{}, used: map[string]bool{}}
	for _, j := range g.data.Jobs {
		g.jobs[j.ID] = j
	}
	for _, c := range g.data.Candidates {
		g.people[c.ID] = c
	}
	for _, s := range g.data.Stages {
		g.stages[s.ID] = s
	}
	return g
}

// application returns an undecided application at the first stage of an open job, of a
// candidate who has a name and was not handed out before.
func (g *pool) application() sandbox.Application {
	g.t.Helper()
	for _, a := range g.data.Applications {
		j, c := g.jobs[a.JobID], g.people[a.CandidateID]
		if a.Outcome != "PENDING" || !a.Deleted.IsZero() || j.Status != "OPEN" || len(j.StageIDs) < 3 || a.StageID != j.StageIDs[0] ||
			c.First == "" || c.Last == "" || !c.Deleted.IsZero() || g.used[c.ID] {
			continue
		}
		g.used[c.ID] = true
		return a
	}
	require.Fail(g.t, "the sandbox has no application left")
	return sandbox.Application{}
}

// nextStage returns the second stage of an application's job.
func (g *pool) nextStage(a sandbox.Application) sandbox.Stage {
	return g.stages[g.jobs[a.JobID].StageIDs[1]]
}

// tagged returns a candidate with a tag, and the tag's name.
func (g *pool) tagged() (sandbox.Candidate, string) {
	g.t.Helper()
	for _, c := range g.data.Candidates {
		if len(c.TagIDs) == 0 || !c.Deleted.IsZero() || g.used[c.ID] {
			continue
		}
		i := slices.IndexFunc(g.data.Tags, func(x sandbox.Tag) bool { return x.ID == c.TagIDs[0] })
		if i < 0 || !g.data.Tags[i].Deleted.IsZero() {
			continue
		}
		g.used[c.ID] = true
		return c, g.data.Tags[i].Name
	}
	require.Fail(g.t, "the sandbox has no tagged person left")
	return sandbox.Candidate{}, ""
}

// plainJob returns an open job without required questions.
func (g *pool) plainJob() sandbox.Job {
	g.t.Helper()
	i := slices.IndexFunc(g.data.Jobs, func(j sandbox.Job) bool {
		return j.Status == "OPEN" && j.Deleted.IsZero() && len(j.StageIDs) > 1 && !slices.ContainsFunc(j.Questions, func(q sandbox.Question) bool { return q.Required })
	})
	require.GreaterOrEqual(g.t, i, 0, "the sandbox has no open job without questions")
	return g.data.Jobs[i]
}

// reason returns the name of a rejection reason.
func (g *pool) reason() string { return g.data.Reasons[0].Name }

// newcomer returns a candidate who is not in the ATS.
func (g *pool) newcomer() args {
	g.people0++
	return args{
		"first_name": "Nova", "last_name": fmt.Sprintf("Comer%d", g.people0), "email_address": fmt.Sprintf("nova.comer%d@applicants.example", g.people0),
	}
}

// effectsSince returns the changes of the ATS after the first n.
func (g *pool) effectsSince(n int) []sandbox.Effect { return g.Effects()[n:] }
