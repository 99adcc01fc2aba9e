package faults

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// lastBody returns the body of the latest write, as it arrived.
func (d *setup) lastBody(tool string) args {
	d.server.t.Helper()
	all := d.Requests()
	i := len(all) - 1
	for ; i >= 0 && all[i].Operation != tool; i-- {
	}
	require.GreaterOrEqual(d.server.t, i, 0, "no %s arrived", tool)
	var body args
	require.NoError(d.server.t, json.Unmarshal([]byte(all[i].Body), &body))
	return body
}

func withoutPolicy(t *testing.T) *setup {
	t.Helper()
	return newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
}

func TestWritesTakeNamesInAnyCase(t *testing.T) {
	d := withoutPolicy(t)
	done := func(tool string, arguments args) args {
		t.Helper()
		r := d.call(tool, arguments)
		require.Equal(t, stateDone, r.Outcome, "%s %v: %s", tool, arguments, r.words)
		return d.lastBody(tool)
	}
	for _, spell := range []func(string) string{strings.ToUpper, strings.ToLower, func(s string) string { return " " + s + " " }} {
		a := d.application()
		stage := d.nextStage(a)
		assert.Equal(t, stage.ID, done("move_application_to_stage", args{"application_id": a.ID, "stage_id": spell(stage.Name)})["stage_id"])
		reason := d.data.Reasons[2]
		assert.Equal(t, reason.ID, done("reject_application", args{"application_id": a.ID, "rejection_reason_id": spell(reason.Name)})["rejection_reason_id"])
		tag := d.data.Tags[0]
		body := done("add_candidate_tag", args{"candidate_id": a.CandidateID, "tag": args{"name": spell(tag.Name)}, "again": true})
		assert.Equal(t, args{"name": tag.Name}, body["tag"], "in the spelling of the ATS")
		job := d.plainJob()
		user := d.data.Users[0]
		body = done("create_application", args{
			"job_id": spell(job.Name), "stage_id": spell(d.stages[job.StageIDs[1]].Name), "candidate": d.newcomer(), "sourced_by": args{"user_id": spell(user.First + " " + user.Last)},
		})
		assert.Equal(t, job.StageIDs[1], body["stage_id"])
		assert.Equal(t, args{"user_id": user.ID}, body["sourced_by"])
		assert.Contains(t, d.Effects()[len(d.Effects())-1].Detail, job.ID)
	}
	tag := d.data.Tags[1]
	body := done("add_candidate_tag", args{"candidate_id": d.application().CandidateID, "tag": args{"name": tag.ID}})
	assert.Equal(t, args{"name": tag.Name}, body["tag"], "a tag by its id")
}

func TestAnswersTakeTheNamesOfQuestionsAndOptions(t *testing.T) {
	d := withoutPolicy(t)
	i := slices.IndexFunc(d.data.Jobs, func(j sandbox.Job) bool {
		return j.Status == "OPEN" && j.Deleted.IsZero() && slices.ContainsFunc(j.Questions, func(q sandbox.Question) bool { return q.Type == "SINGLE_SELECT" && q.Required })
	})
	require.GreaterOrEqual(t, i, 0)
	var given []args
	want := map[string]any{}
	for _, q := range d.data.Jobs[i].Questions {
		if !q.Required || q.PreconditionID != "" {
			continue
		}
		a := args{"question_id": strings.ToUpper(q.Title), "answer": "5"}
		want[q.ID] = 5.0
		switch q.Type {
		case "SINGLE_SELECT":
			a["answer"], want[q.ID] = strings.ToLower(q.Options[0]), q.OptionIDs[0]
		case "BOOLEAN":
			a["answer"], want[q.ID] = "yes", true
		}
		given = append(given, a)
	}
	r := d.call("create_application", args{"job_id": d.data.Jobs[i].ID, "candidate": d.newcomer(), "screening_question_answers": given})
	require.Equal(t, stateDone, r.Outcome, r.words)
	got := map[string]any{}
	for _, a := range d.lastBody("create_application")["screening_question_answers"].([]any) {
		got[a.(args)["question_id"].(string)] = a.(args)["answer"]
	}
	assert.Equal(t, want, got)
}

