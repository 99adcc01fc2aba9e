package tools_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// oddValues are what no parameter was made for.
func oddValues() map[string]any {
	deep := any("x")
	for range 50 {
		deep = []any{map[string]any{"a": deep}}
	}
	return map[string]any{
		"null": nil, "true": true, "0": 0.0, "-1": -1.0, "a fraction": 0.5, "the largest": math.MaxFloat64,
		"empty": "", "null as text": "null", "a list of null as text": "[null]", "an object as text": "{}", "a broken object": `{"a":`, "a number as text": "5",
		"odd characters": "a\x00b\xff\u202e\nc%s%d%!\"'", "long": strings.Repeat("ä", 3000), "commas": ",,,", "a path": "../../etc/passwd",
		"list of null": []any{nil}, "mixed list": []any{[]any{}, 1.0, "a", true, map[string]any{}}, "odd keys": map[string]any{"": 1.0, "name": nil, "Name": "a", "\x00": "b"}, "deep": deep,
	}
}

// sane are arguments with which each tool works. A tool that takes none is asked
// without.
func sane(t testing.TB, s *sandbox.Sandbox) map[string]map[string]any {
	t.Helper()
	d := s.Snapshot()
	a := d.Applications[slices.IndexFunc(d.Applications, func(a sandbox.Application) bool {
		return a.Outcome == "PENDING" && a.CandidateID != "" && a.JobID != ""
	})]
	job := d.Jobs[slices.IndexFunc(d.Jobs, func(j sandbox.Job) bool { return len(j.Questions) > 9 && j.Status == "OPEN" })]
	var answers []any
	for _, q := range job.Questions {
		answers = append(answers, map[string]any{"question_id": q.ID, "answer": "1"})
	}
	person := map[string]any{
		"first_name": "A", "last_name": "B", "email_address": "a@new.example", "location": map[string]any{"country": "DE"},
		"additional_email_addresses": []any{map[string]any{"type": "WORK", "email_address": "b@new.example"}},
		"salary_expectations":        map[string]any{"period": "YEAR", "amount": 1.0}, "social_links": []any{map[string]any{"url": "https://x.example"}},
	}
	entry := map[string]any{
		"candidate": person, "attachments": []any{map[string]any{"type": "CV", "text": "x"}}, "screening_question_answers": answers,
		"source": map[string]any{"name": "x"}, "sourced_by": map[string]any{"user_id": d.Users[0].ID}, "gdpr_consent": map[string]any{"given": true, "expires_at": "2027-01-01"},
		"remote_fields": "{}",
	}
	file := map[string]any{"type": "CV", "name": "a.txt", "content_type": "text/plain", "text": "x"}
	link := map[string]any{"label": "x", "url": "https://x.example", "details": map[string]any{"custom_field_name_prefix": "A:", "attributes": []any{map[string]any{"key": "a", "value": "b"}}}}
	onApplication, onCandidate := map[string]any{"application_id": a.ID}, map[string]any{"candidate_id": a.CandidateID}
	list := map[string]any{"where": `id != nil`, "fields": []any{"id"}, "limit": 1.0, "max_tokens": 500.0, "ids": []any{a.ID}, "updated_after": "2026-01-01"}
	big := merged(list, map[string]any{"sort": "id"})
	grouped := merged(list, map[string]any{"group_by": "job"})
	delete(grouped, "fields")
	out := map[string]map[string]any{
		"move_application_to_stage":   merged(onApplication, map[string]any{"stage_id": a.StageID, "remote_fields": "{}", "anyway": true, "code": "x"}),
		"reject_application":          merged(onApplication, map[string]any{"rejection_reason_id": d.Reasons[0].ID, "note": "x", "remote_fields": "{}"}),
		"add_application_note":        merged(onApplication, map[string]any{"content": "x", "content_type": "PLAIN_TEXT", "remote_fields": "{}"}),
		"add_application_result_link": merged(onApplication, link), "add_candidate_result_link": merged(onCandidate, link),
		"add_application_attachment": merged(onApplication, map[string]any{"attachment": file}), "add_candidate_attachment": merged(onCandidate, map[string]any{"attachment": file}),
		"add_candidate_tag": merged(onCandidate, map[string]any{"tag": "x"}), "remove_candidate_tag": merged(onCandidate, map[string]any{"tag": map[string]any{"name": "x"}}),
		"create_application":          merged(entry, map[string]any{"job_id": job.ID, "stage_id": job.StageIDs[0]}), // What both creates share is tried in the other one.
		"create_candidate":            {"candidate": "{}", "application": map[string]any{"job_id": job.ID, "stage_id": job.StageIDs[0]}, "screening_question_answers": answers[0], "attachments": file},
		"import_tracked_application":  {"greenhouse": map[string]any{"application_id": "1"}, "erecruiter": nil, "tracked_at": "2026-01-01"},
		"get_application_attachments": merged(onApplication, map[string]any{"read": "CV", "max_tokens": 500.0}), "get_candidate_attachments": merged(onCandidate, map[string]any{"read": "CV"}),
		"get_applications": merged(big, map[string]any{"job_ids": []any{job.ID}, "current_stage_ids": []any{a.StageID}, "outcomes": []any{"PENDING"}, "remote_created_after": "2026-01-01"}),
		"get_candidates":   merged(grouped, map[string]any{"email": "a@new.example", "first_name": "A", "job_ids": job.ID, "group_by": "source"}),
		"get_jobs":         merged(big, map[string]any{"statuses": []any{"OPEN"}, "name_contains": "a", "remote_created_after": "2026-01-01"}), "get_interviews": merged(grouped, map[string]any{"job_ids": job.ID}),
		"get_offers": merged(big, map[string]any{"view": "record"}), "get_users": merged(list, map[string]any{"emails": []any{"a@new.example"}}), "get_roles": merged(list, map[string]any{"scopes": "JOB"}),
		"get_tags": list, "get_application_stages": list, "get_rejection_reasons": list,
	}
	for _, tool := range tools.Catalogue() {
		if len(inputSchema(t, tool).Properties) == 0 {
			out[tool.Name()] = map[string]any{}
		}
		require.Contains(t, out, tool.Name(), "say here with which arguments the tool works")
	}
	return out
}

