package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

func TestAWriteRefusesWhatItCannotDoAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	s := u.connect(t)
	a := c.applications[0]
	person := byID(u.Snapshot().Candidates, func(p sandbox.Candidate) string { return p.ID })[a.CandidateID]
	unknown := strings.Repeat("x", 24)
	move := func(more object) object {
		out := object{"application_id": a.ID, "stage_id": c.stage.ID}
		maps.Copy(out, more)
		return out
	}
	assertRefusals(t, u, s, map[string]misuse{
		"no stage":                          {"move_application_to_stage", object{"application_id": a.ID}, []string{"stage_id is required and missing"}},
		"null for a stage":                  {"move_application_to_stage", move(object{"stage_id": nil}), []string{"stage_id is required and missing"}},
		"an empty stage":                    {"move_application_to_stage", move(object{"stage_id": " "}), []string{"stage_id is required and empty"}},
		"a stage that the job has not":      {"move_application_to_stage", move(object{"stage_id": "Nirvana"}), []string{"stages of " + c.job.Name, `Choices: "Applied" ` + c.job.StageIDs[0]}},
		"a stage of another job":            {"move_application_to_stage", move(object{"stage_id": otherStage(u, c)}), []string{"no stages of " + c.job.Name, "anyway: true"}},
		"the stage where it stands":         {"move_application_to_stage", move(object{"stage_id": a.StageID}), []string{"already", "anyway: true"}},
		"an unknown application":            {"move_application_to_stage", move(object{"application_id": unknown}), []string{"no application " + unknown, "ids come from the list tools"}},
		"a name for an application":         {"move_application_to_stage", move(object{"application_id": person.Name()}), []string{"is not an id", "get_applications, where candidate == "}},
		"an id that reads as words":         {"move_application_to_stage", move(object{"application_id": "7\u00a0and\u00a0nobody\u00a0else"}), []string{"is not an id"}},
		"an id that closes a bracket":       {"move_application_to_stage", move(object{"application_id": "7)"}), []string{"is not an id"}},
		"26 applications":                   {"add_application_note", object{"application_id": manyIDs(c.applications, 26), "content": "x"}, []string{"names 26 records", "at most 25"}},
		"remote_fields of invalid JSON":     {"move_application_to_stage", move(object{"remote_fields": "{greenhouse"}), []string{"remote_fields must be a JSON object keyed by the ATS's slug, such as"}},
		"remote_fields of the wrong form":   {"move_application_to_stage", move(object{"remote_fields": object{"greenhouse": 5}}), []string{"remote_fields", "greenhouse cannot be a number"}},
		"perhaps for anyway":                {"move_application_to_stage", move(object{"anyway": "perhaps"}), []string{"anyway must be true or false"}},
		"an unknown parameter":              {"move_application_to_stage", move(object{"reason": "x"}), []string{`Unknown parameter "reason"`, "valid here: application_id, stage_id"}},
		"an unknown reason":                 {"reject_application", object{"application_id": a.ID, "rejection_reason_id": "Bad hair"}, []string{`"Bad hair"`, c.reason.Name, c.reason.ID}},
		"no reason":                         {"reject_application", object{"application_id": a.ID}, []string{"rejection_reason_id is required and missing"}},
		"an empty note":                     {"add_application_note", object{"application_id": a.ID, "content": ""}, []string{"content is required and empty"}},
		"a note in HTML":                    {"add_application_note", object{"application_id": a.ID, "content": "x", "content_type": "HTML"}, []string{"must be one of PLAIN_TEXT"}},
		"a link without a label or address": {"add_candidate_result_link", object{"candidate_id": a.CandidateID, "label": "", "url": "nowhere"}, []string{"label is required and empty", "url must be an http or https address"}},
		"a link to a file":                  {"add_application_result_link", object{"application_id": a.ID, "label": "x", "url": "file:///etc/passwd"}, []string{"url must be an http or https address"}},
		"details without attributes":        {"add_application_result_link", object{"application_id": a.ID, "label": "x", "url": "https://x.example", "details": object{"custom_field_name_prefix": "A:"}}, []string{"details.attributes is required and missing"}},
		"an odd object for a tag":           {"add_candidate_tag", object{"candidate_id": a.CandidateID, "tag": object{"color": "red"}}, []string{"tag must be a string, not an object"}},
		"an empty tag":                      {"add_candidate_tag", object{"candidate_id": a.CandidateID, "tag": object{"name": ""}}, []string{"tag is required and empty"}},
		"an unknown tag, taken":             {"remove_candidate_tag", object{"candidate_id": a.CandidateID, "tag": object{"name": "Unheard of"}}, []string{`no tag "Unheard of"`, "Tags:", "anyway: true"}},
		"no block of ids":                   {"import_tracked_application", object{}, []string{"Give exactly one of erecruiter, successfactors"}},
		"two blocks of ids":                 {"import_tracked_application", object{"greenhouse": object{"application_id": "1"}, "onlyfy": object{"application_id": "1"}}, []string{"exactly one", "not 2"}},
		"a block that is a number":          {"import_tracked_application", object{"greenhouse": 1}, []string{"greenhouse must be a JSON object with application_id"}},
		"half a block":                      {"import_tracked_application", object{"erecruiter": object{"job_remote_id": "1"}}, []string{"erecruiter needs application_remote_id and"}},
		"an ATS that has no block":          {"import_tracked_application", object{"lever": object{"id": "1"}}, []string{`Unknown parameter "lever"`, "smartrecruiters"}},
		"a day that is none":                {"import_tracked_application", object{"greenhouse": object{"application_id": "1"}, "tracked_at": "soon"}, []string{"tracked_at", "write 2026-11-24"}},
	})
}

