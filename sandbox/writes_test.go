package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMovingShowsInReadsAndIsOneEffect(t *testing.T) {
	a := start(t, Options{})
	x, j := a.pendingApplication()
	before := a.one("/ats/applications", x.ID)
	path := "/ats/applications/" + x.ID + "/stage"
	a.ok(http.MethodPut, path, obj{"stage_id": j.StageIDs[1]})
	a.ok(http.MethodPut, path, obj{"stage_id": j.StageIDs[1]})
	after := a.one("/ats/applications", x.ID)
	assert.Equal(t, j.StageIDs[1], after["current_stage_id"])
	assert.Equal(t, "PENDING", after["outcome"])
	assert.Greater(t, after["changed_at"], before["changed_at"])
	assert.Greater(t, after["remote_updated_at"], before["remote_updated_at"])
	effects := a.s.Effects()
	require.Len(t, effects, 1, "the second move changed nothing")
	assert.Equal(t, "move_application_to_stage", effects[0].Operation)
	assert.Equal(t, x.ID, effects[0].RecordID)
	assert.Equal(t, j.StageIDs[1], effects[0].Detail)
}

func TestMovingToHiredMakesAHire(t *testing.T) {
	a := start(t, Options{})
	x, j := a.pendingApplication()
	d := a.data()
	last := j.StageIDs[slices.IndexFunc(j.StageIDs, func(id string) bool { return d.stage[id].Name == "Hired" })]
	a.ok(http.MethodPut, "/ats/applications/"+x.ID+"/stage", obj{"stage_id": last})
	assert.Equal(t, "HIRED", a.one("/ats/applications", x.ID)["outcome"])
}

func TestMovingIsRefusedWhereTheStageDoesNotFit(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	other := a.openJob()
	path := "/ats/applications/" + x.ID + "/stage"
	_, message := a.refused(http.MethodPut, path, obj{"stage_id": other.StageIDs[0]}, http.StatusBadRequest)
	assert.Contains(t, message, "Stage not found on the job")
	_, message = a.refused(http.MethodPut, path, obj{"stage_id": "nothing"}, http.StatusNotFound)
	assert.Contains(t, message, "Stage not found")
	_, message = a.refused(http.MethodPut, path, obj{}, http.StatusBadRequest)
	assert.Equal(t, "stage_id: Required", message)
	_, message = a.refused(http.MethodPut, path, obj{"stage_id": 5}, http.StatusBadRequest)
	assert.Equal(t, "stage_id: Expected string, received number", message)
	assert.Empty(t, a.s.Effects())
}

func TestRejectingShowsInReadsAndHappensOnce(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	reason := a.s.Snapshot().Reasons[1]
	path := "/ats/applications/" + x.ID + "/reject"
	body := obj{"rejection_reason_id": reason.ID, "note": "Not this time"}
	a.ok(http.MethodPost, path, body)
	got := a.one("/ats/applications", x.ID)
	assert.Equal(t, "DECLINED", got["outcome"])
	assert.Equal(t, reason.Name, got["rejection_reason_name"])
	assert.NotNil(t, got["rejected_at"])
	assert.Equal(t, x.StageID, got["current_stage_id"])
	assert.Equal(t, []Note{{Content: "Not this time", Rejection: true}}, a.s.Notes(x.ID))
	code, _ := a.refused(http.MethodPost, path, body, http.StatusBadRequest)
	assert.Equal(t, codeRemoteInput, code)
	_, message := a.refused(http.MethodPost, path, obj{"rejection_reason_id": "x"}, http.StatusNotFound)
	assert.Contains(t, message, "Rejection reason not found")
	assert.Len(t, a.s.Effects(), 1)
}

