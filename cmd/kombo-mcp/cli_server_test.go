package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// offered are the names of the tools that a session lists.
func (s *session) offered() []string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	defer cancel()
	list, err := s.client.ListTools(ctx, mcp.ListToolsRequest{})
	require.NoError(s.t, err)
	var names []string
	for _, t := range list.Tools {
		names = append(names, t.Name)
	}
	return names
}

// denied calls a tool that is not offered; how it is refused is the protocol's
// affair, that it is not carried out is ours.
func (s *session) denied(tool string, arguments object) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), deadline)
	defer cancel()
	r := mcp.CallToolRequest{}
	r.Params.Name, r.Params.Arguments = tool, arguments
	answer, err := s.client.CallTool(ctx, r)
	if err == nil {
		assert.True(s.t, answer.IsError, "%s went through: %s", tool, textOf(answer))
		return
	}
	assert.Contains(s.t, err.Error(), tool)
}

func TestAReadOnlyServerNeitherOffersNorSendsAnyWrite(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	c := castOf(t, u)
	s := u.connect(t, "--read-only", "--walk-records", "20")
	reads := s.offered()
	for _, w := range append(append(moves(c), uploads(c)...), append(trackings(), entries(t, u, c)...)...) {
		s.denied(w.tool, w.arguments)
	}
	var want []string
	for _, tool := range tools.Catalogue() {
		if tool.ReadOnly() {
			want = append(want, tool.Name())
		} else {
			assert.NotContains(t, reads, tool.Name())
			s.denied(tool.Name(), object{})
		}
	}
	assert.ElementsMatch(t, want, reads)
	assert.Empty(t, writes(u.exchanges()))
	assert.Empty(t, u.Effects())
	s.ok("get_tags", object{"limit": 1})
	refused := run(t, u.environment(t), "", "call", "--read-only", "add_application_note", `{"application_id": "`+c.applications[0].ID+`", "content": "x"}`)
	assert.Equal(t, 1, refused.code)
	assert.Contains(t, refused.stdout, "add_application_note changes the ATS and this server is read-only")
	assert.Empty(t, u.Effects())
}

func TestAServerOffersTheToolsThatItWasToldTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env, args []string
		offered   []string
	}{
		"only some":                {nil, []string{"--tools", "get_jobs,get_tags"}, []string{"get_jobs", "get_tags"}},
		"only some, one by one":    {nil, []string{"--tools", "get_jobs", "--tools", "get_tags"}, []string{"get_jobs", "get_tags"}},
		"some of them left out":    {nil, []string{"--tools", "get_jobs,get_tags", "--exclude-tools", "get_tags"}, []string{"get_jobs"}},
		"by the environment":       {[]string{"KOMBO_TOOLS=get_jobs,create_candidate", "KOMBO_READ_ONLY=true"}, nil, []string{"get_jobs"}},
		"left out, by environment": {[]string{"KOMBO_TOOLS=get_jobs,get_users", "KOMBO_EXCLUDE_TOOLS=get_users"}, nil, []string{"get_jobs"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := connect(t, environment(t, c.env...), append([]string{"--sandbox"}, c.args...)...)
			assert.Equal(t, c.offered, s.offered())
			s.denied("get_tags_", nil)
			s.denied("get_offers", object{})
		})
	}
}

func TestSandboxServesOnceItSaysSo(t *testing.T) {
	t.Parallel()
	p := start(t, environment(t), "sandbox", "--listen", "127.0.0.1:0", "--today", "2026-11-24", "--rate-limit", "-1")
	said := map[string]string{}
	lines := bufio.NewScanner(p.stdout)
	for range 3 {
		require.True(t, lines.Scan(), p.stderr.String())
		name, value, found := strings.Cut(lines.Text(), "=")
		require.True(t, found, lines.Text())
		said[name] = value
	}
	require.Contains(t, said, "KOMBO_BASE_URL")
	// It listens by now: nothing is tried twice.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, said["KOMBO_BASE_URL"]+"/ats/tags", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+said["KOMBO_API_KEY"])
	r.Header.Set("X-Integration-Id", said["KOMBO_INTEGRATION_ID"])
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	var env []string
	for name, value := range said {
		env = append(env, name+"="+value)
	}
	got := run(t, environment(t, env...), "", "call", "get_jobs", `{"limit": 0}`)
	assert.Contains(t, got.stdout, "jobs: 13 matched", got.stderr)
	require.NoError(t, p.cmd.Process.Signal(os.Interrupt))
	assert.False(t, lines.Scan(), "it says no more: %s", lines.Text())
	assert.NoError(t, p.cmd.Wait())
}

func TestAWriteIsInTheJournalAndIsNotSentTwiceByTheNextProcess(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, shortWalks)
	c := castOf(t, u)
	env := u.environment(t)
	arguments := `{"application_id": "` + c.applications[0].ID + `", "content": "once"}`
	firstTime := run(t, env, "", "call", "add_application_note", arguments)
	require.Equal(t, 0, firstTime.code, firstTime.stdout+firstTime.stderr)
	_, err := os.Stat(journalOf(t, env))
	require.NoError(t, err)
	again := run(t, env, "", "call", "add_application_note", arguments)
	assert.Equal(t, 0, again.code)
	assert.Contains(t, again.stdout, "was not repeated")
	assert.Len(t, writes(u.exchanges()), 1)
	verified := run(t, env, "", "journal", "verify")
	assert.Equal(t, 0, verified.code, verified.stdout+verified.stderr)
	assert.Contains(t, verified.stdout, "intact")
	shown := run(t, env, "", "journal", "show", "--tool", "add_application_note")
	assert.Equal(t, 0, shown.code, shown.stderr)
	assert.Contains(t, shown.stdout, c.applications[0].ID)
	assert.NotContains(t, shown.stdout, u.APIKey())
}

func TestTheDemoAsksARecruitersQuestions(t *testing.T) {
	t.Parallel()
	got := run(t, environment(t), "", "demo", "--today", "2026-11-24")
	require.Equal(t, 0, got.code, got.stderr)
	assert.Contains(t, got.stdout, fmt.Sprintf("started over stdio on a made-up ATS with 600 applications; it offers %d tools", len(tools.Catalogue())))
	assert.GreaterOrEqual(t, strings.Count(got.stdout, "\n> "), 5)
}
