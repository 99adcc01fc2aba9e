package tools_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// columnTruth says what a column shows of a record, worked out from Kombo's JSON.
type columnTruth func(wireData, wireRecord) string

// at is a text of the record.
func at(path string) columnTruth {
	return func(_ wireData, r wireRecord) string { return r.text(path) }
}

// dayAt is the day of a time of the record.
func dayAt(path string) columnTruth { return timeAt(path, time.DateOnly) }

func timeAt(path, form string) columnTruth {
	return func(_ wireData, r wireRecord) string { return shownTime(r.time(path), form) }
}

func shownTime(at time.Time, form string) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(form)
}

// eachOf is a list of texts of the record.
func eachOf(path string, f func(wireRecord) string) columnTruth {
	return func(_ wireData, r wireRecord) string { return elementsOf(r.list(path), f) }
}

func elementsOf(list []wireRecord, f func(wireRecord) string) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = digest.Clean(f(r))
	}
	return joined("; ", parts...)
}

// joined joins what is not empty.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func nameAt(path string) columnTruth {
	return func(_ wireData, r wireRecord) string { return r.name(path) }
}

const minutes = "2006-01-02 15:04"

// held are the interviews of an application that were not canceled.
func held(r wireRecord) []wireRecord {
	return slices.DeleteFunc(r.list("interviews"), func(i wireRecord) bool { return i["canceled"] == true })
}

