//go:build !race

package bench

import (
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions that change something. Their truth is all that must have changed upstream.

const phoneNote = "The phone screen went well."

var moving = task{
	id: "q22",
	pick: func(w *world) words {
		nameCounts := w.nameCounts()
		a := first(w.applications, func(a sandbox.Application) bool {
			j := w.job[a.JobID]
			return a.Outcome == "PENDING" && j.Status == "OPEN" && w.hasUniqueName(j) && nameCounts[fold(w.nameOf(a.CandidateID))] == 1 && w.next(a).ID != ""
		})
		return words{"name": w.nameOf(a.CandidateID), "job": w.job[a.JobID].Name, "stage": w.next(a).Name}
	},
	truth: func(w *world, ask words) []string {
		j := w.jobNamed(ask["job"])
		a := first(w.applicationsFor(j.ID, "PENDING"), func(a sandbox.Application) bool { return w.nameOf(a.CandidateID) == ask["name"] })
		return set([]string{
			fact("move_application_to_stage", a.ID, w.stageNamed(j, ask["stage"]).ID),
			fact("add_application_note", a.ID, phoneNote),
			fact("changed", a.ID),
		})
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{"where": equals("candidate", ask["name"]) + " && " + equals("job", ask["job"]), "fields": []string{"id"}})
		for _, id := range t.column("id") {
			a.write("move_application_to_stage", args{"application_id": id, "stage_id": ask["stage"]})
			a.write("add_application_note", args{"application_id": id, "content": phoneNote})
		}
		return nil
	},
	trace: trace,
	others: func(r *baselines, ask words) {
		// The application is in the whole candidate, the stages in the whole job.
		for _, c := range read(r.both(), candidates, person(ask["name"])) {
			detail(r.lean(), candidates, c.ID)
		}
		r.job(ask["job"], true)
	},
}

// next returns the stage after an application's current one; the zero value if that is
// the last, which hires.
func (w *world) next(a sandbox.Application) sandbox.Stage {
	stages := w.stagesOf(w.job[a.JobID])
	at := slices.IndexFunc(stages, func(s sandbox.Stage) bool { return s.ID == a.StageID })
	if at < 0 || at+2 >= len(stages) {
		return sandbox.Stage{}
	}
	return stages[at+1]
}

const longAgo = 90 // days

// overdue returns the undecided applications at a stage that were created long ago.
func (w *world) overdue(stageID string) []sandbox.Application {
	return filter(w.applications, func(a sandbox.Application) bool {
		return a.StageID == stageID && a.Outcome == "PENDING" && !a.Created.IsZero() && w.days(a.Created) > longAgo
	})
}

var rejecting = task{
	id: "q23",
	pick: func(w *world) words {
		n := tally(filter(w.applications, func(a sandbox.Application) bool {
			return a.Outcome == "PENDING" && !a.Created.IsZero() && w.days(a.Created) > longAgo
		}), func(a sandbox.Application) string { return a.StageID })
		at := first(w.stages, func(s sandbox.Stage) bool {
			return n[s.ID] >= 3 && n[s.ID] <= 6 && w.hasUniqueName(w.job[s.JobID])
		})
		return words{"job": w.job[at.JobID].Name, "stage": at.Name, "reason": w.reasons[0].Name}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.overdue(w.stageNamed(w.jobNamed(ask["job"]), ask["stage"]).ID) {
			out = append(out, fact("reject_application", a.ID, ask["reason"]), fact("changed", a.ID))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + " && " + equals("stage", ask["stage"]) + ` && outcome == "PENDING" && days_since(created) > ` + strconv.Itoa(longAgo),
			"fields": []string{"id", "candidate"},
		})
		a.write("reject_application", args{"application_id": strings.Join(t.column("id"), ","), "rejection_reason_id": ask["reason"]})
		return nil
	},
	trace: trace,
	others: func(r *baselines, ask words) {
		r.job(ask["job"], true)
		read(r.both(), applications, url.Values{"current_stage_ids": {r.stage(ask["job"], ask["stage"])}, "outcomes": {"PENDING"}})
		read(r.both(), rejectionReasons, nil)
	},
}

const exampleCV = "Ada Example\nWork\n2019 to 2026: Example Works, lead of a team of six.\nHas worked seven years in the trade.\n"

