package sandbox

import (
	"strconv"
	"time"
)

func (r *row) remoteText() string {
	if r.remote == 0 {
		return ""
	}
	return strconv.Itoa(r.remote)
}

func (st *store) candidateData(i int) Candidate {
	c := &st.candidates[i]
	d := Candidate{
		Record: c.data(), First: c.first, Last: c.last, Company: c.company, Title: c.title, Source: c.source,
		TagIDs: st.refs(modelTag, c.tags), ApplicationIDs: st.refs(modelApplication, c.applications),
	}
	if c.location != nil {
		d.City = c.location.city
	}
	for _, m := range c.emails {
		d.Emails = append(d.Emails, m.value)
	}
	for _, p := range c.phones {
		d.Phones = append(d.Phones, p.value)
	}
	if c.cv.format != docNone {
		d.CVType, d.CVSentence = forms[c.cv.format].mime, c.yearsSentence()
	}
	return d
}

func (st *store) applicationData(i int) Application {
	a := &st.applications[i]
	d := Application{
		Record: a.data(), CandidateID: st.ref(modelCandidate, a.candidate), JobID: st.ref(modelJob, a.job), StageID: st.ref(modelStage, a.stage),
		Outcome: a.outcome.String(), Rejected: a.rejected.time(),
		InterviewIDs: st.refs(modelInterview, a.interviews), OfferIDs: st.refs(modelOffer, a.offers),
	}
	if a.reason != none {
		d.Reason = st.reasons[a.reason].name
	}
	for k := range a.answers {
		d.Answers = append(d.Answers, a.answers[k].data(&st.jobs[a.job].questions[a.answers[k].question]))
	}
	return d
}

func (a *answer) data(q *question) Answer {
	d := Answer{QuestionID: q.id.String(), Title: q.title, Type: q.kind}
	if a.null {
		return d
	}
	switch q.kind {
	case "SINGLE_SELECT", "MULTI_SELECT":
		for i := range q.options {
			if a.chosen&(1<<i) != 0 {
				d.Values = append(d.Values, q.options[i].name)
			}
		}
	case "NUMBER":
		d.Values = []string{strconv.FormatFloat(a.number, 'f', -1, 64)}
	case "BOOLEAN":
		d.Values = []string{strconv.FormatBool(a.yes)}
	case "DATE":
		d.Values = []string{ms(a.number).time().Format(time.DateOnly)}
	default:
		d.Values = []string{a.text}
	}
	return d
}

func (st *store) jobData(i int) Job {
	j := &st.jobs[i]
	d := Job{
		Record: j.data(), Name: j.name, Code: j.code, Status: j.status, Visibility: j.visibility, Employment: j.employment, PostURL: j.postURL,
		Department: j.department, Opened: j.opened.time(), Closed: j.closed.time(),
		StageIDs: st.refs(modelStage, j.stages), ApplicationIDs: st.refs(modelApplication, j.applications),
	}
	if j.location != nil {
		d.City = j.location.city
	}
	for k := range j.questions {
		q := &j.questions[k]
		x := Question{ID: q.id.String(), Title: q.title, Type: q.kind, Category: q.category, Required: q.required}
		if q.precondition != none {
			x.PreconditionID = j.questions[q.precondition].id.String()
		}
		for _, o := range q.options {
			x.OptionIDs, x.Options = append(x.OptionIDs, o.id.String()), append(x.Options, o.name)
		}
		d.Questions = append(d.Questions, x)
	}
	for _, m := range j.team {
		d.Team = append(d.Team, Member{UserID: st.ref(modelUser, m.user), Roles: st.labels(m.roles)})
	}
	return d
}

func (st *store) interviewData(i int) Interview {
	v := &st.interviews[i]
	return Interview{
		Record: v.data(), ApplicationID: st.ref(modelApplication, v.application), StageID: st.ref(modelStage, v.stage), Title: v.title,
		Start: v.start.time(), End: v.end.time(), Canceled: v.canceled == yes, UserIDs: st.refs(modelUser, v.users),
	}
}