// nextHeld is the first interview of an application ahead, lastHeld the last before.
func nextHeld(r wireRecord) string {
	var next time.Time
	for _, i := range held(r) {
		if at := i.time("starting_at"); at.After(listNow) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return shownTime(next, minutes)
}

func lastHeld(r wireRecord) string {
	var last time.Time
	for _, i := range held(r) {
		if at := i.time("starting_at"); !at.After(listNow) && at.After(last) {
			last = at
		}
	}
	return shownTime(last, minutes)
}

func ofJob(f columnTruth) columnTruth {
	return func(w wireData, r wireRecord) string {
		for _, j := range w.where("get_jobs", "id", r.text("job_id")) {
			return f(w, j)
		}
		return ""
	}
}

func appliedFor(outcome string) columnTruth {
	return func(_ wireData, r wireRecord) string {
		list := slices.DeleteFunc(r.list("applications"), func(a wireRecord) bool { return outcome != "" && a.text("outcome") != outcome })
		return elementsOf(list, func(a wireRecord) string { return a.text("job.name") })
	}
}

func countWhere(tool, path, column string, more func(wireRecord) bool) columnTruth {
	return func(w wireData, r wireRecord) string {
		n := 0
		for _, other := range w[tool] {
			if same(other.text(path), r.text(column)) && (more == nil || more(other)) {
				n++
			}
		}
		return strconv.Itoa(n)
	}
}

// columnTruths has every column of every list.
var columnTruths = map[string]map[string]columnTruth{
	"get_applications": {
		"id": at("id"), "candidate": nameAt("candidate."), "job": at("job.name"), "stage": at("current_stage.name"), "outcome": at("outcome"),
		"created": dayAt("remote_created_at"), "updated": dayAt("remote_updated_at"), "candidate_id": at("candidate_id"), "job_id": at("job_id"),
		"stage_id": at("current_stage_id"), "stage_index": at("current_stage.index"), "rejection_reason": at("rejection_reason_name"), "rejected": dayAt("rejected_at"),
		"days_to_rejection": func(_ wireData, r wireRecord) string {
			from, to := r.time("remote_created_at"), r.time("rejected_at")
			if from.IsZero() || to.IsZero() {
				return ""
			}
			return strconv.Itoa(int(to.Sub(from).Hours() / 24))
		},
		"source": at("candidate.source"), "tags": eachOf("candidate.tags", func(r wireRecord) string { return r.text("name") }),
		"email": firstOf("candidate.email_addresses", "email_address"), "phone": firstOf("candidate.phone_numbers", "phone_number"),
		"interviews":     func(_ wireData, r wireRecord) string { return strconv.Itoa(len(held(r))) },
		"next_interview": func(_ wireData, r wireRecord) string { return nextHeld(r) }, "last_interview": func(_ wireData, r wireRecord) string { return lastHeld(r) },
		"offer_status": func(_ wireData, r wireRecord) string {
			status := ""
			for _, o := range r.list("offers") {
				status = o.text("status")
			}
			return status
		},
		"job_status": ofJob(at("status")), "department": ofJob(at("department")), "job_location": ofJob(placeAt("location.")),
		"url": either("remote_url", "candidate.remote_url"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_candidates": {
		"id": at("id"), "candidate": nameAt(""), "email": firstOf("email_addresses", "email_address"), "jobs": appliedFor(""),
		"created": dayAt("remote_created_at"), "updated": dayAt("remote_updated_at"), "phone": firstOf("phone_numbers", "phone_number"),
		"company": at("company"), "title": at("title"), "location": placeAt("location."), "source": at("source"),
		"tags":         eachOf("tags", func(r wireRecord) string { return r.text("name") }),
		"applications": func(_ wireData, r wireRecord) string { return strconv.Itoa(len(r.list("applications"))) },
		"pending_jobs": appliedFor("PENDING"), "hired_jobs": appliedFor("HIRED"), "declined_jobs": appliedFor("DECLINED"),
		"url": at("remote_url"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_jobs": {
		"id": at("id"), "job": at("name"), "job_status": at("status"), "department": at("department"), "location": placeAt("location."),
		"opened": dayAt("opened_at"), "closed": dayAt("closed_at"), "visibility": at("visibility"), "employment_type": at("employment_type"),
		"remote_work": at("remote_work_status"), "category": at("category"), "code": at("job_code"),
		"team": eachOf("hiring_team", func(r wireRecord) string {
			roles := joined(", ", rolesOf(r.list("job_roles"))...)
			if roles == "" {
				items, _ := r["hiring_team_roles"].([]any)
				roles = strings.Trim(strings.ReplaceAll(fmt.Sprint(items), " ", ", "), "[]")
			}
			if roles == "" {
				return r.name("")
			}
			return r.name("") + " (" + roles + ")"
		}),
		"stages": eachOf("stages", func(r wireRecord) string {
			return joined(" ", r.text("name"), map[bool]string{true: "(inactive)"}[r.text("status") == "INACTIVE"], r.text("id"))
		}),
		"questions":    eachOf("screening_questions", shownQuestion),
		"applications": countWhere("get_applications", "job_id", "id", nil),
		"pending":      countWhere("get_applications", "job_id", "id", func(a wireRecord) bool { return a.text("outcome") == "PENDING" }),
		"salary": func(_ wireData, r wireRecord) string {
			amount := r.text("salary_amount")
			if from, to := r.text("salary_amount_from"), r.text("salary_amount_to"); from != "" && to != "" {
				amount = from + "-" + to
			}
			if amount == "" {
				return ""
			}
			return joined(" ", amount, r.text("salary_currency"), strings.ToLower(r.text("salary_period")))
		},
		"url": either("remote_url", "post_url"), "created": dayAt("remote_created_at"), "updated": dayAt("remote_updated_at"),
		"changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_interviews": {
		"id": at("id"), "start": timeAt("starting_at", minutes), "candidate": nameAt("application.candidate."), "job": at("application.job.name"),
		"interviewers": eachOf("users", func(r wireRecord) string { return cmp.Or(r.name(""), r.text("email")) }),
		"canceled":     func(_ wireData, r wireRecord) string { return strconv.FormatBool(r["canceled"] == true) },
		"end":          timeAt("ending_at", minutes), "subject": at("title"),
		"place": func(_ wireData, r wireRecord) string {
			return cmp.Or(r.place("location."), r.text("video_conferencing_url"))
		},
		"application_id": at("application_id"), "candidate_id": at("application.candidate.id"), "stage_id": at("stage_id"), "job_id": at("application.job.id"),
		"stage": func(w wireData, r wireRecord) string {
			for _, j := range w["get_jobs"] {
				for _, s := range j.list("stages") {
					if s.text("id") == r.text("stage_id") {
						return s.text("name")
					}
				}
			}
			return ""
		},
		"outcome": at("application.outcome"),
		"next_interview": func(w wireData, r wireRecord) string {
			for _, a := range w.where("get_applications", "id", r.text("application_id")) {
				return nextHeld(a)
			}
			return ""
		},
		"created": dayAt("remote_created_at"), "updated": dayAt("remote_updated_at"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_offers": {
		"id": at("id"), "candidate": nameAt("application.candidate."), "job": at("application.job.name"), "offer_status": at("status"), "start_date": dayAt("employment_start_date"),
		"created": dayAt("remote_created_at"), "updated": dayAt("remote_updated_at"), "application_id": at("application_id"),
		"candidate_id": at("application.candidate.id"), "job_id": at("application.job.id"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_users": {
		"id": at("id"), "name": nameAt(""), "email": at("email"), "role": func(_ wireData, r wireRecord) string { return joined("; ", rolesOf(r.list("system_roles"))...) },
		"status": at("status"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_roles": {
		"id": at("id"), "name": either("remote_label", "unified_type"), "scope": at("scope"), "type": at("unified_type"),
		"changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_tags": {
		"id": at("id"), "name": at("name"),
		"candidates": func(w wireData, r wireRecord) string {
			n := 0
			for _, c := range w["get_candidates"] {
				if slices.ContainsFunc(c.list("tags"), func(tag wireRecord) bool { return same(tag.text("name"), r.text("name")) }) {
					n++
				}
			}
			return strconv.Itoa(n)
		},
		"changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_application_stages": {
		"id": at("id"), "name": at("name"), "status": at("status"), "changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
	"get_rejection_reasons": {
		"id": at("id"), "name": at("name"), "applications": countWhere("get_applications", "rejection_reason_name", "name", nil),
		"changed": dayAt("changed_at"), "deleted": dayAt("remote_deleted_at"), "remote_id": at("remote_id"),
	},
}

func placeAt(path string) columnTruth {
	return func(_ wireData, r wireRecord) string { return r.place(path) }
}

func either(paths ...string) columnTruth {
	return func(_ wireData, r wireRecord) string {
		for _, p := range paths {
			if s := r.text(p); s != "" {
				return s
			}
		}
		return ""
	}
}

// firstOf is the first text that is not empty in a list of the record.
func firstOf(path, key string) columnTruth {
	return func(_ wireData, r wireRecord) string {
		for _, e := range r.list(path) {
			if s := e.text(key); s != "" {
				return s
			}
		}
		return ""
	}
}

func rolesOf(list []wireRecord) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = cmp.Or(r.text("remote_label"), r.text("unified_type"))
	}
	return out
}

func shownQuestion(q wireRecord) string {
	s := cmp.Or(q.text("title"), "(untitled)") + " [" + q.text("id")
	if kind := q.text("format.type"); kind != "" {
		s += " " + kind
	}
	var options []string
	for _, o := range q.list("format.options") {
		options = append(options, o.text("name"))
	}
	if len(options) > 0 {
		s += ": " + strings.Join(options, ", ")
	}
	if q["required"] == true {
		s += ", required"
	}
	if q.text("precondition_question_id") != "" {
		s += ", conditional"
	}
	return s + "]"
}

// TestEveryColumnShowsWhatKombosRecordsSay asks every list for every column and
// compares each cell with what the truth makes of the record.
func TestEveryColumnShowsWhatKombosRecordsSay(t *testing.T) {
	sb := sandboxOf(sandbox.Options{Applications: 150})
	rig, data := newListRigOn(t, sb, nil), wire(t, sb)
	for tool := range listPaths {
		for _, column := range columnsOf(tool) {
			truth := columnTruths[tool][column]
			if !assert.NotNil(t, truth, "%s has a column %s: say in columnTruths what it shows", tool, column) {
				continue
			}
			want := map[string]string{}
			for _, r := range data[tool] {
				want[r.text("id")] = digest.Clean(truth(data, r))
			}
			got, shows := map[string]string{}, false
			question := args{"fields": []any{"id", column}, "max_tokens": 16_000}
			if column == "id" {
				question["fields"] = []any{"id"}
			}
			for {
				page := rig.ask(t, tool, question)
				for _, row := range page.Rows {
					got[row[0]] = row[len(row)-1]
					shows = shows || row[len(row)-1] != ""
				}
				if page.Next == "" {
					break
				}
				question["cursor"] = page.Next
			}
			assert.Len(t, got, len(want), "%s.%s", tool, column)
			for id, cell := range got {
				if !assert.True(t, sameCell(want[id], cell), "%s.%s of %s: Kombo's record says %q, the column %q", tool, column, id, want[id], cell) {
					break
				}
			}
			assert.True(t, shows || column == "deleted", "%s.%s: a column that is always empty is not tested", tool, column)
		}
	}
}

// sameCell compares a value with a cell, which may be shortened.
func sameCell(want, cell string) bool {
	head, _, cut := strings.Cut(cell, "…")
	if cut {
		return strings.HasPrefix(want, strings.TrimRight(head, "; "))
	}
	return want == cell
}
