package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

func TestNoHeaderChoosesKeyIntegrationOrAddress(t *testing.T) {
	t.Parallel()
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	// Every request is checked for its key and integration when the test ends.
	u := serveUpstream(t, nil)
	s := serveProcess(t, append(u.environment(t), "KOMBO_AUTH_TOKEN="+tokenOfOne))
	session := s.open(bearer(tokenOfOne)...)
	for _, name := range []string{
		"X-Integration-Id", "X-Kombo-Integration-Id", "X-Kombo-Api-Key", "X-Api-Key", "Kombo-Api-Key", "X-Kombo-Base-Url", "Base-Url", "X-Forwarded-Host",
		"X-Kombo-Tenant", "X-Tenant", "X-Forwarded-User", "X-Original-Url", "Forwarded", "Cookie",
	} {
		r := s.tool(append(session, name, elsewhere.URL), "get_tags", object{"limit": 1, "where": `name != "` + name + `"`})
		assert.Contains(t, r.body, "structuredContent", name)
	}
	for _, name := range []string{"integration_id", "api_key", "base_url"} {
		assert.Contains(t, s.tool(session, "get_tags", object{name: elsewhere.URL}).body, `"isError":true`, name)
		assert.Equal(t, http.StatusOK, s.send(http.MethodPost, "/mcp?"+name+"="+elsewhere.URL, message(2, "ping", nil), session...).status)
	}
	assert.NotEmpty(t, of("get_tags", u.exchanges()))
	assert.Zero(t, strayed.Load())
}

func TestWithoutTheOneTokenNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	s := serveProcess(t, environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne), "--sandbox", "--log-level=info")
	for name, headers := range map[string][]string{
		"no header":         nil,
		"an empty one":      {"Authorization", ""},
		"no token":          {"Authorization", "Bearer"},
		"two headers":       {"Authorization", "Bearer " + tokenOfOne, "Authorization", "Bearer " + tokenOfOne},
		"two tokens":        {"Authorization", "Bearer " + tokenOfOne + ", Bearer " + tokenOfOne},
		"another token":     bearer(tokenOfTwo),
		"a part of it":      bearer(tokenOfOne[:len(tokenOfOne)-1]),
		"more than it":      bearer(tokenOfOne + "x"),
		"another case":      bearer(strings.ToUpper(tokenOfOne)),
		"another scheme":    {"Authorization", "Basic " + tokenOfOne},
		"another header":    {"X-Authorization", "Bearer " + tokenOfOne},
		"a cookie":          {"Cookie", "Authorization=Bearer " + tokenOfOne},
		"a guessed session": {"Mcp-Session-Id", "kombo-AAAAAAAAAAAAAAAAAAAAAAAAAA"},
	} {
		for path, method := range map[string]string{"/mcp": http.MethodPost, "/sse": http.MethodGet, "/message?sessionId=x": http.MethodPost} {
			r := s.send(method, path, greeting, headers...)
			assert.Equal(t, http.StatusUnauthorized, r.status, "%s at %s", name, path)
			assert.True(t, strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer"), name)
			assert.NotContains(t, r.body, tokenOfOne)
		}
		assert.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, "/mcp?access_token="+tokenOfOne, greeting, headers...).status, "a token does not belong in an address")
	}
	s.open("Authorization", "bearer "+tokenOfOne)
	assert.NotContains(t, s.stderr.String(), tokenOfOne)
	assert.Equal(t, http.StatusNotFound, s.send(http.MethodGet, "/.well-known/oauth-protected-resource", "").status)
}

