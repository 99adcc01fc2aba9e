package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// everyone is a candidate with all that one can have, under an address that is
// new.
func everyone(email string) object {
	return object{
		"first_name": "Žofia", "last_name": "O'Neill-Müller", "email_address": email,
		"additional_email_addresses": []any{object{"type": "WORK", "email_address": "work." + email}},
		"company":                    "Example & Sons", "title": "Engineer", "phone_number": "+49 30 123",
		"additional_phone_numbers": []any{object{"type": "PERSONAL", "phone_number": "+49 30 456"}},
		"location":                 object{"city": "Berlin", "country": "DE", "state": "Berlin", "street_1": "Allee 1", "zip_code": "10115"},
		"gender":                   "FEMALE", "availability_date": "2027-01-01",
		"salary_expectations": object{"period": "YEAR", "amount": 65000.5},
		"social_links":        []any{object{"url": "https://social.example.com/zofia"}},
	}
}

// questionOf finds a question of a job by its type.
func questionOf(t *testing.T, j sandbox.Job, kind string) sandbox.Question {
	t.Helper()
	return first(t, j.Questions, func(q sandbox.Question) bool { return q.Type == kind })
}

// answersTo answers a question of every type, as agents write it, and gives the
// wire's form.
func answersTo(t *testing.T, j sandbox.Job) (given, sent []any) {
	t.Helper()
	add := func(kind string, answer, wire any) {
		q := questionOf(t, j, kind)
		given = append(given, object{"question_id": q.Title, "answer": answer})
		sent = append(sent, object{"question_id": q.ID, "answer": wire})
	}
	one, many := questionOf(t, j, "SINGLE_SELECT"), questionOf(t, j, "MULTI_SELECT")
	add("SINGLE_SELECT", strings.ToLower(one.Options[1]), one.OptionIDs[1])
	add("NUMBER", "7", 7.0)
	add("BOOLEAN", true, true)
	add("MULTI_SELECT", many.Options[0]+", "+many.OptionIDs[2], []any{many.OptionIDs[0], many.OptionIDs[2]})
	add("DATE", "2027-02-01T00:30:00+01:00", "2027-01-31T23:30:00.000Z")
	add("FILE", object{"name": "work.pdf", "data": encoded("%PDF-1.7")}, object{"name": "work.pdf", "content_type": "application/pdf", "data": encoded("%PDF-1.7")})
	text := j.Questions[slices.IndexFunc(j.Questions, func(q sandbox.Question) bool { return q.Type == "TEXT" && q.PreconditionID == "" })]
	given = append(given, object{"question_id": text.ID, "answer": "https://code.example.com/zofia"})
	sent = append(sent, object{"question_id": text.ID, "answer": "https://code.example.com/zofia"})
	return given, sent
}

// entries create applications and candidates.
func entries(t *testing.T, u *upstream, c cast) []sentWrite {
	t.Helper()
	d := u.Snapshot()
	given, sent := answersTo(t, c.asks)
	stages := byID(d.Stages, func(s sandbox.Stage) string { return s.ID })
	stage := stages[c.asks.StageIDs[1]]
	files := []any{
		object{"name": "cv.pdf", "path": "cv.pdf", "type": "CV"},
		object{"name": "letter.txt", "text": "Dear all", "type": "COVER_LETTER"},
	}
	sentFiles := []any{
		object{"name": "cv.pdf", "content_type": "application/pdf", "data": encoded("%PDF-1.7 a CV"), "type": "CV"},
		object{"name": "letter.txt", "content_type": "text/plain", "data": encoded("Dear all"), "type": "COVER_LETTER"},
	}
	more := object{
		"source": object{"name": "Referral", "unified_key": "referral", "id": "17"}, "sourced_by": object{"user_id": c.user.ID},
		"gdpr_consent": object{"given": true, "expires_at": "2027-11-24"}, "remote_fields": object{"personio": object{"application": object{"phase": "x"}}},
	}
	about := func(arguments object) object {
		out := object{}
		for _, part := range []object{more, arguments} {
			maps.Copy(out, part)
		}
		return out
	}
	byName := about(object{
		"candidate": everyone("z1@new.example"), "attachments": files, "screening_question_answers": given,
		"sourced_by": object{"user_id": strings.ToUpper(c.user.First + " " + c.user.Last)}, "remote_fields": `{"personio": {"application": {"phase": "x"}}}`,
	})
	whole := func(email string) object {
		return about(object{"candidate": everyone(email), "attachments": sentFiles, "screening_question_answers": sent})
	}
	minimal := func(email string) object {
		return object{"first_name": "A", "last_name": "B", "email_address": email}
	}
	jobOfFree := map[string]string{"job_id": c.free.ID}
	return []sentWrite{
		{
			"with everything, by names", "create_application", with1(with1(byName, "job_id", strings.ToLower(c.asks.Name)), "stage_id", stage.Name),
			map[string]string{"job_id": c.asks.ID}, with1(whole("z1@new.example"), "stage_id", stage.ID),
		},
		{
			"with everything, by names", "create_candidate",
			with1(with1(byName, "candidate", everyone("z2@new.example")), "application", object{"job_id": c.asks.ID, "stage_id": stage.Name}),
			nil, with1(whole("z2@new.example"), "application", object{"job_id": c.asks.ID, "stage_id": stage.ID}),
		},
		{"with the least", "create_application", object{"job_id": c.free.ID, "candidate": minimal("a1@new.example")}, jobOfFree, object{"candidate": minimal("a1@new.example")}},
		{
			"with the least", "create_candidate", object{"application": object{"job": c.free.Name}, "candidate": minimal("a2@new.example")},
			nil, object{"candidate": minimal("a2@new.example"), "application": object{"job_id": c.free.ID}},
		},
		{
			"by the id in the ATS", "create_application", object{"job_id": "remote:" + c.free.RemoteID, "candidate": minimal("a3@new.example")},
			map[string]string{"job_id": "remote:" + c.free.RemoteID}, object{"candidate": minimal("a3@new.example")},
		},
	}
}

