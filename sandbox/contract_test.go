package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contractFile is the contract that kombo's tests hold the client to. The two
// share no code, so that each can show the other wrong.
const contractFile = "../kombo/testdata/contract.json"

// contract holds the schema of every answer by operation.
type contract map[string]*jsonschema.Schema

func loadContract(t *testing.T) contract {
	t.Helper()
	raw, err := os.ReadFile(contractFile)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("contract.json", doc))
	out := contract{}
	for op := range doc.(obj)["operations"].(obj) {
		schema, err := c.Compile("contract.json#/operations/" + op + "/response")
		require.NoError(t, err, op)
		out[op] = schema
	}
	schema, err := c.Compile("contract.json#/error")
	require.NoError(t, err)
	out["error"] = schema
	require.Error(t, out["get_jobs"].Validate(obj{"status": "success", "data": obj{"next": nil, "results": []any{obj{"id": "x"}}}}), "the schemas check nothing")
	return out
}

func (c contract) check(t *testing.T, op string, body []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err)
	require.NotNil(t, c[op], op)
	assert.NoError(t, c[op].Validate(v), op)
}

var lists = map[string]string{
	"get_applications": "/ats/applications", "get_candidates": "/ats/candidates", "get_jobs": "/ats/jobs", "get_interviews": "/ats/interviews",
	"get_offers": "/ats/offers", "get_users": "/ats/users", "get_roles": "/ats/roles", "get_tags": "/ats/tags",
	"get_application_stages": "/ats/application-stages", "get_rejection_reasons": "/ats/rejection-reasons",
}

func TestEveryPageOfEveryListFitsTheContract(t *testing.T) {
	a := start(t, Options{})
	schemas := loadContract(t)
	want := a.data()
	sizes := map[string]int{
		"get_applications": len(want.Applications), "get_candidates": len(want.Candidates), "get_jobs": len(want.Jobs), "get_interviews": len(want.Interviews),
		"get_offers": len(want.Offers), "get_users": len(want.Users), "get_roles": len(want.Roles), "get_tags": len(want.Tags),
		"get_application_stages": len(want.Stages), "get_rejection_reasons": len(want.Reasons),
	}
	for op, path := range lists {
		t.Run(op, func(t *testing.T) {
			a := a.in(t)
			seen := map[string]bool{}
			cursor := ""
			for {
				status, _, body := a.send(a.request(http.MethodGet, path+"?include_deleted=true&page_size=37"+cursor, nil))
				require.Equal(t, http.StatusOK, status)
				schemas.check(t, op, body)
				data := decode(t, body)["data"].(obj)
				for _, r := range data["results"].([]any) {
					id := r.(obj)["id"].(string)
					assert.Len(t, id, 24)
					assert.False(t, seen[id], "twice: "+id)
					seen[id] = true
				}
				next, more := data["next"].(string)
				if !more {
					break
				}
				cursor = "&cursor=" + next
			}
			assert.Len(t, seen, sizes[op])
		})
	}
}

