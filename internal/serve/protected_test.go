package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// planting adds to every record that Kombo returns, nested ones included, custom fields
// and answers about protected topics, all with the word Secret.
type planting struct{ http.RoundTripper }

func (p planting) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		plant(v)
		if raw, err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	resp.Header.Set("Content-Length", fmt.Sprint(len(raw)))
	return resp, nil
}

func plant(v any) {
	switch t := v.(type) {
	case []any:
		for _, item := range t {
			plant(item)
		}
	case object:
		for key, value := range t {
			switch list, _ := value.([]any); key {
			case "custom_fields":
				t[key] = object{
					"Gender": "Secret1", "Disability status": "Secret2", "eeo.race": "Secret3", "Schwerbehindert?": object{"value": "Secret4"},
					"cf 7": object{"label": "Date of birth", "value": "Secret5"}, "more": []any{object{"name": "国籍", "value": "Secret6"}, "Shown plainly"},
					"as text": `{"orientação sexual": "Secret7"}`, "Notice": "Shown plainly",
				}
			case "screening_question_answers":
				for i, title := range []string{"Age", "Religionszugehörigkeit", "¿Está embarazada?", "<b>Gen</b>der", "", "Marked by the job 1"} {
					list = append(list, object{"answer": object{"content": fmt.Sprint("Secret8x", i)}, "question": object{"remote_id": nil, "title": title, "type": "TEXT"}})
				}
				list = append(list, object{"answer": object{"content": "Secret9"}, "question": object{"remote_id": "marked ", "title": "Renamed", "type": "TEXT"}},
					object{"answer": object{"content": "Shown plainly"}, "question": object{"remote_id": "plain", "title": "Plain question", "type": "TEXT"}})
				t[key] = list
			case "screening_questions":
				t[key] = append(list, object{"id": "EEoGmAr1Xn1hHdUbKQWAbUaH", "remote_id": "marked", "title": "Marked by the job", "category": "EEO", "format": object{"type": "TEXT"}})
			default:
				plant(value)
			}
		}
	}
}

func TestNothingProtectedIsInAnyToolResourceOrPrompt(t *testing.T) {
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, Today: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), RateLimit: -1})
	box, err := tools.New(tools.Config{Client: fake.KomboOver(t, s, planting{s.Transport()}), Now: s.Now, Writes: tools.PolicyAllow})
	require.NoError(t, err)
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) {
		o.Auth = tokenAuth{"": {Name: "one", Box: box, MaxCalls: 1000}}
	})
	session := h.greet()
	id, shown := 0, map[string]bool{}
	ask := func(kind, method string, params object) string {
		t.Helper()
		id++
		a := h.post(session, rpc(id, method, params))
		assert.Equal(t, http.StatusOK, a.status, a.body)
		if i := strings.Index(a.body, "Secret"); i >= 0 {
			assert.Fail(t, "something protected is shown", "%s %v: …%s…", method, params, a.body[max(0, i-200):min(len(a.body), i+50)])
		}
		shown[kind] = shown[kind] || strings.Contains(a.body, "Shown plainly")
		return a.body
	}

	for _, tool := range box.Tools() {
		name := tool.Name()
		if !strings.HasPrefix(name, "get_") {
			continue
		}
		for _, arguments := range []object{{}, {"limit": 0}, {"view": "record", "max_tokens": 16000}, {"view": "record", "max_tokens": 500}} {
			ask(name, "tools/call", object{"name": name, "arguments": arguments})
		}
	}
	for _, title := range []string{"Age", "age?", "Gender", "Marked by the job", "Renamed", "Plain question"} {
		answer := fmt.Sprintf("answer(%q)", title)
		for _, arguments := range []object{
			{"fields": []string{"id", answer}}, {"where": answer + ` contains "Secret"`}, {"group_by": answer}, {"sort": answer},
			{"fields": []string{"id", `answer("Plain question")`, answer}},
		} {
			ask("answers", "tools/call", object{"name": "get_applications", "arguments": arguments})
		}
	}

	caller := tools.Caller{}
	jobs, err := box.Choices(t.Context(), caller, tools.ChoiceJob, "")
	require.NoError(t, err)
	job := jobs[0].ID
	applications, _ := recordIDs("get_applications")(t.Context(), box, caller, "")
	candidates, _ := recordIDs("get_candidates")(t.Context(), box, caller, "")
	require.NotEmpty(t, applications)
	require.NotEmpty(t, candidates)
	for list, ids := range map[string][]string{"jobs": {job}, "applications": applications, "candidates": candidates} {
		for _, one := range ids[:min(3, len(ids))] {
			ask("kombo://"+list, "resources/read", object{"uri": "kombo://" + list + "/" + one})
		}
	}
	ask("integration", "resources/read", object{"uri": integrationURI})

	questions, err := box.Choices(t.Context(), caller, tools.ChoiceQuestion, job)
	require.NoError(t, err)
	assert.False(t, slices.ContainsFunc(questions, func(c tools.Choice) bool { return c.Name == "Marked by the job" }), "no prompt offers it")
	stages, err := box.Choices(t.Context(), caller, tools.ChoiceStage, job)
	require.NoError(t, err)
	var listed struct {
		Result mcp.ListPromptsResult `json:"result"`
	}
	require.NoError(t, json.Unmarshal([]byte(ask("prompts", "prompts/list", object{})), &listed))
	require.NotEmpty(t, listed.Result.Prompts)
	values := map[string]string{"job": job, "stage": stages[0].ID, "application": applications[0], "candidate": candidates[0], "days": "90", "cv": "Ten years of Go"}
	for _, p := range listed.Result.Prompts {
		arguments := object{}
		for _, a := range p.Arguments {
			if v := values[a.Name]; v != "" {
				arguments[a.Name] = v
			}
			ask("completions", "completion/complete", object{
				"ref": object{"type": "ref/prompt", "name": p.Name}, "argument": object{"name": a.Name, "value": ""}, "context": object{"arguments": object{"job": job}},
			})
		}
		ask("prompts", "prompts/get", object{"name": p.Name, "arguments": arguments})
	}
	for _, kind := range []string{"get_applications", "get_candidates", "get_jobs", "get_offers", "answers", "kombo://jobs", "kombo://applications", "kombo://candidates"} {
		assert.True(t, shown[kind], "%s: what is not protected is shown", kind)
	}
}
