package sandbox

import (
	"fmt"
	"slices"
)

// makeApplications distributes n applications among the candidates: nearly all have
// one, the rest are further ones of the same people.
func (g *gen) makeApplications(n int) {
	g.st.applications = make([]application, 0, n+n/8)
	wanted := g.distribute(n)
	for c, count := range wanted {
		hiredLater := count >= 2 && g.r.chance(0.3)
		for k := range count {
			g.apply(c, hiredLater, k)
		}
	}
	for i := range g.st.candidates {
		c := &g.st.candidates[i]
		if len(c.applications) == 0 { // sourced, or with a deleted application
			g.date(&c.row, g.ago(float64(g.r.between(20, 300))), 0)
			c.title = pick(g.r, trades).title
			g.tagPerson(i, trades[g.r.intn(len(trades))])
		}
	}
}

// distribute returns the number of applications of each candidate, n in all, and never
// more than there are jobs to apply for.
func (g *gen) distribute(n int) []int {
	people := len(g.st.candidates)
	wanted := make([]int, people)
	left := n
	for i := range wanted {
		if left > 0 && i%50 != 49 {
			wanted[i] = 1
			left--
		}
	}
	most := min(4, len(g.busy)-1)
	for left > 0 {
		if i := g.r.intn(people); wanted[i] > 0 && wanted[i] < most {
			wanted[i]++
			left--
		}
	}
	return wanted
}

// apply generates the k-th application of a candidate. With hiredLater the first one is
// rejected, and the second one leads to a hire.
func (g *gen) apply(c int, hiredLater bool, k int) {
	j := g.chooseJob(c)
	a := g.newApplication(c, j)
	age := g.age(&g.st.jobs[j])
	switch {
	case hiredLater && k == 0:
		a.outcome, age = declined, max(age, 60)
	case hiredLater && k == 1:
		a.outcome, age = hired, max(age, 40)
	default:
		a.outcome = g.decide(age, g.st.jobs[j].status == "OPEN")
	}
	g.advance(&a, age)
	g.attach(a)
}

func (g *gen) chooseJob(c int) int {
	for {
		j := g.busy[g.r.weighted(g.weights)]
		if !g.applied(c, j) {
			return j
		}
	}
}

func (g *gen) applied(c, j int) bool {
	return slices.ContainsFunc(g.st.candidates[c].applications, func(a int) bool { return g.st.applications[a].job == j })
}

func (g *gen) newApplication(c, j int) application {
	return application{row: g.st.newRow(modelApplication, len(g.st.applications)), candidate: c, job: j, stage: none, reason: none}
}

// age returns how many days ago somebody applied for the job. Recent days are more
// likely, and all are between its opening and its closing.
func (g *gen) age(j *job) float64 {
	newest, oldest := 0.0, float64(g.now-j.opened)/float64(day)
	if j.closed != 0 && j.closed < g.now {
		newest = float64(g.now-j.closed) / float64(day)
	}
	u := g.r.unit()
	return newest + (oldest-newest)*u*(0.45+0.55*u)
}

func (g *gen) decide(age float64, open bool) outcome {
	undecided := 0.04
	if open {
		switch {
		case age < 14:
			undecided = 0.92
		case age < 60:
			undecided = 0.63
		case age < 180:
			undecided = 0.36
		default:
			undecided = 0.17
		}
	}
	switch x := g.r.unit(); {
	case x < 0.015:
		return outcomeNull
	case x < undecided:
		return pending
	case age > 25 && g.r.chance(0.09):
		return hired
	default:
		return declined
	}
}

// advance sets the stage and the dates of an application of that age, in days,
// according to its outcome.
func (g *gen) advance(a *application, age float64) {
	steps := g.active(a.job) // the last is "Hired", the one before it "Offer"
	created := g.ago(age)
	alive := g.now - created
	updated := created
	switch a.outcome {
	case pending, outcomeNull:
		a.stage = steps[g.depth(len(steps)-1, 0.57)]
		if g.r.chance(0.75) {
			updated = created + g.span(min(alive, 40*day))
		}
		if g.r.chance(0.25) {
			updated = g.now - g.span(min(alive, 8*day))
		}
	case hired:
		a.stage = steps[len(steps)-1]
		updated = created + min(20*day+g.span(50*day), alive-g.span(alive/10))
	case declined:
		a.stage = steps[g.depth(len(steps)-1, 0.45)]
		a.rejected = created + min(day+g.span(39*day), alive-g.span(alive/10))
		updated = a.rejected
		if g.r.chance(0.94) {
			a.reason = g.r.intn(len(g.st.reasons))
		}
		if g.r.chance(0.05) {
			a.rejected = 0
		}
	}
	g.date(&a.row, created, updated)
	a.answers = g.answers(a.job)
	g.dropFields(a)
}

// active returns the active stages of a job, in order.
func (g *gen) active(j int) []int {
	var out []int
	for _, s := range g.st.jobs[j].stages {
		if g.st.stages[s].status != "INACTIVE" {
			out = append(out, s)
		}
	}
	return out
}

// depth returns a number from 0 to n-1. Each further step has the chance further.
func (g *gen) depth(n int, further float64) int {
	d := 0
	for d < n-1 && g.r.chance(further) {
		d++
	}
	return d
}

// dropFields removes what some ATS do not deliver.
func (g *gen) dropFields(a *application) {
	switch n := g.r.intn(200); {
	case n < 6:
		a.noAnswers, a.answers = isMissing, nil
	case n < 14:
		a.noAnswers, a.answers = isNull, nil
	case n == 14:
		a.created = 0
	case n == 15:
		a.updated = 0
	case n == 16:
		a.remote = 0
	case n < 22:
		a.noURL = true
	case n < 27:
		a.customFields = "null"
	case n < 42:
		a.customFields = fmt.Sprintf(`{"Notice period":"%d months","Score":%d.5,"Referred by":null}`, g.r.between(1, 6), g.r.between(1, 9))
	case n == 42:
		a.customFields = fmt.Sprintf(`{"Interview notes":%q}`, longNote+longNote+longNote+longNote)
	}
}

// attach appends the application, links it, and sets the dates of its candidate.
func (g *gen) attach(a application) int {
	i := len(g.st.applications)
	g.st.applications = append(g.st.applications, a)
	j := &g.st.jobs[a.job]
	j.applications = append(j.applications, i)
	c := &g.st.candidates[a.candidate]
	first := len(c.applications) == 0
	c.applications = append(c.applications, i)
	since := a.created
	if since == 0 {
		since = a.changed
	}
	if first {
		g.date(&c.row, since-g.span(20*day), since+g.span(max(g.now-since, 1)/4))
		t := trades[a.job%len(trades)]
		c.title = levels[g.r.intn(len(levels))] + t.title
		g.tagPerson(a.candidate, t)
	} else if since < c.created {
		c.created = since
	}
	return i
}

// tagPerson tags three in five candidates, mostly with skills of the trade.
func (g *gen) tagPerson(i int, t trade) {
	c := &g.st.candidates[i]
	if !g.r.chance(0.6) {
		return
	}
	for range g.r.between(1, 3) {
		index := g.r.intn(len(generalTags))
		if g.r.chance(0.7) {
			index = g.tagNamed(pick(g.r, t.skills))
		}
		if !c.hasTag(index) {
			c.tags = append(c.tags, index)
		}
	}
}

func (g *gen) tagNamed(text string) int {
	return slices.IndexFunc(g.st.tags, func(t tag) bool { return t.name == text })
}

func (c *candidate) hasTag(index int) bool { return slices.Contains(c.tags, index) }