func TestPathsLeadNowhereElse(t *testing.T) {
	t.Parallel()
	s := serveProcess(t, environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne), "--sandbox")
	ask := func(lines string) (status int, header http.Header, body string) {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		require.NoError(t, err)
		defer func() { assert.NoError(t, c.Close()) }()
		require.NoError(t, c.SetDeadline(time.Now().Add(deadline)))
		_, err = io.WriteString(c, lines)
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, resp.Header, string(raw)
	}
	for _, path := range []string{
		"/../../etc/passwd", "/mcp/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/mcp/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/mcp/", "/mcp/x", "/MCP",
		"/debug/pprof/", "/", "/message/../metrics/x", "/mcp%00", `/..\..\etc\passwd`,
	} {
		status, header, body := ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		assert.Contains(t, []int{http.StatusNotFound, http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest}, status, path)
		assert.NotContains(t, body, "root:", path)
		assert.NotContains(t, header.Get("Location"), "//", path)
	}
	for name, lines := range map[string]string{
		"a line in a header":     "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Kombo-Tools: a\rb\r\n\r\n",
		"a null in a header":     "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \x00\r\n\r\n",
		"two hosts":              "POST /mcp HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
		"two lengths":            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		"a length and chunks":    "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"a line in the path":     "POST /mcp?sessionId=a%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"a line in a session id": "POST /message?sessionId=a%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + tokenOfOne + "\r\n\r\n",
		"a host with a path":     "POST /mcp HTTP/1.1\r\nHost: localhost/evil\r\nConnection: close\r\n\r\n",
	} {
		status, header, _ := ask(lines)
		assert.GreaterOrEqual(t, status, 400, name)
		assert.Less(t, status, 502, name)
		assert.Empty(t, header.Get("X-Evil"), name)
	}
}

func TestASignalTakesOverNewTokensAndKeepsSessions(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	line := "integration_id: " + u.IntegrationID()
	file := tenantsFile(t, "", []string{"one", tokenOfOne, line})
	s := serveProcess(t, u.environment(t), "--tenants="+file, "--log-level=info")
	session := s.open(bearer(tokenOfOne)...)
	assert.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, "/mcp", greeting, bearer(tokenOfTwo)...).status)
	again := func(says string) {
		t.Helper()
		before := strings.Count(s.stderr.String(), says)
		require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
		require.Eventually(t, func() bool { return strings.Count(s.stderr.String(), says) > before }, deadline, 5*time.Millisecond, s.stderr.String())
	}
	list := func(session []string) string {
		return s.send(http.MethodPost, "/mcp", message(3, "tools/list", object{}), session...).body
	}
	tenantsFile(t, file, []string{"one", tokenOfOne, line}, []string{"two", tokenOfTwo, line})
	again("tenants file reloaded")
	s.open(bearer(tokenOfTwo)...)
	assert.Contains(t, list(session), "create_candidate", "the session of before")

	require.NoError(t, os.WriteFile(file, []byte("tenants: [{name: one, tokens: ["+tokenOfOne+"]}]"), 0o600))
	again("tenants file rejected")
	assert.Contains(t, list(session), "create_candidate")
	s.open(bearer(tokenOfTwo)...)
	assert.NotContains(t, s.stderr.String(), tokenOfOne)

	tenantsFile(t, file, []string{"one", tokenOfOne, line, "read_only: true"})
	again("tenants file reloaded")
	assert.Contains(t, list(session), "get_jobs", "the session goes on")
	assert.NotContains(t, list(session), "create_candidate", "with what its tenant may do now")
	assert.Contains(t, s.tool(session, "create_candidate", object{}).body, `"error"`)
	assert.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, "/mcp", greeting, bearer(tokenOfTwo)...).status, "a tenant that was removed")
}

