package main

import (
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

const (
	tokenOfAnna = "kmcp_the-token-of-the-approver-anna-001"
	tokenOfBen  = "kmcp_the-token-of-the-approver-ben-0002"
)

func approver(name, token string) string {
	return "approvers: [{name: " + name + ", sha256: " + tenants.Hash(token) + "}]"
}

const (
	inSandbox   = "integration_id: greenhouse:1"
	waitsForOne = "confirm_fallback: person"
)

// servePeople starts a server with two tenants, whose writes wait for anna and for ben.
func servePeople(t *testing.T, more ...string) (*served, approvals.Store, string) {
	t.Helper()
	env := environment(t)
	file := tenantsFile(t, "",
		[]string{"acme", tokenOfOne, inSandbox, waitsForOne, approver("anna", tokenOfAnna)},
		[]string{"globex", tokenOfTwo, inSandbox, waitsForOne, approver("ben", tokenOfBen)})
	return serveProcess(t, env, append([]string{"--sandbox", "--log-level=info", "--journal=" + journalOf(t, env), "--tenants=" + file}, more...)...), approvalsOf(t, env), file
}

// signsIn signs in with a token; base is the address of the pages, and only the status
// counts if it is not 200.
func (b *browser) signsIn(site, token string) (status int, base string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.get(site+"/approve"), b.page)
	require.Contains(b.t, b.page, "Sign in")
	status = b.post(site+"/approve/sign-in", site, url.Values{"token": {token}})
	return status, b.at.String()
}

func TestAnApproverOfATenantApprovesOverHTTP(t *testing.T) {
	t.Parallel()
	s, store, _ := servePeople(t)
	a := wait(t, store, "acme", "of acme")
	ofGlobex := wait(t, store, "globex", "of globex")

	anna, ben := newBrowser(t), newBrowser(t)
	status, base := anna.signsIn(s.base, tokenOfAnna)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, anna.page, "Reject of acme.")
	assert.NotContains(t, anna.page, "globex")
	status, baseOfBen := ben.signsIn(s.base, tokenOfBen)
	require.Equal(t, http.StatusOK, status)
	assert.NotContains(t, ben.page, "acme")

	form := ben.form("approve")
	form.Set("id", a.ID)
	assert.Equal(t, http.StatusForbidden, ben.post(baseOfBen+"/decide", s.base, form), "a form is for one approval")
	assert.Equal(t, http.StatusForbidden, ben.post(base+"/decide", s.base, form), "and for one session")
	for _, origin := range []string{"https://evil.example", "https://app.example.com", "http://localhost:3000", "null"} {
		assert.Equal(t, http.StatusForbidden, anna.post(base+"/decide", origin, anna.form("approve")), origin)
		require.Equal(t, http.StatusOK, anna.get(base))
	}
	assert.Equal(t, approvals.Waiting, stateOf(t, store, a).State)

	anna.sends(base, "approve")
	ben.get(baseOfBen)
	ben.sends(baseOfBen, "decline")
	got, declined := stateOf(t, store, a), stateOf(t, store, ofGlobex)
	assert.Equal(t, []string{"approved", "anna", "page"}, []string{string(got.State), got.DecidedBy, got.DecidedHow})
	assert.Equal(t, []string{"declined", "ben"}, []string{string(declined.State), declined.DecidedBy})
}

func TestOnlyApproversSignInAndOnlyCallersCall(t *testing.T) {
	t.Parallel()
	s, store, _ := servePeople(t, "--allow-origin=https://app.example.com")
	a := wait(t, store, "acme", "a")
	for name, token := range map[string]string{
		"a caller of the tenant": tokenOfOne, "a caller of another": tokenOfTwo, "nobody": tokenOfAnna + "x",
		"a hash": tenants.Hash(tokenOfAnna), "a token of an issuer": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
	} {
		b := newBrowser(t)
		status, _ := b.signsIn(s.base, token)
		assert.Equal(t, http.StatusForbidden, status, name)
		assert.Contains(t, b.page, "not an approver", name)
		assert.NotContains(t, b.page, "Reject", name)
	}
	for _, token := range []string{tokenOfAnna, tokenOfOne} {
		r := s.send(http.MethodGet, "/approve", "", bearer(token)...)
		assert.NotContains(t, r.body, "Reject", "a header is not a sign-in")
	}
	for path, method := range map[string]string{"/mcp": http.MethodPost, "/sse": http.MethodGet, "/message?sessionId=x": http.MethodPost} {
		assert.Equal(t, http.StatusUnauthorized, s.send(method, path, greeting, bearer(tokenOfAnna)...).status, path)
	}
	session := s.open(bearer(tokenOfOne)...)
	assert.Equal(t, http.StatusUnauthorized, s.send(http.MethodPost, "/mcp", message(2, "tools/list", object{}), append(bearer(tokenOfAnna), session[2:]...)...).status)

	for _, path := range []string{"/approve", "/approve/sign-in", "/approve/x/decide"} {
		for _, host := range []string{"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"} {
			assert.Equal(t, http.StatusForbidden, s.at(host, http.MethodGet, path, ""), host)
			assert.Equal(t, http.StatusForbidden, s.at(host, http.MethodPost, path, "token="+tokenOfAnna), host)
		}
		r := s.send(http.MethodGet, path, "", "Origin", "https://app.example.com")
		assert.Empty(t, r.header.Get("Access-Control-Allow-Origin"), "a page that may call reads no approvals")
		assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
	}
	large := s.send(http.MethodPost, "/approve/sign-in", "token="+strings.Repeat("x", 64<<10), "Origin", s.base, "Content-Type", "")
	assert.GreaterOrEqual(t, large.status, 400)
	assert.Equal(t, approvals.Waiting, stateOf(t, store, a).State)
	for _, token := range []string{tokenOfAnna, tokenOfBen, tokenOfOne} {
		assert.NotContains(t, s.stderr.String(), token)
	}
}