func merged(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// places gives every copy of v in which one value is replaced by the odd one.
func places(v, odd any) map[string]any {
	out := map[string]any{"": odd}
	switch t := v.(type) {
	case map[string]any:
		for key := range t {
			for path, inner := range places(t[key], odd) {
				out[key+"."+path] = merged(t, map[string]any{key: inner})
			}
		}
	case []any:
		for i := range t {
			for path, inner := range places(t[i], odd) {
				changed := slices.Clone(t)
				changed[i] = inner
				out[fmt.Sprintf("%d.%s", i, path)] = changed
			}
		}
	}
	return out
}

func TestNoValueOfAnyParameterEndsInAnythingButAnAnswer(t *testing.T) {
	box, s := inputSandbox(t)
	calls := 0
	for tool, arguments := range sane(t, s) {
		for what, odd := range oddValues() {
			for path, args := range places(arguments, odd) {
				calls++
				if m, ok := args.(map[string]any); ok && !strings.HasPrefix(tool, "get_") {
					args = merged(m, map[string]any{"dry_run": true})
				}
				r := box.Call(t.Context(), tools.Caller{}, tool, args)
				raw, err := json.Marshal(r)
				require.NoError(t, err, "%s %s = %s", tool, path, what)
				require.NotEmpty(t, r.Content, "%s %s = %s", tool, path, what)
				for _, word := range []string{"\\u003cnil\\u003e", "%!", "map[", "reflect", "runtime error", "0xc0"} {
					assert.NotContains(t, strings.ReplaceAll(string(raw), "%s%d%!", ""), word, "%s %s = %s", tool, path, what)
				}
				if r.IsError {
					assert.Less(t, len(raw), 5_000, "%s %s = %s: a refusal repeats no more than it has to", tool, path, what)
				}
			}
		}
	}
	t.Logf("%d calls", calls)
	assert.Empty(t, s.Effects())
}