func TestMetricsCountCallsAndNameNobody(t *testing.T) {
	t.Parallel()
	// Readiness asks for the key alone, which the contract knows without integration.
	u := serveUpstream(t, func(u *upstream) { u.spoil = func(http.ResponseWriter, *http.Request) {} })
	c := castOf(t, u)
	s := serveProcess(t, u.environment(t), "--log-level=debug")
	session := s.open()
	person := byID(u.Snapshot().Candidates, func(p sandbox.Candidate) string { return p.ID })[c.applications[0].CandidateID]
	s.tool(session, "get_candidates", object{"email": person.Emails[0]})
	s.tool(session, "get_candidates", object{"where": "no such column"})
	s.tool(session, person.Emails[0], object{})
	for range 3 {
		assert.Equal(t, http.StatusOK, s.send(http.MethodGet, "/readyz", "").status)
	}
	assert.Len(t, of("check_api_key", u.exchanges()), 1, "readiness is remembered")
	m := s.send(http.MethodGet, "/metrics", "").body
	for _, line := range []string{
		`kombo_mcp_calls_total{outcome="ok",tenant="default",tool="get_candidates"} 1`, `kombo_mcp_calls_total{outcome="error",tenant="default",tool="get_candidates"} 1`,
		"kombo_mcp_sessions 1", "kombo_mcp_calls_in_flight 0", `kombo_mcp_upstream_requests_total{operation="get_candidates",status="200"}`,
	} {
		assert.Contains(t, m, line)
	}
	for _, secret := range []string{person.Emails[0], person.Last, u.APIKey()} {
		assert.NotContains(t, strings.ToLower(m), strings.ToLower(secret))
		assert.NotContains(t, strings.ToLower(s.stderr.String()), strings.ToLower(secret))
	}
}

func TestMetricsAreNotForTheWorld(t *testing.T) {
	t.Parallel()
	s := start(t, environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne), "--sandbox", "--transport=http", "--listen=0.0.0.0:0", "--behind-tls-proxy")
	var found []string
	require.Eventually(t, func() bool {
		found = servingOn.FindStringSubmatch(s.stderr.String())
		return found != nil
	}, deadline, 5*time.Millisecond)
	_, port, err := net.SplitHostPort(found[1])
	require.NoError(t, err)
	open := &served{process: s, base: "http://127.0.0.1:" + port, client: http.DefaultClient}
	assert.Equal(t, http.StatusNotFound, open.send(http.MethodGet, "/metrics", "").status)
	assert.Equal(t, http.StatusUnauthorized, open.send(http.MethodPost, "/mcp", greeting).status)
}

// TestAWriteOnTheWireIsJournalledWhateverEndsTheServer is about what the server
// is not told: whether the ATS did it.
func TestAWriteOnTheWireIsJournalledWhateverEndsTheServer(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*testing.T, *process){
		"by closing its input": func(t *testing.T, p *process) { require.NoError(t, p.stdin.Close()) },
		"by SIGTERM":           func(t *testing.T, p *process) { require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM)) },
	} {
		for how, slow := range map[string]time.Duration{"a write that ends": time.Second, "a write that hangs": time.Hour} {
			t.Run(how+" "+name, func(t *testing.T) {
				t.Parallel()
				arrived := make(chan struct{}, 1)
				u := serveUpstream(t, func(u *upstream) {
					u.spoil = func(w http.ResponseWriter, r *http.Request) {
						if r.Method != http.MethodPost {
							return
						}
						arrived <- struct{}{}
						select {
						case <-time.After(slow):
						case <-r.Context().Done():
							w.WriteHeader(http.StatusServiceUnavailable)
						}
					}
				})
				c := castOf(t, u)
				env := u.environment(t)
				p := start(t, env)
				p.greet()
				p.say(object{"id": 2, "method": "tools/call", "params": object{"name": "add_application_note", "arguments": object{"application_id": c.applications[0].ID, "content": "x"}}})
				<-arrived
				tell(t, p)
				p.end(13 * time.Second)
				want := map[bool]once.State{true: once.Done, false: once.Unknown}[slow < time.Minute]
				raw, err := os.ReadFile(filepath.Clean(journalOf(t, env)))
				require.NoError(t, err)
				assert.Contains(t, string(raw), `"state":"`+string(want)+`"`)
			})
		}
	}
}