func TestAnIDIsEscapedInThePath(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	s := u.connect(t, "--writes", "allow")
	x := writes(u.since(func() {
		s.ok("create_application", object{"job_id": "remote:" + c.free.RemoteID, "candidate": object{"first_name": "A", "last_name": "B", "email_address": "a4@new.example"}})
	}))
	require.Len(t, x, 1)
	assert.Equal(t, "/v1/ats/jobs/remote%3A"+c.free.RemoteID+"/applications", x[0].path)
}

func TestAttachmentsAreReadByTheirRecord(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	a := castOf(t, u).applications[0]
	s := u.connect(t)
	for tool, param := range map[string]struct{ name, id string }{
		"get_application_attachments": {"application_id", a.ID}, "get_candidate_attachments": {"candidate_id", a.CandidateID},
	} {
		x := only(t, tool, u.since(func() { s.in(t).ok(tool, object{param.name: param.id}) }))
		assert.Equal(t, map[string]string{param.name: param.id}, x.ids)
		assert.Empty(t, x.query)
		assert.Empty(t, x.body)
	}
}

func TestAFileIsFetchedWithoutTheKey(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	// The engine for PDF is slow to start, and has tests of its own.
	p := first(t, u.Snapshot().Candidates, func(c sandbox.Candidate) bool { return c.CVType == "application/rtf" && c.Deleted.IsZero() })
	s := u.connect(t)
	var text string
	sent := u.since(func() { text = s.ok("get_candidate_attachments", object{"candidate_id": p.ID, "read": "CV"}) })
	require.Len(t, sent, 2)
	assert.Contains(t, text, "| "+p.CVSentence)
	assert.True(t, isFile(sent[1]), sent[1].path)
	assert.Empty(t, sent[1].header.Get("Authorization"))
	assert.Empty(t, sent[1].header.Get("X-Integration-Id"))
}

func TestAWriteReadsItsRecordFirst(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	s := u.connect(t)
	for _, w := range []struct {
		tool      string
		arguments object
		op, param string
	}{
		{"move_application_to_stage", object{"application_id": c.applications[0].ID, "stage_id": c.stage.ID, "dry_run": true}, "get_applications", c.applications[0].ID},
		{"add_candidate_tag", object{"candidate_id": c.applications[1].CandidateID, "tag": object{"name": "x"}, "dry_run": "true"}, "get_candidates", c.applications[1].CandidateID},
	} {
		sent := u.since(func() { assert.Contains(t, s.ok(w.tool, w.arguments), "Nothing was sent") })
		assert.Empty(t, writes(sent), "a dry run")
		assert.Equal(t, map[string]string{"ids": w.param, "include_deleted": "true"}, of(w.op, sent)[0].query)
	}
	assert.Empty(t, u.Effects())
}
