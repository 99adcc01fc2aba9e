//go:build !race

package bench

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions that join one list with another.

// planned returns the applications with an upcoming interview.
func (w *world) planned() map[string]bool {
	out := map[string]bool{}
	for _, v := range w.interviews {
		if !v.Canceled && v.Start.After(w.now) {
			out[v.ApplicationID] = true
		}
	}
	return out
}

// waiting returns the undecided applications at a stage without an upcoming interview.
func (w *world) waiting(stageID string) []sandbox.Application {
	planned := w.planned()
	return filter(w.applications, func(a sandbox.Application) bool {
		return a.StageID == stageID && a.Outcome == "PENDING" && !planned[a.ID]
	})
}

var unplanned = task{
	id: "q17",
	pick: func(w *world) words {
		planned := w.planned()
		n := tally(filter(w.applications, func(a sandbox.Application) bool { return a.Outcome == "PENDING" && !planned[a.ID] }),
			func(a sandbox.Application) string { return a.StageID })
		at := most(w.stages, func(s sandbox.Stage) int {
			if j, known := w.job[s.JobID]; !known || !w.hasUniqueName(j) {
				return 0
			}
			return n[s.ID]
		})
		return words{"job": w.job[at.JobID].Name, "stage": at.Name}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.waiting(w.stageNamed(w.jobNamed(ask["job"]), ask["stage"]).ID) {
			out = append(out, a.ID)
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + " && " + equals("stage", ask["stage"]) + ` && outcome == "PENDING" && next_interview == nil`,
			"fields": []string{"id"},
		})
		return set(t.column("id"))
	},
	others: func(r *baselines, ask words) {
		// A whole application has its interviews; rows do not.
		job := r.job(ask["job"], true)
		read(r.both(), applications, url.Values{"current_stage_ids": {r.stage(ask["job"], ask["stage"])}, "outcomes": {"PENDING"}})
		read(r.lean(), interviews, url.Values{"job_ids": {job}})
	},
}

// undecidedWithTag returns the undecided candidates with a tag, and their jobs.
func (w *world) undecidedWithTag(tagID string) []string {
	var out []string
	for _, a := range w.applications {
		if a.Outcome == "PENDING" && slices.Contains(w.candidate[a.CandidateID].TagIDs, tagID) {
			out = append(out, fact(w.nameOf(a.CandidateID), w.job[a.JobID].Name))
		}
	}
	return set(out)
}

var tagged = task{
	id: "q18",
	pick: func(w *world) words {
		people := map[string]map[string]bool{}
		for _, a := range w.applications {
			for _, id := range w.candidate[a.CandidateID].TagIDs {
				if a.Outcome == "PENDING" {
					if people[id] == nil {
						people[id] = map[string]bool{}
					}
					people[id][a.CandidateID] = true
				}
			}
		}
		return words{"tag": most(w.tags, func(g sandbox.Tag) int { return len(people[g.ID]) }).Name}
	},
	truth: func(w *world, ask words) []string {
		return w.undecidedWithTag(first(w.tags, func(g sandbox.Tag) bool { return g.Name == ask["tag"] }).ID)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  `outcome == "PENDING" && tags contains ` + quote(ask["tag"]),
			"fields": []string{"candidate", "job"},
		})
		return set(t.facts("candidate", "job"))
	},
	others: func(r *baselines, _ words) {
		// The API has no filter by tag, and rows do not show tags.
		for _, x := range read(r.both(), applications, url.Values{"outcomes": {"PENDING"}}) {
			detail(r.lean(), applications, x.ID)
		}
	},
}

// asked returns the first single-choice question of a job.
func asked(j sandbox.Job) sandbox.Question {
	return first(j.Questions, func(q sandbox.Question) bool { return q.Type == "SINGLE_SELECT" })
}

// choices returns an application's answers to a question.
func choices(a sandbox.Application, questionID string) []string {
	return first(a.Answers, func(x sandbox.Answer) bool { return x.QuestionID == questionID }).Values
}

var answered = task{
	id: "q19",
	pick: func(w *world) words {
		j := first(w.open(), func(j sandbox.Job) bool { return asked(j).ID != "" })
		q := asked(j)
		n := map[string]int{}
		for _, a := range w.applicationsFor(j.ID, "PENDING") {
			for _, c := range choices(a, q.ID) {
				n[c]++
			}
		}
		return words{"job": j.Name, "question": q.Title, "answer": most(q.Options, func(o string) int { return n[o] })}
	},
	truth: func(w *world, ask words) []string {
		j := w.jobNamed(ask["job"])
		var out []string
		for _, a := range w.applicationsFor(j.ID, "PENDING") {
			if slices.Contains(choices(a, asked(j).ID), ask["answer"]) {
				out = append(out, a.ID)
			}
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + ` && outcome == "PENDING" && ` + equals("answer("+quote(ask["question"])+")", ask["answer"]),
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

// rejectedThenHired returns the candidates whom one job rejected and another hired.
func (w *world) rejectedThenHired() map[string][]string {
	hired := map[string][]string{}
	for _, a := range w.applications {
		if a.Outcome == "HIRED" {
			hired[a.CandidateID] = append(hired[a.CandidateID], a.JobID)
		}
	}
	out := map[string][]string{}
	for _, a := range w.applications {
		elsewhere := func(job string) bool { return job != a.JobID }
		if a.Outcome == "DECLINED" && a.CandidateID != "" && slices.ContainsFunc(hired[a.CandidateID], elsewhere) {
			out[a.JobID] = append(out[a.JobID], w.nameOf(a.CandidateID))
		}
	}
	return out
}

var secondChance = task{
	id: "q20",
	pick: func(w *world) words {
		people := w.rejectedThenHired()
		named := filter(w.jobs, w.hasUniqueName)
		return words{"job": most(named, func(j sandbox.Job) int { return len(people[j.ID]) }).Name}
	},
	truth: func(w *world, ask words) []string { return set(w.rejectedThenHired()[w.jobNamed(ask["job"]).ID]) },
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_candidates", args{
			"where":  "declined_jobs contains " + quote(ask["job"]) + " && hired_jobs != nil",
			"fields": []string{"candidate", "hired_jobs"},
		})
		var out []string
		for _, r := range t.lines("candidate", "hired_jobs") {
			if slices.ContainsFunc(elements(r[1]), func(job string) bool { return !strings.EqualFold(job, ask["job"]) }) {
				out = append(out, r[0])
			}
		}
		return set(out)
	},
	others: func(r *baselines, ask words) {
		// Whole candidates have their applications with outcome and job. Rows do not,
		// so two lists of applications must be compared.
		id := r.job(ask["job"], false)
		read(r.raw(), candidates, url.Values{"job_ids": {id}})
		read(r.lean(), applications, url.Values{"job_ids": {id}, "outcomes": {"DECLINED"}})
		read(r.lean(), applications, url.Values{"outcomes": {"HIRED"}})
	},
}
