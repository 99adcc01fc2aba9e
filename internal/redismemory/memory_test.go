package redismemory

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func anEntry(key string) once.Entry {
	now := time.Now().UTC()
	return once.Entry{
		ID: "id-of-" + key, Key: key, Slot: "tag:1:urgent", Batch: "b", Tool: "add_candidate_tag",
		Started: now, Deadline: now.Add(5 * time.Minute), Expires: now.Add(time.Hour),
		Outcome: once.Outcome{State: once.InFlight},
	}
}

func doneEntry(key string) once.Entry {
	e := anEntry(key)
	e.At, e.Outcome = e.Started, once.Outcome{State: once.Done}
	return e
}

func refusesEverything(t *testing.T, m *Memory) {
	t.Helper()
	_, claimed, err := m.Claim(t.Context(), anEntry("a"), false)
	require.Error(t, err)
	assert.False(t, claimed)
	_, found, err := m.Get(t.Context(), "a")
	require.Error(t, err)
	assert.False(t, found)
	require.Error(t, m.Settle(t.Context(), doneEntry("b")))
}

func TestAServerThatHangsIsNotWaitedForAndRefuses(t *testing.T) {
	var hangs atomic.Bool
	alive := standalone(func([]string) string { return "" })
	m := opened(t, "redis://"+speak(t, func(command []string) string {
		if hangs.Load() {
			return ""
		}
		return alive(command)
	}), hasty)
	hangs.Store(true)
	began := time.Now()
	refusesEverything(t, m)
	require.Error(t, m.Ping(t.Context()))
	assert.Less(t, time.Since(began), 4*time.Second)

	t.Run("nor longer than the caller waits", func(t *testing.T) {
		patient := func(s *settings) { s.dialTimeout, s.ioTimeout, s.totalTimeout = time.Minute, time.Minute, time.Minute }
		hangs.Store(false)
		m := opened(t, "redis://"+speak(t, alive), patient)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, _, err := m.Get(ctx, "a")
		require.Error(t, err)
		assert.Less(t, time.Since(began), 5*time.Second)
	})
}

func TestAnAnswerThatMakesNoSenseRefuses(t *testing.T) {
	for name, answer := range map[string]string{
		"an error":               "-MISCONF Redis is configured to save, but cannot\r\n",
		"a number":               ":1\r\n",
		"an empty list":          "*0\r\n",
		"a list of other things": "*2\r\n:1\r\n:2\r\n",
		"half an entry":          "*2\r\n" + bulk(`{"id":"a"`) + bulk("1"),
		"an entry without end":   "*2\r\n" + bulk(`{"id":"a"}`) + "_\r\n",
		"an end that is none":    "*2\r\n" + bulk(`{"id":"a"}`) + bulk("soon"),
		"no entry":               "*2\r\n" + bulk(`{}`) + bulk("1"),
		"a claim of no entry":    "*3\r\n:0\r\n" + bulk(`{}`) + bulk("1"),
	} {
		t.Run(name, func(t *testing.T) {
			m := opened(t, "redis://"+speak(t, standalone(func([]string) string { return answer })), hasty)
			_, claimed, err := m.Claim(t.Context(), anEntry("a"), false)
			require.Error(t, err)
			assert.False(t, claimed)
			_, found, err := m.Get(t.Context(), "a")
			require.Error(t, err)
			assert.False(t, found)
		})
	}
}

func TestAnEntryThatCannotBeKeptIsRefusedUnasked(t *testing.T) {
	var asked atomic.Int32
	m := opened(t, "redis://"+speak(t, standalone(func([]string) string {
		asked.Add(1)
		return "*1\r\n:1\r\n"
	})), hasty)
	for name, spoil := range map[string]func(*once.Entry){
		"without a key":          func(e *once.Entry) { e.Key = "" },
		"without an ID":          func(e *once.Entry) { e.ID = "" },
		"without an end":         func(e *once.Entry) { e.Expires = time.Time{} },
		"that is over":           func(e *once.Entry) { e.Expires = time.Now() },
		"that cannot be encoded": func(e *once.Entry) { e.Started = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		e := anEntry("a")
		spoil(&e)
		_, claimed, err := m.Claim(t.Context(), e, false)
		require.ErrorIs(t, err, errNotAsked, name)
		assert.False(t, claimed, name)
		e.Outcome.State = once.Done
		require.ErrorIs(t, m.Settle(t.Context(), e), errNotAsked, name)
	}
	for _, state := range []once.State{"", once.InFlight, "perhaps"} {
		e := anEntry("a")
		e.Outcome.State = state
		require.ErrorIs(t, m.Settle(t.Context(), e), errNotAsked, "an outcome of state %q", state)
	}
	assert.Zero(t, asked.Load())
}

func TestAClosedMemoryRefuses(t *testing.T) {
	m := opened(t, "redis://"+speak(t, standalone(nil)), hasty)
	require.NoError(t, m.Close())
	require.NoError(t, m.Close(), "twice")
	refusesEverything(t, m)
	require.Error(t, m.Ping(t.Context()))
}