func TestNotesLinksAndFilesAreKept(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	app, cand := "/ats/applications/"+x.ID, "/ats/candidates/"+x.CandidateID
	a.ok(http.MethodPost, app+"/notes", obj{"content": "Went well", "content_type": "PLAIN_TEXT"})
	assert.Equal(t, []Note{{Content: "Went well"}}, a.s.Notes(x.ID))
	_, message := a.refused(http.MethodPost, app+"/notes", obj{"content": "x", "content_type": "HTML"}, http.StatusBadRequest)
	assert.Contains(t, message, "content_type: Invalid enum value")

	link := obj{"label": "Result", "url": "https://example.com/r", "details": obj{"custom_field_name_prefix": "Acme:", "attributes": []obj{{"key": "Score", "value": "9"}}}}
	a.ok(http.MethodPost, app+"/result-links", link)
	a.ok(http.MethodPost, cand+"/result-links", obj{"label": "Profile", "url": "https://example.com/p"})
	assert.Equal(t, []ResultLink{{Label: "Result", URL: "https://example.com/r", Prefix: "Acme:", Attributes: map[string]string{"Score": "9"}}}, a.s.ResultLinks(x.ID))
	assert.Len(t, a.s.ResultLinks(x.CandidateID), 1)
	_, message = a.refused(http.MethodPost, app+"/result-links", obj{"label": "Result", "url": "no url", "details": obj{}}, http.StatusBadRequest)
	assert.Equal(t, "url: Invalid url; details.custom_field_name_prefix: Required; details.attributes: Required", message)
	assert.Len(t, a.s.Effects(), 3)
}

func TestTagsAreMadeWhenMissingAndRemovedWithABody(t *testing.T) {
	a := start(t, Options{})
	x, _ := a.pendingApplication()
	path := "/ats/candidates/" + x.CandidateID + "/tags"
	tags := func() []string {
		var out []string
		for _, tag := range a.one("/ats/candidates", x.CandidateID)["tags"].([]any) {
			out = append(out, tag.(obj)["name"].(string))
		}
		return out
	}
	before := len(a.all("/ats/tags", ""))
	had := len(tags())
	a.ok(http.MethodPost, path, obj{"tag": obj{"name": "Shortlist 7"}})
	a.ok(http.MethodPost, path, obj{"tag": obj{"name": "shortlist 7"}})
	assert.Contains(t, tags(), "Shortlist 7")
	assert.Len(t, tags(), had+1)
	assert.Len(t, a.all("/ats/tags", ""), before+1)
	a.ok(http.MethodDelete, path, obj{"tag": obj{"name": "Shortlist 7"}})
	a.ok(http.MethodDelete, path, obj{"tag": obj{"name": "Shortlist 7"}})
	assert.Len(t, tags(), had)
	assert.Len(t, a.s.Effects(), 2, "a write that changes nothing has no effect")
	_, message := a.refused(http.MethodPost, path, obj{"tag": obj{"name": ""}}, http.StatusBadRequest)
	assert.Equal(t, "tag.name: String must contain at least 1 character(s)", message)
	_, message = a.refused(http.MethodDelete, path, nil, http.StatusBadRequest)
	assert.Contains(t, message, "content-type")
}

