//go:build !race

package bench

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions that count.

func busiest(w *world) words {
	n := tally(w.applications, func(a sandbox.Application) string { return a.JobID })
	return words{"job": most(w.open(), func(j sandbox.Job) int { return n[j.ID] }).Name}
}

var funnel = task{
	id:   "q07",
	pick: busiest,
	truth: func(w *world, ask words) []string {
		j := w.jobNamed(ask["job"])
		n := tally(w.applicationsFor(j.ID, "PENDING"), func(a sandbox.Application) string { return a.StageID })
		var out []string
		for _, s := range w.stagesOf(j) {
			if n[s.ID] > 0 {
				out = append(out, fact(s.Name, strconv.Itoa(n[s.ID])))
			}
		}
		return out
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{"job_ids": []string{ask["job"]}, "where": `outcome == "PENDING"`, "group_by": "stage"})
		var out []string
		for _, r := range t.lines("stage", "count") {
			if r[0] != "" && r[1] != "0" {
				out = append(out, fact(r...))
			}
		}
		return out
	},
	others: func(r *baselines, ask words) {
		// Only the job has the order of the stages.
		id := r.job(ask["job"], true)
		read(r.both(), applications, url.Values{"job_ids": {id}, "outcomes": {"PENDING"}})
	},
}

var losses = task{
	id:   "q08",
	pick: busiest,
	truth: func(w *world, ask words) []string {
		j := w.jobNamed(ask["job"])
		n := tally(w.applicationsFor(j.ID, "DECLINED"), func(a sandbox.Application) string { return a.StageID })
		var out []string
		for _, s := range w.stagesOf(j) {
			out = append(out, fact(s.Name, strconv.Itoa(n[s.ID])))
		}
		return append(out, fact("most", most(w.stagesOf(j), func(s sandbox.Stage) int { return n[s.ID] }).Name))
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{"job_ids": []string{ask["job"]}, "where": `outcome == "DECLINED"`, "group_by": "stage"})
		counted := filter(t.lines("stage", "count"), func(r []string) bool { return r[0] != "" })
		var out []string
		for _, r := range counted {
			out = append(out, fact(r...))
		}
		return append(out, fact("most", largest(counted)))
	},
	others: func(r *baselines, ask words) {
		id := r.job(ask["job"], true)
		read(r.both(), applications, url.Values{"job_ids": {id}, "outcomes": {"DECLINED"}})
	},
}

var reasons = task{
	id: "q09",
	pick: func(w *world) words {
		n := tally(filter(w.applications, func(a sandbox.Application) bool { return a.Outcome == "DECLINED" }), func(a sandbox.Application) string { return a.JobID })
		named := filter(w.jobs, w.hasUniqueName)
		return words{
			"job":  most(named, func(j sandbox.Job) int { return n[j.ID] }).Name,
			"date": w.now.AddDate(0, 0, -180).Format(time.DateOnly),
		}
	},
	truth: func(w *world, ask words) []string {
		since := day(ask["date"])
		n := tally(filter(w.applicationsFor(w.jobNamed(ask["job"]).ID, "DECLINED"), func(a sandbox.Application) bool {
			return !a.Rejected.IsZero() && !a.Rejected.Before(since)
		}), func(a sandbox.Application) string { return orNone(a.Reason) })
		return counts(n)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":    equals("job", ask["job"]) + ` && outcome == "DECLINED" && rejected >= date(` + strconv.Quote(ask["date"]) + `)`,
			"group_by": "rejection_reason",
		})
		var out []string
		for _, r := range t.lines("rejection_reason", "count") {
			out = append(out, fact(orNone(r[0]), r[1]))
		}
		return set(out)
	},
	others: func(r *baselines, ask words) {
		// What was rejected since then was changed since then, so the API's
		// filter helps; reason and date are only in the whole record.
		id := r.job(ask["job"], false)
		for _, x := range read(r.both(), applications, url.Values{"job_ids": {id}, "outcomes": {"DECLINED"}, "updated_after": {ask["date"]}}) {
			detail(r.lean(), applications, x.ID)
		}
	},
}

