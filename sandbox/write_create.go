package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// applicant is a candidate to create, with files and answers.
type applicant struct {
	first, last, email, company, title, source string
	moreEmails, phones, social                 []labelled
	location                                   *place
	custom                                     string
	stage                                      string
	sourcedBy                                  string
	uploads                                    []upload
	given                                      []submittedAnswer
}

func (s *Sandbox) createApplication(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	n := body.applicant()
	n.stage = body.text("stage_id", false)
	return s.create(c.op, c.params[0], n, &issues, func(e *enc, st *store, a int) {
		e.object("data")
		e.createdApplication(st, a)
		e.close()
	})
}

func (s *Sandbox) createCandidate(c *call) ([]byte, *refusal) {
	var issues issueList
	body, r := c.body(&issues)
	if r != nil {
		return nil, r
	}
	n := body.applicant()
	jobID := ""
	if a, ok := body.object("application", true); ok {
		jobID = a.text("job_id", true)
		n.stage = a.text("stage_id", false)
	}
	return s.create(c.op, jobID, n, &issues, func(e *enc, st *store, a int) {
		e.key("data")
		e.candidate(st, st.applications[a].candidate)
	})
}

// applicant decodes and validates what the bodies of both operations have in common.
func (o object) applicant() applicant {
	var n applicant
	if p, ok := o.object("candidate", true); ok {
		p.person(&n)
	}
	n.uploads = o.attachments()
	n.given = o.submittedAnswers()
	if src, ok := o.object("source", false); ok {
		n.source = src.text("name", false)
		src.text("unified_key", false)
		src.text("id", false)
	}
	if by, ok := o.object("sourced_by", false); ok {
		n.sourcedBy = by.text("user_id", true)
	}
	if consent, ok := o.object("gdpr_consent", false); ok {
		consent.date("expires_at", false)
		consent.flag("given")
	}
	o.remoteFields()
	return n
}

var labelKinds = []string{"PERSONAL", "WORK", "OTHER"}

func (o object) person(n *applicant) {
	n.first, n.last = o.text("first_name", true), o.text("last_name", true)
	n.email = o.email("email_address", true)
	n.company, n.title = o.text("company", false), o.text("title", false)
	for _, item := range o.objects("additional_email_addresses", false) {
		n.moreEmails = append(n.moreEmails, labelled{item.email("email_address", true), item.enum("type", true, labelKinds...)})
	}
	if phone := o.text("phone_number", false); phone != "" {
		n.phones = append(n.phones, labelled{value: phone})
	}
	for _, item := range o.objects("additional_phone_numbers", false) {
		n.phones = append(n.phones, labelled{item.text("phone_number", true), item.enum("type", true, labelKinds...)})
	}
	for _, item := range o.objects("social_links", false) {
		n.social = append(n.social, labelled{value: item.url("url", true)})
	}
	if l, ok := o.object("location", false); ok {
		n.location = &place{
			city: l.text("city", false), state: l.text("state", false), street: l.text("street_1", false), zip: l.text("zip_code", false),
			country: l.pattern("country", true, countryPattern, "Invalid country code. Expected two capital letters"),
		}
	}
	o.enum("gender", false, "MALE", "FEMALE", "OTHER")
	var fields enc
	fields.open()
	if date := o.date("availability_date", false); date != "" {
		fields.str("Available from", date)
	}
	if pay, ok := o.object("salary_expectations", false); ok {
		fields.str("Salary expectation", fmt.Sprintf("%g a %s", pay.number("amount", true), strings.ToLower(pay.enum("period", true, "MONTH", "YEAR"))))
	}
	fields.close()
	n.custom = string(fields.b)
}

