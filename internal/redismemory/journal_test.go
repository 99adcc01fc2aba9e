//go:build redis

package redismemory

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// world is two servers that have nothing in common but a Redis.
type world struct {
	redis *server
	a, b  *journal.Journal

	mu    sync.Mutex
	ahead time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{redis: startRedis(t)}
	w.a, w.b = w.join(t, w.redis.url()), w.join(t, w.redis.url())
	return w
}

// join starts another server.
func (w *world) join(t *testing.T, address string) *journal.Journal {
	t.Helper()
	m := opened(t, address, WithNow(w.now))
	j, err := journal.Open(journal.Options{Path: t.TempDir(), Shared: m, Now: w.now})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, j.Close()) })
	return j
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

// pass lets time go by for the servers and for Redis.
func (w *world) pass(t *testing.T, d time.Duration) {
	t.Helper()
	w.mu.Lock()
	w.ahead += d
	w.mu.Unlock()
	w.redis.age(t, d)
}

func intent(key string) once.Intent { return once.Intent{Key: key, Tool: "add_candidate_tag"} }

func inSlot(key string) once.Intent {
	return once.Intent{Key: key, Tool: "add_candidate_tag", Slot: "tag:1:urgent"}
}

func inBatch(key string) once.Intent {
	return once.Intent{Key: key, Tool: "add_candidate_tag", Batch: "25 records"}
}

func again(in once.Intent) once.Intent {
	in.Again = true
	return in
}

func begin(t *testing.T, j *journal.Journal, in once.Intent) once.Claim {
	t.Helper()
	d, err := j.Begin(t.Context(), in)
	require.NoError(t, err)
	return d
}

func fresh(t *testing.T, j *journal.Journal, in once.Intent) once.Claim {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Done, "%s should be fresh, but is %+v", in.Key, d)
	return d
}

func send(t *testing.T, j *journal.Journal, in once.Intent, state once.State) {
	t.Helper()
	require.NoError(t, fresh(t, j, in).Done(once.Outcome{State: state}))
}

func prior(t *testing.T, j *journal.Journal, in once.Intent) once.Entry {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Prior, "%s should have been made before, but is %+v", in.Key, d)
	return *d.Prior
}

func joined(t *testing.T, j *journal.Journal, in once.Intent) once.Claim {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Wait, "%s should be in flight, but is %+v", in.Key, d)
	return d
}

func outcome(t *testing.T, in once.Claim) once.Outcome {
	t.Helper()
	e, err := in.Wait(t.Context())
	require.NoError(t, err)
	return e.Outcome
}

func looked(t *testing.T, j *journal.Journal, key string) bool {
	t.Helper()
	_, found, err := j.Look(t.Context(), key)
	require.NoError(t, err)
	return found
}

func TestOneOfManyServersSendsAWriteAndTheOthersLearnItsOutcome(t *testing.T) {
	w := newWorld(t)
	p := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	done := once.Outcome{State: once.Done, Summary: "x", Created: map[string]string{"id": "12345678901234567890", "tags": ""}, Attempts: 2, Duration: time.Second}
	require.NoError(t, p.Done(done))
	assert.Equal(t, done, outcome(t, in))
	assert.Equal(t, done, prior(t, w.b, intent("a")).Outcome)
	assert.True(t, looked(t, w.b, "a"))

	w.pass(t, 10*time.Minute-5*time.Second)
	prior(t, w.b, intent("a"))
	w.pass(t, 5*time.Second)
	assert.False(t, looked(t, w.a, "a"))
	send(t, w.b, intent("a"), once.Done)
	send(t, w.a, again(intent("a")), once.Done)
}

func TestARefusalReachesThoseWhoWaitAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	p := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	refused := once.Outcome{State: once.Refused, Error: "no"}
	require.NoError(t, p.Done(refused))
	assert.Equal(t, refused, outcome(t, in))
	assert.False(t, looked(t, w.b, "a"))
	fresh(t, w.b, intent("a"))
	joined(t, w.a, intent("a"))
}

