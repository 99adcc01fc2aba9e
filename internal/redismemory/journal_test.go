//go:build redis

package redismemory

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
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
	j, err := journal.Open(journal.Options{Path: t.TempDir(), Memory: m, Now: w.now})
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

func intent(key string) journal.Intent { return journal.Intent{Key: key, Tool: "add_candidate_tag"} }

func inSlot(key string) journal.Intent {
	return journal.Intent{Key: key, Tool: "add_candidate_tag", Slot: "tag:1:urgent"}
}

func inBatch(key string) journal.Intent {
	return journal.Intent{Key: key, Tool: "add_candidate_tag", Batch: "25 records"}
}

func again(in journal.Intent) journal.Intent {
	in.Again = true
	return in
}

func begin(t *testing.T, j *journal.Journal, in journal.Intent) journal.Decision {
	t.Helper()
	d, err := j.Begin(t.Context(), in)
	require.NoError(t, err)
	return d
}

func fresh(t *testing.T, j *journal.Journal, in journal.Intent) *journal.Pending {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Pending, "%s should be fresh, but is %+v", in.Key, d)
	return d.Pending
}

func send(t *testing.T, j *journal.Journal, in journal.Intent, state string) {
	t.Helper()
	require.NoError(t, fresh(t, j, in).Done(journal.Outcome{State: state}))
}

func prior(t *testing.T, j *journal.Journal, in journal.Intent) journal.Entry {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Prior, "%s should have been made before, but is %+v", in.Key, d)
	return *d.Prior
}

func joined(t *testing.T, j *journal.Journal, in journal.Intent) *journal.InFlight {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.InFlight, "%s should be in flight, but is %+v", in.Key, d)
	return d.InFlight
}

func outcome(t *testing.T, in *journal.InFlight) journal.Outcome {
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
	done := journal.Outcome{State: journal.StateDone, Summary: "x", Data: []byte(`{"id":12345678901234567890,"tags":[]}`), Attempts: 2, Duration: time.Second}
	require.NoError(t, p.Done(done))
	assert.Equal(t, done, outcome(t, in))
	assert.Equal(t, done, prior(t, w.b, intent("a")).Outcome)
	assert.True(t, looked(t, w.b, "a"))

	w.pass(t, 10*time.Minute-5*time.Second)
	prior(t, w.b, intent("a"))
	w.pass(t, 5*time.Second)
	assert.False(t, looked(t, w.a, "a"))
	send(t, w.b, intent("a"), journal.StateDone)
	send(t, w.a, again(intent("a")), journal.StateDone)
}

func TestARefusalReachesThoseWhoWaitAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	p := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	refused := journal.Outcome{State: journal.StateRefused, Error: "no"}
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
	assert.Equal(t, journal.StateUnknown, outcome(t, in).State)
	w.pass(t, 24*time.Hour-5*time.Second)
	assert.Equal(t, journal.StateUnknown, prior(t, w.b, intent("a")).Outcome.State)
	w.pass(t, 5*time.Second)
	send(t, w.b, intent("a"), journal.StateUnknown)
	w.pass(t, 24*time.Hour-5*time.Second)
	e := prior(t, w.a, intent("a"))
	assert.Equal(t, journal.StateUnknown, e.Outcome.State)

	t.Run("unless a read has shown it", func(t *testing.T) {
		require.NoError(t, w.a.Settle(t.Context(), e, journal.Outcome{State: journal.StateDone}))
		assert.Equal(t, journal.StateDone, prior(t, w.b, intent("a")).Outcome.State)
		require.NoError(t, w.b.Settle(t.Context(), e, journal.Outcome{State: journal.StateUnknown}))
		assert.Equal(t, journal.StateDone, prior(t, w.a, intent("a")).Outcome.State, "done is final")
		w.pass(t, 10*time.Minute)
		fresh(t, w.b, intent("a"))
	})
}

func TestWhatTookAnothersPlaceLeavesThatOneUnknown(t *testing.T) {
	w := newWorld(t)
	first := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	second := fresh(t, w.a, again(intent("a")))
	assert.Equal(t, journal.StateUnknown, outcome(t, in).State)
	in = joined(t, w.b, intent("a"))
	require.NoError(t, first.Done(journal.Outcome{State: journal.StateRefused}))
	assert.Equal(t, second.ID(), in.Entry().ID)
	joined(t, w.b, intent("a"))
	require.NoError(t, second.Done(journal.Outcome{State: journal.StateDone}))
	assert.Equal(t, journal.StateDone, outcome(t, in).State)
}

func TestASucceededWriteUndoesTheOthersOfItsSlot(t *testing.T) {
	w := newWorld(t)
	tag, untag := inSlot("tag"), inSlot("untag")
	send(t, w.a, tag, journal.StateDone)
	send(t, w.a, intent("of no slot"), journal.StateDone)
	for _, state := range []string{journal.StateRefused, journal.StateUnknown} {
		send(t, w.b, again(untag), state)
		prior(t, w.b, tag)
	}
	send(t, w.b, again(untag), journal.StateDone)
	assert.False(t, looked(t, w.a, "tag"))
	prior(t, w.a, untag)
	prior(t, w.b, intent("of no slot"))

	t.Run("also when their outcome is unknown", func(t *testing.T) {
		send(t, w.a, tag, journal.StateUnknown)
		send(t, w.b, again(untag), journal.StateDone)
		fresh(t, w.b, tag)
	})
	t.Run("but not those in flight", func(t *testing.T) {
		send(t, w.a, again(untag), journal.StateDone)
		joined(t, w.a, tag)
	})
	t.Run("until their deadline is over", func(t *testing.T) {
		w.pass(t, 5*time.Minute)
		prior(t, w.a, tag)
		send(t, w.a, again(untag), journal.StateDone)
		fresh(t, w.b, tag)
	})
}

func TestABatchIsRememberedUntilItsLastWriteIsForgotten(t *testing.T) {
	w := newWorld(t)
	send(t, w.a, inBatch("1"), journal.StateDone)
	send(t, w.a, inBatch("2"), journal.StateRefused)
	send(t, w.a, intent("of no batch"), journal.StateDone)
	w.pass(t, 8*time.Minute)
	send(t, w.a, inBatch("3"), journal.StateDone)
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
	send(t, w.a, in, journal.StateDone)
	other := inSlot("bb66")
	other.Batch = in.Batch
	send(t, w.b, other, journal.StateUnknown)
	keys := w.redis.keys(t)
	require.Len(t, keys, 4, "two entries, a slot and a batch")
	for _, key := range keys {
		assert.Regexp(t, `^kombo-mcp:\{writes\}:(entry:(aa55|bb66)|(slot|batch):[0-9a-f]{64})$`, key)
	}
	w.pass(t, 25*time.Hour)
	assert.Empty(t, w.redis.keys(t))
}
