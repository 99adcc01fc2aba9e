package sandbox

import "time"

// makeMeetings gives the applications, starting at that index, the interviews and offers
// that their stage implies.
func (g *gen) makeMeetings(from int) {
	if from == 0 {
		g.st.interviews = make([]interview, 0, len(g.st.applications)*7/10)
	}
	for i := from; i < len(g.st.applications); i++ {
		a := &g.st.applications[i]
		if a.job == none || a.stage == none || a.candidate == none {
			continue
		}
		g.addInterviews(i)
		g.addOffers(i)
	}
}

// reached returns how many stages after the first one an application is.
func (g *gen) reached(a *application) int { return max(g.st.stages[a.stage].index, 0) }

func (g *gen) addInterviews(i int) {
	a := &g.st.applications[i]
	for step := range min(g.reached(a), 3) {
		if !g.r.chance(0.6) {
			continue
		}
		day0 := a.created + ms(step+1)*5*day
		if a.created == 0 || day0 >= g.now || (a.rejected != 0 && day0 > a.rejected) {
			continue
		}
		g.addInterview(i, step, officeHour(g.r, day0), false)
	}
	if a.outcome == pending && g.reached(a) > 0 && g.r.chance(0.5) {
		g.addInterview(i, g.reached(a)-1, officeHour(g.r, g.now+ms(g.r.between(1, 14))*day), true)
	}
}

// officeHour returns a full or half hour from 8:00 to 15:30 UTC on the day of at, or on
// the Monday after it.
func officeHour(r *rng, at ms) ms {
	t := time.UnixMilli(int64(at)).UTC()
	switch t.Weekday() {
	case time.Saturday:
		t = t.AddDate(0, 0, 2)
	case time.Sunday:
		t = t.AddDate(0, 0, 1)
	default:
	}
	t = time.Date(t.Year(), t.Month(), t.Day(), 8+r.intn(8), 30*r.intn(2), 0, 0, time.UTC)
	return ms(t.UnixMilli())
}

var interviewTitles = []string{"Phone screen", "Hiring manager interview", "Technical interview", "Onsite", "Team coffee"}

func (g *gen) addInterview(application, step int, start ms, ahead bool) {
	a := &g.st.applications[application]
	j := &g.st.jobs[a.job]
	n := len(g.st.interviews)
	v := interview{row: g.st.newRow(modelInterview, n), application: application, stage: a.stage, start: start}
	v.end = start + ms(g.r.between(1, 3))*30*minute
	v.title = interviewTitles[min(step, 3)] + " – " + j.name
	v.video = g.r.chance(0.5)
	if v.video {
		v.noLocation = isNull
	} else {
		v.location = j.location
	}
	booked := start - ms(g.r.between(2, 12))*day
	g.date(&v.row, max(booked, a.created), booked+g.span(day))
	switch x := g.r.intn(100); {
	case x < 10:
		v.canceled = yes
	case x < 13:
		v.canceled = unknown
	}
	switch g.r.intn(60) {
	case 0:
		v.title, v.end = "", 0
	case 1:
		v.stage, v.noLocation, v.location = none, isMissing, nil
	case 2:
		if !ahead {
			v.start, v.end = 0, 0
		}
	}
	g.addInterviewers(&v, j)
	g.st.interviews = append(g.st.interviews, v)
	a.interviews = append(a.interviews, n)
	g.bumpApplication(application, v.updated)
}

// addInterviewers invites one to three members of the hiring team.
func (g *gen) addInterviewers(v *interview, j *job) {
	if len(j.team) == 0 || g.r.chance(0.02) {
		return
	}
	first := g.r.intn(len(j.team))
	for k := range g.r.between(1, min(3, len(j.team))) {
		v.users = append(v.users, j.team[(first+k)%len(j.team)].user)
	}
}

// bumpApplication makes a decided application no older than something done on it.
// Undecided ones may have been left alone for long.
func (g *gen) bumpApplication(application int, at ms) {
	a := &g.st.applications[application]
	if a.updated != 0 && at > a.updated && a.outcome != pending {
		a.updated = min(at, g.now)
		a.changed = max(a.changed, a.updated)
	}
}

// addOffers gives an application the offers that its outcome and stage imply.
func (g *gen) addOffers(i int) {
	a := &g.st.applications[i]
	name := g.st.stages[a.stage].name
	switch {
	case a.outcome == hired:
		g.addOffer(i, "ACCEPTED", a.updated, true)
		if g.r.chance(0.05) {
			g.addOffer(i, "ABANDONED", a.updated-day, false)
		}
	case a.outcome == pending && (name == "Offer" || name == "Reference Check"):
		g.drafted++
		g.addOffer(i, []string{"SENT", "DRAFT", "APPROVED", "SENT"}[g.drafted%4], a.updated, g.r.chance(0.7))
	case a.outcome == declined && (name == "Offer" || name == "Reference Check"):
		status := []string{"DECLINED", "DECLINED", "DECLINED", "ABANDONED"}[g.r.intn(4)]
		g.addOffer(i, status, a.rejected, g.r.chance(0.5))
	}
}

func (g *gen) addOffer(application int, status string, at ms, dated bool) {
	a := &g.st.applications[application]
	if at == 0 {
		at = a.changed
	}
	n := len(g.st.offers)
	o := offer{row: g.st.newRow(modelOffer, n), application: application, status: status}
	g.date(&o.row, max(at-g.span(5*day), a.created), at)
	if dated {
		o.start = (at + ms(g.r.between(20, 100))*day) / day * day
	}
	if g.r.chance(0.01) {
		o.status = ""
	}
	if g.r.chance(0.2) {
		o.customFields = `{"Base salary":"` + []string{"62000", "71500", "84000"}[g.r.intn(3)] + ` EUR","Bonus":null}`
	}
	g.st.offers = append(g.st.offers, o)
	a.offers = append(a.offers, n)
}