// create finds the job and the candidate and creates the application.
func (s *Sandbox) create(op, jobID string, n applicant, issues *issueList, data func(e *enc, st *store, a int)) ([]byte, *refusal) {
	if r := issues.refusal(); r != nil {
		return nil, r
	}
	return s.write(func(st *store) ([]byte, *refusal) {
		j, ok := st.byIDOrRemote(modelJob, jobID)
		if !ok {
			return nil, unknownRecord("Job", jobID)
		}
		if status := st.jobs[j].status; status == "CLOSED" || status == "ARCHIVED" || status == "DRAFT" {
			return nil, refuse(http.StatusBadRequest, codeJobClosed, "Cannot create application for a closed job. The job must be in an open state.")
		}
		stage, r := st.firstStage(j, n.stage)
		if r != nil {
			return nil, r
		}
		if n.sourcedBy != "" {
			if _, ok := st.byIDOrRemote(modelUser, n.sourcedBy); !ok {
				return nil, unknownRecord("User", n.sourcedBy)
			}
		}
		answers, warnings := st.jobs[j].checkAnswers(n.given, issues)
		if r := issues.refusal(); r != nil {
			return nil, r
		}
		person, known := st.personByEmail(n.email)
		if known && st.hasApplied(person, j) {
			return nil, refuse(http.StatusConflict, codeDuplicate, fmt.Sprintf("%s %s (%s) has an existing application for %s.",
				st.candidates[person].first, st.candidates[person].last, n.email, st.jobs[j].name))
		}
		if !known {
			person = len(st.candidates)
		}
		a := s.addApplication(op, n, person, known, j, stage, answers)
		return success(func(e *enc) { data(e, st, a) }, warnings), nil
	})
}

// addApplication adds the records of a new application and returns its index.
func (s *Sandbox) addApplication(op string, n applicant, person int, known bool, j, stage int, answers []answer) int {
	index := len(s.live.applications)
	id := s.live.newRow(modelApplication, index).id.String()
	s.commit(op, id, "job "+s.live.jobs[j].id.String(), func(st *store, at, seen ms) {
		if !known {
			st.addApplicant(n, at, seen)
		}
		a := application{row: st.newRow(modelApplication, index), candidate: person, job: j, stage: stage, reason: none, outcome: pending, answers: answers}
		a.created = at
		a.bump(at, seen)
		st.applications = append(st.applications, a)
		st.register(modelApplication, &a.row, index)
		st.jobs[j].applications = append(st.jobs[j].applications, index)
		c := &st.candidates[person]
		c.applications = append(c.applications, index)
		c.nestedChanged = seen
	})
	for _, u := range n.uploads {
		s.keep(person, index, u)
	}
	return index
}

// addApplicant appends the candidate of a new application.
func (st *store) addApplicant(n applicant, at, seen ms) {
	i := len(st.candidates)
	c := candidate{
		row: st.newRow(modelCandidate, i), first: n.first, last: n.last, company: n.company, title: n.title, source: n.source,
		emails: append([]labelled{{value: n.email}}, n.moreEmails...), phones: n.phones, social: n.social, location: n.location, customFields: n.custom,
	}
	if c.source == "" {
		c.source = "Kombo Sandbox"
	}
	c.created = at
	c.bump(at, seen)
	st.candidates = append(st.candidates, c)
	st.register(modelCandidate, &c.row, i)
	st.indexEmails(i)
}

// byIDOrRemote returns the index of a record that is not deleted, by its Kombo id or, after
// "remote:", by its id in the ATS.
func (st *store) byIDOrRemote(m model, id string) (int, bool) {
	index, ok := 0, false
	if remote, isRemote := strings.CutPrefix(id, "remote:"); isRemote {
		index, ok = st.findRemote(m, remote)
	} else {
		index, ok = st.find(m, id)
	}
	return index, ok && st.at(m, index).deleted == 0
}

// firstStage returns the stage with that id, or for "" the first one of the job, none if
// it has no stages.
func (st *store) firstStage(j int, id string) (int, *refusal) {
	stages := st.jobs[j].stages
	if id == "" {
		if len(stages) == 0 {
			return none, nil
		}
		return stages[0], nil
	}
	index, ok := st.find(modelStage, id)
	if !ok {
		return none, unknownRecord("Stage", id)
	}
	if !slices.Contains(stages, index) {
		return none, invalid("stage_id: Stage not found on the job: " + id)
	}
	return index, nil
}

func (st *store) personByEmail(email string) (int, bool) {
	for _, c := range st.byEmail[strings.ToLower(email)] {
		if st.candidates[c].deleted == 0 {
			return c, true
		}
	}
	return none, false
}

func (st *store) hasApplied(person, j int) bool {
	return slices.ContainsFunc(st.candidates[person].applications, func(a int) bool {
		return st.applications[a].job == j && st.applications[a].deleted == 0
	})
}

func (e *enc) createdApplication(st *store, i int) {
	a := &st.applications[i]
	e.applicationBody(st, a)
	e.stageOf(st, a, false)
	e.jobOf(st, a)
	e.object("candidate")
	e.personBody(st, &st.candidates[a.candidate])
	e.close()
}
