package main

import (
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// sentWrite is a call of a writing tool and the one request that it has to make.
type sentWrite struct {
	name, tool string
	arguments  object
	ids        map[string]string
	body       object
}

// onBehalf is a block of remote_fields that every action takes, as an agent
// writes it and as the wire has it.
const onBehalf = `{"greenhouse": {"post_headers": {"On-Behalf-Of": "4711"}}}`

func onBehalfObject() object {
	return object{"greenhouse": object{"post_headers": object{"On-Behalf-Of": "4711"}}}
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// uploadFolder is a folder for --files with what an agent may send from it, and
// what it may not.
func uploadFolder(t *testing.T) string {
	t.Helper()
	outside := filepath.Join(t.TempDir(), "secret.txt")
	require.NoError(t, os.WriteFile(outside, []byte("outside"), 0o600))
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o700))
	for name, text := range map[string]string{"cv.pdf": "%PDF-1.7 a CV", "sub/letter.txt": "Dear Sir or Madam", "empty.txt": "", "noname": "bytes"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o600))
	}
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "link.txt")))
	return dir
}

// cast are the records that the writes here are about.
type cast struct {
	applications []sandbox.Application
	job          sandbox.Job
	stage        sandbox.Stage
	reason       sandbox.RejectionReason
	tag          sandbox.Tag
	user         sandbox.User
	// asks is an open job with questions of every type.
	asks sandbox.Job
	// free is one without any.
	free sandbox.Job
}

func castOf(t *testing.T, u *upstream) cast {
	t.Helper()
	var c cast
	var jobs map[string]sandbox.Job
	c.applications, jobs = u.undecided(t)
	d := u.Snapshot()
	c.job = jobs[c.applications[0].JobID]
	stages := byID(d.Stages, func(s sandbox.Stage) string { return s.ID })
	c.stage = stages[first(t, c.job.StageIDs, func(id string) bool { return stages[id].Status == "ACTIVE" && id != c.applications[0].StageID })]
	c.reason, c.tag = d.Reasons[1], d.Tags[1]
	c.user = first(t, d.Users, func(u sandbox.User) bool { return u.Email != "" && u.RemoteID != "" && u.Deleted.IsZero() })
	c.asks = first(t, d.Jobs, func(j sandbox.Job) bool { return len(j.Questions) > 9 && j.Status == "OPEN" })
	c.free = first(t, d.Jobs, func(j sandbox.Job) bool {
		return len(j.Questions) == 0 && j.Status == "OPEN" && j.Visibility == "PUBLIC"
	})
	return c
}