var sources = task{
	id:   "q10",
	pick: func(*world) words { return words{} },
	truth: func(w *world, _ words) []string {
		n := tally(filter(w.applications, func(a sandbox.Application) bool { return a.Outcome == "HIRED" }), func(a sandbox.Application) string {
			return orNone(w.candidate[a.CandidateID].Source)
		})
		known := maps.Clone(n)
		delete(known, "none")
		return append(counts(n), fact("most", most(slices.Sorted(maps.Keys(known)), func(s string) int { return n[s] })))
	},
	answer: func(a *agent, _ words) []string {
		t := a.ask("get_applications", args{"where": `outcome == "HIRED"`, "group_by": "source"})
		var out []string
		var known [][]string
		for _, r := range t.lines("source", "count") {
			out = append(out, fact(orNone(r[0]), r[1]))
			if r[0] != "" {
				known = append(known, r)
			}
		}
		return append(set(out), fact("most", largest(known)))
	},
	others: func(r *baselines, _ words) {
		for _, x := range read(r.both(), applications, url.Values{"outcomes": {"HIRED"}}) {
			detail(r.lean(), applications, x.ID)
		}
	},
}

// lastMonths returns the first days of the last twelve months, the current one
// included.
func lastMonths(now time.Time) []time.Time {
	var out []time.Time
	for back := 11; back >= 0; back-- {
		out = append(out, time.Date(now.Year(), now.Month()-time.Month(back), 1, 0, 0, 0, 0, time.UTC))
	}
	return out
}

var months = task{
	id:   "q11",
	pick: func(*world) words { return words{} },
	truth: func(w *world, _ words) []string {
		n := tally(w.applications, func(a sandbox.Application) string { return a.Created.Format("2006-01") })
		var out []string
		for _, m := range lastMonths(w.now) {
			out = append(out, fact(m.Format("2006-01"), strconv.Itoa(n[m.Format("2006-01")])))
		}
		return out
	},
	answer: func(a *agent, _ words) []string {
		since := lastMonths(today)[0].Format(time.DateOnly)
		t := a.ask("get_applications", args{"where": `created >= date("` + since + `")`, "group_by": "created.month"})
		return t.facts("created.month", "count")
	},
	others: func(r *baselines, _ words) {
		read(r.both(), applications, url.Values{"remote_created_after": {lastMonths(today)[0].Format(time.DateOnly)}})
	},
}

var acceptance = task{
	id:   "q12",
	pick: func(*world) words { return words{} },
	truth: func(w *world, _ words) []string {
		// By the id of the job, so that two jobs of the same name stay apart.
		n := map[[2]string]int{}
		for _, o := range w.offers {
			if o.Status == "ACCEPTED" || o.Status == "DECLINED" {
				n[[2]string{w.application[o.ApplicationID].JobID, o.Status}]++
			}
		}
		var out []string
		for of, k := range n {
			out = append(out, fact(w.job[of[0]].Name, of[1], strconv.Itoa(k)))
		}
		return set(out)
	},
	answer: func(a *agent, _ words) []string {
		t := a.ask("get_offers", args{"where": `offer_status in ["ACCEPTED", "DECLINED"]`, "group_by": "job,offer_status"})
		return set(t.facts("job", "offer_status", "count"))
	},
	others: func(r *baselines, _ words) { read(r.both(), offers, nil) },
}

// counts formats counts as facts.
func counts(n map[string]int) []string {
	var out []string
	for k, v := range n {
		out = append(out, fact(k, strconv.Itoa(v)))
	}
	return set(out)
}

// largest returns the name with the highest count, the first of several.
func largest(rows [][]string) string {
	best, most := "", 0
	for _, r := range rows {
		if n, err := strconv.Atoi(r[1]); err == nil && n > most {
			best, most = r[0], n
		}
	}
	return best
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}
