package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// reply is a decoded response of the protocol.
type reply struct {
	Result struct {
		Prompts   []object `json:"prompts"`
		Resources []object `json:"resources"`
		Templates []object `json:"resourceTemplates"`
		Messages  []struct {
			Content struct {
				Text string `json:"text"`
			} `json:"content"`
		} `json:"messages"`
		Contents   []mcp.TextResourceContents `json:"contents"`
		Completion mcp.Completion             `json:"completion"`
	} `json:"result"`
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func readReply(t testing.TB, raw string) reply {
	t.Helper()
	if _, data, found := strings.Cut(raw, "data: "); found {
		raw = data
	}
	var r reply
	require.NoError(t, json.Unmarshal([]byte(raw), &r), raw)
	return r
}

func (r reply) text() string {
	switch {
	case len(r.Result.Messages) == 1:
		return r.Result.Messages[0].Content.Text
	case len(r.Result.Contents) == 1:
		return r.Result.Contents[0].Text
	}
	return ""
}

// asked sends a request to a server in the same process.
func asked(t testing.TB, s *server.MCPServer, method string, params object) reply {
	t.Helper()
	raw, err := json.Marshal(s.HandleMessage(t.Context(), json.RawMessage(rpc(1, method, params))))
	require.NoError(t, err)
	return readReply(t, string(raw))
}

func names(list []object) []string {
	var out []string
	for _, o := range list {
		name, _ := o["name"].(string)
		out = append(out, name)
	}
	return out
}

func TestPromptsAreListedAndReturnedWithData(t *testing.T) {
	s := New(newBox(t, nil), "test", discardLogger)
	listed := asked(t, s, "prompts/list", nil).Result.Prompts
	require.Len(t, listed, len(prompts.Catalogue()))
	for _, p := range listed {
		assert.NotEmpty(t, p["title"])
		assert.NotEmpty(t, p["description"])
	}
	got := asked(t, s, "prompts/get", object{"name": "weekly_report", "arguments": object{"days": "31"}})
	assert.Contains(t, got.text(), "Coverage: complete")
	bad := asked(t, s, "prompts/get", object{"name": "pipeline_review", "arguments": object{"job": "nosuch"}})
	assert.Contains(t, bad.Error.Message, "Choices: ")
	assert.NotZero(t, bad.Error.Code)
	assert.Contains(t, asked(t, s, "prompts/get", object{"name": "nosuch"}).Error.Message, "not found")
}

func TestPromptsOfExcludedToolsAreNotListedAndSayWhy(t *testing.T) {
	s := New(newBox(t, func(c *tools.Config) { c.ReadOnly = true }), "test", discardLogger)
	listed := names(asked(t, s, "prompts/list", nil).Result.Prompts)
	assert.NotContains(t, listed, "rejection_round")
	assert.Contains(t, listed, "pipeline_review")
	got := asked(t, s, "prompts/get", object{"name": "rejection_round", "arguments": object{"job": "x", "stage": "x", "reason": "x"}})
	assert.Contains(t, got.Error.Message, "the prompt rejection_round needs the tool reject_application")
	assert.Contains(t, got.Error.Message, "read-only")
	s = New(newBox(t, func(c *tools.Config) { c.Only = []string{"get_jobs"} }), "test", discardLogger)
	assert.Empty(t, asked(t, s, "prompts/list", nil).Result.Prompts)
	assert.Equal(t, []string{"job"}, names(asked(t, s, "resources/templates/list", nil).Result.Templates))
	assert.Equal(t, []string{"integration"}, names(asked(t, s, "resources/list", nil).Result.Resources))
	assert.Contains(t, asked(t, s, "resources/read", object{"uri": tools.FunnelView}).Error.Message, "get_applications is not offered")
}

func TestFunnelViewIsMCPAppsPage(t *testing.T) {
	s := New(newBox(t, nil), "test", discardLogger)
	got := asked(t, s, "resources/read", object{"uri": tools.FunnelView})
	require.Len(t, got.Result.Contents, 1)
	assert.Equal(t, tools.ViewType, got.Result.Contents[0].MIMEType)
	assert.Equal(t, tools.FunnelPage, got.text())
}

func TestPanicInPromptIsAnErrorWithoutDetails(t *testing.T) {
	var broken *tools.Toolbox
	for _, request := range []struct {
		method string
		params object
	}{
		{"prompts/get", object{"name": "weekly_report"}},
		{"resources/read", object{"uri": integrationURI}},
		{"resources/read", object{"uri": "kombo://jobs/x"}},
	} {
		s := newServer(always(broken), "test", discardLogger, nil, "", features{current: always(broken), logger: discardLogger}.option())
		got := asked(t, s, request.method, request.params)
		assert.Equal(t, errInternal.Error(), got.Error.Message, request.method)
	}
	s := newServer(always(broken), "test", discardLogger, nil, "", features{current: always(broken), logger: discardLogger}.option())
	got := asked(t, s, "completion/complete", object{"ref": object{"type": "ref/prompt", "name": "weekly_report"}, "argument": object{"name": "days", "value": ""}})
	assert.Empty(t, got.Result.Completion.Values)
	assert.Empty(t, got.Error.Message)
}

func TestPromptsFollowTenantAndNarrowing(t *testing.T) {
	metrics := NewMetrics()
	rules := tokenAuth{"a": {Name: "a", Box: newBox(t, nil)}, "b": {Name: "b", Box: newBox(t, func(c *tools.Config) { c.Exclude = []string{"get_interviews"} })}}
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth, o.Metrics = rules, metrics })
	list := func(session, method string, headers ...string) reply {
		return readReply(t, h.post(session, rpc(1, method, object{}), headers...).body)
	}
	a, b := []string{"Authorization", "Bearer a"}, []string{"Authorization", "Bearer b"}
	sa, sb := h.greet(a...), h.greet(b...)
	assert.Len(t, list(sa, "prompts/list", a...).Result.Prompts, len(prompts.Catalogue()))
	assert.NotContains(t, names(list(sb, "prompts/list", b...).Result.Prompts), "pipeline_review")
	assert.NotContains(t, names(list(sa, "prompts/list", append(a, "X-Kombo-Read-Only", "true")...).Result.Prompts), "intake")
	narrow := append(slices.Clone(a), "X-Kombo-Tools", "get_offers,get_applications")
	assert.Equal(t, []string{"offers_ahead"}, names(list(sa, "prompts/list", narrow...).Result.Prompts))
	assert.Equal(t, []string{"application"}, names(list(sa, "resources/templates/list", narrow...).Result.Templates))
	got := readReply(t, h.post(sa, rpc(2, "prompts/get", object{"name": "weekly_report"}), narrow...).body)
	assert.Contains(t, got.Error.Message, "the caller asked to be kept from get_jobs")
	got = readReply(t, h.post(sa, rpc(2, "resources/read", object{"uri": "kombo://jobs/x"}), narrow...).body)
	assert.Contains(t, got.Error.Message, "the caller asked to be kept from get_jobs")
	// The tenant's current tools count, also in sessions that began before.
	rules["b"] = &Tenant{Name: "b", Box: newBox(t, nil)}
	assert.Contains(t, names(list(sb, "prompts/list", b...).Result.Prompts), "pipeline_review")
	got = readReply(t, h.post(sb, rpc(3, "prompts/get", object{"name": "offers_ahead"}), b...).body)
	assert.NotEmpty(t, got.text())
	w := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	assert.Contains(t, w.Body.String(), `kombo_mcp_calls_total{outcome="ok",tenant="b",tool="prompts/get offers_ahead"} 1`)
	assert.Contains(t, h.logs.String(), "prompts/get offers_ahead")
	assert.NotContains(t, h.logs.String(), "kombo://jobs/x")
}

