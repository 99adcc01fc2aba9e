package faults

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// ground is an ATS to write in, from which each test takes records that no
// other write had.
type ground struct {
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

func newGround(t *testing.T, o sandbox.Options) *ground {
	t.Helper()
	o.Seed, o.RateLimit = 7, -1
	return groundOf(t, sandbox.New(o))
}

func groundOf(t *testing.T, s *sandbox.Sandbox) *ground {
	t.Helper()
	g := &ground{Sandbox: s, t: t, data: s.Snapshot(), jobs: map[string]sandbox.Job{}, people: map[string]sandbox.Candidate{}, stages: map[string]sandbox.Stage{}, used: map[string]bool{}}
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

// application is an undecided one at the first stage of an open job, of a
// person with a name and without another use here.
func (g *ground) application() sandbox.Application {
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

// nextStage is the stage of an application's job after its first.
func (g *ground) nextStage(a sandbox.Application) sandbox.Stage {
	return g.stages[g.jobs[a.JobID].StageIDs[1]]
}

// tagged is a person with a tag, and that tag's name.
func (g *ground) tagged() (sandbox.Candidate, string) {
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

// plainJob is an open one that wants no answers.
func (g *ground) plainJob() sandbox.Job {
	g.t.Helper()
	i := slices.IndexFunc(g.data.Jobs, func(j sandbox.Job) bool {
		return j.Status == "OPEN" && j.Deleted.IsZero() && len(j.StageIDs) > 1 && !slices.ContainsFunc(j.Questions, func(q sandbox.Question) bool { return q.Required })
	})
	require.GreaterOrEqual(g.t, i, 0, "the sandbox has no open job without questions")
	return g.data.Jobs[i]
}

// reason is the name of a reason for rejecting.
func (g *ground) reason() string { return g.data.Reasons[0].Name }

// newcomer is a person whom the ATS does not know.
func (g *ground) newcomer() args {
	g.people0++
	return args{
		"first_name": "Nova", "last_name": fmt.Sprintf("Comer%d", g.people0), "email_address": fmt.Sprintf("nova.comer%d@applicants.example", g.people0),
	}
}

// effectsSince are the changes of the ATS past the first n.
func (g *ground) effectsSince(n int) []sandbox.Effect { return g.Effects()[n:] }
