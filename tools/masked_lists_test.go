package tools_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func httpAnswer(r *http.Request, status int, body any) *http.Response {
	raw, ok := body.(string)
	if !ok {
		encoded, _ := json.Marshal(body)
		raw = string(encoded)
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(raw)), Request: r, ContentLength: int64(len(raw)),
	}
}

// withTags answers the list of tags with these names, whose ids are tag0, tag1, ….
func withTags(next http.RoundTripper, tags ...string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Path, "/ats/tags") {
			return next.RoundTrip(r)
		}
		list := []any{}
		for i, name := range tags {
			list = append(list, map[string]any{"id": fmt.Sprint("tag", i), "name": name, "remote_id": name})
		}
		return httpAnswer(r, 200, map[string]any{"status": "success", "data": map[string]any{"results": list, "next": nil}}), nil
	})
}

func TestTagsHideWhatHasTheFormOfPersonalData(t *testing.T) {
	box, p, _ := newPlanted(t, tools.Redactions, nil)
	p.next = withTags(p.next, "VIP", "call +49 170 5550199", "jane.doe@other.example", "see github.com/jane-doe")
	for _, arguments := range []map[string]any{{}, {"fields": []any{"id", "name", "remote_id", "candidates"}}, {"where": `name contains "jane"`}} {
		answer := said(t, box, "get_tags", arguments)
		for _, secret := range []string{"5550199", "jane.doe", "jane-doe"} {
			assert.NotContains(t, answer, secret, "%v", arguments)
		}
	}
	assert.Contains(t, said(t, box, "get_tags", nil), "VIP")
	refused := func(id string) string {
		answer := said(t, box, "get_tags", map[string]any{"remote_ids": []any{id}})
		return strings.ReplaceAll(answer, id, "GUESS")
	}
	assert.Contains(t, refused("jane.doe@other.example"), `"isError":true`)
	assert.Equal(t, refused("jane.doe@other.example"), refused("jane.dao@other.example"))

	for _, tool := range []string{"add_candidate_tag", "remove_candidate_tag"} {
		dryRun := func(tag string) string {
			answer := said(t, box, tool, map[string]any{"candidate_id": p.candidate, "tag": map[string]any{"name": tag}, "dry_run": true, "anyway": true})
			assert.NotContains(t, answer, "jane.doe@other")
			return strings.ReplaceAll(answer, tag, "GUESS")
		}
		for _, guesses := range [][2]string{
			{"call +49 170 5550199", "call +49 170 5550198"}, {"see github.com/jane-doe", "see github.com/john-doe"}, {"CALL +49 170 5550199", "CALL +49 170 5550198"},
		} {
			assert.Equal(t, dryRun(guesses[0]), dryRun(guesses[1]), tool)
		}
		assert.Contains(t, dryRun("tag1"), "not its own name", "a pseudonym must not be sent")
		assert.Contains(t, dryRun("tag0"), "VIP")
		assert.NotContains(t, dryRun("vip"), "not said")
	}
	wrong := said(t, box, "remove_candidate_tag", map[string]any{"candidate_id": p.candidate, "tag": map[string]any{"name": "VIPs"}})
	assert.Contains(t, wrong, "VIP")
	for _, secret := range []string{"5550199", "jane.doe", "jane-doe"} {
		assert.NotContains(t, wrong, secret, "the choices that an error offers")
	}
}

