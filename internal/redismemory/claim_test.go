//go:build redis

package redismemory

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
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
			held, claimed, err := servers[i%2].Claim(t.Context(), e, false)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			if claimed {
				granted = append(granted, e.ID)
			} else {
				stood[held.ID]++
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
func made(t *testing.T, m *Memory, e once.Entry, state once.State, remembered time.Duration) {
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

func batched(key, batch string) once.Entry {
	e := anEntry(key)
	e.Slot, e.Batch = "", batch
	return e
}

func slotted(key, slot string) once.Entry {
	e := anEntry(key)
	e.Slot, e.Batch = slot, ""
	return e
}

func TestABatchPutsOffTheEndOfItsOwnThatAreDoneAndShortensNone(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	made(t, m, batched("long", "b"), once.Done, 3*time.Hour)
	made(t, m, batched("short", "b"), once.Done, time.Minute)
	made(t, m, batched("unknown", "b"), once.Unknown, time.Minute)
	made(t, m, batched("refused", "b"), once.Refused, time.Minute)
	made(t, m, batched("refused the second time", "b"), once.Done, time.Minute)
	made(t, m, batched("refused the second time", "b"), once.Refused, time.Minute)
	made(t, m, batched("since in another", "b"), once.Done, time.Minute)
	made(t, m, batched("since in another", "c"), once.Done, time.Minute)
	made(t, m, batched("since in none", "b"), once.Done, time.Minute)
	made(t, m, batched("since in none", ""), once.Done, time.Minute)
	made(t, m, batched("last", "b"), once.Done, time.Hour)
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
	made(t, m, slotted("same", "s"), once.Done, time.Hour)
	made(t, m, slotted("since in another", "s"), once.Done, time.Hour)
	made(t, m, slotted("since in another", "t"), once.Done, time.Hour)
	made(t, m, slotted("since in none", "s"), once.Done, time.Hour)
	made(t, m, slotted("since in none", ""), once.Done, time.Hour)
	made(t, m, slotted("last", "s"), once.Done, time.Hour)
	assert.False(t, stands(t, m, "same"))
	for _, key := range []string{"since in another", "since in none", "last"} {
		assert.True(t, stands(t, m, key), key)
	}
}

func TestASlotIsKnownForAsLongAsItsEntries(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	made(t, m, slotted("tag", "s"), once.Unknown, 24*time.Hour)
	s.age(t, 23*time.Hour)
	e := slotted("tag", "s")
	e.Expires, e.Outcome.State = time.Now().Add(24*time.Hour), once.Unknown
	require.NoError(t, m.Settle(t.Context(), e))
	made(t, m, slotted("soon forgotten", "s"), once.Unknown, time.Minute)
	s.age(t, 23*time.Hour)
	require.True(t, stands(t, m, "tag"))
	made(t, m, slotted("untag", "s"), once.Done, time.Hour)
	assert.False(t, stands(t, m, "tag"))
}