// at makes a request under a host name.
func (s *served) at(host, method, path, form string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(form))
	require.NoError(s.t, err)
	r.Host = host
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+host)
	resp, err := s.client.Do(r)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestTakingAnApproversTokenBackEndsTheSession(t *testing.T) {
	t.Parallel()
	s, store, file := servePeople(t)
	a := wait(t, store, "acme", "a")
	anna := newBrowser(t)
	status, base := anna.signsIn(s.base, tokenOfAnna)
	require.Equal(t, http.StatusOK, status)
	form := anna.form("approve")
	tenantsFile(t, file, []string{"acme", tokenOfOne, inSandbox, waitsForOne, approver("ben", tokenOfBen)})
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return strings.Contains(s.stderr.String(), "tenants file reloaded") }, deadline, 5*time.Millisecond)
	assert.Equal(t, http.StatusForbidden, anna.post(base+"/decide", s.base, form))
	assert.Equal(t, approvals.Waiting, stateOf(t, store, a).State)
	status, _ = anna.signsIn(s.base, tokenOfAnna)
	assert.Equal(t, http.StatusForbidden, status)
	ben := newBrowser(t)
	_, base = ben.signsIn(s.base, tokenOfBen)
	ben.sends(base, "approve")
	assert.Equal(t, "ben", stateOf(t, store, a).DecidedBy)
}

func TestThereIsNoPageWhereNobodyCouldUseIt(t *testing.T) {
	t.Parallel()
	env := environment(t)
	s := serveProcess(t, env, "--sandbox")
	r := s.send(http.MethodGet, "/approve", "")
	assert.Equal(t, http.StatusNotFound, r.status)
	assert.Contains(t, r.body, "--confirm-fallback person")

	file := tenantsFile(t, "", []string{"acme", tokenOfOne, inSandbox, waitsForOne})
	s = serveProcess(t, env, "--sandbox", "--journal="+journalOf(t, env), "--tenants="+file)
	r = s.send(http.MethodGet, "/approve", "")
	assert.Equal(t, http.StatusNotFound, r.status)
	assert.Contains(t, r.body, "kombo-mcp approve")
	assert.Contains(t, s.stderr.String(), "no approvers", "the operator reads it at the start")

	tenantsFile(t, file, []string{"acme", tokenOfOne, inSandbox, waitsForOne, approver("anna", tokenOfAnna)})
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return s.send(http.MethodGet, "/approve", "").status == http.StatusOK }, deadline, 5*time.Millisecond)
}

func TestWhatWaitsSurvivesARestartAndTheOneTokenApproves(t *testing.T) {
	t.Parallel()
	env := environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne, "KOMBO_APPROVER_TOKEN="+tokenOfAnna)
	args := []string{"--sandbox", "--confirm-fallback=person", "--journal=" + journalOf(t, env)}
	first := serveProcess(t, env, args...)
	store := approvalsOf(t, env)
	a := wait(t, store, "default", "a")
	before := newBrowser(t)
	status, base := before.signsIn(first.base, tokenOfAnna)
	require.Equal(t, http.StatusOK, status)
	form := before.form("approve")
	require.NoError(t, first.cmd.Process.Signal(syscall.SIGTERM))
	first.end(deadline)

	second := serveProcess(t, env, args...)
	moved := strings.Replace(base, first.base, second.base, 1)
	assert.Equal(t, http.StatusForbidden, before.post(moved+"/decide", second.base, form), "sessions end with their server")
	after := newBrowser(t)
	_, base = after.signsIn(second.base, tokenOfAnna)
	after.sends(base, "approve")
	assert.Equal(t, "approver", stateOf(t, store, a).DecidedBy)
	status, _ = newBrowser(t).signsIn(second.base, tokenOfOne)
	assert.Equal(t, http.StatusForbidden, status)
}
