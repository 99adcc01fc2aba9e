package main

import (
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

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
	require.NoError(t, os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700))
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
