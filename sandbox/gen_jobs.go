package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// sameName is the name of exactly two jobs. Both are unpopular, so that the busiest job
// is not ambiguous.
const sameName = "Office Manager"

func (g *gen) makeJobs(n int) {
	taken := map[string]bool{}
	for i := range n {
		g.st.jobs = append(g.st.jobs, g.makeJob(i, taken))
		g.makeStages(i)
		g.makeTeam(i)
	}
	g.makeExtraJobs()
	for i := range g.st.jobs {
		j := &g.st.jobs[i]
		g.makeQuestions(i)
		g.makePostings(i)
		if j.status == "DRAFT" || j.deleted != 0 {
			continue
		}
		g.weights, g.busy = addWeight(g.weights, g.busy, i, g.popularity(i))
	}
}

func addWeight(weights []float64, jobs []int, job int, weight float64) ([]float64, []int) {
	if len(weights) > 0 {
		weight += weights[len(weights)-1]
	}
	return append(weights, weight), append(jobs, job)
}

func (g *gen) popularity(i int) float64 {
	switch {
	case i == 0:
		return 10
	case g.st.jobs[i].name == sameName:
		return 1.5
	default:
		return 2 + 5*newRNG(g.st.seed, uint64(i)+77).unit() //nolint:gosec // never negative
	}
}

func (g *gen) makeJob(i int, taken map[string]bool) job {
	t := trades[i%len(trades)]
	where := &markets[g.market(i)].place
	j := job{
		row: g.st.newRow(modelJob, i), department: t.department, category: t.category, location: where, employment: "FULL_TIME",
		visibility: "PUBLIC", weeklyHours: 40, currency: "EUR", period: "YEAR", experience: "Mid-Senior",
		remoteWork: []string{"HYBRID", "HYBRID", "ON_SITE", "REMOTE", "TEMPORARY"}[g.r.intn(5)],
		contact:    none,
	}
	j.name = g.jobName(i, t, taken)
	if j.name == sameName {
		j.department, j.category = "People", "Corporate"
	}
	j.status = g.jobStatus(i)
	j.code = fmt.Sprintf("%s-%d-%03d", strings.ToUpper(t.department[:2]), 2000+i%30, i+1)
	g.setPay(&j, t, i)
	opened := g.ago(float64(g.r.between(150, 420)))
	g.date(&j.row, opened-g.span(10*day), opened+g.span(g.now-opened))
	j.opened = opened
	switch j.status {
	case "CLOSED", "ARCHIVED":
		j.opened = g.ago(float64(g.r.between(330, 460)))
		j.created = j.opened - day
		j.closed = g.ago(float64(g.r.between(5, 180)))
		j.updated, j.changed = j.closed, j.closed+hour
	case "OPEN":
		if i%9 == 4 {
			j.closed = g.now + ms(g.r.between(20, 60))*day // planned
		}
	}
	j.postURL = fmt.Sprintf("https://careers.talent.example/jobs/%d", j.remote)
	j.description = jobDescription(&j, t)
	j.customFields = fmt.Sprintf(`{"Cost center":"CC-%d","Headcount":%d}`, 100+i%40, 1+i%3)
	return j
}

// market returns the market of a job. At least two in five are in Berlin.
func (g *gen) market(i int) int {
	if i%5 < 2 {
		return 0
	}
	return g.r.intn(len(markets))
}

func (g *gen) jobName(i int, t trade, taken map[string]bool) string {
	if i == 4 || i == 5 {
		return sameName
	}
	text := t.title
	if i >= len(trades) {
		text = levels[i/len(trades)%len(levels)] + t.title
	}
	for n := 0; taken[text]; n++ {
		text = fmt.Sprintf("%s%s, %s", levels[(i+n)%len(levels)], t.title, teams[(i+n)%len(teams)])
		if n > len(teams) {
			text = fmt.Sprintf("%s (%d)", text, i)
		}
	}
	taken[text] = true
	return text
}

func (g *gen) jobStatus(i int) string {
	switch {
	case i < 6:
		return "OPEN"
	case i == 7:
		return "On Hold" // a value that Kombo could not map
	case i == 10:
		return "CLOSED"
	case i == 11:
		return "ARCHIVED"
	case i < 12:
		return "OPEN"
	}
	return []string{"OPEN", "OPEN", "OPEN", "OPEN", "OPEN", "OPEN", "OPEN", "CLOSED", "CLOSED", "CLOSED", "ARCHIVED"}[g.r.intn(11)]
}

func (g *gen) setPay(j *job, t trade, i int) {
	switch {
	case t.category == "Student Job":
		j.employment, j.weeklyHours, j.experience = "PART_TIME", 20, "Entry"
		j.salary, j.period = 14.5, "HOUR"
	case i%7 == 3:
		j.currency, j.period = "", ""
	default:
		j.salaryFrom, j.salaryTo = float64(t.from), float64(t.to)
	}
	switch i % 17 {
	case 9:
		j.employment = "CONTRACT"
	case 13:
		j.employment = "Fixed term (2 years)"
	case 6:
		j.visibility = "INTERNAL"
	case 14:
		j.visibility, j.confidential = "CONFIDENTIAL", yes
	case 15:
		j.noRemote, j.confidential = isMissing, unknown
	case 16:
		j.noEmployment, j.employment, j.noVisibility, j.visibility = isMissing, "", isNull, ""
	}
}