func TestEveryOtherAnswerFitsTheContract(t *testing.T) {
	a := start(t, Options{})
	schemas := loadContract(t)
	app, j := a.pendingApplication()
	free := a.openJob()
	reason := a.s.Snapshot().Reasons[0].ID
	file := obj{"attachment": obj{"name": "x.txt", "data": "SGk=", "content_type": "text/plain", "type": "OTHER"}}
	link := obj{"label": "Result", "url": "https://example.com/r", "details": obj{"custom_field_name_prefix": "Acme:", "attributes": []obj{{"key": "Score", "value": "9"}}}}
	steps := []struct {
		op, method, path string
		body             any
	}{
		{"check_api_key", http.MethodGet, "/check-api-key", nil},
		{"get_integration_details", http.MethodGet, "/integrations/" + a.s.IntegrationID(), nil},
		{"trigger_sync", http.MethodPost, "/force-sync", obj{"type": "DELTA"}},
		{"trigger_sync", http.MethodPost, "/force-sync", nil},
		{"create_application", http.MethodPost, "/ats/jobs/" + free.ID + "/applications", obj{"candidate": person("contract@example.com")}},
		{"create_candidate", http.MethodPost, "/ats/candidates", obj{"candidate": person("contract2@example.com"), "application": obj{"job_id": free.ID}}},
		{"move_application_to_stage", http.MethodPut, "/ats/applications/" + app.ID + "/stage", obj{"stage_id": j.StageIDs[1]}},
		{"add_application_note", http.MethodPost, "/ats/applications/" + app.ID + "/notes", obj{"content": "Good", "content_type": "PLAIN_TEXT"}},
		{"add_application_result_link", http.MethodPost, "/ats/applications/" + app.ID + "/result-links", link},
		{"add_candidate_result_link", http.MethodPost, "/ats/candidates/" + app.CandidateID + "/result-links", link},
		{"add_application_attachment", http.MethodPost, "/ats/applications/" + app.ID + "/attachments", file},
		{"add_candidate_attachment", http.MethodPost, "/ats/candidates/" + app.CandidateID + "/attachments", file},
		{"get_application_attachments", http.MethodGet, "/ats/applications/" + app.ID + "/attachments", nil},
		{"get_candidate_attachments", http.MethodGet, "/ats/candidates/" + app.CandidateID + "/attachments", nil},
		{"add_candidate_tag", http.MethodPost, "/ats/candidates/" + app.CandidateID + "/tags", obj{"tag": obj{"name": "New one"}}},
		{"remove_candidate_tag", http.MethodDelete, "/ats/candidates/" + app.CandidateID + "/tags", obj{"tag": obj{"name": "New one"}}},
		{"reject_application", http.MethodPost, "/ats/applications/" + app.ID + "/reject", obj{"rejection_reason_id": reason}},
		{"import_tracked_application", http.MethodPost, "/ats/import-tracked-application", obj{"tracked_at": nil, "successfactors": obj{"id_type": "application_remote_id", "application_remote_id": "1224042"}}},
	}
	for _, s := range steps {
		status, _, body := a.send(a.request(s.method, s.path, s.body))
		require.Equal(t, http.StatusOK, status, "%s: %s", s.op, body)
		schemas.check(t, s.op, body)
	}
	for _, id := range []string{"ats_create_application", "ats_create_candidate", "ats_add_application_attachment", "ats_add_candidate_attachment"} {
		types := a.ok(http.MethodGet, "/ats/actions/"+id, nil)["attachment_restrictions"].(obj)["types"].(obj)
		assert.Len(t, types, 3, id)
	}
}

func TestEveryOperationOfTheContractIsServed(t *testing.T) {
	raw, err := os.ReadFile(contractFile)
	require.NoError(t, err)
	var doc struct {
		Operations map[string]struct{ Method, Path string }
	}
	require.NoError(t, json.Unmarshal(raw, &doc))
	served := map[string]string{}
	for _, r := range routes {
		served[r.op] = r.method + " /" + r.path
	}
	for op, o := range doc.Operations {
		if op == "get_tools" || op == "send_passthrough_request" {
			continue // not about the ATS
		}
		path := o.Path
		for _, p := range []string{"{application_id}", "{candidate_id}", "{job_id}", "{integration_id}"} {
			path = strings.ReplaceAll(path, p, "*")
		}
		assert.Equal(t, o.Method+" "+path, served[op], op)
	}
}

