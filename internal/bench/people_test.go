//go:build !race

package bench

import (
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Questions about one person.

var contact = task{
	id: "q01",
	pick: func(w *world) words {
		nameCounts := w.nameCounts()
		return words{"name": first(w.candidates, func(c sandbox.Candidate) bool { return nameCounts[fold(c.Name())] == 1 }).Name()}
	},
	truth: func(w *world, ask words) []string {
		c := w.named(ask["name"])[0]
		return []string{fact(orNone(head(c.Emails)), orNone(head(c.Phones)))}
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_candidates", args{"where": equals("candidate", ask["name"]), "fields": []string{"email", "phone"}})
		var out []string
		for _, r := range t.lines("email", "phone") {
			out = append(out, fact(orNone(r[0]), orNone(r[1])))
		}
		return out
	},
	others: func(r *baselines, ask words) {
		for _, c := range read(r.both(), candidates, person(ask["name"])) {
			detail(r.lean(), candidates, c.ID)
		}
	},
}

var namesakes = task{
	id: "q02",
	pick: func(w *world) words {
		nameCounts := w.nameCounts()
		return words{"name": first(w.candidates, func(c sandbox.Candidate) bool { return nameCounts[fold(c.Name())] > 1 }).Name()}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, c := range w.named(ask["name"]) {
			var jobs []string
			for _, a := range w.applicationsOf(c.ID) {
				jobs = append(jobs, w.job[a.JobID].Name)
			}
			out = append(out, fact(c.ID, list(jobs)))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_candidates", args{"where": equals("candidate", ask["name"]), "fields": []string{"id", "jobs"}})
		var out []string
		for _, r := range t.lines("id", "jobs") {
			out = append(out, fact(r[0], list(elements(r[1]))))
		}
		return set(out)
	},
	others: func(r *baselines, ask words) { read(r.both(), candidates, person(ask["name"])) },
}

var applicationOutcomes = task{
	id: "q03",
	pick: func(w *world) words {
		nameCounts := w.nameCounts()
		applied := tally(w.applications, func(a sandbox.Application) string { return a.CandidateID })
		return words{"name": first(w.candidates, func(c sandbox.Candidate) bool { return nameCounts[fold(c.Name())] == 1 && applied[c.ID] >= 2 }).Name()}
	},
	truth: func(w *world, ask words) []string {
		var out []string
		for _, a := range w.applicationsOf(w.named(ask["name"])[0].ID) {
			out = append(out, fact(w.job[a.JobID].Name, w.stage[a.StageID].Name, a.Outcome))
		}
		return set(out)
	},
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_applications", args{"where": equals("candidate", ask["name"]), "fields": []string{"job", "stage", "outcome"}})
		return set(t.facts("job", "stage", "outcome"))
	},
	others: func(r *baselines, ask words) {
		// The row of a candidate has the jobs, but not the outcome of each application.
		for _, c := range read(r.both(), candidates, person(ask["name"])) {
			detail(r.lean(), candidates, c.ID)
		}
	},
}

var curriculum = task{
	id: "q21",
	pick: func(w *world) words {
		nameCounts := w.nameCounts()
		return words{"name": first(w.candidates, func(c sandbox.Candidate) bool {
			return nameCounts[fold(c.Name())] == 1 && slices.Contains([]string{"application/pdf", "text/plain"}, c.CVType) && c.CVSentence != ""
		}).Name()}
	},
	truth: func(w *world, ask words) []string { return []string{w.named(ask["name"])[0].CVSentence} },
	answer: func(a *agent, ask words) []string {
		t := a.ask("get_candidates", args{"where": equals("candidate", ask["name"]), "fields": []string{"id"}})
		var out []string
		for _, id := range t.column("id") {
			out = append(out, sentences(a.call("get_candidate_attachments", args{"candidate_id": id, "read": "CV"}), "has worked")...)
		}
		return out
	},
	others: func(r *baselines, ask words) {
		for _, c := range read(r.both(), candidates, person(ask["name"])) {
			r.document(c.ID)
		}
	},
}

// sentences returns the sentences of a quoted text that contain the words. A sentence
// may span lines.
func sentences(text, words string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if said, quoted := strings.CutPrefix(line, "| "); quoted {
			lines = append(lines, strings.TrimSpace(said))
		}
	}
	for span := 1; span <= 2; span++ {
		for from := range max(0, len(lines)-span+1) {
			said := strings.Join(lines[from:from+span], " ")
			if strings.Contains(said, words) && strings.HasSuffix(said, ".") {
				return []string{said}
			}
		}
	}
	return nil
}

// head returns the first of a list, "" if it is empty.
func head(list []string) string { return first(list, func(string) bool { return true }) }

// list formats a set of names as one part of a fact.
func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(set(names), "; ")
}

// elements splits a cell of several values.
func elements(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