func TestEveryWriteReachesTheWireWithAllItsParameters(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	c := castOf(t, u)
	s := u.connect(t, "--files", uploadFolder(t), "--max-writes-per-minute", "200", "--writes", "allow")
	properties := map[string]map[string]bool{}
	for _, w := range slices.Concat(moves(c), uploads(c), entries(t, u, c), trackings()) {
		t.Run(w.tool+" "+w.name, func(t *testing.T) {
			var text string
			x := writes(u.since(func() { text = s.in(t).ok(w.tool, w.arguments) }))
			require.Len(t, x, 1, text)
			o := theContract().operations[w.tool]
			assert.Equal(t, w.tool, x[0].op)
			assert.Equal(t, o.Method, x[0].method)
			assert.Equal(t, orEmpty(w.ids), orEmpty(x[0].ids))
			assert.Empty(t, x[0].query)
			assert.Equal(t, w.body, x[0].json(t))
			assert.Equal(t, 200, x[0].status)
			assert.Contains(t, text, "done", "the agent is told that it was done")
			effects := u.Effects()
			assert.Equal(t, w.tool, effects[len(effects)-1].Operation)
			for property := range w.body {
				if properties[w.tool] == nil {
					properties[w.tool] = map[string]bool{}
				}
				properties[w.tool][property] = true
			}
		})
	}
	for name, o := range theContract().ofATS() {
		if o.Body == nil {
			continue
		}
		for property := range o.Body["properties"].(object) {
			assert.True(t, properties[name][property], "%s.%s is not driven here", name, property)
		}
	}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// moves are the writes to an application or a candidate that is there.
func moves(c cast) []sentWrite {
	a := c.applications
	onApplication := func(i int) map[string]string { return map[string]string{"application_id": a[i].ID} }
	onCandidate := map[string]string{"candidate_id": a[0].CandidateID}
	details := object{"custom_field_name_prefix": "Acme:", "attributes": []any{object{"key": "Score", "value": "87%"}, object{"key": "Rank", "value": "2"}}}
	link := object{"label": "Coding test", "url": "https://tests.example.com/r/1?a=b", "details": details, "remote_fields": onBehalfObject()}
	tag := object{"tag": object{"name": c.tag.Name}, "remote_fields": onBehalfObject()}
	return []sentWrite{
		{
			"to a stage by name", "move_application_to_stage",
			object{"application_id": a[0].ID, "stage_id": strings.ToUpper(c.stage.Name), "remote_fields": onBehalf},
			onApplication(0), object{"stage_id": c.stage.ID, "remote_fields": onBehalfObject()},
		},
		{
			"to a stage by id, the record by a synonym", "move_application_to_stage",
			object{"id": a[0].ID, "stage": a[0].StageID}, onApplication(0), object{"stage_id": a[0].StageID},
		},
		{
			"for a reason by name", "reject_application",
			object{"application_id": a[1].ID, "rejection_reason_id": strings.ToLower(c.reason.Name), "note": "Thanks, Anna — no \"fit\" <b>", "remote_fields": onBehalfObject()},
			onApplication(1), object{"rejection_reason_id": c.reason.ID, "note": "Thanks, Anna — no \"fit\" <b>", "remote_fields": onBehalfObject()},
		},
		{
			"in plain text", "add_application_note",
			object{"application_id": a[0].ID, "content": "Line 1\nLine 2 ✓", "content_type": "plain_text", "remote_fields": `{"teamtailor": {"user_id": "9"}, "greenhouse": {"visibility": "private"}}`},
			onApplication(0), object{"content": "Line 1\nLine 2 ✓", "content_type": "PLAIN_TEXT", "remote_fields": object{"teamtailor": object{"user_id": "9"}, "greenhouse": object{"visibility": "private"}}},
		},
		{
			"without its type", "add_application_note", object{"application_id": a[0].ID, "note": "Short"},
			onApplication(0), object{"content": "Short", "content_type": "PLAIN_TEXT"},
		},
		{"with details", "add_application_result_link", with1(link, "application_id", a[0].ID), onApplication(0), link},
		{"with details", "add_candidate_result_link", with1(link, "candidate_id", a[0].CandidateID), onCandidate, link},
		{
			"in another case", "add_candidate_tag",
			object{"candidate_id": a[0].CandidateID, "tag": object{"name": strings.ToUpper(c.tag.Name)}, "remote_fields": onBehalf}, onCandidate, tag,
		},
		{
			"that is new", "add_candidate_tag",
			object{"candidate_id": a[0].CandidateID, "tag": object{"name": "Brand new, with a comma"}}, onCandidate, object{"tag": object{"name": "Brand new, with a comma"}},
		},
		{
			"by its id", "remove_candidate_tag",
			object{"candidate_id": a[0].CandidateID, "tag": object{"name": c.tag.ID}, "remote_fields": onBehalf}, onCandidate, tag,
		},
	}
}

func with1(o object, key string, value any) object {
	out := maps.Clone(o)
	out[key] = value
	return out
}

// uploads are files by each of the four ways.
func uploads(c cast) []sentWrite {
	a := c.applications[0]
	file := func(name, contentType, data, kind string) object {
		return object{"name": name, "content_type": contentType, "data": data, "type": kind}
	}
	var out []sentWrite
	for _, target := range []struct{ tool, param, id string }{
		{"add_application_attachment", "application_id", a.ID}, {"add_candidate_attachment", "candidate_id", a.CandidateID},
	} {
		ids := map[string]string{target.param: target.id}
		for name, f := range map[string]struct{ given, sent object }{
			"as text":              {object{"text": "Guten Tag", "type": "OTHER"}, file("other.txt", "text/plain", encoded("Guten Tag"), "OTHER")},
			"as base64":            {object{"name": "cv.pdf", "data": encoded("%PDF-1.4 >?"), "type": "CV"}, file("cv.pdf", "application/pdf", encoded("%PDF-1.4 >?"), "CV")},
			"as a data: address":   {object{"name": "c.txt", "data": "data:text/plain;base64," + encoded("Hi there"), "type": "COVER_LETTER"}, file("c.txt", "text/plain", encoded("Hi there"), "COVER_LETTER")},
			"as base64 for an URL": {object{"name": "d", "content_type": "text/plain", "data": strings.TrimRight(base64.URLEncoding.EncodeToString([]byte("??>>?")), "="), "type": "other"}, file("d", "text/plain", encoded("??>>?"), "OTHER")},
			"by path":              {object{"path": "cv.pdf", "type": "CV"}, file("cv.pdf", "application/pdf", encoded("%PDF-1.7 a CV"), "CV")},
			"by path, named":       {object{"path": "sub/letter.txt", "name": "Letter.txt", "type": "COVER_LETTER"}, file("Letter.txt", "text/plain", encoded("Dear Sir or Madam"), "COVER_LETTER")},
			"by address": {
				object{"name": "cv.docx", "data_url": "https://files.example.com/cv.docx?sig=1", "type": "CV", "content_type": "application/msword; charset=utf-8"},
				object{"name": "cv.docx", "data_url": "https://files.example.com/cv.docx?sig=1", "type": "CV", "content_type": "application/msword"},
			},
		} {
			out = append(out, sentWrite{
				name, target.tool, object{target.param: target.id, "attachment": f.given, "remote_fields": onBehalf}, ids,
				object{"attachment": f.sent, "remote_fields": onBehalfObject()},
			})
		}
	}
	return out
}

// trackings name an application in the terms of each ATS.
func trackings() []sentWrite {
	var out []sentWrite
	for _, b := range []struct {
		tool, idType string
		ids          object
	}{
		{"erecruiter", "application_and_job_remote_ids", object{"application_remote_id": "1", "job_remote_id": "2"}},
		{"erecruiter", "application_and_candidate_remote_ids", object{"application_remote_id": "1", "candidate_remote_id": "3"}},
		{"successfactors", "application_remote_id", object{"application_remote_id": "1"}},
		{"recruitee", "placement_id", object{"placement_id": "1"}},
		{"greenhouse", "application_id", object{"application_id": "1"}},
		{"greenhousev3", "application_id", object{"application_id": "1"}},
		{"onlyfy", "application_id", object{"application_id": "1"}},
		{"smartrecruiters", "candidate_and_job_remote_ids", object{"candidate_remote_id": "1", "job_remote_id": "2"}},
	} {
		out = append(out,
			sentWrite{b.tool + " by " + b.idType, "import_tracked_application", object{b.tool: b.ids, "tracked_at": "2026-11-01T10:00:00+01:00"}, nil, object{b.tool: with1(b.ids, "id_type", b.idType), "tracked_at": "2026-11-01T09:00:00.000Z"}},
			sentWrite{b.tool + " by " + b.idType + ", said", "import_tracked_application", object{b.tool: with1(b.ids, "id_type", b.idType)}, nil, object{b.tool: with1(b.ids, "id_type", b.idType), "tracked_at": nil}},
		)
	}
	return out
}

func TestAFileUnderAnotherNameIsNamed(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	a := castOf(t, u).applications[0]
	s := u.connect(t, "--files", uploadFolder(t), "--writes", "confirm-all")
	ask := func(file object) string {
		file["type"] = "CV"
		return s.in(t).ok("add_application_attachment", object{"application_id": a.ID, "attachment": file})
	}
	assert.Contains(t, ask(object{"path": "sub/letter.txt", "name": "Anna CV.txt"}), `"Anna CV.txt", is the file "sub/letter.txt" of the --files folder`)
	assert.NotContains(t, ask(object{"path": "cv.pdf"}), "--files folder")
}
