package journal

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// shared is a Memory for several journals, as a server for all of them would be.
type shared struct {
	now  func() time.Time
	down error

	mu      sync.Mutex
	entries map[string]once.Entry
	spent   map[string]string
}

func newShared(now func() time.Time) *shared {
	return &shared{now: now, entries: map[string]once.Entry{}, spent: map[string]string{}}
}

func (s *shared) Spend(_ context.Context, token, id string, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if by, spent := s.spent[token]; s.down == nil && spent && by != id {
		return once.ErrSpent
	}
	s.spent[token] = id
	return s.down
}

func (s *shared) Claim(_ context.Context, e once.Entry, again bool) (once.Entry, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, found := s.entries[e.Key]
	found = found && s.now().Before(held.Expires)
	if found && !again && held.Outcome.State != once.Refused && !held.Undone {
		return held, false, s.down
	}
	s.entries[e.Key] = e
	if found && held.Undone {
		return held, true, s.down
	}
	return e, true, s.down
}

func (s *shared) Get(_ context.Context, key string) (once.Entry, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, found := s.entries[key]
	return e, found && !e.Undone, s.down
}

func (s *shared) Settle(_ context.Context, e once.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil || s.entries[e.Key].ID != e.ID {
		return s.down
	}
	s.entries[e.Key] = e
	for key, o := range s.entries {
		if e.Outcome.State == once.Done && e.Undoes(o) && o.Outcome.State != once.InFlight {
			o.Undone = true
			s.entries[key] = o
		}
	}
	return nil
}

// forget makes s empty, as a Redis that was flushed.
func (s *shared) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.entries)
	clear(s.spent)
}

func TestASharedMemoryAnswersForServersWithoutACommonFile(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	a := open(t, Options{Path: t.TempDir(), Now: c.Now, Shared: m})
	b := open(t, Options{Path: "-", Stderr: new(nowhere), Now: c.Now, Shared: m})

	p := fresh(t, a, intent("a"))
	in := begin(t, b, intent("a"))
	require.NotNil(t, in.Wait)
	require.NoError(t, p.Done(once.Outcome{State: once.Done, Summary: "x"}))
	e, err := in.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "x", e.Outcome.Summary)
	assert.Equal(t, "x", prior(t, b, intent("a")).Outcome.Summary)
	again := intent("a")
	again.Again = true
	send(t, b, again, once.Refused)
	c.Advance(10 * time.Minute)
	send(t, b, intent("a"), once.Done)

	t.Run("a refusal reaches those who wait and nobody else", func(t *testing.T) {
		p := fresh(t, a, intent("b"))
		in := begin(t, b, intent("b"))
		require.NoError(t, p.Done(once.Outcome{State: once.Refused, Error: "no"}))
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, once.Outcome{State: once.Refused, Error: "no"}, e.Outcome)
		fresh(t, b, intent("b"))
	})
	t.Run("a missing outcome is unknown when due", func(t *testing.T) {
		fresh(t, a, intent("c"))
		in := begin(t, b, intent("c"))
		c.Advance(5 * time.Minute)
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, once.Unknown, e.Outcome.State)
		e = prior(t, b, intent("c"))
		assert.Equal(t, once.Unknown, e.Outcome.State)
		require.NoError(t, b.Settle(t.Context(), e, once.Outcome{State: once.Done}))
		assert.Equal(t, once.Done, prior(t, a, intent("c")).Outcome.State)
	})
	t.Run("what took another's place leaves that one unknown", func(t *testing.T) {
		fresh(t, a, intent("d"))
		in := begin(t, b, intent("d"))
		again := intent("d")
		again.Again = true
		fresh(t, a, again)
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, once.Unknown, e.Outcome.State)
	})
}

type nowhere struct{}

func (*nowhere) Write(b []byte) (int, error) { return len(b), nil }

func TestAWriteIsRefusedWhenTheSharedMemoryDoesNotAnswer(t *testing.T) {
	m := newShared(time.Now)
	dir := t.TempDir()
	j := open(t, Options{Path: dir, Shared: m})
	p := fresh(t, j, intent("a"))
	in := begin(t, j, intent("a"))
	m.down = errors.New("connection refused")
	_, err := j.Begin(t.Context(), intent("b"))
	require.ErrorIs(t, err, ErrMemory)
	_, err = in.Wait(t.Context())
	require.ErrorIs(t, err, ErrMemory)
	require.ErrorIs(t, p.Done(once.Outcome{State: once.Done}), ErrMemory)
	r := verified(t, dir)
	assert.Equal(t, 3, r.Lines, "nothing of b, and both lines of a")
}