// manyIDs names n applications in one text.
func manyIDs(applications []sandbox.Application, n int) string {
	var ids []string
	for _, a := range applications[:n] {
		ids = append(ids, a.ID)
	}
	return strings.Join(ids, ",")
}

// otherStage is the id of a stage of another job.
func otherStage(u *upstream, c cast) string {
	for _, j := range u.Snapshot().Jobs {
		if j.ID != c.job.ID && len(j.StageIDs) > 0 {
			return j.StageIDs[0]
		}
	}
	return ""
}

func TestACreateNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	s := u.connect(t)
	d := u.Snapshot()
	shut := first(t, d.Jobs, func(j sandbox.Job) bool { return j.Status == "CLOSED" })
	enter := func(person, more object) object {
		p := object{"first_name": "A", "last_name": "B", "email_address": "a@new.example"}
		maps.Copy(p, person)
		out := object{"job_id": c.free.Name, "candidate": p}
		maps.Copy(out, more)
		return out
	}
	answered := func(kind string, answer any) object {
		q := questionOf(t, c.asks, kind)
		return object{"job_id": c.asks.ID, "screening_question_answers": []any{object{"question_id": q.ID, "answer": answer}}}
	}
	assertRefusals(t, u, s, map[string]misuse{
		"nothing":                      {"create_application", object{}, []string{"job_id is required and missing", "candidate is required and missing"}},
		"a name for the candidate":     {"create_application", object{"job_id": c.free.ID, "candidate": "Anna"}, []string{"candidate must be an object with first_name, last_name, email_address"}},
		"null for a name":              {"create_application", enter(object{"first_name": nil}, nil), []string{"candidate.first_name is required and missing"}},
		"an address that is none":      {"create_application", enter(object{"email_address": "nobody"}, nil), []string{`"nobody"`, "not a valid e-mail address"}},
		"an address with a name":       {"create_application", enter(object{"email_address": "A B <a@new.example>"}, nil), []string{"not a valid e-mail address"}},
		"a country in words":           {"create_application", enter(object{"location": object{"country": "Germany"}}, nil), []string{"two letters (ISO 3166-1), such as DE", `"Germany"`}},
		"no country":                   {"create_application", enter(object{"location": object{"city": "Berlin"}}, nil), []string{"candidate.location.country is required and missing"}},
		"a day that is none":           {"create_application", enter(object{"availability_date": "soon"}, nil), []string{"candidate.availability_date", "write 2026-11-24"}},
		"an unknown gender":            {"create_application", enter(object{"gender": "X"}, nil), []string{"must be one of MALE, FEMALE, OTHER"}},
		"pay of an invalid number":     {"create_application", enter(object{"salary_expectations": object{"amount": "lots", "period": "WEEK"}}, nil), []string{"amount must be a number", "must be one of MONTH, YEAR"}},
		"an unknown key":               {"create_application", enter(object{"surname": "B"}, nil), []string{`Unknown parameter "candidate.surname"`, "last_name"}},
		"an unknown job":               {"create_application", enter(nil, object{"job_id": "Astronaut"}), []string{`"Astronaut"`, "Choices:", c.free.ID}},
		"a job that two are called":    {"create_application", enter(nil, object{"job_id": "Office Manager"}), []string{"2 jobs are called", "give the id of the one you mean", "Berlin", "New York"}},
		"a job that is closed":         {"create_application", enter(nil, object{"job_id": shut.ID}), []string{"is CLOSED and takes no applications", "anyway: true"}},
		"a stage that the job has not": {"create_application", enter(nil, object{"stage_id": "Nirvana"}), []string{"stages of " + c.free.Name, "Choices:"}},
		"an unknown user":              {"create_application", enter(nil, object{"sourced_by": object{"user_id": "Nobody"}}), []string{"sourced_by.user_id", "Choices:"}},
		"answers that are missing":     {"create_application", enter(nil, object{"job_id": c.asks.ID}), []string{"requires an answer to", questionOf(t, c.asks, "NUMBER").ID, "BOOLEAN"}},
		"a word for a number":          {"create_application", enter(nil, answered("NUMBER", "many")), []string{"takes a number", `"many"`}},
		"an unknown option":            {"create_application", enter(nil, answered("SINGLE_SELECT", "COBOL")), []string{`"COBOL"`, "Choices:"}},
		"perhaps for yes":              {"create_application", enter(nil, answered("BOOLEAN", "perhaps")), []string{"takes true or false"}},
		"a text for a file":            {"create_application", enter(nil, answered("FILE", "see my site")), []string{"must be a file, as JSON"}},
		"null for a file":              {"create_application", enter(nil, answered("FILE", "null")), []string{"must be a file, as JSON"}},
		"a file that is refused":       {"create_application", enter(nil, answered("FILE", object{"name": "w.txt", "text": "x"})), []string{"text/plain", "application/pdf"}},
		"an unknown question":          {"create_application", enter(nil, object{"job_id": c.asks.ID, "screening_question_answers": []any{object{"question_id": "Shoe size", "answer": "9"}}}), []string{`"Shoe size"`, "Choices:"}},
		"several":                      {"create_application", enter(object{"email_address": "nobody", "location": object{"country": "Germany"}}, object{"attachments": []any{object{"type": "CV"}}, "gdpr_consent": object{"expires_at": "never"}}), []string{"not a valid e-mail address", "two letters", "attachments[0]: give exactly one", "gdpr_consent.expires_at"}},
		"no application":               {"create_candidate", object{"candidate": object{"first_name": "A", "last_name": "B", "email_address": "a@new.example"}}, []string{"application is required and missing"}},
		"a job in place of an object":  {"create_candidate", object{"candidate": object{"first_name": "A", "last_name": "B", "email_address": "a@new.example"}, "application": c.free.ID}, []string{"application must be an object with job_id"}},
	})
}

