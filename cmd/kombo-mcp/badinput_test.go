package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// misuse is a call that cannot be carried out, and what its refusal has to say.
type misuse struct {
	tool      string
	arguments any
	says      []string
}

// assertRefusals makes the calls; none may reach the upstream with a write, end
// the server, or be answered by the protocol itself.
func assertRefusals(t *testing.T, u *upstream, s *session, calls map[string]misuse) {
	t.Helper()
	for name, c := range calls {
		t.Run(name, func(t *testing.T) {
			var text string
			sent := u.since(func() { text = s.in(t).refused(c.tool, c.arguments) })
			assert.Empty(t, writes(sent), "nothing may be sent")
			for _, want := range c.says {
				assert.Contains(t, text, want)
			}
		})
	}
	s.in(t).ok("get_tags", object{"limit": 0})
}

func TestAListRefusesWhatItCannotReadAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	s := u.connect(t, "--walk-records", "20")
	assertRefusals(t, u, s, map[string]misuse{
		"an unknown parameter":          {"get_jobs", object{"foo": 1}, []string{`Unknown parameter "foo"`, "valid here: statuses, name_contains"}},
		"a parameter with a typo":       {"get_jobs", object{"stauses": "OPEN"}, []string{"did you mean statuses?"}},
		"a parameter of another list":   {"get_users", object{"group_by": "role"}, []string{`Unknown parameter "group_by"`, "valid here: emails"}},
		"a word for a number":           {"get_jobs", object{"limit": "five"}, []string{`limit must be a whole number, not "five"`}},
		"a broken number":               {"get_jobs", object{"limit": 5.5}, []string{"limit must be a whole number, not 5.5"}},
		"a negative limit":              {"get_jobs", object{"limit": -1}, []string{"limit: -1 is negative", "0 gives the summary"}},
		"true for a number":             {"get_jobs", object{"limit": true}, []string{"limit must be a whole number"}},
		"an object for a number":        {"get_jobs", object{"limit": object{"n": 5}}, []string{"limit must be a whole number, not an object"}},
		"perhaps for true":              {"get_jobs", object{"include_deleted": "perhaps"}, []string{"include_deleted must be true or false"}},
		"an object for a list":          {"get_jobs", object{"ids": object{"a": 1}}, []string{"ids[0] must be a string"}},
		"a text for the arguments":      {"get_jobs", "limit 5", []string{"The arguments must be an object with"}},
		"a list for the arguments":      {"get_jobs", []any{1}, []string{"The arguments must be an object with"}},
		"both names of a parameter":     {"get_jobs", object{"limit": 1, "page_size": 2}, []string{"limit and page_size are the same parameter"}},
		"a value out of its set":        {"get_jobs", object{"statuses": []string{"OPEN", "GONE"}}, []string{`"GONE"`, "must be one of OPEN, CLOSED, DRAFT, ARCHIVED"}},
		"an unknown view":               {"get_jobs", object{"view": "chart"}, []string{"must be one of table, record"}},
		"a word for a date":             {"get_jobs", object{"updated_after": "yesterday"}, []string{`"yesterday"`, "write 2026-11-24 or 2026-11-24T09:30:00Z"}},
		"a date of another country":     {"get_applications", object{"updated_after": "24.11.2026"}, []string{"write 2026-11-24"}},
		"an impossible day":             {"get_applications", object{"remote_created_after": "2026-13-01"}, []string{"remote_created_after", "write 2026-11-24"}},
		"a cursor that is none":         {"get_jobs", object{"cursor": "abc"}, []string{"cursor: this is not a cursor", "leave cursor out"}},
		"an unknown column":             {"get_jobs", object{"fields": []string{"job", "colour"}}, []string{`there is no column "colour"`, "job_status", "department"}},
		"such a column in where":        {"get_jobs", object{"where": `colour == "red"`}, []string{`there is no column "colour"`, "job_status", "example:"}},
		"such a column in group_by":     {"get_applications", object{"group_by": "colour"}, []string{"group_by: there is no column", "stage"}},
		"such a column in sort":         {"get_applications", object{"sort": "-colour"}, []string{"sort: there is no column", "created"}},
		"a text to be measured":         {"get_applications", object{"group_by": "job", "measure": "candidate"}, []string{"measure: candidate is text", "days_to_rejection"}},
		"a where that breaks off":       {"get_jobs", object{"where": "job == "}, []string{"where:", "example:"}},
		"a where that compares nothing": {"get_jobs", object{"where": 5}, []string{"where: 5 is not a comparison"}},
		"an outcome that is never":      {"get_applications", object{"where": `outcome == "REJECTED"`}, []string{`outcome is never "REJECTED"`, "PENDING, HIRED, DECLINED"}},
		"a scope that is never":         {"get_roles", object{"where": `scope in ["SYSTEM", "TEAM"]`}, []string{`scope is never "TEAM"`, "SYSTEM, JOB"}},
		"an unknown job":                {"get_applications", object{"job_ids": "Astronaut"}, []string{"job_ids", `"Astronaut"`, `Choices: "Account Executive"`}},
		"an unknown stage":              {"get_applications", object{"current_stage_ids": "Nirvana"}, []string{"current_stage_ids", `"Nirvana"`, `Choices: "Applied" (`, `"Phone Screen" (`, `"Offer" (`}},
		"an address that is none":       {"get_candidates", object{"email": "nobody"}, []string{"email"}},
		"files of nobody in particular": {"get_application_attachments", object{}, []string{"application_id is required and missing"}},
		"files of an unknown one":       {"get_application_attachments", object{"application_id": "unknown"}, []string{"Application not found: unknown", "ids come from the list tools"}},
		"an id with a path in it":       {"get_candidate_attachments", object{"candidate_id": "../jobs"}, []string{"must be one id", "ids come from the list tools"}},
		"two ids where one belongs":     {"get_candidate_attachments", object{"candidate_id": []string{"a", "b"}}, []string{"must be one id"}},
	})
}

