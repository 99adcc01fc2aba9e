package approvals_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// terminal is a person's terminal on a new folder.
func terminal(t *testing.T, typed string) (approvals.Terminal, *approvals.Folder, *fake.Clock, *bytes.Buffer) {
	t.Helper()
	clock := fake.NewClock(time.Now().UTC())
	f := openFolder(t, t.TempDir(), clock.Now)
	var out bytes.Buffer
	return approvals.Terminal{
		In: strings.NewReader(typed), Out: &out, Store: f, Now: clock.Now, Location: time.UTC,
		Approver: approvals.Approver{Name: "anna", Scope: approvals.AllTenants()},
	}, f, clock, &out
}

func state(t *testing.T, s approvals.Store, a approvals.Approval) approvals.State {
	t.Helper()
	a, err := s.Get(t.Context(), approvals.AllTenants(), a.ID)
	require.NoError(t, err)
	return a.State
}

func TestATerminalAsksAboutEach(t *testing.T) {
	term, f, clock, out := terminal(t, "y\nNo\n\nwhat?\nYES\ns\n")
	var all []approvals.Approval
	for _, hash := range []string{"yes", "no", "empty", "asked again", "later"} {
		all = append(all, put(t, f, "acme", hash))
		clock.Advance(time.Minute)
	}
	tally, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, approvals.Tally{Approved: 2, Declined: 2, Left: 1}, tally)
	for i, want := range []approvals.State{approvals.Approved, approvals.Declined, approvals.Declined, approvals.Approved, approvals.Waiting} {
		assert.Equal(t, want, state(t, f, all[i]))
	}
	a, err := f.Get(t.Context(), approvals.AllTenants(), all[0].ID)
	require.NoError(t, err)
	assert.Equal(t, "anna", a.DecidedBy)
	assert.Equal(t, "terminal", a.DecidedHow)
	said := out.String()
	for _, want := range []string{
		"5 writes are waiting for your approval.\n\n1 of 5: Reject application\n",
		"calls itself \"claude-code 2.1\", signed in as \"recruiting-bot\".\nRequested 5 minutes ago, at ",
		"integration greenhouse:1, tenant acme.\n",
		"  │ Reject \"Jane Doe\"'s application for \"Accountant\".\n  │   note: \"Thank you.\"\n  │ Against it: is HIRED already.\n",
		"It is sent as soon as the agent asks again before ", "Nothing is sent. The agent is told", "It is still waiting.", "Type y to approve",
	} {
		assert.Contains(t, said, want)
	}
	assert.Equal(t, 6, strings.Count(said, "Approve? y/N"))
}

func TestTheEndOfTheInputDecidesNothing(t *testing.T) {
	for _, typed := range []string{"", "y", "\x04"} {
		term, f, _, out := terminal(t, typed)
		a, b := put(t, f, "acme", "a"), put(t, f, "acme", "b")
		tally, err := term.Run(t.Context())
		require.NoError(t, err)
		assert.Equal(t, approvals.Tally{Left: 2}, tally, "%q", typed)
		assert.Equal(t, approvals.Waiting, state(t, f, a))
		assert.Equal(t, approvals.Waiting, state(t, f, b))
		assert.Contains(t, out.String(), "still waiting")
	}
	term, _, _, out := terminal(t, "y\n")
	tally, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Zero(t, tally)
	assert.Equal(t, "No writes are waiting for approval.\n", out.String())
}

func TestATerminalShowsAllOfAStatementAndNothingElseOfIt(t *testing.T) {
	term, f, _, out := terminal(t, "n\n")
	r := approvalstest.Request("acme\x1b]0;x\x07", "h")
	r.Client, r.Subject, r.Integration = "evil\nApprove? y/N \x1b[1A", "\u202ereversed", "x\r\n"
	r.Statement = strings.Repeat("0123456789", 20) + "END\n\n" +
		strings.Repeat(" ", 78) + "Approve? y/N, or s to leave it waiting: y\n" +
		"\x1b[2J\x1b[H\u009b31mred \u202edrawkcab\r\x07\n" + strings.Repeat("line\n", 300) + "the last"
	_, _, err := f.Put(t.Context(), r)
	require.NoError(t, err)
	_, err = term.Run(t.Context())
	require.NoError(t, err)
	said := out.String()
	for _, c := range said {
		assert.True(t, c == '\n' || unicode.IsGraphic(c), "%U", c)
	}
	_, statement, _ := strings.Cut(said, "Exactly this will be sent:\n")
	statement, rest, _ := strings.Cut(statement, "\n\nApprove?")
	var lines []string
	for line := range strings.SplitSeq(statement, "\n") {
		require.LessOrEqual(t, len([]rune(line)), 80)
		if whole, ok := strings.CutPrefix(line, "  │ "); ok {
			lines = append(lines, whole)
			continue
		}
		part, ok := strings.CutPrefix(line, "  ⋮ ")
		require.True(t, ok, "each line has a bar: %q", line)
		lines[len(lines)-1] += part
	}
	shown := strings.Join(lines, "\n")
	assert.Contains(t, shown, strings.Repeat("0123456789", 20)+"END\n\n")
	assert.Contains(t, shown, "‹U+001B›[2J‹U+001B›[H‹U+009B›31mred ‹U+202E›drawkcab‹U+000D›‹U+0007›\n")
	assert.True(t, strings.HasSuffix(shown, strings.Repeat("line\n", 300)+"the last"))
	assert.Contains(t, rest, "Declined by anna")
	assert.Equal(t, 1, strings.Count(said, "\nApprove? y/N"), "none but the program's")
}

