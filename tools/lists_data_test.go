package tools_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// naiveData is what a sandbox holds, by id: what answers are checked against.
type naiveData struct {
	*sandbox.Data
	applications map[string]*sandbox.Application
	candidates   map[string]sandbox.Candidate
	jobs         map[string]sandbox.Job
	stages       map[string]sandbox.Stage
	meetings     map[string]sandbox.Interview
	offers       map[string]sandbox.Offer
	tags         map[string]string
	users        map[string]sandbox.User
}

func naive(sb *sandbox.Sandbox) *naiveData {
	d := &naiveData{
		Data: sb.Snapshot(), applications: map[string]*sandbox.Application{}, candidates: map[string]sandbox.Candidate{}, jobs: map[string]sandbox.Job{},
		stages: map[string]sandbox.Stage{}, meetings: map[string]sandbox.Interview{}, offers: map[string]sandbox.Offer{}, tags: map[string]string{}, users: map[string]sandbox.User{},
	}
	for i := range d.Applications {
		d.applications[d.Applications[i].ID] = &d.Applications[i]
	}
	for _, c := range d.Candidates {
		d.candidates[c.ID] = c
	}
	for _, j := range d.Jobs {
		d.jobs[j.ID] = j
	}
	for _, s := range d.Stages {
		d.stages[s.ID] = s
	}
	for _, v := range d.Interviews {
		d.meetings[v.ID] = v
	}
	for _, o := range d.Offers {
		d.offers[o.ID] = o
	}
	for _, t := range d.Tags {
		d.tags[t.ID] = t.Name
	}
	for _, u := range d.Users {
		d.users[u.ID] = u
	}
	return d
}

// ids are those of the records that a list shows, in Kombo's order.
func (d *naiveData) ids(tool string) []string {
	var out []string
	add := func(r sandbox.Record) {
		if r.Deleted.IsZero() {
			out = append(out, r.ID)
		}
	}
	switch tool {
	case "get_applications":
		each(d.Applications, func(v sandbox.Application) { add(v.Record) })
	case "get_candidates":
		each(d.Candidates, func(v sandbox.Candidate) { add(v.Record) })
	case "get_jobs":
		each(d.Jobs, func(v sandbox.Job) { add(v.Record) })
	case "get_interviews":
		each(d.Interviews, func(v sandbox.Interview) { add(v.Record) })
	case "get_offers":
		each(d.Offers, func(v sandbox.Offer) { add(v.Record) })
	case "get_users":
		each(d.Users, func(v sandbox.User) { add(v.Record) })
	case "get_roles":
		each(d.Roles, func(v sandbox.Role) { add(v.Record) })
	case "get_tags":
		each(d.Tags, func(v sandbox.Tag) { add(v.Record) })
	case "get_application_stages":
		each(d.Stages, func(v sandbox.Stage) { add(v.Record) })
	case "get_rejection_reasons":
		each(d.Reasons, func(v sandbox.RejectionReason) { add(v.Record) })
	}
	return out
}

func each[T any](list []T, f func(T)) {
	for _, v := range list {
		f(v)
	}
}

func (d *naiveData) applicationIDs() []string { return d.ids("get_applications") }

func (d *naiveData) name(a *sandbox.Application) string { return d.candidates[a.CandidateID].Name() }

// held are the interviews of an application that are neither canceled nor gone.
func (d *naiveData) held(a *sandbox.Application) []sandbox.Interview {
	var out []sandbox.Interview
	for _, id := range a.InterviewIDs {
		if v := d.meetings[id]; !v.Canceled && v.Deleted.IsZero() {
			out = append(out, v)
		}
	}
	return out
}

func (d *naiveData) interviews(a *sandbox.Application) int { return len(d.held(a)) }

// next is the start of the next interview, the zero time if there is none.
func (d *naiveData) next(a *sandbox.Application) time.Time {
	var next time.Time
	for _, v := range d.held(a) {
		if v.Start.After(listNow) && (next.IsZero() || v.Start.Before(next)) {
			next = v.Start
		}
	}
	return next
}

// tagged reports whether a candidate has a tag.
func (d *naiveData) tagged(c sandbox.Candidate, tag string) bool {
	for _, id := range c.TagIDs {
		if same(d.tags[id], tag) {
			return true
		}
	}
	return false
}

// daysApart are the whole days from an application to its rejection, 0 where
// one of the two is not known.
func daysApart(a *sandbox.Application) int {
	if a.Rejected.IsZero() || a.Created.IsZero() {
		return 0
	}
	return int(a.Rejected.Sub(a.Created).Hours() / 24)
}

// same compares texts as where does.
func same(a, b string) bool { return digest.Fold(digest.Clean(a)) == digest.Fold(digest.Clean(b)) }

func holds(text, part string) bool {
	return strings.Contains(digest.Fold(digest.Clean(text)), digest.Fold(part))
}

// smallPages makes an upstream serve at most 37 records a page, so that small
// data take several.
func smallPages(next http.RoundTripper) http.RoundTripper {
	return changeQuery(next, func(q query) {
		if q.Has("page_size") {
			q.Set("page_size", "37")
		}
	})
}