func TestACursorFitsItsOwnQuestionOnly(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	s := u.connect(t)
	var page answer
	s.fields("get_jobs", object{"limit": 2}, &page)
	require.NotEmpty(t, page.Next)
	a := castOf(t, u).applications[0]
	assertRefusals(t, u, s, map[string]misuse{
		"of another tool":     {"get_candidates", object{"cursor": page.Next}, []string{"belongs to another question", "leave cursor out"}},
		"of another question": {"get_jobs", object{"cursor": page.Next, "where": `job_status == "OPEN"`}, []string{"belongs to another question"}},
		"of another filter":   {"get_jobs", object{"cursor": page.Next, "statuses": "OPEN"}, []string{"belongs to another question"}},
		"cut short":           {"get_jobs", object{"cursor": page.Next[:len(page.Next)-3]}, []string{"not a cursor"}},
		"of a list, for files": {"get_application_attachments", object{"application_id": a.ID, "cursor": page.Next}, []string{
			"cursor", "leave cursor out",
		}},
	})
	s.ok("get_jobs", object{"cursor": page.Next, "limit": 9, "max_tokens": 800, "fields": "job"})
}

func TestWhatIsPlainlyMeantIsTaken(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	s := u.connect(t)
	a, _ := u.undecided(t)
	job := first(t, u.Snapshot().Jobs, func(j sandbox.Job) bool { return j.Status == "OPEN" })
	same := func(t *testing.T, tool string, want, given object) {
		t.Helper()
		var wanted, got answer
		s.in(t).fields(tool, want, &wanted)
		s.in(t).fields(tool, given, &got)
		// Each call seals its own cursor.
		wanted.Next, got.Next = "", ""
		assert.Equal(t, wanted, got)
	}
	for name, c := range map[string]struct {
		tool        string
		want, given object
	}{
		"null for what is optional":     {"get_jobs", object{}, object{"where": nil, "ids": nil, "limit": nil, "cursor": nil, "statuses": nil, "view": nil, "include_deleted": nil}},
		"a number as text":              {"get_jobs", object{"limit": 5}, object{"limit": "5"}},
		"true as text":                  {"get_jobs", object{"include_deleted": true}, object{"include_deleted": "True"}},
		"one value for a list":          {"get_jobs", object{"statuses": []string{"OPEN"}, "ids": []string{job.ID}}, object{"statuses": "OPEN", "ids": job.ID}},
		"values with commas":            {"get_jobs", object{"statuses": []string{"OPEN", "DRAFT"}}, object{"statuses": "open, draft"}},
		"a list as text":                {"get_jobs", object{"statuses": []string{"OPEN", "DRAFT"}}, object{"statuses": `["OPEN", "DRAFT"]`}},
		"another spelling of a name":    {"get_jobs", object{"include_deleted": true, "name_contains": "eng"}, object{"includeDeleted": true, "Name-Contains": "eng"}},
		"a synonym of a parameter":      {"get_jobs", object{"statuses": []string{"OPEN"}, "limit": 3}, object{"status": "OPEN", "page_size": 3}},
		"a synonym of a column":         {"get_jobs", object{"fields": []string{"job", "job_status"}}, object{"fields": []string{"name", "status"}}},
		"a page that is too large":      {"get_jobs", object{"limit": 251}, object{"page_size": 251}},
		"a page of none":                {"get_jobs", object{"limit": 0}, object{"page_size": 0}},
		"a date with an offset":         {"get_applications", object{"limit": 3, "updated_after": "2026-11-01T00:30:00Z"}, object{"limit": 3, "updated_after": "2026-11-01T02:30:00+02:00"}},
		"a date without a zone":         {"get_applications", object{"limit": 3, "updated_after": "2026-11-01T02:30:00Z"}, object{"limit": 3, "updated_after": "2026-11-01 02:30"}},
		"an id that is a number":        {"get_jobs", object{"remote_ids": []string{job.RemoteID}}, object{"remote_ids": json.Number(job.RemoteID)}},
		"a name in another case":        {"get_applications", object{"job_ids": []string{job.ID}, "limit": 0}, object{"job_ids": strings.ToUpper(job.Name), "limit": 0}},
		"text without accents and case": {"get_candidates", object{"where": `candidate contains "ü"`, "limit": 0}, object{"where": `candidate contains "Ü"`, "limit": 0}},
	} {
		t.Run(name, func(t *testing.T) { same(t, c.tool, c.want, c.given) })
	}
	t.Run("a name that several share means all of them", func(t *testing.T) {
		text := s.in(t).ok("get_applications", object{"job_ids": "office manager", "limit": 0})
		assert.Contains(t, text, `2 jobs are called "office manager"; all are meant`)
	})
	t.Run("fewer tokens than there can be", func(t *testing.T) {
		assert.Contains(t, s.in(t).ok("get_applications", object{"max_tokens": 10}), "max_tokens is 500 here: it may be 500 to 16000")
	})
	t.Run("an id in a list", func(t *testing.T) {
		text := s.in(t).ok("add_application_note", object{"application_ids": []string{a[0].ID, a[1].ID}, "content": "x", "dry_run": "true"})
		assert.Contains(t, text, a[0].ID)
		assert.Contains(t, text, a[1].ID)
	})
}