// typing is a person who does something before each line that they type.
type typing func() string

func (f typing) Read(p []byte) (int, error) {
	line := f()
	if line == "" {
		return 0, io.EOF
	}
	return copy(p, line), nil
}

func TestATerminalAsksAboutWhatComesMeanwhileAndNothingTwice(t *testing.T) {
	term, f, _, _ := terminal(t, "")
	first := put(t, f, "acme", "first")
	var second approvals.Approval
	lines := []string{"s\n", "y\n"}
	term.In = typing(func() string {
		if len(lines) == 2 {
			second = put(t, f, "acme", "second")
		}
		line := lines[0]
		lines = lines[1:]
		return line
	})
	tally, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, approvals.Tally{Approved: 1, Left: 1}, tally)
	assert.Equal(t, approvals.Waiting, state(t, f, first))
	assert.Equal(t, approvals.Approved, state(t, f, second))
}

// decidesFirst is a store in which somebody else is faster.
type decidesFirst struct {
	approvals.Store
	before func(id string)
}

func (d decidesFirst) Decide(ctx context.Context, s approvals.Scope, id string, decision approvals.Decision) (approvals.Approval, error) {
	d.before(id)
	return d.Store.Decide(ctx, s, id, decision)
}

func TestWhoeverComesTooLateIsTold(t *testing.T) {
	term, f, clock, out := terminal(t, "y\ny\n")
	a := put(t, f, "acme", "a")
	clock.Advance(time.Second)
	put(t, f, "acme", "b")
	term.Store = decidesFirst{f, func(id string) {
		if id == a.ID {
			decide(t, f, a, approvalstest.No)
		} else {
			clock.Advance(time.Hour)
		}
	}}
	tally, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Zero(t, tally.Approved)
	assert.Contains(t, out.String(), "Too late: Declined by ben (page)")
	assert.Contains(t, out.String(), "Too late: it has expired. Nothing is sent.")
}

func TestADecisionThatCannotBeRecordedIsSaid(t *testing.T) {
	term, f, _, out := terminal(t, "y\n")
	a := put(t, f, "acme", "a")
	term.Store = approvals.Recording(f, func(context.Context, approvals.Event) error { return errors.New("disk full") })
	tally, err := term.Run(t.Context())
	require.ErrorIs(t, err, approvals.ErrNotRecorded)
	require.ErrorContains(t, err, "disk full")
	assert.Equal(t, 1, tally.Approved)
	assert.Equal(t, approvals.Approved, state(t, f, a))
	assert.Contains(t, out.String(), "Approved by anna")
}

type failingWriter struct{ after int }

func (w *failingWriter) Write(p []byte) (int, error) {
	w.after -= len(p)
	if w.after < 0 {
		return 0, os.ErrClosed
	}
	return len(p), nil
}

func TestNobodyApprovesWhatCouldNotBeShown(t *testing.T) {
	for after := range 600 {
		term, f, _, _ := terminal(t, "y\n")
		a := put(t, f, "acme", "a")
		term.Out = &failingWriter{after: after}
		tally, err := term.Run(t.Context())
		if err == nil || tally.Approved > 0 {
			assert.Greater(t, after, 300, "the whole statement was shown")
			return
		}
		require.ErrorIs(t, err, os.ErrClosed)
		assert.Equal(t, approvals.Waiting, state(t, f, a))
	}
	assert.Fail(t, "it is never shown")
}

func TestWhatWasTypedAheadAnswersNothing(t *testing.T) {
	term, f, _, _ := terminal(t, "y\ny\ny\n")
	a := put(t, f, "acme", "a")
	drained := 0
	term.Drain = func() { drained++ }
	tally, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, tally.Approved, "the first question has nothing before it")
	assert.Equal(t, approvals.Approved, state(t, f, a))
	assert.Equal(t, 1, drained)

	term, f, _, _ = terminal(t, "y\ny\ny\n")
	a, b := put(t, f, "acme", "a"), put(t, f, "acme", "b")
	term.Drain = func() {}
	tally, err = term.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, approvals.Tally{Approved: 1, Left: 1}, tally)
	assert.NotEqual(t, state(t, f, a), state(t, f, b))
}

func TestATerminalOfATenantShowsNoOther(t *testing.T) {
	term, f, _, out := terminal(t, "y\n")
	mine, other := put(t, f, "acme", "a"), put(t, f, "globex", "b")
	term.Approver.Scope = approvals.OfTenant("acme")
	_, err := term.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, approvals.Approved, state(t, f, mine))
	assert.Equal(t, approvals.Waiting, state(t, f, other))
	assert.NotContains(t, out.String(), "globex")
	assert.NotContains(t, out.String(), "tenant")
}

func TestATerminalStopsWithItsContext(t *testing.T) {
	term, f, _, _ := terminal(t, "y\n")
	a := put(t, f, "acme", "a")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	term.Drain = cancel
	_, err := term.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, approvals.Waiting, state(t, f, a))
}
