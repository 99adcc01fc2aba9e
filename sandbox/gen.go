package sandbox

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Streams of random numbers, one for each part of the data, so that a change in one
// part does not affect the others.
const (
	streamPeople = iota + 1
	streamJobs
	streamCandidates
	streamApplications
	streamMeetings
	streamGrowth = 1 << 16
)

// gen generates the data of a new store.
type gen struct {
	st  *store
	r   *rng
	now ms
	// weights are the cumulative popularities of the jobs that people apply for,
	// whose indexes are in busy; open and ready are those of the open ones.
	weights, open []float64
	busy, ready   []int
	drafted       int // offers on undecided applications so far
}

// generate returns an ATS with a number of applications and dates around now.
func generate(seed uint64, applications int, now ms) *store {
	st := &store{seed: seed, made: now, byEmail: make(map[string][]int, applications)}
	for m := range st.ids {
		st.ids[m] = map[komboID]int{}
	}
	g := &gen{st: st, now: now}
	g.r = newRNG(seed, streamPeople)
	g.makeRoles()
	g.makeUsers(9 + jobCount(applications)/3)
	g.makeTags()
	g.makeReasons()
	g.r = newRNG(seed, streamJobs)
	g.makeJobs(jobCount(applications))
	g.r = newRNG(seed, streamCandidates)
	g.makeCandidates(max(applications*9/10, 4))
	g.r = newRNG(seed, streamApplications)
	g.makeApplications(applications)
	g.makeOddities()
	g.r = newRNG(seed, streamMeetings)
	g.makeMeetings(0)
	g.deleteSome()
	st.index()
	return st
}

// jobCount returns the number of jobs: from 6 through 12 for 600 and 60 for 4,000
// applications to 400.
func jobCount(applications int) int {
	if applications <= 600 {
		return max(6, applications/50)
	}
	return min(400, 12+(applications-600)*48/3400)
}

// index fills the lookup tables after all records have been generated.
func (st *store) index() {
	for m := range modelCount {
		n := st.size(m)
		st.ids[m] = make(map[komboID]int, n)
		for i := range n {
			st.ids[m][st.at(m, i).id] = i
		}
	}
	for i := range st.candidates {
		st.indexEmails(i)
	}
}

func (st *store) indexEmails(candidate int) {
	for _, mail := range st.candidates[candidate].emails {
		key := strings.ToLower(mail.value)
		st.byEmail[key] = append(st.byEmail[key], candidate)
	}
}

// date sets the dates of a row. Kombo's copy changed up to three hours later.
func (g *gen) date(r *row, created, updated ms) {
	r.created = min(created, g.now)
	r.updated = min(max(updated, r.created), g.now)
	r.changed = min(r.updated+g.span(3*hour), g.now)
}

// span returns a random duration below limit.
func (g *gen) span(limit ms) ms { return ms(g.r.unit() * float64(limit)) }

func (g *gen) ago(days float64) ms { return g.now - ms(days*float64(day)) }

func (g *gen) makeRoles() {
	for i, r := range []role{
		{label: "Site Admin", unified: "ADMIN", scope: "SYSTEM"},
		{label: "Recruiting Team", unified: "RECRUITER", scope: "SYSTEM"},
		{label: "Hiring Manager", unified: "HIRING_MANAGER", scope: "SYSTEM"},
		{label: "Works Council Viewer", scope: "SYSTEM"},
		{label: "Hiring Manager", unified: "HIRING_MANAGER", scope: "JOB"},
		{label: "Recruiter", unified: "RECRUITER", scope: "JOB"},
		{label: "Coordinator", unified: "COORDINATOR", scope: "JOB"},
		{label: "Sourcer", unified: "SOURCER", scope: "JOB"},
		{label: "Interviewer", unified: "INTERVIEWER", scope: "JOB"},
		{label: "Bar Raiser", scope: "JOB"},
	} {
		r.row = g.st.newRow(modelRole, i)
		g.date(&r.row, g.ago(700), g.ago(690))
		g.st.roles = append(g.st.roles, r)
	}
}

func (g *gen) makeUsers(n int) {
	taken := map[string]bool{}
	for len(g.st.users) < n {
		who := g.latinName()
		if taken[who.latin] {
			continue
		}
		taken[who.latin] = true
		i := len(g.st.users)
		u := user{row: g.st.newRow(modelUser, i), first: who.first, last: who.last, email: who.latin + "@talent.example"}
		g.date(&u.row, g.ago(float64(g.r.between(300, 900))), g.ago(float64(g.r.between(10, 300))))
		u.roles = []int{[]int{1, 2, 2, 2, 3}[g.r.intn(5)]}
		if i == 0 {
			u.roles = []int{0, 1}
		}
		g.st.users = append(g.st.users, u)
	}
	// The last ones have left, or their accounts are incomplete.
	users := g.st.users
	users[n-1].inactive = true
	users[n-2].email, users[n-2].noEmail = "", isNull
	users[n-3].email, users[n-3].noEmail, users[n-3].noStatus = "", isMissing, true
	users[n-3].roles = nil
}

func (g *gen) makeTags() {
	names := append([]string{}, generalTags...)
	seen := map[string]bool{}
	for _, t := range trades {
		for _, skill := range t.skills {
			if !seen[skill] {
				seen[skill] = true
				names = append(names, skill)
			}
		}
	}
	for i, text := range names {
		t := tag{row: g.st.newRow(modelTag, i), name: text}
		g.date(&t.row, g.ago(float64(g.r.between(200, 800))), g.ago(float64(g.r.between(100, 200))))
		g.st.tags = append(g.st.tags, t)
	}
}

func (g *gen) makeReasons() {
	for i, text := range reasonNames {
		r := reason{row: g.st.newRow(modelReason, i), name: text}
		g.date(&r.row, g.ago(800), g.ago(float64(g.r.between(100, 700))))
		g.st.reasons = append(g.st.reasons, r)
	}
}

func (g *gen) latinName() name {
	var n name
	if g.r.chance(0.62) {
		n = name{first: pick(g.r, germanFirst), last: pick(g.r, germanLast)}
	} else {
		n = name{first: pick(g.r, worldFirst), last: pick(g.r, worldLast)}
	}
	n.latin = asciiLower(n.first) + "." + asciiLower(n.last)
	return n
}

var special = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ı", "i", "ł", "l", "ø", "oe", "đ", "d", " ", "", "'", "")

// asciiLower returns a Latin name as it appears in e-mail addresses.
func asciiLower(s string) string {
	s = special.Replace(strings.ToLower(s))
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		return s
	}
	return out
}
