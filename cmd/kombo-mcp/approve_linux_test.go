package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

// approvalsOf opens the approvals of processes with that environment.
func approvalsOf(t *testing.T, env []string) approvals.Store {
	t.Helper()
	s := app.Defaults()
	s.Journal = journalOf(t, env)
	store, closeStore, err := app.OpenApprovals(t.Context(), s, app.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, closeStore()) })
	return store
}

// wait asks for the approval of a write that is named by its hash.
func wait(t *testing.T, store approvals.Store, tenant, hash string) approvals.Approval {
	t.Helper()
	a, _, err := store.Put(t.Context(), approvals.Request{
		Tenant: tenant, Tool: "reject_application", Client: "claude 1", Hash: hash, Statement: "Reject " + hash + ".\n  note: \"" + strings.Repeat("Thank you ", 20) + "\"",
	})
	require.NoError(t, err)
	return a
}

func stateOf(t *testing.T, store approvals.Store, a approvals.Approval) approvals.Approval {
	t.Helper()
	now, err := store.Get(t.Context(), approvals.AllTenants(), a.ID)
	require.NoError(t, err)
	return now
}

func TestAPersonApprovesAtATerminal(t *testing.T) {
	t.Parallel()
	env := environment(t)
	store := approvalsOf(t, env)
	first, second := wait(t, store, "acme", "first"), wait(t, store, "globex", "second")
	p := startAtTerminal(t, env, "", "approve")
	p.sees("2 writes are waiting")
	p.sees("Approve? y/N")
	for line := range strings.SplitSeq(p.text(), "\n") {
		if strings.HasPrefix(line, "  │ ") || strings.HasPrefix(line, "  ⋮ ") {
			assert.LessOrEqual(t, len([]rune(line)), 60, "the width of the terminal")
		}
	}
	p.types("y\n")
	p.sees("Approved by")
	p.sees("Approve? y/N")
	p.types("\n")
	p.sees("Declined by")
	assert.Equal(t, 0, p.ends(), p.text())
	one, two := stateOf(t, store, first), stateOf(t, store, second)
	states := map[string]approvals.Approval{string(one.State): one, string(two.State): two}
	assert.Len(t, states, 2, "one approved, one declined")
	assert.Equal(t, []string{userName(), "terminal"}, []string{one.DecidedBy, one.DecidedHow})
	shown := run(t, env, "", "journal", "show", "--kind=approval").stdout
	for _, step := range []string{"asked", "approved", "declined"} {
		assert.Contains(t, shown, step)
	}
}

func TestWhatWasTypedBeforeAQuestionDoesNotAnswerIt(t *testing.T) {
	t.Parallel()
	env := environment(t)
	store := approvalsOf(t, env)
	a := wait(t, store, "", "a")
	p := startAtTerminal(t, env, "y\nyes\ny\n", "approve")
	p.sees("Approve? y/N, or s to leave it waiting: ")
	p.types("n\n")
	p.sees("Declined by")
	assert.Equal(t, 0, p.ends())
	assert.Equal(t, approvals.Declined, stateOf(t, store, a).State)
}

func TestCtrlCDecidesNothing(t *testing.T) {
	t.Parallel()
	env := environment(t)
	store := approvalsOf(t, env)
	a := wait(t, store, "", "a")
	p := startAtTerminal(t, env, "", "approve")
	p.sees("Approve? y/N")
	p.types("y\x03")
	p.sees("still waiting")
	assert.Equal(t, exitRefused, p.ends())
	assert.Equal(t, approvals.Waiting, stateOf(t, store, a).State)
	nothing := startAtTerminal(t, environment(t), "", "approve")
	nothing.sees("No writes are waiting for approval.")
	assert.Equal(t, 0, nothing.ends())
}

func TestNobodyApprovesWithoutATerminal(t *testing.T) {
	t.Parallel()
	env := environment(t)
	store := approvalsOf(t, env)
	a := wait(t, store, "", "a")
	for _, args := range [][]string{{"approve"}, {"approve", "--web"}} {
		for name, o := range map[string]output{
			"anywhere":       piped(t, env, false, false, args...),
			"for its input":  piped(t, env, false, true, args...),
			"for its output": piped(t, env, true, false, args...),
		} {
			assert.Equal(t, exitUsage, o.code, name)
			assert.Contains(t, o.stderr, "needs a terminal", name)
			assert.NotContains(t, o.stderr+o.stdout, "Reject", name)
			assert.NotContains(t, o.stderr+o.stdout, "secret", name)
		}
	}
	assert.Equal(t, approvals.Waiting, stateOf(t, store, a).State)
}

