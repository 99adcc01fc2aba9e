package sandbox

import (
	"slices"
	"time"
)

// Data is the content of the ATS, to check answers against. References are Kombo
// ids; "" and the zero time mean null. It includes writes at once, whatever the lag.
// Records are in the order of the lists, deleted ones included.
type Data struct {
	Now          time.Time
	Candidates   []Candidate
	Applications []Application
	Jobs         []Job
	Stages       []Stage
	Users        []User
	Roles        []Role
	Offers       []Offer
	Interviews   []Interview
	Tags         []Tag
	Reasons      []RejectionReason
}

// Record is what all records have in common. Nested is when something was last added
// to or removed from a nested list.
type Record struct {
	ID, RemoteID                               string
	Created, Updated, Changed, Deleted, Nested time.Time
}

// Candidate is a person.
type Candidate struct {
	Record
	First, Last, Company, Title, Source, City string
	Emails, Phones                            []string
	TagIDs, ApplicationIDs                    []string
	// CVType is the content type of the CV, "" if there is none. CVSentence is the
	// sentence of the CV about the years of work.
	CVType, CVSentence string
}

// Name returns the full name.
func (c Candidate) Name() string {
	switch {
	case c.First == "":
		return c.Last
	case c.Last == "":
		return c.First
	default:
		return c.First + " " + c.Last
	}
}

// Answer is a screening answer as reads show it: choices as text, booleans as true or
// false, dates as YYYY-MM-DD.
type Answer struct {
	QuestionID, Title, Type string
	Values                  []string
}

// Application is one candidate's application for one job.
type Application struct {
	Record
	CandidateID, JobID, StageID string
	// Outcome is PENDING, HIRED, DECLINED or "".
	Outcome      string
	Reason       string
	Rejected     time.Time
	InterviewIDs []string
	OfferIDs     []string
	Answers      []Answer
}

// Question is a screening question of a job.
type Question struct {
	ID, Title, Type, Category string
	Required                  bool
	// OptionIDs and Options are the choices, in the same order.
	OptionIDs, Options []string
	// PreconditionID is the id of the question that this one depends on.
	PreconditionID string
}

// Member is a user on a hiring team, with the labels of the roles.
type Member struct {
	UserID string
	Roles  []string
}

// Job is a job with its stages in order.
type Job struct {
	Record
	Name, Code, Status, Visibility, Employment, PostURL string
	City, Department                                    string
	Opened, Closed                                      time.Time
	StageIDs, ApplicationIDs                            []string
	Questions                                           []Question
	Team                                                []Member
}

// Stage is a stage of one job. Index is its position there, -1 if unknown.
type Stage struct {
	Record
	Name, Status, JobID string
	Index               int
}

// User is a user of the ATS.
type User struct {
	Record
	First, Last, Email string
	Roles              []string
}

// Role is a role in the ATS or on a job.
type Role struct {
	Record
	Label, Unified, Scope string
}

// Offer is an offer of an application.
type Offer struct {
	Record
	ApplicationID, Status string
	Start                 time.Time
}

// Interview is an interview of an application. Canceled is false if unknown.
type Interview struct {
	Record
	ApplicationID, StageID, Title string
	Start, End                    time.Time
	Canceled                      bool
	UserIDs                       []string
}

// Tag is a tag for candidates.
type Tag struct {
	Record
	Name string
}

// RejectionReason is a reason for rejecting an application.
type RejectionReason struct {
	Record
	Name string
}

// Snapshot returns a copy of all data.
func (s *Sandbox) Snapshot() *Data {
	s.load()
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.live
	d := &Data{Now: s.opts.now().UTC()}
	for i := range st.candidates {
		d.Candidates = append(d.Candidates, st.candidateData(i))
	}
	for i := range st.applications {
		d.Applications = append(d.Applications, st.applicationData(i))
	}
	for i := range st.jobs {
		d.Jobs = append(d.Jobs, st.jobData(i))
	}
	for i := range st.interviews {
		d.Interviews = append(d.Interviews, st.interviewData(i))
	}
	for i := range st.offers {
		o := &st.offers[i]
		d.Offers = append(d.Offers, Offer{Record: o.data(), ApplicationID: st.ref(modelApplication, o.application), Status: o.status, Start: o.start.time()})
	}
	for i := range st.stages {
		g := &st.stages[i]
		d.Stages = append(d.Stages, Stage{Record: g.data(), Name: g.name, Status: g.status, JobID: st.ref(modelJob, g.job), Index: g.index})
	}
	for i := range st.users {
		u := &st.users[i]
		d.Users = append(d.Users, User{Record: u.data(), First: u.first, Last: u.last, Email: u.email, Roles: st.labels(u.roles)})
	}
	for i := range st.roles {
		r := &st.roles[i]
		d.Roles = append(d.Roles, Role{Record: r.data(), Label: r.label, Unified: r.unified, Scope: r.scope})
	}
	for i := range st.tags {
		d.Tags = append(d.Tags, Tag{Record: st.tags[i].data(), Name: st.tags[i].name})
	}
	for i := range st.reasons {
		d.Reasons = append(d.Reasons, RejectionReason{Record: st.reasons[i].data(), Name: st.reasons[i].name})
	}
	return d
}

func (t ms) time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(t)).UTC()
}

func (r *row) data() Record {
	d := Record{ID: r.id.String(), Created: r.created.time(), Updated: r.updated.time(), Changed: r.changed.time(), Deleted: r.deleted.time(), Nested: r.nestedChanged.time()}
	d.RemoteID = r.remoteText()
	return d
}

// ref returns the id of a record, "" for none.
func (st *store) ref(m model, index int) string {
	if index == none {
		return ""
	}
	return st.at(m, index).id.String()
}

func (st *store) refs(m model, indexes []int) []string {
	var out []string
	for _, i := range indexes {
		out = append(out, st.ref(m, i))
	}
	return out
}

func (st *store) labels(roles []int) []string {
	var out []string
	for _, r := range roles {
		out = append(out, st.roles[r].label)
	}
	return slices.Clip(out)
}