func TestRefusalsHaveKombosForm(t *testing.T) {
	a := start(t, Options{})
	schemas := loadContract(t)
	app, _ := a.pendingApplication()
	for name, c := range map[string]struct {
		change       func(r *http.Request)
		method, path string
		body         any
		status       int
		code         string
	}{
		"no key":                  {func(r *http.Request) { r.Header.Del("Authorization") }, http.MethodGet, "/ats/jobs", nil, 401, codeKey},
		"another key":             {func(r *http.Request) { r.Header.Set("Authorization", "Bearer ks_dev_x") }, http.MethodGet, "/check-api-key", nil, 401, codeKey},
		"no integration":          {func(r *http.Request) { r.Header.Del("X-Integration-Id") }, http.MethodGet, "/ats/jobs", nil, 400, codeInputInvalid},
		"unknown integration":     {func(r *http.Request) { r.Header.Set("X-Integration-Id", "sandbox:x") }, http.MethodGet, "/ats/jobs", nil, 404, codeIntegration},
		"details of another":      {nil, http.MethodGet, "/integrations/personio%3Ax", nil, 404, codeIntegration},
		"unknown path":            {nil, http.MethodGet, "/ats/nothing", nil, 404, ""},
		"unknown method":          {nil, http.MethodDelete, "/ats/jobs", nil, 404, ""},
		"unknown action":          {nil, http.MethodGet, "/ats/actions/ats_hire", nil, 404, ""},
		"page too large":          {nil, http.MethodGet, "/ats/jobs?page_size=251", nil, 400, codeInputInvalid},
		"page too small":          {nil, http.MethodGet, "/ats/jobs?page_size=0", nil, 400, codeInputInvalid},
		"page of words":           {nil, http.MethodGet, "/ats/jobs?page_size=many", nil, 400, codeInputInvalid},
		"date with an offset":     {nil, http.MethodGet, "/ats/jobs?updated_after=2026-09-01T00:00:00%2B02:00", nil, 400, codeInputInvalid},
		"date that is none":       {nil, http.MethodGet, "/ats/jobs?updated_after=2026-13-01", nil, 400, codeInputInvalid},
		"list sent as many":       {nil, http.MethodGet, "/ats/jobs?ids=a&ids=b", nil, 400, codeInputInvalid},
		"unknown status":          {nil, http.MethodGet, "/ats/jobs?statuses=OPEN,GONE", nil, 400, codeInputInvalid},
		"flag of words":           {nil, http.MethodGet, "/ats/jobs?include_deleted=1", nil, 400, codeInputInvalid},
		"no e-mail":               {nil, http.MethodGet, "/ats/candidates?email=nobody", nil, 400, codeInputInvalid},
		"bad cursor":              {nil, http.MethodGet, "/ats/jobs?cursor=abc", nil, 400, codeInputInvalid},
		"body of invalid JSON":    {nil, http.MethodPost, "/ats/applications/" + app.ID + "/notes", `{"content":`, 400, codeInputInvalid},
		"body that is a list":     {nil, http.MethodPost, "/ats/applications/" + app.ID + "/notes", `[]`, 400, codeInputInvalid},
		"body of another type":    {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, http.MethodPost, "/ats/applications/" + app.ID + "/notes", `{}`, 400, codeInputInvalid},
		"unknown application":     {nil, http.MethodPost, "/ats/applications/x/notes", obj{"content": "x", "content_type": "PLAIN_TEXT"}, 404, codeInputInvalid},
		"unknown sync type":       {nil, http.MethodPost, "/force-sync", obj{"type": "SOME"}, 400, codeInputInvalid},
		"import without any ATS":  {nil, http.MethodPost, "/ats/import-tracked-application", obj{"tracked_at": nil}, 400, codeInputInvalid},
		"files of an unknown one": {nil, http.MethodGet, "/ats/candidates/x/attachments", nil, 404, codeInputInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			a := a.in(t)
			r := a.request(c.method, c.path, c.body)
			if c.change != nil {
				c.change(r)
			}
			status, _, body := a.send(r)
			assert.Equal(t, c.status, status, "%s", body)
			schemas.check(t, "error", body)
			code, _ := decode(t, body)["error"].(obj)["code"].(string)
			assert.Equal(t, c.code, code)
		})
	}
}

// TestEveryQueryParameterOfTheContractFilters: a parameter that the sandbox ignored would
// pass every test of the tools that send it.
func TestEveryQueryParameterOfTheContractFilters(t *testing.T) {
	raw, err := os.ReadFile(contractFile)
	require.NoError(t, err)
	var c struct {
		Operations map[string]struct {
			Query map[string]parameter `json:"query"`
		} `json:"operations"`
	}
	require.NoError(t, json.Unmarshal(raw, &c))
	a := start(t, Options{})
	control := []string{"cursor", "page_size", "include_deleted", "ignore_unsupported_filters"}
	tried := 0
	for op, path := range lists {
		all := len(a.all(path, ""))
		for name, p := range c.Operations[op].Query {
			if slices.Contains(control, name) {
				continue
			}
			tried++
			fewest := all
			for _, value := range p.values() {
				fewest = min(fewest, len(a.all(path, url.Values{name: {value}}.Encode())))
			}
			assert.Less(t, fewest, all, "%s of %s keeps every record", name, op)
		}
	}
	assert.Greater(t, tried, 40, "the contract was read")
}

// parameter is a query parameter of the contract.
type parameter struct {
	Format string   `json:"format"`
	Enum   []string `json:"enum"`
	Items  struct {
		Enum []string `json:"enum"`
	} `json:"items"`
}

// values are some that not every record has.
func (p parameter) values() []string {
	switch {
	case len(p.Enum) > 0:
		return p.Enum
	case len(p.Items.Enum) > 0:
		return p.Items.Enum
	case p.Format == "date-time":
		return []string{"2099-01-01T00:00:00.000Z"}
	}
	return []string{"no-record-has-this@value.example"}
}