func TestResourcesStayWithinTokenBudget(t *testing.T) {
	box := newBox(t, nil)
	s := New(box, "test", discardLogger)
	complete := func(template, argument, value string, chosen object) []string {
		return asked(t, s, "completion/complete", object{
			"ref": object{"type": "ref/resource", "uri": template}, "argument": object{"name": argument, "value": value}, "context": object{"arguments": chosen},
		}).Result.Completion.Values
	}
	about := asked(t, s, "resources/read", object{"uri": integrationURI})
	assert.Contains(t, about.text(), "ats: Sandbox ATS\n")
	assert.Contains(t, about.text(), "freshness: Kombo's copy of the applications changed as late as 2026-11-2")
	assert.Contains(t, about.text(), "- Applications\n")
	assert.LessOrEqual(t, digest.CountTokens(about.text()), digest.DefaultTokens)
	templates := asked(t, s, "resources/templates/list", nil).Result.Templates
	require.Len(t, templates, len(resources))
	for _, r := range resources {
		ids := complete(r.template, "id", "", nil)
		require.NotEmpty(t, ids, r.template)
		assert.Equal(t, ids[:1], complete(r.template, "id", ids[0], nil), r.template)
		uri := strings.ReplaceAll(r.template, "{id}", ids[0])
		if strings.Contains(uri, "{file}") {
			var files []string
			for _, id := range ids {
				if files = complete(r.template, "file", "", object{"id": id}); len(files) > 0 {
					break
				}
			}
			require.NotEmpty(t, files, r.template)
			got := asked(t, s, "resources/read", object{"uri": strings.ReplaceAll(uri, "{file}", files[0])})
			assert.Contains(t, got.Error.Message, "cannot be read", "this box fetches no files")
			continue
		}
		got := asked(t, s, "resources/read", object{"uri": uri})
		require.Empty(t, got.Error.Message, uri)
		assert.NotEmpty(t, got.text())
		assert.LessOrEqual(t, digest.CountTokens(got.text()), digest.DefaultTokens, uri)
		assert.Equal(t, uri, got.Result.Contents[0].URI)
	}
	for uri, says := range map[string]string{
		"kombo://jobs/nosuch": `there is no job with the id "nosuch"`, "kombo://applications/nosuch": "ids come from get_applications",
		"kombo://nosuch/x": "not found", "kombo://jobs/a%2Cb": "takes one id", "kombo://jobs/": "takes one id", "kombo://attachments/applications/": "takes one id", "kombo://attachments/applications/nosuch": "nosuch",
	} {
		assert.Contains(t, asked(t, s, "resources/read", object{"uri": uri}).Error.Message, says, uri)
	}
	assert.Empty(t, complete("kombo://nosuch/{id}", "id", "", nil))
}