func TestAMissingOutcomeIsUnknownWhenDueAndRememberedForADay(t *testing.T) {
	w := newWorld(t)
	fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	w.pass(t, 5*time.Minute)
	assert.Equal(t, once.Unknown, outcome(t, in).State)
	w.pass(t, 24*time.Hour-5*time.Second)
	assert.Equal(t, once.Unknown, prior(t, w.b, intent("a")).Outcome.State)
	w.pass(t, 5*time.Second)
	send(t, w.b, intent("a"), once.Unknown)
	w.pass(t, 24*time.Hour-5*time.Second)
	e := prior(t, w.a, intent("a"))
	assert.Equal(t, once.Unknown, e.Outcome.State)

	t.Run("unless a read has shown it", func(t *testing.T) {
		require.NoError(t, w.a.Settle(t.Context(), e, once.Outcome{State: once.Done}))
		assert.Equal(t, once.Done, prior(t, w.b, intent("a")).Outcome.State)
		require.NoError(t, w.b.Settle(t.Context(), e, once.Outcome{State: once.Unknown}))
		assert.Equal(t, once.Done, prior(t, w.a, intent("a")).Outcome.State, "done is final")
		w.pass(t, 10*time.Minute)
		fresh(t, w.b, intent("a"))
	})
}

func TestWhatTookAnothersPlaceLeavesThatOneUnknown(t *testing.T) {
	w := newWorld(t)
	first := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	second := fresh(t, w.a, again(intent("a")))
	assert.Equal(t, once.Unknown, outcome(t, in).State)
	in = joined(t, w.b, intent("a"))
	require.NoError(t, first.Done(once.Outcome{State: once.Refused}))
	assert.Equal(t, second.ID, in.ID)
	joined(t, w.b, intent("a"))
	require.NoError(t, second.Done(once.Outcome{State: once.Done}))
	assert.Equal(t, once.Done, outcome(t, in).State)
}

func TestASucceededWriteUndoesTheOthersOfItsSlot(t *testing.T) {
	w := newWorld(t)
	tag, untag := inSlot("tag"), inSlot("untag")
	send(t, w.a, tag, once.Done)
	send(t, w.a, intent("of no slot"), once.Done)
	for _, state := range []once.State{once.Refused, once.Unknown} {
		send(t, w.b, again(untag), state)
		prior(t, w.b, tag)
	}
	send(t, w.b, again(untag), once.Done)
	assert.False(t, looked(t, w.a, "tag"))
	prior(t, w.a, untag)
	prior(t, w.b, intent("of no slot"))

	t.Run("also when their outcome is unknown", func(t *testing.T) {
		send(t, w.a, tag, once.Unknown)
		send(t, w.b, again(untag), once.Done)
		fresh(t, w.b, tag)
	})
	t.Run("but not those in flight", func(t *testing.T) {
		send(t, w.a, again(untag), once.Done)
		joined(t, w.a, tag)
	})
	t.Run("until their deadline is over", func(t *testing.T) {
		w.pass(t, 5*time.Minute)
		prior(t, w.a, tag)
		send(t, w.a, again(untag), once.Done)
		fresh(t, w.b, tag)
	})
}

func TestABatchIsRememberedUntilItsLastWriteIsForgotten(t *testing.T) {
	w := newWorld(t)
	send(t, w.a, inBatch("1"), once.Done)
	send(t, w.a, inBatch("2"), once.Refused)
	send(t, w.a, intent("of no batch"), once.Done)
	w.pass(t, 8*time.Minute)
	send(t, w.a, inBatch("3"), once.Done)
	w.pass(t, 8*time.Minute)
	assert.True(t, looked(t, w.b, "1"))
	prior(t, w.b, inBatch("1"))
	prior(t, w.b, inBatch("3"))
	fresh(t, w.b, inBatch("2"))
	fresh(t, w.b, intent("of no batch"))
	w.pass(t, 2*time.Minute)
	assert.False(t, looked(t, w.b, "1"))
	fresh(t, w.b, inBatch("1"))
	fresh(t, w.b, inBatch("3"))
}

func TestNamesHoldNothingPersonalAndNothingIsKeptForEver(t *testing.T) {
	w := newWorld(t)
	in := inSlot("aa55")
	in.Batch = "of Ann"
	send(t, w.a, in, once.Done)
	other := inSlot("bb66")
	other.Batch = in.Batch
	send(t, w.b, other, once.Unknown)
	keys := w.redis.keys(t)
	require.Len(t, keys, 4, "two entries, a slot and a batch")
	for _, key := range keys {
		assert.Regexp(t, `^kombo-mcp:\{writes\}:(entry:(aa55|bb66)|(slot|batch):[0-9a-f]{64})$`, key)
	}
	w.pass(t, 25*time.Hour)
	assert.Empty(t, w.redis.keys(t))
}