func TestCreatingMakesAPersonAndAnApplication(t *testing.T) {
	a := start(t, Options{})
	j := a.openJob()
	body := obj{
		"candidate": obj{"first_name": "Nora", "last_name": "Neu", "email_address": "nora.neu@example.com", "phone_number": "+49 30 23125001", "company": "Acme",
			"location": obj{"city": "Berlin", "country": "DE"}, "salary_expectations": obj{"amount": 70000, "period": "YEAR"}, "social_links": []obj{{"url": "https://example.com/nora"}}},
		"attachments": []obj{{"name": "CV.txt", "data": "SGVsbG8=", "content_type": "text/plain", "type": "CV"}},
		"source":      obj{"name": "Meetup"},
	}
	got := a.ok(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", body)
	assert.Equal(t, "PENDING", got["outcome"])
	assert.Equal(t, j.StageIDs[0], got["current_stage_id"])
	app := a.one("/ats/applications", got["id"].(string))
	assert.Equal(t, got["candidate_id"], app["candidate_id"])
	cand := a.one("/ats/candidates", got["candidate_id"].(string))
	assert.Equal(t, "Nora", cand["first_name"])
	assert.Equal(t, "Meetup", cand["source"])
	assert.Equal(t, "Berlin", cand["location"].(obj)["city"])
	assert.Len(t, cand["applications"], 1)
	assert.Equal(t, []string{cand["id"].(string)}, idsOf(a.all("/ats/candidates", "email=NORA.NEU@example.com&job_ids="+j.ID)))
	files := a.s.Attachments(got["id"].(string))
	require.Len(t, files, 1)
	assert.Equal(t, "Hello", string(files[0].Data))
	require.Len(t, a.s.Effects(), 1)
	assert.Equal(t, got["id"], a.s.Effects()[0].RecordID)
}

func TestASecondApplicationOfOnePersonIsRefusedOrAttached(t *testing.T) {
	a := start(t, Options{})
	j := a.openJob()
	path := "/ats/jobs/" + j.ID + "/applications"
	first := a.ok(http.MethodPost, path, obj{"candidate": person("twice@example.com")})
	code, message := a.refused(http.MethodPost, path, obj{"candidate": person("TWICE@example.com")}, http.StatusConflict)
	assert.Equal(t, codeDuplicate, code)
	assert.Contains(t, message, "Nora Neu")
	assert.Contains(t, message, j.Name)

	other := slices.IndexFunc(a.s.Snapshot().Jobs, func(o Job) bool { return o.Status == "On Hold" })
	elsewhere := a.s.Snapshot().Jobs[other]
	body := obj{"candidate": obj{"first_name": "N.", "last_name": "Neu", "email_address": "twice@example.com"}, "source": obj{"name": "Other"}, "screening_question_answers": requiredAnswers(elsewhere)}
	second := a.ok(http.MethodPost, "/ats/jobs/remote%3A"+elsewhere.RemoteID+"/applications", body)
	assert.Equal(t, first["candidate_id"], second["candidate_id"])
	assert.Equal(t, "Nora", second["candidate"].(obj)["first_name"])
	assert.Equal(t, "Kombo Sandbox", second["candidate"].(obj)["source"], "the source of who is there stays")
	assert.Len(t, a.one("/ats/candidates", first["candidate_id"].(string))["applications"], 2)
}

// requiredAnswers returns answers to the required questions of a job that have no
// precondition.
func requiredAnswers(j Job) []obj {
	out := []obj{}
	for _, q := range j.Questions {
		if !q.Required || q.PreconditionID != "" {
			continue
		}
		values := map[string]any{"NUMBER": 5, "BOOLEAN": true, "TEXT": "yes", "DATE": "2026-10-01"}
		answer := values[q.Type]
		if q.Type == "SINGLE_SELECT" {
			answer = q.OptionIDs[0]
		}
		out = append(out, obj{"question_id": q.ID, "answer": answer})
	}
	return out
}

func TestCreatingIsRefusedWithEveryProblemNamed(t *testing.T) {
	a := start(t, Options{})
	j := a.openJob()
	_, message := a.refused(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", obj{
		"candidate":   obj{"first_name": "A", "email_address": "nobody", "location": obj{"country": "Germany"}, "availability_date": "soon", "gender": "X"},
		"attachments": []obj{{"name": "a.png", "type": "CV", "data": "!", "content_type": "image/png"}, {"name": "b", "type": "OTHER"}},
	}, http.StatusBadRequest)
	for _, part := range []string{
		"candidate.last_name: Required", "candidate.email_address: Invalid email", "candidate.location.country: Invalid country code",
		"candidate.availability_date: Invalid date", "candidate.gender: Invalid enum value", "attachments.0.data: Invalid base64",
		"attachments.0: File type image/png is not accepted", "attachments.1: One of data and data_url must be given",
	} {
		assert.Contains(t, message, part)
	}
	assert.Empty(t, a.s.Effects())
}