var entering = task{
	id: "q24",
	pick: func(w *world) words {
		j := first(w.open(), func(j sandbox.Job) bool {
			q := required(j)
			return len(q) >= 2 && slices.ContainsFunc(q, func(q sandbox.Question) bool { return q.Type == "SINGLE_SELECT" })
		})
		said := map[string]string{}
		for _, q := range required(j) {
			switch q.Type {
			case "SINGLE_SELECT":
				said[q.Title] = q.Options[0]
			case "BOOLEAN":
				said[q.Title] = "true"
			default:
				said[q.Title] = "7"
			}
		}
		answers, err := json.Marshal(said)
		if err != nil {
			panic(err)
		}
		return words{
			"job": j.Name, "first": "Ada", "last": "Example", "email": "ada.example@applicants.example", "phone": "+49 30 5550123",
			"city": "Potsdam", "answers": string(answers), "cv": exampleCV,
		}
	},
	truth: func(w *world, ask words) []string {
		j := w.jobNamed(ask["job"])
		out := []string{
			fact("create_application", "new", "job "+j.ID), fact("changed", j.ID), fact("new application"), fact("new candidate"),
			fact("person", ask["first"], ask["last"], ask["email"], ask["phone"], ask["city"]), fact("file", "CV", ask["cv"]),
		}
		for title, said := range ask.answers() {
			out = append(out, fact("answer", title, said))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		var said []args
		answers := ask.answers()
		for _, title := range slices.Sorted(maps.Keys(answers)) {
			said = append(said, args{"question_id": title, "answer": answers[title]})
		}
		a.write("create_application", args{
			"job_id": ask["job"],
			"candidate": args{
				"first_name": ask["first"], "last_name": ask["last"], "email_address": ask["email"], "phone_number": ask["phone"],
				"location": args{"city": ask["city"], "country": "DE"},
			},
			"attachments":                []args{{"type": "CV", "text": ask["cv"], "name": "Ada Example CV.txt"}},
			"screening_question_answers": said,
		})
		return nil
	},
	trace: func(before *world, s *sandbox.Sandbox) []string {
		out := trace(before, s)
		after := newWorld(s.Snapshot())
		for _, a := range after.applications {
			if _, old := before.application[a.ID]; old {
				continue
			}
			c := after.candidate[a.CandidateID]
			out = append(out, fact("person", c.First, c.Last, strings.Join(c.Emails, " "), strings.Join(c.Phones, " "), c.City))
			for _, x := range a.Answers {
				out = append(out, fact("answer", x.Title, strings.Join(x.Values, "; ")))
			}
			for _, f := range s.Attachments(a.ID) {
				out = append(out, fact("file", f.Type, string(f.Data)))
			}
		}
		return set(out)
	},
	others: func(r *baselines, ask words) { r.job(ask["job"], true) },
}

// required returns the questions that everyone must answer.
func required(j sandbox.Job) []sandbox.Question {
	return filter(j.Questions, func(q sandbox.Question) bool { return q.Required && q.PreconditionID == "" })
}

// answers returns the applicant's answers, by the title of the question.
func (w words) answers() map[string]string {
	var out map[string]string
	if err := json.Unmarshal([]byte(w["answers"]), &out); err != nil {
		panic(err)
	}
	return out
}

// offered returns the undecided applications of a job that have an offer.
func (w *world) offered(jobID string) []sandbox.Application {
	have := tally(w.offers, func(o sandbox.Offer) string { return o.ApplicationID })
	return filter(w.applicationsFor(jobID, "PENDING"), func(a sandbox.Application) bool { return have[a.ID] > 0 })
}

var tagging = task{
	id: "q25",
	pick: func(w *world) words {
		j := first(w.jobs, func(j sandbox.Job) bool {
			n := len(w.offered(j.ID))
			return w.hasUniqueName(j) && n >= 2 && n <= 5
		})
		return words{"job": j.Name, "n": strconv.Itoa(len(w.offered(j.ID))), "tag": "Final choice"}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.offered(w.jobNamed(ask["job"]).ID) {
			out = append(out, fact("add_candidate_tag", a.CandidateID, ask["tag"]), fact("changed", a.CandidateID))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{
			"where":  equals("job", ask["job"]) + ` && outcome == "PENDING" && offer_status != nil`,
			"fields": []string{"candidate_id", "candidate", "offer_status"},
		})
		a.write("add_candidate_tag", args{"candidate_id": strings.Join(t.column("candidate_id"), ","), "tag": args{"name": ask["tag"]}})
		return nil
	},
	trace: trace,
	others: func(r *baselines, ask words) {
		// Rows of offers have candidate and job; the candidate's id is in the whole application.
		id := r.job(ask["job"], false)
		offered := map[string]bool{}
		for _, o := range read(r.lean(), offers, nil) {
			offered[o.ApplicationID] = true
		}
		for _, a := range read(r.both(), applications, url.Values{"job_ids": {id}, "outcomes": {"PENDING"}}) {
			if offered[a.ID] {
				detail(r.lean(), applications, a.ID)
			}
		}
	},
}

// trace returns every change that was made upstream, and every record that differs from
// before.
func trace(before *world, s *sandbox.Sandbox) []string {
	after := newWorld(s.Snapshot())
	var out []string
	for _, e := range s.Effects() {
		id := e.RecordID
		if _, old := before.application[id]; !old && before.candidate[id].ID == "" {
			id = "new"
		}
		out = append(out, fact(e.Operation, id, e.Detail))
	}
	out = append(out, changes("application", before.application, after.application)...)
	out = append(out, changes("candidate", before.candidate, after.candidate)...)
	out = append(out, changes("job", before.job, after.job)...)
	out = append(out, changes("stage", before.stage, after.stage)...)
	return set(out)
}

func changes[T any](noun string, before, after map[string]T) []string {
	var out []string
	for id, now := range after {
		was, old := before[id]
		switch {
		case !old:
			out = append(out, fact("new "+noun))
		case !reflect.DeepEqual(was, now):
			out = append(out, fact("changed", id))
		}
	}
	return out
}
