//go:build redis

package redismemory

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
)

func TestOneOfFiftyClaimsIsGranted(t *testing.T) {
	s := startRedis(t)
	servers := []*Memory{opened(t, s.url()), opened(t, s.url())}
	var mu sync.Mutex
	var granted []string
	stood := map[string]int{}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			e := anEntry("a")
			e.ID = strconv.Itoa(i)
			standing, claimed, err := servers[i%2].Claim(t.Context(), e, false)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			if claimed {
				granted = append(granted, e.ID)
			} else {
				stood[standing.ID]++
			}
		})
	}
	all.Wait()
	require.Len(t, granted, 1)
	assert.Equal(t, map[string]int{granted[0]: 49}, stood)
}

func TestRedisAloneEndsAnEntryHoweverTheServersClocksDiffer(t *testing.T) {
	s := startRedis(t)
	fast := func() time.Time { return time.Now().Add(3 * time.Hour) }
	m, ahead := opened(t, s.url()), opened(t, s.url(), WithNow(fast))
	e := anEntry("a")
	_, claimed, err := m.Claim(t.Context(), e, false)
	require.NoError(t, err)
	require.True(t, claimed)
	late := anEntry("a")
	late.ID, late.Expires = "late", fast().Add(time.Hour)
	_, claimed, err = ahead.Claim(t.Context(), late, false)
	require.NoError(t, err)
	assert.False(t, claimed)
	s.age(t, time.Hour)
	_, claimed, err = ahead.Claim(t.Context(), late, false)
	require.NoError(t, err)
	assert.True(t, claimed)
	s.age(t, time.Hour)
	assert.Empty(t, s.keys(t))
}

// made claims e, whatever stands, and settles it as state, remembered for as long as given.
func made(t *testing.T, m *Memory, e journal.Entry, state string, remembered time.Duration) {
	t.Helper()
	_, claimed, err := m.Claim(t.Context(), e, true)
	require.NoError(t, err)
	require.True(t, claimed)
	e.At, e.Expires = time.Now().UTC(), time.Now().UTC().Add(remembered)
	e.Outcome.State = state
	require.NoError(t, m.Settle(t.Context(), e))
}

func stands(t *testing.T, m *Memory, key string) bool {
	t.Helper()
	_, found, err := m.Get(t.Context(), key)
	require.NoError(t, err)
	return found
}

func batched(key, batch string) journal.Entry {
	e := anEntry(key)
	e.Slot, e.Batch = "", batch
	return e
}

func slotted(key, slot string) journal.Entry {
	e := anEntry(key)
	e.Slot, e.Batch = slot, ""
	return e
}

func TestABatchPutsOffTheEndOfItsOwnThatAreDoneAndShortensNone(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	made(t, m, batched("long", "b"), journal.StateDone, 3*time.Hour)
	made(t, m, batched("short", "b"), journal.StateDone, time.Minute)
	made(t, m, batched("unknown", "b"), journal.StateUnknown, time.Minute)
	made(t, m, batched("refused", "b"), journal.StateRefused, time.Minute)
	made(t, m, batched("refused the second time", "b"), journal.StateDone, time.Minute)
	made(t, m, batched("refused the second time", "b"), journal.StateRefused, time.Minute)
	made(t, m, batched("since in another", "b"), journal.StateDone, time.Minute)
	made(t, m, batched("since in another", "c"), journal.StateDone, time.Minute)
	made(t, m, batched("since in none", "b"), journal.StateDone, time.Minute)
	made(t, m, batched("since in none", ""), journal.StateDone, time.Minute)
	made(t, m, batched("last", "b"), journal.StateDone, time.Hour)
	s.age(t, 2*time.Minute)
	for _, key := range []string{"long", "short", "last"} {
		assert.True(t, stands(t, m, key), key)
	}
	for _, key := range []string{"unknown", "refused", "refused the second time", "since in another", "since in none"} {
		assert.False(t, stands(t, m, key), key)
	}
	s.age(t, time.Hour)
	assert.False(t, stands(t, m, "short"))
	assert.True(t, stands(t, m, "long"))
}

func TestASlotIsThatOfTheEntryThatStands(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	made(t, m, slotted("same", "s"), journal.StateDone, time.Hour)
	made(t, m, slotted("since in another", "s"), journal.StateDone, time.Hour)
	made(t, m, slotted("since in another", "t"), journal.StateDone, time.Hour)
	made(t, m, slotted("since in none", "s"), journal.StateDone, time.Hour)
	made(t, m, slotted("since in none", ""), journal.StateDone, time.Hour)
	made(t, m, slotted("last", "s"), journal.StateDone, time.Hour)
	assert.False(t, stands(t, m, "same"))
	for _, key := range []string{"since in another", "since in none", "last"} {
		assert.True(t, stands(t, m, key), key)
	}
}

func TestASlotIsKnownForAsLongAsItsEntries(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	made(t, m, slotted("tag", "s"), journal.StateUnknown, 24*time.Hour)
	s.age(t, 23*time.Hour)
	e := slotted("tag", "s")
	e.Expires, e.Outcome.State = time.Now().Add(24*time.Hour), journal.StateUnknown
	require.NoError(t, m.Settle(t.Context(), e))
	made(t, m, slotted("soon forgotten", "s"), journal.StateUnknown, time.Minute)
	s.age(t, 23*time.Hour)
	require.True(t, stands(t, m, "tag"))
	made(t, m, slotted("untag", "s"), journal.StateDone, time.Hour)
	assert.False(t, stands(t, m, "tag"))
}
