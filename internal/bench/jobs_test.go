//go:build !race

package bench

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions about jobs.

var openIn = task{
	id: "q04",
	pick: func(w *world) words {
		open := filter(w.jobs, func(j sandbox.Job) bool { return j.Status == "OPEN" && j.City != "" })
		n := tally(open, func(j sandbox.Job) string { return j.City })
		return words{"city": most(open, func(j sandbox.Job) int { return n[j.City] }).City}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, j := range w.jobs {
			if j.Status == "OPEN" && j.City == ask["city"] {
				out = append(out, j.Name)
			}
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_jobs", args{"where": `job_status == "OPEN" && location contains ` + strconv.Quote(ask["city"]), "fields": []string{"job"}})
		return set(t.column("job"))
	},
	others: func(r *baselines, _ words) { read(r.both(), jobs, url.Values{"statuses": {"OPEN"}}) },
}

var team = task{
	id: "q05",
	pick: func(w *world) words {
		return words{"job": first(w.open(), func(j sandbox.Job) bool { return len(j.Team) >= 3 }).Name}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, m := range w.jobNamed(ask["job"]).Team {
			out = append(out, fact(userName(w.user[m.UserID]), strings.ToLower(list(m.Roles))))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_jobs", args{"where": equals("job", ask["job"]), "fields": []string{"team"}})
		var out []string
		for _, cell := range t.column("team") {
			for _, member := range elements(cell) {
				name, roles, _ := strings.Cut(strings.TrimSuffix(member, ")"), " (")
				// The API writes Hiring Manager as HIRING_MANAGER.
				roles = strings.ToLower(strings.ReplaceAll(roles, "_", " "))
				out = append(out, fact(name, list(strings.Split(roles, ", "))))
			}
		}
		return set(out)
	},
	others: func(r *baselines, ask words) { r.job(ask["job"], true) },
}

var undecided = task{
	id:   "q06",
	pick: func(*world) words { return words{} },
	truth: func(w *world, _ words) []string {
		var out []string
		for _, j := range w.jobs {
			if j.Status == "OPEN" {
				out = append(out, fact(j.Name, strconv.Itoa(len(w.applicationsFor(j.ID, "PENDING")))))
			}
		}
		return set(out)
	},
	answer: func(a *agent, _ words) []string {
		t := a.ask("get_jobs", args{"where": `job_status == "OPEN"`, "fields": []string{"job", "pending"}})
		return set(t.facts("job", "pending"))
	},
	others: func(r *baselines, _ words) {
		var ids []string
		for _, j := range read(r.both(), jobs, url.Values{"statuses": {"OPEN"}}) {
			ids = append(ids, j.ID)
		}
		slices.Sort(ids)
		read(r.both(), applications, url.Values{"job_ids": {strings.Join(ids, ",")}, "outcomes": {"PENDING"}})
	},
}