func jobDescription(j *job, t trade) string {
	return fmt.Sprintf("<h2>%s</h2><p>We are looking for a <strong>%s</strong> in %s &amp; remote.</p><ul><li>Experience with %s</li><li>%.0f hours a week</li></ul><p>Apply now&nbsp;– we read every application.</p>",
		j.name, t.title, j.location.city, strings.Join(t.skills, ", "), j.weeklyHours)
}

// makeStages gives the job its stages, of which all jobs have the first and the last
// two. Some jobs also have an inactive one.
func (g *gen) makeStages(i int) {
	j := &g.st.jobs[i]
	drop := map[int]bool{}
	if i%4 == 1 {
		drop[3] = true
	}
	if i%3 == 2 {
		drop[5] = true
	}
	order := 0
	for n, text := range stageNames {
		if drop[n] {
			continue
		}
		g.addStage(i, stage{name: text, status: "ACTIVE", index: order})
		order++
	}
	if i%3 == 0 {
		g.addStage(i, stage{name: "Telefoninterview (alt)", status: "INACTIVE", index: order})
	}
	if i == 2 {
		g.st.stages[j.stages[2]].status = "" // unknown
	}
}

func (g *gen) addStage(jobIndex int, s stage) {
	j := &g.st.jobs[jobIndex]
	s.row = g.st.newRow(modelStage, len(g.st.stages))
	s.job = jobIndex
	g.date(&s.row, j.created, j.created+g.span(20*day))
	j.stages = append(j.stages, len(g.st.stages))
	g.st.stages = append(g.st.stages, s)
}

// makeTeam puts three to five users on the hiring team. Roles 4 to 9 are those of a
// job.
func (g *gen) makeTeam(i int) {
	j := &g.st.jobs[i]
	people := len(g.st.users) - 3
	size := g.r.between(3, 5)
	first := g.r.intn(people)
	for k := range size {
		m := member{user: (first + k*2 + k/3) % people, roles: []int{4 + k}}
		if k == 2 {
			m.roles = []int{8}
		}
		if k == 1 && i%3 == 0 {
			m.roles = []int{5, 9}
		}
		if !j.hasMember(m.user) {
			j.team = append(j.team, m)
		}
	}
	j.contact = j.team[0].user
}

func (j *job) hasMember(user int) bool {
	return slices.ContainsFunc(j.team, func(m member) bool { return m.user == user })
}

// makeExtraJobs adds jobs without applications: a draft without stages and team, and one
// that was deleted in the ATS.
func (g *gen) makeExtraJobs() {
	n := len(g.st.jobs)
	draft := job{row: g.st.newRow(modelJob, n), name: "Chief of Staff (planned)", status: "DRAFT", noVisibility: isMissing, noEmployment: isNull,
		noRemote: isMissing, noLocation: isMissing, confidential: unknown, contact: none, department: "People"}
	g.date(&draft.row, g.ago(6), g.ago(2))
	gone := job{row: g.st.newRow(modelJob, n+1), status: "CLOSED", visibility: "UNLISTED", employment: "SEASONAL", remoteWork: "ON_SITE",
		noLocation: isNull, contact: none, customFields: "null", department: "Operations", name: "Christmas Market Helper"}
	g.date(&gone.row, g.ago(400), g.ago(90))
	gone.opened, gone.closed, gone.deleted = g.ago(390), g.ago(320), g.ago(9)
	gone.changed = gone.deleted
	g.st.jobs = append(g.st.jobs, draft, gone)
	g.addStage(n+1, stage{name: "Applied", status: "ACTIVE", index: none})
	g.addStage(n+1, stage{name: "Hired", status: "ACTIVE", index: none})
}

func (g *gen) makePostings(i int) {
	j := &g.st.jobs[i]
	if j.status == "DRAFT" {
		return
	}
	count := []int{1, 1, 2, 0}[i%4]
	for k := range count {
		p := posting{id: makeID(g.st.seed, postingSpace+uint64(i*8+k)), title: j.name, status: "ACTIVE", visible: "PUBLIC", changed: j.changed, //nolint:gosec // never negative
			html: "<p>Join us as <em>" + j.name + "</em>.</p><p>Was wir bieten: 30 Tage Urlaub, Jobrad &amp; Obstkorb.</p>", url: j.postURL}
		if k == 1 {
			p.visible, p.url, p.title = "INTERNAL", "", j.name+" (intern)"
		}
		if j.status != "OPEN" {
			p.status = "INACTIVE"
		}
		j.postings = append(j.postings, p)
	}
}