func TestCreatingNeedsAnOpenJobItsStageAndAKnownUser(t *testing.T) {
	a := start(t, Options{})
	free := a.openJob()
	d := a.s.Snapshot()
	for _, j := range d.Jobs {
		if j.Status == "CLOSED" || j.Status == "ARCHIVED" || j.Status == "DRAFT" {
			status, want := http.StatusBadRequest, codeJobClosed
			if !j.alive() {
				status, want = http.StatusNotFound, codeInputInvalid
			}
			code, _ := a.refused(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", obj{"candidate": person("x@example.com")}, status)
			assert.Equal(t, want, code, j.Name)
		}
	}
	path := "/ats/jobs/" + free.ID + "/applications"
	_, message := a.refused(http.MethodPost, path, obj{"candidate": person("x@example.com"), "stage_id": d.Jobs[0].StageIDs[0]}, http.StatusBadRequest)
	assert.Contains(t, message, "Stage not found on the job")
	_, message = a.refused(http.MethodPost, path, obj{"candidate": person("x@example.com"), "sourced_by": obj{"user_id": "remote:1"}}, http.StatusNotFound)
	assert.Contains(t, message, "User not found")
	a.refused(http.MethodPost, "/ats/jobs/remote%3A999999/applications", obj{"candidate": person("x@example.com")}, http.StatusNotFound)
	a.ok(http.MethodPost, path, obj{"candidate": person("x@example.com"), "stage_id": free.StageIDs[1], "sourced_by": obj{"user_id": "remote:1002"}})
	a.ok(http.MethodPost, "/ats/candidates", obj{"candidate": person("y@example.com"), "application": obj{"job_id": "remote:" + free.RemoteID}})
	assert.Len(t, a.s.Effects(), 2)
}

func TestRemoteFieldsAreCheckedByTheNamesOfTheWire(t *testing.T) {
	a := start(t, Options{})
	x, j := a.pendingApplication()
	path := "/ats/applications/" + x.ID + "/stage"
	_, message := a.refused(http.MethodPut, path, obj{"stage_id": j.StageIDs[1], "remote_fields": obj{
		"greenhouse": obj{"post_headers": obj{"On-Behalf-Of": 12}}, "workday": obj{"Step_Type": "Next"},
	}}, http.StatusBadRequest)
	assert.Contains(t, message, "remote_fields.greenhouse.post_headers.On-Behalf-Of: Expected string or null, received number")
	assert.Contains(t, message, "remote_fields.workday.Step_Type: Invalid enum value")
	a.ok(http.MethodPut, path, obj{"stage_id": j.StageIDs[1], "application_id": "tolerated", "remote_fields": obj{
		"greenhouse": obj{"post_headers": obj{"On-Behalf-Of": nil}}, "unheard_of": obj{"any": []int{1}},
	}})
}

func TestImportingNeedsExactlyOneATS(t *testing.T) {
	a := start(t, Options{})
	path := "/ats/import-tracked-application"
	one := obj{"id_type": "application_id", "application_id": "7"}
	_, message := a.refused(http.MethodPost, path, obj{"tracked_at": "2026-01-01", "greenhouse": one, "onlyfy": one}, http.StatusBadRequest)
	assert.Contains(t, message, "Exactly one ATS")
	_, message = a.refused(http.MethodPost, path, obj{"greenhouse": obj{"id_type": "job_id"}}, http.StatusBadRequest)
	assert.Contains(t, message, "tracked_at: Required")
	assert.Contains(t, message, "greenhouse.id_type: Invalid enum value")
	got := a.ok(http.MethodPost, path, obj{"tracked_at": "2026-01-01", "greenhouse": one})
	assert.Equal(t, "2026-01-01T00:00:00.000Z", got["tracked_at"])
	assert.True(t, strings.Contains(a.s.Effects()[0].Detail, `"application_id":"7"`))
}