// browserThatNotes returns an environment whose browser is only a note of what it was
// started with, and the path of that note.
func browserThatNotes(t *testing.T) (env []string, note string) {
	t.Helper()
	dir := t.TempDir()
	note = filepath.Join(dir, "note")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + note + ".new\nmv " + note + ".new " + note + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700)) //nolint:gosec // it is run
	return environment(t, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH")), note
}

func TestAPersonApprovesInTheBrowser(t *testing.T) {
	t.Parallel()
	env, note := browserThatNotes(t)
	store := approvalsOf(t, env)
	a := wait(t, store, "acme", "a")
	p := startAtTerminal(t, env, "", "approve", "--web")
	p.sees("Ctrl-C closes the page.")
	require.Eventually(t, func() bool { _, err := os.Stat(note); return err == nil }, deadline, 5*time.Millisecond)
	started, err := os.ReadFile(filepath.Clean(note))
	require.NoError(t, err)
	file := strings.TrimSpace(string(started))
	for path, mode := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm())
	}
	content, err := os.ReadFile(filepath.Clean(file))
	require.NoError(t, err)
	links := regexp.MustCompile(`http-equiv="refresh" content="0;url=([^"]+)"`).FindStringSubmatch(string(content))
	require.NotNil(t, links, string(content))
	link := html.UnescapeString(links[1])
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/approve\?secret=[A-Z2-7]{26}$`, link)
	assert.Contains(t, p.text(), link, "the terminal is the person's")

	b := newBrowser(t)
	base := b.opens(link)
	assert.Contains(t, b.page, "Reject a.")
	assert.Contains(t, b.page, "acme", "the operator sees every tenant")
	b.sends(base, "approve")
	got := stateOf(t, store, a)
	assert.Equal(t, []string{"approved", userName(), "page"}, []string{string(got.State), got.DecidedBy, got.DecidedHow})
	other := newBrowser(t)
	assert.Equal(t, http.StatusForbidden, other.get(link), "the link works once")
	assert.Contains(t, other.page, "Run kombo-mcp approve --web again.")

	p.types("\x03")
	p.sees("The page is closed.")
	assert.Equal(t, 0, p.ends(), p.text())
	assert.NoFileExists(t, file)
	assert.NoDirExists(t, filepath.Dir(file))
}

func TestAPageOpensWithoutABrowser(t *testing.T) {
	t.Parallel()
	env := environment(t, "PATH="+t.TempDir())
	p := startAtTerminal(t, env, "", "approve", "--web")
	p.sees("No browser could be opened.")
	p.sees("Ctrl-C closes the page.")
	b := newBrowser(t)
	b.opens(regexp.MustCompile(`http://\S+`).FindString(p.text()))
	assert.Contains(t, b.page, "Nothing is waiting for approval")
	p.types("\x03")
	assert.Equal(t, 0, p.ends())
}

// browser is a client with cookies that sends what browsers do.
type browser struct {
	t      *testing.T
	client *http.Client
	page   string
	at     *url.URL
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t: t, client: &http.Client{Jar: jar, Timeout: deadline}}
}

// get opens an address and returns the status.
func (b *browser) get(address string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	require.NoError(b.t, err)
	return b.do(r)
}

// opens opens an address that leads to a page of its own, and returns its address.
func (b *browser) opens(address string) string {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.get(address), b.page)
	return b.at.String()
}

// post sends a form as the page at an origin would.
func (b *browser) post(address, origin string, form url.Values) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", origin)
	return b.do(r)
}

var hidden = regexp.MustCompile(`name="(id|token)" value="([^"]*)"`)

// form is the first form of the page, with a decision.
func (b *browser) form(decision string) url.Values {
	b.t.Helper()
	form := url.Values{"decision": {decision}}
	_, first, found := strings.Cut(b.page, "/decide")
	require.True(b.t, found, b.page)
	for _, m := range hidden.FindAllStringSubmatch(first, 2) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// sends decides on the first write of the page.
func (b *browser) sends(base, decision string) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.post(base+"/decide", b.at.Scheme+"://"+b.at.Host, b.form(decision)), b.page)
}

func (b *browser) do(r *http.Request) int {
	b.t.Helper()
	resp, err := b.client.Do(r)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	b.page, b.at = string(raw), resp.Request.URL
	return resp.StatusCode
}