func TestUnknownOrAmbiguousNameIsRefusedWithChoices(t *testing.T) {
	d := withoutPolicy(t)
	a := d.application()
	refused := func(tool string, arguments args, words ...string) {
		t.Helper()
		r := d.call(tool, arguments)
		assert.True(t, r.failed, "%s %v: %s", tool, arguments, r.words)
		for _, w := range words {
			assert.Contains(t, r.words, w)
		}
		d.nothingSent(tool)
	}
	var stages []string
	for _, id := range d.jobs[a.JobID].StageIDs {
		stages = append(stages, d.stages[id].Name, id)
	}
	refused("move_application_to_stage", args{"application_id": a.ID, "stage_id": "Nowhere"}, stages...)
	refused("reject_application", args{"application_id": a.ID, "rejection_reason_id": "Because"}, d.reason(), d.data.Reasons[0].ID)
	refused("create_application", args{"job_id": "Astronaut", "candidate": d.newcomer()}, "Choices")

	count := map[string][]string{}
	for _, j := range d.data.Jobs {
		if j.Deleted.IsZero() {
			count[j.Name] = append(count[j.Name], j.ID)
		}
	}
	twins := 0
	for name, ids := range count {
		if len(ids) > 1 && name != "" {
			twins++
			refused("create_application", args{"job_id": name, "candidate": d.newcomer()}, append(ids[:min(len(ids), 10)], "are called")...)
		}
	}
	assert.Positive(t, twins, "the sandbox has two jobs of one name")
	first := strings.SplitAfter(d.call("create_application", args{"job_id": "Engineer", "candidate": d.newcomer()}).words, "Choices:")[1]
	assert.LessOrEqual(t, strings.Count(first, ";"), 10, "at most ten choices: %s", first)
	assert.Contains(t, strings.Split(first, ";")[0], "open", "open jobs come first")
	for _, param := range []args{{"application_id": "Anna Müller", "content": "x"}, {"application_id": "anna@example.com", "content": "x"}} {
		refused("add_application_note", param, "is not an id", "get_applications")
	}
	refused("add_candidate_tag", args{"candidate_id": "Anna Müller", "tag": args{"name": "x"}}, "is not an id", "get_candidates")
}

func TestAnywayOverridesWarnings(t *testing.T) {
	d := withoutPolicy(t)
	a := d.application()
	other := d.application()
	for d.stages[other.StageID].JobID == a.JobID || other.JobID == a.JobID {
		other = d.application()
	}
	for what, call := range map[string]struct {
		tool      string
		arguments args
	}{
		"an application that the copy does not have": {"add_application_note", args{"application_id": "a1B2c3D4e5F6g7H8i9J0k1L2", "content": "x"}},
		"a stage of another job":                     {"move_application_to_stage", args{"application_id": a.ID, "stage_id": d.nextStage(other).ID}},
		"the stage where it stands":                  {"move_application_to_stage", args{"application_id": a.ID, "stage_id": a.StageID}},
		"a reason that the copy does not have":       {"reject_application", args{"application_id": a.ID, "rejection_reason_id": "a1B2c3D4e5F6g7H8i9J0k1L2"}},
		"a tag that the copy does not have":          {"remove_candidate_tag", args{"candidate_id": a.CandidateID, "tag": args{"name": "No such tag"}}},
		"a job that is closed":                       {"create_application", args{"job_id": d.closedJob().ID, "candidate": d.newcomer()}},
	} {
		r := d.call(call.tool, call.arguments)
		assert.True(t, r.failed, "%s: %s", what, r.words)
		assert.Contains(t, r.words, "anyway: true", what)
		before := len(d.Requests())
		call.arguments["anyway"] = true
		d.call(call.tool, call.arguments)
		sent := slices.ContainsFunc(d.Requests()[before:], func(x sandbox.Request) bool { return x.Operation == call.tool })
		assert.True(t, sent, "%s: anyway sends it", what)
	}
}

func (g *pool) closedJob() sandbox.Job {
	g.t.Helper()
	i := slices.IndexFunc(g.data.Jobs, func(j sandbox.Job) bool { return j.Status != "OPEN" && j.Status != "" && j.Deleted.IsZero() })
	require.GreaterOrEqual(g.t, i, 0, "the sandbox has no job that is closed")
	return g.data.Jobs[i]
}

