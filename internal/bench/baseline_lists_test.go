//go:build !race

package bench

import (
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// The lists that the baselines pass on, with the columns that this project's lists show
// by default.

var applications = listing[kombo.Application]{
	path: "applications", header: []string{"id", "candidate", "job", "stage", "outcome", "created"},
	line: func(a kombo.Application) []string {
		out := []string{a.ID, "", "", "", string(a.Outcome), onDay(a.RemoteCreatedAt)}
		if a.Candidate != nil {
			out[1] = a.Candidate.FirstName + " " + a.Candidate.LastName
		}
		if a.Job != nil {
			out[2] = a.Job.Name
		}
		if a.CurrentStage != nil {
			out[3] = a.CurrentStage.Name
		}
		return out
	},
}

var candidates = listing[kombo.Candidate]{
	path: "candidates", header: []string{"id", "candidate", "email", "jobs", "created"},
	line: func(c kombo.Candidate) []string {
		var email string
		if len(c.EmailAddresses) > 0 {
			email = c.EmailAddresses[0].EmailAddress
		}
		var jobs []string
		for _, a := range c.Applications {
			if a.Job != nil {
				jobs = append(jobs, a.Job.Name)
			}
		}
		return []string{c.ID, c.FirstName + " " + c.LastName, email, strings.Join(jobs, "; "), onDay(c.RemoteCreatedAt)}
	},
}

var jobs = listing[kombo.Job]{
	path: "jobs", header: []string{"id", "job", "job_status", "department", "location", "opened"},
	line: func(j kombo.Job) []string {
		var place string
		if j.Location != nil {
			place = j.Location.City + ", " + j.Location.Country
		}
		return []string{j.ID, j.Name, string(j.Status), j.Department, place, onDay(j.OpenedAt)}
	},
}

var interviews = listing[kombo.Interview]{
	path: "interviews", header: []string{"id", "start", "candidate", "job", "interviewers", "canceled"},
	line: func(v kombo.Interview) []string {
		out := []string{v.ID, v.StartingAt.Format("2006-01-02 15:04"), "", "", "", "false"}
		out[2], out[3] = about(v.Application.Candidate, v.Application.Job)
		var users []string
		for _, u := range v.Users {
			users = append(users, u.FirstName+" "+u.LastName)
		}
		out[4] = strings.Join(users, "; ")
		if v.Canceled != nil && *v.Canceled {
			out[5] = "true"
		}
		return out
	},
}

var offers = listing[kombo.Offer]{
	path: "offers", header: []string{"id", "candidate", "job", "offer_status", "start_date"},
	line: func(o kombo.Offer) []string {
		person, job := about(o.Application.Candidate, o.Application.Job)
		return []string{o.ID, person, job, string(o.Status), onDay(o.EmploymentStartDate)}
	},
}

var rejectionReasons = listing[kombo.RejectionReason]{
	path: "rejection-reasons", header: []string{"id", "name"},
	line: func(r kombo.RejectionReason) []string { return []string{r.ID, r.Name} },
}

func about(c *kombo.CandidateRef, j *kombo.JobRef) (person, job string) {
	if c != nil {
		person = c.FirstName + " " + c.LastName
	}
	if j != nil {
		job = j.Name
	}
	return person, job
}

func onDay(t kombo.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