func TestAFileThatCannotBeSentSaysWhy(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	a := castOf(t, u).applications[0]
	dir := uploadFolder(t)
	s, closed := u.connect(t, "--files", dir), u.connect(t)
	file := func(f object) object {
		if f["type"] == nil {
			f["type"] = "CV"
		}
		return object{"application_id": a.ID, "attachment": f}
	}
	const one = "give exactly one of data (base64), data_url, text and path"
	assertRefusals(t, u, s, map[string]misuse{
		"none of the four":           {"add_application_attachment", file(object{"name": "a.pdf"}), []string{one}},
		"two of the four":            {"add_application_attachment", file(object{"name": "a.pdf", "data": "aGk=", "data_url": "https://x.example/a.pdf"}), []string{one}},
		"all of the four":            {"add_application_attachment", file(object{"name": "a.pdf", "data": "aGk=", "data_url": "https://x.example/a.pdf", "text": "hi", "path": "cv.pdf"}), []string{one, "not 4"}},
		"no base64":                  {"add_application_attachment", file(object{"name": "a.pdf", "data": "!!!"}), []string{"not valid base64", "plain text as text"}},
		"an address of this machine": {"add_application_attachment", file(object{"name": "a.pdf", "data_url": "file:///etc/passwd"}), []string{"must be an http or https address"}},
		"no name":                    {"add_application_attachment", file(object{"data": "aGk="}), []string{"name is required, with its extension", "content_type is required"}},
		"a type that is none":        {"add_application_attachment", file(object{"name": "a.txt", "text": "hi", "content_type": "plain text"}), []string{"without parameters"}},
		"an unknown kind":            {"add_application_attachment", file(object{"text": "hi", "type": "RESUME"}), []string{"must be one of CV, COVER_LETTER, OTHER"}},
		"a kind of file refused":     {"add_application_attachment", file(object{"name": "a.zip", "data": "aGk=", "content_type": "application/zip"}), []string{"application/zip", "application/pdf", "anyway: true"}},
		"a text for a file":          {"add_application_attachment", object{"application_id": a.ID, "attachment": "my CV"}, []string{"attachment must be an object with name, type"}},
		"a path that leads up":       {"add_application_attachment", file(object{"path": "../secret.txt"}), []string{"attachment.path", "stays in it", "cv.pdf"}},
		"a way round up":             {"add_application_attachment", file(object{"path": "sub/../../secret.txt"}), []string{"attachment.path", "stays in it"}},
		"a path from the root":       {"add_application_attachment", file(object{"path": "/etc/passwd"}), []string{"attachment.path", "stays in it"}},
		"a link that leads out":      {"add_application_attachment", file(object{"path": "link.txt"}), []string{"attachment.path", "stays in it"}},
		"an empty file":              {"add_application_attachment", file(object{"path": "empty.txt"}), []string{"it is empty"}},
		"a folder":                   {"add_application_attachment", file(object{"path": "sub"}), []string{"not a regular file"}},
		"a missing file":             {"add_application_attachment", file(object{"path": "cv.doc"}), []string{"there is no file", "cv.pdf"}},
		"a file of unknown type":     {"add_application_attachment", file(object{"path": "noname"}), []string{"content_type is required"}},
	})
	assertRefusals(t, u, closed, map[string]misuse{
		"a path where no folder is open": {"add_candidate_attachment", object{"candidate_id": a.CandidateID, "attachment": object{"type": "CV", "path": "cv.pdf"}}, []string{"without --files", "Send the content as data, text or data_url"}},
	})
	for name, call := range map[string]object{"path that leads up": file(object{"path": "../secret.txt"}), "empty file": file(object{"path": "empty.txt"})} {
		t.Run("a "+name+" is all that is wrong", func(t *testing.T) {
			text := s.in(t).refused("add_application_attachment", call)
			for _, more := range []string{"name is required", "content_type"} {
				if strings.Contains(text, more) {
					t.Errorf("a consequence is reported as a problem: %s", text)
				}
			}
		})
	}
}