func TestResourcesAreMaskedAndJournaled(t *testing.T) {
	var mu sync.Mutex // a prompt reads its parts side by side
	var recorded []string
	box := newBox(t, func(c *tools.Config) {
		c.Redact = tools.Redactions
		c.RecordRead = func(_ context.Context, r tools.Read) error {
			mu.Lock()
			defer mu.Unlock()
			recorded = append(recorded, r.Tool)
			return nil
		}
	})
	plain := New(newBox(t, nil), "test", discardLogger)
	s := New(box, "test", discardLogger)
	ids, _ := prompts.RecordIDs(t.Context(), box, tools.Caller{}, "get_candidates", "")
	require.NotEmpty(t, ids)
	masked := 0
	for _, id := range ids[:10] {
		uri := "kombo://candidates/" + id
		open := asked(t, plain, "resources/read", object{"uri": uri}).text()
		shown := asked(t, s, "resources/read", object{"uri": uri}).text()
		for line := range strings.Lines(open) {
			for _, key := range []string{"  last_name: ", "last_name: ", "- email_address: ", "- phone_number: "} {
				value, found := strings.CutPrefix(strings.TrimSpace(line), strings.TrimSpace(key))
				if value, _, _ = strings.Cut(strings.TrimSpace(value), ","); found && len(value) > 3 {
					masked++
					assert.NotContains(t, shown, value, uri)
				}
			}
		}
	}
	assert.NotZero(t, masked)
	before := len(recorded)
	asked(t, s, "resources/read", object{"uri": integrationURI})
	asked(t, s, "prompts/get", object{"name": "offers_ahead"})
	assert.Equal(t, "integration", recorded[before])
	assert.Contains(t, recorded[before:], "get_offers")
}