// TestNoFailureCarriesTheWordsOfTheATSUnderAMask fails all requests, or those after the
// first page, in every way that carries words, and calls everything that can be called.
func TestNoFailureCarriesTheWordsOfTheATSUnderAMask(t *testing.T) {
	const words = "Zenobia Quixworth, zenobia@mail.example, +49 170 5550199"
	failures := map[string]func(*http.Request) *http.Response{
		"refused": func(r *http.Request) *http.Response {
			return httpAnswer(r, 400, map[string]any{"status": "error", "error": map[string]any{"code": "PLATFORM.INPUT_INVALID", "title": words, "message": words}})
		},
		"failed": func(r *http.Request) *http.Response {
			return httpAnswer(r, 500, map[string]any{"status": "error", "error": map[string]any{"message": words}})
		},
		"not JSON": func(r *http.Request) *http.Response { return httpAnswer(r, 200, words) },
		"bad JSON": func(r *http.Request) *http.Response {
			return httpAnswer(r, 200, map[string]any{"status": "success", "data": map[string]any{"results": words, words: words}})
		},
		"bad number": func(r *http.Request) *http.Response {
			return httpAnswer(r, 200, `{"status":"success","data":{"results":[{"id":491705550199}],"next":null}}`)
		},
	}
	for _, masks := range [][]string{{"name"}, tools.Redactions} {
		for name, fail := range failures {
			for _, later := range []bool{false, true} {
				// Walks read at most two pages, and nothing is tried twice.
				box, p, data := newPlanted(t, masks, func(p *plantedKombo, c *tools.Config) {
					s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, RateLimit: -1})
					p.next, c.Client = s.Transport(), fake.KomboOver(t, s, p, kombo.WithRetries(0))
				})
				next := p.next
				p.next = roundTrip(func(r *http.Request) (*http.Response, error) {
					if !later || r.URL.Query().Get("cursor") == "2" {
						return fail(r), nil
					}
					resp, err := next.RoundTrip(r)
					if err != nil || r.Method != http.MethodGet {
						return resp, err
					}
					raw, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					return httpAnswer(r, resp.StatusCode, strings.ReplaceAll(string(raw), `"next":null`, `"next":"2"`)), nil
				})
				hidden := func(answer, what string) {
					for _, secret := range []string{"Zenobia", "Quixworth", "5550199"} {
						assert.NotContains(t, answer, secret, "%s, later %v: %s", name, later, what)
					}
				}
				application := data.Applications[0]
				for _, tool := range tools.Catalogue() {
					arguments := map[string]any{}
					switch {
					case strings.Contains(tool.Name(), "_attachments"):
						arguments = map[string]any{"application_id": application.ID, "candidate_id": p.candidate}
						delete(arguments, map[bool]string{true: "candidate_id", false: "application_id"}[strings.Contains(tool.Name(), "application")])
					case !tool.ReadOnly():
						continue
					}
					hidden(said(t, box, tool.Name(), arguments), tool.Name())
				}
				for tool, arguments := range map[string]map[string]any{
					"get_applications":            {"where": `department == "Sales"`, "job_ids": []any{"Some job"}},
					"add_application_note":        {"application_id": application.ID, "content": "x"},
					"add_candidate_tag":           {"candidate_id": p.candidate, "tag": map[string]any{"name": "x"}},
					"reject_application":          {"application_id": application.ID, "rejection_reason_id": "x"},
					"move_application_to_stage":   {"application_id": application.ID, "stage_id": "x"},
					"create_application":          {"job_id": "x", "candidate": map[string]any{"first_name": "A", "last_name": "B", "email_address": "a@b.example"}},
					"add_candidate_attachment":    {"candidate_id": p.candidate, "attachment": map[string]any{"type": "CV", "name": "x.txt", "text": "x"}},
					"import_tracked_application":  {"greenhouse": `{"application_id": "7"}`},
					"add_application_result_link": {"application_id": application.ID, "label": "x", "url": "https://x.example"},
				} {
					hidden(said(t, box, tool, arguments), tool)
				}
				for _, kind := range []tools.ChoiceKind{tools.ChoiceJob, tools.ChoiceStage, tools.ChoiceReason, tools.ChoiceQuestion} {
					_, err := box.Choices(t.Context(), tools.Caller{}, kind, application.JobID)
					if err != nil {
						hidden(err.Error()+tools.Explain(err), string(kind))
					}
					_, err = box.Choose(t.Context(), tools.Caller{}, kind, application.JobID, "param", "x")
					if err != nil {
						hidden(err.Error()+tools.Explain(err), string(kind))
					}
				}
				text, err := box.Integration(t.Context(), tools.Caller{})
				hidden(text, "integration")
				if err != nil {
					hidden(err.Error()+tools.Explain(err), "integration")
				}
			}
		}
	}
}

func TestWhatWasLeftOutIsSaidOfACachedWalkToo(t *testing.T) {
	box, _, _ := newPlanted(t, nil, nil)
	const note = "equal-opportunity questions are left out"
	about := func(where string) string {
		return said(t, box, "get_applications", map[string]any{"fields": []any{"id", `answer("Notice period")`}, "where": where})
	}
	assert.Contains(t, about(`outcome == "PENDING"`), note)
	assert.Contains(t, about(`outcome == "PENDING"`), note, "the cached answer")
	assert.Contains(t, about(`outcome == "PENDING" && created > date("2020-01-01")`), note, "another question to the cached walk")
	assert.NotContains(t, said(t, box, "get_applications", map[string]any{"where": `outcome == "PENDING"`}), note, "it asks for no answer")
}

func TestAttachmentCursorsOfOneTenantMeanNothingToAnother(t *testing.T) {
	many := func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/attachments") {
				return next.RoundTrip(r)
			}
			var list []any
			for i := range 200 {
				list = append(list, map[string]any{"id": fmt.Sprint("file", i), "file_name": fmt.Sprintf("file number %d with a long name.pdf", i), "type": "OTHER"})
			}
			return httpAnswer(r, 200, map[string]any{"status": "success", "data": map[string]any{"results": list}}), nil
		})
	}
	page := func(tenant, cursor string) string {
		box, p, _ := newPlanted(t, nil, func(_ *plantedKombo, c *tools.Config) { c.Tenant = tenant })
		p.next = many(p.next)
		arguments := map[string]any{"candidate_id": p.candidate}
		if cursor != "" {
			arguments["cursor"] = cursor
		}
		return said(t, box, "get_candidate_attachments", arguments)
	}
	var answer struct {
		StructuredContent struct {
			Next string `json:"next"`
		} `json:"structuredContent"`
	}
	require.NoError(t, json.Unmarshal([]byte(page("one", "")), &answer))
	require.NotEmpty(t, answer.StructuredContent.Next)
	assert.NotContains(t, page("one", answer.StructuredContent.Next), `"isError":true`)
	assert.Contains(t, page("two", answer.StructuredContent.Next), `"isError":true`)
}

func TestColleaguesStayInWholeJobs(t *testing.T) {
	masked, _, _ := newPlanted(t, tools.Redactions, nil)
	plain, _, _ := newPlanted(t, nil, nil)
	arguments := map[string]any{"view": "record", "limit": float64(3), "max_tokens": float64(8000)}
	emails := strings.Count(said(t, plain, "get_jobs", arguments), "@talent.example")
	require.Positive(t, emails)
	assert.Equal(t, emails, strings.Count(said(t, masked, "get_jobs", arguments), "@talent.example"))
}
