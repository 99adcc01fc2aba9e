package journal

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shared is a Memory for several journals, as a server for all of them would be.
type shared struct {
	now  func() time.Time
	down error

	mu      sync.Mutex
	entries map[string]Entry
}

func newShared(now func() time.Time) *shared {
	return &shared{now: now, entries: map[string]Entry{}}
}

func (s *shared) Claim(_ context.Context, e Entry, again bool) (Entry, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	standing, found := s.entries[e.Key]
	if found && !again && s.now().Before(standing.Expires) && standing.Outcome.State != StateRefused {
		return standing, false, s.down
	}
	s.entries[e.Key] = e
	return e, true, s.down
}

func (s *shared) Get(_ context.Context, key string) (Entry, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, found := s.entries[key]
	return e, found, s.down
}

func (s *shared) Settle(_ context.Context, e Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil || s.entries[e.Key].ID != e.ID {
		return s.down
	}
	s.entries[e.Key] = e
	for key, o := range s.entries {
		if e.Outcome.State == StateDone && o.Slot != "" && o.Slot == e.Slot && key != e.Key && o.Outcome.State != "" {
			delete(s.entries, key)
		}
	}
	return nil
}

func TestASharedMemoryAnswersForServersWithoutACommonFile(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	a := open(t, Options{Path: t.TempDir(), Now: c.Now, Memory: m})
	b := open(t, Options{Path: "-", Stderr: new(nowhere), Now: c.Now, Memory: m})

	p := fresh(t, a, intent("a"))
	in := begin(t, b, intent("a")).InFlight
	require.NotNil(t, in)
	require.NoError(t, p.Done(Outcome{State: StateDone, Summary: "x"}))
	e, err := in.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "x", e.Outcome.Summary)
	assert.Equal(t, "x", prior(t, b, intent("a")).Outcome.Summary)
	again := intent("a")
	again.Again = true
	send(t, b, again, StateRefused)
	c.advance(10 * time.Minute)
	send(t, b, intent("a"), StateDone)

	t.Run("a refusal reaches those who wait and nobody else", func(t *testing.T) {
		p := fresh(t, a, intent("b"))
		in := begin(t, b, intent("b")).InFlight
		require.NoError(t, p.Done(Outcome{State: StateRefused, Error: "no"}))
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, Outcome{State: StateRefused, Error: "no"}, e.Outcome)
		fresh(t, b, intent("b"))
	})
	t.Run("a missing outcome is unknown when due", func(t *testing.T) {
		fresh(t, a, intent("c"))
		in := begin(t, b, intent("c")).InFlight
		c.advance(5 * time.Minute)
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, StateUnknown, e.Outcome.State)
		e = prior(t, b, intent("c"))
		assert.Equal(t, StateUnknown, e.Outcome.State)
		require.NoError(t, b.Settle(t.Context(), e, Outcome{State: StateDone}))
		assert.Equal(t, StateDone, prior(t, a, intent("c")).Outcome.State)
	})
	t.Run("what took another's place leaves that one unknown", func(t *testing.T) {
		fresh(t, a, intent("d"))
		in := begin(t, b, intent("d")).InFlight
		again := intent("d")
		again.Again = true
		fresh(t, a, again)
		e, err := in.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, StateUnknown, e.Outcome.State)
	})
}

type nowhere struct{}

func (*nowhere) Write(b []byte) (int, error) { return len(b), nil }

func TestAWriteIsRefusedWhenTheSharedMemoryDoesNotAnswer(t *testing.T) {
	m := newShared(time.Now)
	dir := t.TempDir()
	j := open(t, Options{Path: dir, Memory: m})
	p := fresh(t, j, intent("a"))
	in := begin(t, j, intent("a")).InFlight
	m.down = errors.New("connection refused")
	_, err := j.Begin(t.Context(), intent("b"))
	require.ErrorIs(t, err, ErrMemory)
	_, err = in.Wait(t.Context())
	require.ErrorIs(t, err, ErrMemory)
	require.ErrorIs(t, p.Done(Outcome{State: StateDone}), ErrMemory)
	r := verified(t, dir)
	assert.Equal(t, 3, r.Lines, "nothing of b, and both lines of a")
}

func TestAClaimIsTakenBackWhenTheLineCannotBeWritten(t *testing.T) {
	m := newShared(time.Now)
	bad := open(t, Options{Path: "-", Stderr: failingWriter{}, Memory: m})
	_, err := bad.Begin(t.Context(), intent("a"))
	require.ErrorIs(t, err, ErrNotWritten)
	fresh(t, open(t, Options{Path: t.TempDir(), Memory: m}), intent("a"))
}
