package tools_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// listNow is the present of the list tests: a Tuesday.
var listNow = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// args are the arguments of a call.
type args = map[string]any

// listRig is a toolbox before an upstream.
type listRig struct {
	box *tools.Toolbox
	sb  *sandbox.Sandbox // nil before another upstream
}

// newListRig puts a toolbox before a sandbox.
func newListRig(t failer, o sandbox.Options) *listRig {
	t.Helper()
	return newListRigOn(t, sandboxOf(o), nil)
}

func sandboxOf(o sandbox.Options) *sandbox.Sandbox {
	if o.Seed == 0 {
		o.Seed = 7
	}
	if o.Today.IsZero() && o.Clock == nil {
		o.Today = listNow
	}
	o.RateLimit = -1
	return sandbox.New(o)
}

// newListRigOn does the same with a sandbox that exists, seen through wrap if
// that is not nil.
func newListRigOn(t failer, sb *sandbox.Sandbox, wrap func(http.RoundTripper) http.RoundTripper, changes ...func(*tools.Config)) *listRig {
	t.Helper()
	transport := sb.Transport()
	if wrap != nil {
		transport = wrap(transport)
	}
	rig := newListRigBefore(t, transport, sb.BaseURL(), sb.APIKey(), sb.IntegrationID(), changes...)
	rig.sb = sb
	return rig
}

// newListRigBefore puts a toolbox before any transport.
func newListRigBefore(t failer, transport http.RoundTripper, base, key, integration string, changes ...func(*tools.Config)) *listRig {
	t.Helper()
	client, err := kombo.New(key, kombo.WithIntegration(integration), kombo.WithBaseURL(base),
		kombo.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	cfg := tools.Config{Client: client, Now: func() time.Time { return listNow }, Secret: []byte("the secret of the list tests")}
	for _, change := range changes {
		change(&cfg)
	}
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return &listRig{box: box}
}

// listAnswer is an answer in both of its forms.
type listAnswer struct {
	digest.Answer
	text, structured string
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	require.TestingT
	Helper()
}

// call gives the result of a tool as a host gets it.
func (r *listRig) call(tool string, a args) *mcp.CallToolResult {
	return r.box.Call(context.Background(), tools.Caller{}, tool, map[string]any(a))
}

// ask calls a list that must answer, and takes both forms of the answer apart.
func (r *listRig) ask(t failer, tool string, a args) *listAnswer {
	t.Helper()
	return readAnswer(t, tool, a, r.call(tool, a))
}

func readAnswer(t failer, tool string, a args, result *mcp.CallToolResult) *listAnswer {
	t.Helper()
	text := textOf(t, result)
	require.False(t, result.IsError, "%s %v: %s", tool, a, text)
	raw, err := json.Marshal(result.StructuredContent)
	require.NoError(t, err)
	out := &listAnswer{text: text, structured: string(raw)}
	require.NoError(t, json.Unmarshal(raw, &out.Answer))
	return out
}

// refused calls a list that must refuse, and gives its words.
func (r *listRig) refused(t failer, tool string, a args) string {
	t.Helper()
	result := r.call(tool, a)
	text := textOf(t, result)
	require.True(t, result.IsError, "%s %v: %s", tool, a, text)
	return text
}

func textOf(t failer, result *mcp.CallToolResult) string {
	t.Helper()
	require.Len(t, result.Content, 1)
	content, ok := result.Content[0].(mcp.TextContent)
	require.True(t, ok)
	return content.Text
}

func (a *listAnswer) notes() string { return strings.Join(a.Notes, "\n") }
