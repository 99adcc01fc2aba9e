package sandbox

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted returns the key with the most hits and their number; ties go to the
// smallest key.
func counted(hits map[string]int) (string, int) {
	best, most := "", 0
	for k, n := range hits {
		if n > most || (n == most && k < best) {
			best, most = k, n
		}
	}
	return best, most
}

// picker finds in the data what recruiters ask about.
type picker struct {
	data
	living []Application // not deleted, nor is the job or the candidate
}

func newPicker(a *api) *picker {
	p := &picker{data: a.data()}
	for _, x := range p.Applications {
		if x.alive() && x.JobID != "" && x.CandidateID != "" && p.job[x.JobID].alive() && p.candidate[x.CandidateID].alive() {
			p.living = append(p.living, x)
		}
	}
	return p
}

func (p *picker) open(x Application) bool { return p.job[x.JobID].Status == "OPEN" }

// jobs counts these applications by job.
func (p *picker) jobs(keep func(x Application) bool) map[string]int {
	out := map[string]int{}
	for _, x := range p.living {
		if keep(x) {
			out[x.JobID]++
		}
	}
	return out
}

// places counts the undecided ones by job and stage.
func (p *picker) places(keep func(x Application) bool) map[string]int {
	out := map[string]int{}
	for _, x := range p.living {
		if x.StageID != "" && x.Outcome == "PENDING" && keep(x) {
			out[x.StageID]++
		}
	}
	return out
}

func (p *picker) names() map[string]int {
	out := map[string]int{}
	for _, c := range p.Candidates {
		if c.alive() && c.Name() != "" {
			out[c.Name()]++
		}
	}
	return out
}

func (p *picker) hasOffer(x Application, status string) bool {
	return slices.ContainsFunc(x.OfferIDs, func(id string) bool {
		return p.offer[id].alive() && (status == "" || p.offer[id].Status == status)
	})
}

func (p *picker) planned(x Application) bool {
	return slices.ContainsFunc(x.InterviewIDs, func(id string) bool {
		v := p.interview[id]
		return v.alive() && !v.Canceled && v.Start.After(p.Now)
	})
}

func TestWhatRecruitersAskAboutIsInTheData(t *testing.T) {
	for _, size := range []int{600, 4000} {
		for weekday := 0; weekday < 7; weekday += size / 600 { // the larger one on two days is enough
			day := today.AddDate(0, 0, weekday)
			t.Run(fmt.Sprintf("%d applications on a %s", size, day.Weekday()), func(t *testing.T) {
				p := newPicker(start(t, Options{Applications: size, Today: day}))
				p.checkPeople(t)
				p.checkJobs(t)
				p.checkTime(t)
				p.checkHops(t)
				p.checkWrites(t)
			})
		}
	}
}

func (p *picker) checkPeople(t *testing.T) {
	t.Helper()
	unique, shared := 0, 0
	for _, n := range p.names() {
		if n == 1 {
			unique++
		} else {
			shared++
		}
	}
	assert.Positive(t, unique, "q01")
	assert.Positive(t, shared, "q02")
	twice := map[string]int{}
	for _, x := range p.living {
		twice[x.CandidateID]++
	}
	_, most := counted(twice)
	assert.GreaterOrEqual(t, most, 2, "q03")
	assert.True(t, slices.ContainsFunc(p.Candidates, func(c Candidate) bool {
		return c.alive() && (c.CVType == mimePDF || c.CVType == mimeText) && c.CVSentence != ""
	}), "q21")
}

func (p *picker) checkJobs(t *testing.T) {
	t.Helper()
	cities, teams, names := map[string]int{}, 0, map[string]int{}
	for _, j := range p.Jobs {
		if j.Status == "OPEN" && j.alive() {
			cities[j.City]++
			names[j.Name]++
			if len(j.Team) >= 3 {
				teams++
			}
		}
	}
	_, most := counted(cities)
	assert.GreaterOrEqual(t, most, 2, "q04")
	assert.Positive(t, teams, "q05")
	busiest, _ := counted(p.jobs(p.open))
	assert.Equal(t, 1, names[p.job[busiest].Name], "q07: the name is ambiguous")
	stages := map[string]int{}
	for _, x := range p.living {
		if x.JobID == busiest {
			stages[x.Outcome+x.StageID]++
		}
	}
	assert.Greater(t, len(stages), 6, "q07, q08")
	_, rejected := counted(p.jobs(func(x Application) bool {
		return x.Outcome == "DECLINED" && x.Rejected.After(p.Now.AddDate(0, 0, -180))
	}))
	assert.Greater(t, rejected, 4, "q09")
	sources, offers := map[string]int{}, map[string]int{}
	for _, x := range p.living {
		if x.Outcome == "HIRED" {
			sources[p.candidate[x.CandidateID].Source]++
		}
	}
	assert.Greater(t, len(sources), 3, "q10")
	for _, o := range p.Offers {
		offers[o.Status]++
	}
	assert.Positive(t, offers["ACCEPTED"], "q12")
	assert.Positive(t, offers["DECLINED"], "q12")
	assert.Len(t, offers, 7, "all six and null")
}