func TestUnknownIDsMatchNothing(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	s := u.connect(t)
	unknown := strings.Repeat("x", 24)
	for _, c := range []struct {
		tool      string
		arguments object
	}{
		{"get_applications", object{"ids": unknown}}, {"get_applications", object{"job_ids": unknown}}, {"get_candidates", object{"ids": "nope"}},
		{"get_jobs", object{"remote_ids": "nope"}}, {"get_users", object{"emails": "nobody@new.example"}},
	} {
		var page answer
		s.fields(c.tool, c.arguments, &page)
		assert.Equal(t, 0, page.Summary.Matched, c.tool)
		assert.True(t, page.Summary.Complete, c.tool)
		assert.Empty(t, page.Rows, c.tool)
		if c.arguments["ids"] != nil {
			assert.Contains(t, strings.Join(page.Notes, " "), "ids are in the rows and the legend of answers", c.tool)
		}
	}
}

func TestACallOfAToolThatThereIsNotEndsNothing(t *testing.T) {
	t.Parallel()
	p := start(t, environment(t), "--sandbox")
	p.greet()
	m := p.ask(2, "tools/call", object{"name": "hire_everyone", "arguments": object{}})
	assert.Contains(t, fmt.Sprint(m), "hire_everyone")
	m = p.ask(3, "tools/call", object{"name": "get_tags", "arguments": object{"limit": 1}})
	assert.Contains(t, m, "result")
}