func TestAClaimIsTakenBackWhenTheLineCannotBeWritten(t *testing.T) {
	m := newShared(time.Now)
	bad := open(t, Options{Path: "-", Stderr: failingWriter{}, Shared: m})
	_, err := bad.Begin(t.Context(), intent("a"))
	require.ErrorIs(t, err, ErrNotWritten)
	fresh(t, open(t, Options{Path: t.TempDir(), Shared: m}), intent("a"))
}

func TestTheOwnFileIsAskedAsWellAsASharedMemory(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	j := open(t, Options{Path: t.TempDir(), Now: c.Now, Shared: m})
	other := open(t, Options{Path: t.TempDir(), Now: c.Now, Shared: m})
	send(t, j, intent("done"), once.Done)
	send(t, j, intent("unknown"), once.Unknown)
	send(t, j, intent("refused"), once.Refused)
	p := fresh(t, j, intent("in flight"))
	require.NoError(t, j.Spend(t.Context(), intent(""), confirmation("c", c)))

	m.forget()
	_, found, err := j.Look(t.Context(), "done")
	require.NoError(t, err)
	assert.True(t, found)
	for _, server := range []*Journal{j, other} {
		assert.Equal(t, once.Done, prior(t, server, intent("done")).Outcome.State, "the shared memory has it again")
		assert.Equal(t, once.Unknown, prior(t, server, intent("unknown")).Outcome.State)
		in := begin(t, server, intent("in flight"))
		require.NotNil(t, in.Wait)
		if server == other {
			require.NoError(t, p.Done(once.Outcome{State: once.Done, Summary: "x"}))
			e, err := in.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "x", e.Outcome.Summary)
		}
	}
	fresh(t, j, intent("refused"))
	require.ErrorIs(t, j.Spend(t.Context(), intent(""), confirmation("c", c)), once.ErrSpent)
	c.Advance(10 * time.Minute)
	fresh(t, j, intent("done"))
}

func TestAnOutcomeThatAnotherServerFoundOutIsRecordedHereToo(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	dir := t.TempDir()
	a := open(t, Options{Path: dir, Now: c.Now, Shared: m})
	b := open(t, Options{Path: t.TempDir(), Now: c.Now, Shared: m})
	send(t, a, intent("a"), once.Unknown)
	require.NoError(t, b.Settle(t.Context(), prior(t, b, intent("a")), once.Outcome{State: once.Done}))
	assert.Equal(t, once.Done, prior(t, a, intent("a")).Outcome.State)
	c.Advance(10 * time.Minute)
	fresh(t, a, intent("a"))
}

func TestOnlyAnotherValueOfTheSlotUndoes(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	move := func(key, stage string) once.Intent {
		in := intent(key)
		in.Slot, in.SlotValue = "stage:a1", stage
		return in
	}
	for name, o := range map[string]Options{"a file": {}, "a shared memory": {Shared: m}} {
		t.Run(name, func(t *testing.T) {
			o.Path, o.Now = t.TempDir(), c.Now
			j := open(t, o)
			send(t, j, move("plain", "interview"), once.Done)
			send(t, j, move("with headers", "interview"), once.Done)
			prior(t, j, move("plain", "interview"))
			e, _, err := j.Look(t.Context(), "plain")
			require.NoError(t, err)
			assert.False(t, e.Contested)
			send(t, j, move("away", "offer"), once.Done)
			j = reopen(t, j)
			fresh(t, j, move("plain", "interview"))
			fresh(t, j, move("with headers", "interview"))
		})
	}
}

func TestCallersRecordNothingThatChangesWhatIsRemembered(t *testing.T) {
	dir := t.TempDir()
	j := open(t, Options{Path: dir})
	for _, kind := range []string{KindIntent, KindOutcome, KindConfirmation, KindStart, KindGap, KindAccepted, KindHealed, "other"} {
		require.ErrorContains(t, j.Record(t.Context(), Line{Kind: kind}), kind)
	}
	for _, kind := range []string{"", KindRead, KindNote, KindApproval} {
		require.NoError(t, j.Record(t.Context(), Line{Kind: kind, State: "asked", Token: "a"}))
	}
	require.NoError(t, j.Spend(t.Context(), intent(""), once.Confirmation{Token: "a"}), "an approval that was asked for is not spent")
	assert.Equal(t, 6, verified(t, dir).Lines)
}
