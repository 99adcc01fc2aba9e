//go:build !race

package bench

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions about recent and upcoming events.

func (w *world) newIn(j sandbox.Job) []sandbox.Application {
	return filter(w.applicationsFor(j.ID, ""), func(a sandbox.Application) bool {
		return !a.Created.IsZero() && w.days(a.Created) <= 7
	})
}

var newcomers = task{
	id: "q13",
	pick: func(w *world) words {
		return words{"job": most(w.open(), func(j sandbox.Job) int { return len(w.newIn(j)) }).Name}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.newIn(w.jobNamed(ask["job"])) {
			out = append(out, fact(a.CandidateID, w.nameOf(a.CandidateID)))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + " && days_since(created) <= 7",
			"fields": []string{"candidate_id", "candidate"},
		})
		return set(t.facts("candidate_id", "candidate"))
	},
	others: func(r *baselines, ask words) {
		id := r.job(ask["job"], false)
		since := today.AddDate(0, 0, -7).Format(time.DateOnly)
		// Rows have the name without the id, which is enough for a recruiter.
		read(r.both(), applications, url.Values{"job_ids": {id}, "remote_created_after": {since}})
	},
}

// nextWeek returns next Monday and the Monday after.
func nextWeek(now time.Time) (from, to time.Time) {
	from = now.Truncate(24*time.Hour).AddDate(0, 0, 7-(int(now.Weekday())+6)%7)
	return from, from.AddDate(0, 0, 7)
}

// diaryOf returns a user's interviews of the next week.
func (w *world) diaryOf(userID string) []sandbox.Interview {
	from, to := nextWeek(w.now)
	return filter(w.interviews, func(v sandbox.Interview) bool {
		if v.Canceled || v.Start.Before(from) || !v.Start.Before(to) {
			return false
		}
		return first(v.UserIDs, func(id string) bool { return id == userID }) != ""
	})
}

var diary = task{
	id: "q14",
	pick: func(w *world) words {
		return words{"user": userName(most(w.users, func(u sandbox.User) int { return len(w.diaryOf(u.ID)) }))}
	},
	truth: func(w *world, ask words) []string {
		u := first(w.users, func(u sandbox.User) bool { return userName(u) == ask["user"] })
		var out []string
		for _, v := range w.diaryOf(u.ID) {
			a := w.application[v.ApplicationID]
			out = append(out, fact(v.Start.Format("2006-01-02 15:04"), w.nameOf(a.CandidateID), w.job[a.JobID].Name))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		from, to := nextWeek(today)
		t := a.ask("get_interviews", args{
			"where": fmt.Sprintf(`interviewers contains %q && canceled == false && start >= date(%q) && start < date(%q)`,
				ask["user"], from.Format(time.DateOnly), to.Format(time.DateOnly)),
			"fields": []string{"start", "candidate", "job"}, "sort": "start",
		})
		return set(t.facts("start", "candidate", "job"))
	},
	// The API filters interviews neither by person nor by date.
	others: func(r *baselines, _ words) { read(r.both(), interviews, nil) },
}

func (w *world) staleIn(j sandbox.Job) []sandbox.Application {
	return filter(w.applicationsFor(j.ID, "PENDING"), func(a sandbox.Application) bool {
		return !a.Updated.IsZero() && w.days(a.Updated) > 30
	})
}

var stale = task{
	id: "q15",
	pick: func(w *world) words {
		return words{"job": most(w.open(), func(j sandbox.Job) int { return len(w.staleIn(j)) }).Name}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.staleIn(w.jobNamed(ask["job"])) {
			out = append(out, a.ID)
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + ` && outcome == "PENDING" && days_since(updated) > 30`,
			"fields": []string{"id"},
		})
		return set(t.column("id"))
	},
	others: func(r *baselines, ask words) {
		id := r.job(ask["job"], false)
		for _, x := range read(r.both(), applications, url.Values{"job_ids": {id}, "outcomes": {"PENDING"}}) {
			detail(r.lean(), applications, x.ID)
		}
	},
}

const soon = 60 // days

var starters = task{
	id:   "q16",
	pick: func(*world) words { return words{} },
	truth: func(w *world, _ words) []string {
		from := w.now.Truncate(24 * time.Hour)
		var out []string
		for _, o := range w.offers {
			if o.Status == "ACCEPTED" && !o.Start.Before(from) && !o.Start.After(from.AddDate(0, 0, soon)) {
				a := w.application[o.ApplicationID]
				out = append(out, fact(w.nameOf(a.CandidateID), w.job[a.JobID].Name, o.Start.Format(time.DateOnly)))
			}
		}
		return set(out)
	},
	answer: func(a *agent, _ words) []string {
		t := a.ask("get_offers", args{
			"where":  `offer_status == "ACCEPTED" && start_date >= today() && start_date <= today() + ` + strconv.Itoa(soon),
			"fields": []string{"candidate", "job", "start_date"}, "sort": "start_date",
		})
		return set(t.facts("candidate", "job", "start_date"))
	},
	others: func(r *baselines, _ words) { read(r.both(), offers, nil) },
}