func TestAllProblemsAreReportedTogetherAndNothingIsSent(t *testing.T) {
	d := withoutPolicy(t)
	job := d.jobWithQuestions()
	for what, call := range map[string]struct {
		tool      string
		arguments args
		words     []string
	}{
		"a newcomer": {"create_application", args{
			"job_id": job.ID,
			"candidate": args{
				"first_name": "", "last_name": " ", "email_address": "nobody", "location": args{"country": "Germany"}, "availability_date": "soon",
				"social_links": []args{{"url": "ftp://x"}}, "additional_email_addresses": []args{{"type": "WORK", "email_address": "no"}},
			},
		}, []string{
			"candidate.first_name is required", "candidate.last_name is required", "candidate.email_address", "location.country", "availability_date", "social_links[0]", "additional_email_addresses[0]",
		}},
		"what a newcomer brings": {"create_application", args{
			"job_id": job.ID, "stage_id": "Nowhere", "candidate": d.newcomer(),
			"attachments":  []args{{"type": "CV", "data": "%%%", "name": "cv.pdf"}, {"type": "OTHER"}, {"type": "OTHER", "text": "a", "data_url": "https://x.example/a"}, {"type": "OTHER", "path": "cv.pdf"}},
			"gdpr_consent": args{"expires_at": "later"}, "remote_fields": "{",
		}, []string{"attachments[0].data", "attachments[1]", "attachments[2]", "attachments[3].path", "gdpr_consent.expires_at", "remote_fields", "Nowhere", "requires an answer"}},
		"more than are told at once": {"create_application", args{
			"job_id": job.ID, "candidate": args{"first_name": "", "last_name": " ", "email_address": "nobody", "availability_date": "soon"},
			"attachments": slices.Repeat([]args{{"type": "OTHER"}}, 7),
		}, []string{"candidate.first_name is required", "attachments[5]", "There are more problems"}},
		"a rejection": {"reject_application", args{"application_id": d.application().ID + ",Anna Müller", "rejection_reason_id": "Because", "remote_fields": "[]"}, []string{"Because", "Anna Müller", "remote_fields"}},
		"a link":      {"add_candidate_result_link", args{"candidate_id": "", "label": "", "url": "x"}, []string{"label is required", "url must be"}},
		"a round":     {"reject_application", args{"application_id": d.application().ID + ",unheardof", "rejection_reason_id": "Not nice"}, []string{`"Not nice"`, "no application unheardof", "anyway"}},
		"an upload":   {"add_application_attachment", args{"application_id": d.application().ID, "attachment": args{"type": "CV", "text": "x", "content_type": "plain text"}}, []string{"content_type"}},
		"a note":      {"add_application_note", args{"application_id": d.application().ID, "content": "  "}, []string{"content is required"}},
		"an import":   {"import_tracked_application", args{"greenhouse": "{}", "onlyfy": `{"application_id": "1"}`}, []string{"exactly one", "greenhouse needs"}},
	} {
		for _, dry := range []bool{false, true} {
			call.arguments["dry_run"] = dry
			r := d.call(call.tool, call.arguments)
			assert.True(t, r.failed, "%s: %s", what, r.words)
			for _, w := range call.words {
				assert.Contains(t, r.words, w, what)
			}
			d.nothingSent(what)
		}
	}
}

// jobWithQuestions returns an open job with required questions.
func (g *pool) jobWithQuestions() sandbox.Job {
	g.t.Helper()
	i := slices.IndexFunc(g.data.Jobs, func(j sandbox.Job) bool {
		return j.Status == "OPEN" && j.Deleted.IsZero() && len(j.StageIDs) > 1 && slices.ContainsFunc(j.Questions, func(q sandbox.Question) bool { return q.Required })
	})
	require.GreaterOrEqual(g.t, i, 0, "the sandbox has no job with questions")
	return g.data.Jobs[i]
}

func TestPreviewShowsWhatIsThenSent(t *testing.T) {
	for _, w := range writeTools {
		t.Run(w.name, func(t *testing.T) {
			d := withoutPolicy(t)
			arguments := w.arguments(d.pool)
			arguments["dry_run"] = true
			r := d.call(w.name, arguments)
			require.Equal(t, "preview", r.Outcome, r.words)
			d.nothingSent("previewed")
			var shown args
			require.NoError(t, json.Unmarshal([]byte(r.Results[0].Resolved), &shown), r.Results[0].Resolved)
			delete(arguments, "dry_run")
			require.Equal(t, stateDone, d.call(w.name, arguments).Outcome)
			sent := d.lastBody(w.name)
			for key, value := range sent {
				if key == "attachment" {
					continue // shown by length and hash
				}
				assert.Equal(t, value, shown[key], key)
			}
			for key := range shown {
				_, inBody := sent[key]
				assert.True(t, inBody || strings.HasSuffix(key, "_id"), "%s is shown and not sent", key)
			}
		})
	}
}