func (p *picker) checkTime(t *testing.T) {
	t.Helper()
	months := map[string]int{}
	for _, x := range p.living {
		months[x.Created.Format("2006-01")]++
	}
	for back := range 12 {
		first := time.Date(p.Now.Year(), p.Now.Month()-time.Month(back), 1, 0, 0, 0, 0, time.UTC)
		assert.Positive(t, months[first.Format("2006-01")], "q11: %s", first)
	}
	_, week := counted(p.jobs(func(x Application) bool { return p.open(x) && x.Created.After(p.Now.AddDate(0, 0, -7)) }))
	assert.GreaterOrEqual(t, week, 2, "q13")
	monday := p.Now.Truncate(24*time.Hour).AddDate(0, 0, 7-(int(p.Now.Weekday())+6)%7)
	users := map[string]int{}
	for _, v := range p.Interviews {
		if v.alive() && !v.Canceled && !v.Start.Before(monday) && v.Start.Before(monday.AddDate(0, 0, 7)) {
			for _, u := range v.UserIDs {
				users[u]++
			}
		}
	}
	_, most := counted(users)
	assert.GreaterOrEqual(t, most, 2, "q14")
	_, stale := counted(p.jobs(func(x Application) bool {
		return p.open(x) && x.Outcome == "PENDING" && !x.Updated.IsZero() && x.Updated.Before(p.Now.AddDate(0, 0, -30))
	}))
	assert.GreaterOrEqual(t, stale, 2, "q15")
	starts := 0
	for _, o := range p.Offers {
		if o.alive() && o.Status == "ACCEPTED" && o.Start.After(p.Now) && o.Start.Before(p.Now.AddDate(0, 0, 60)) {
			starts++
		}
	}
	assert.Positive(t, starts, "q16")
}

func (p *picker) checkHops(t *testing.T) {
	t.Helper()
	_, waiting := counted(p.places(func(x Application) bool { return !p.planned(x) }))
	assert.Positive(t, waiting, "q17")
	tags, answers := map[string]int{}, map[string]int{}
	for _, x := range p.living {
		if x.Outcome != "PENDING" {
			continue
		}
		for _, id := range p.candidate[x.CandidateID].TagIDs {
			tags[id]++
		}
		for _, v := range x.Answers {
			if p.open(x) && v.Type == "SINGLE_SELECT" && len(v.Values) == 1 {
				answers[x.JobID+v.Title+v.Values[0]]++
			}
		}
	}
	_, tagged := counted(tags)
	assert.GreaterOrEqual(t, tagged, 2, "q18")
	_, answered := counted(answers)
	assert.GreaterOrEqual(t, answered, 2, "q19")
	lucky := 0
	for _, x := range p.living {
		if x.Outcome == "DECLINED" && slices.ContainsFunc(p.living, func(y Application) bool {
			return y.CandidateID == x.CandidateID && y.JobID != x.JobID && y.Outcome == "HIRED"
		}) {
			lucky++
		}
	}
	assert.Positive(t, lucky, "q20")
}

func (p *picker) checkWrites(t *testing.T) {
	t.Helper()
	names := p.names()
	assert.True(t, slices.ContainsFunc(p.living, func(x Application) bool {
		stages := p.job[x.JobID].StageIDs
		return x.Outcome == "PENDING" && p.open(x) && names[p.candidate[x.CandidateID].Name()] == 1 && slices.Index(stages, x.StageID) >= 0 &&
			slices.Index(stages, x.StageID) < len(stages)-2
	}), "q22")
	fits := 0
	for _, n := range p.places(func(x Application) bool { return !x.Created.IsZero() && x.Created.Before(p.Now.AddDate(0, 0, -90)) }) {
		if n >= 3 && n <= 6 {
			fits++
		}
	}
	assert.Positive(t, fits, "q23")
	assert.True(t, slices.ContainsFunc(p.Jobs, func(j Job) bool {
		required, single := 0, false
		for _, q := range j.Questions {
			if q.Required && q.PreconditionID == "" {
				required++
				single = single || q.Type == "SINGLE_SELECT"
			}
		}
		return j.alive() && j.Status == "OPEN" && required >= 2 && single
	}), "q24")
	few := 0
	for _, n := range p.jobs(func(x Application) bool { return x.Outcome == "PENDING" && p.hasOffer(x, "") }) {
		if n >= 2 && n <= 5 {
			few++
		}
	}
	assert.Positive(t, few, "q25")
	require.NotEmpty(t, p.Reasons)
}
