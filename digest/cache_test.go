package digest_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// askCached asks for a summary with a cache.
func askCached(tb testing.TB, u *upstream, opts digest.Options) *digest.Answer {
	tb.Helper()
	none := 0
	return askSource(tb, applications(), digest.Query{Limit: &none}, u.source, opts)
}

func TestCachedWalkServesUntilExpiredOrCleared(t *testing.T) {
	u := &upstream{rows: believable(applications(), 100, 1), size: 25}
	clock := now
	k := digest.NewCache(0, time.Minute, func() time.Time { return clock })
	opts := digest.Options{Cache: k, CacheKeys: []string{"all"}}
	first := askCached(t, u, opts)
	assert.Equal(t, 4, u.calls)
	assert.Positive(t, k.Bytes())
	clock = clock.Add(59 * time.Second)
	assert.Equal(t, first, askCached(t, u, opts))
	assert.Equal(t, 4, u.calls, "served from memory")
	clock = clock.Add(2 * time.Second)
	askCached(t, u, opts)
	assert.Equal(t, 8, u.calls, "walked again")
	k.Clear()
	assert.Zero(t, k.Bytes())
	askCached(t, u, opts)
	assert.Equal(t, 12, u.calls)
}

func TestCachedWalkWithFewerFiltersServesQuestion(t *testing.T) {
	tb := applications()
	rows := believable(tb, 100, 1)
	k := digest.NewCache(0, 0, nil)
	wide := &upstream{rows: rows, size: 25}
	askCached(t, wide, digest.Options{Cache: k, CacheKeys: digest.CacheKeys("applications", nil)})
	narrow := &upstream{rows: nil, size: 25}
	pending := func(r *digest.Row) bool { return lookup(tb, *r)("outcome").Str() == "PENDING" }
	a := askCached(t, narrow, digest.Options{Cache: k, CacheKeys: digest.CacheKeys("applications", []string{"outcome=PENDING"}), Filter: pending})
	assert.Zero(t, narrow.calls)
	want := 0
	for i := range rows {
		if pending(&rows[i]) {
			want++
		}
	}
	assert.Equal(t, want, a.Summary.Matched)
}

func TestCacheKeysRangeFromAllFiltersToNone(t *testing.T) {
	keys := digest.CacheKeys("jobs", []string{"b", "a"})
	require.Len(t, keys, 4)
	assert.Equal(t, digest.CacheKeys("jobs", []string{"a", "b"}), keys)
	assert.Equal(t, digest.CacheKeys("jobs", nil), keys[3:])
	assert.Len(t, digest.CacheKeys("jobs", []string{"1", "2", "3", "4", "5", "6", "7"}), 2)
}

func TestIncompleteWalkServesOnlySameQuestion(t *testing.T) {
	u := &upstream{rows: believable(applications(), 100, 1), size: 25}
	k := digest.NewCache(0, 0, nil)
	opts := digest.Options{Cache: k, CacheKeys: []string{"all"}, Limits: digest.Limits{Records: 50}}
	first := askCached(t, u, opts)
	assert.False(t, first.Summary.Complete)
	assert.Equal(t, first, askCached(t, u, opts))
	assert.Equal(t, 2, u.calls)
	opts.CacheKeys = []string{"filtered", "all"}
	askCached(t, u, opts)
	assert.Equal(t, 4, u.calls, "what was not read might match the filter")
	opts.CacheKeys, opts.Limits.Records = []string{"all"}, 75
	askCached(t, u, opts)
	assert.Equal(t, 7, u.calls, "another limit reads further")
}

func TestCacheStoresNoFailedOrOversizedWalk(t *testing.T) {
	tb := applications()
	u := &upstream{rows: believable(tb, 100, 1), size: 25, failAt: 3}
	k := digest.NewCache(0, 0, nil)
	opts := digest.Options{Cache: k, CacheKeys: []string{"all"}}
	a := askCached(t, u, opts)
	assert.False(t, a.Summary.Complete)
	assert.Contains(t, a.Notes[0], "upstream is away")
	assert.Zero(t, k.Bytes())

	small := digest.NewCache(40_000, 0, nil)
	u = &upstream{rows: believable(tb, 100, 1), size: 25}
	askCached(t, u, digest.Options{Cache: small, CacheKeys: []string{"all"}})
	askCached(t, u, digest.Options{Cache: small, CacheKeys: []string{"all"}})
	assert.Equal(t, 8, u.calls)
	assert.Zero(t, small.Bytes())
}

func TestCacheEvictsLeastRecentlyUsedWalk(t *testing.T) {
	tb := applications()
	k := digest.NewCache(250_000, 0, nil)
	ask := func(key string) int {
		u := &upstream{rows: believable(tb, 100, 1), size: 25}
		askCached(t, u, digest.Options{Cache: k, CacheKeys: []string{key}})
		assert.LessOrEqual(t, k.Bytes(), 250_000)
		return u.calls
	}
	ask("a")
	one := k.Bytes()
	require.Less(t, 2*one, 250_000)
	require.Greater(t, 3*one, 250_000)
	ask("b")
	assert.Zero(t, ask("a"))
	ask("c")
	assert.Zero(t, ask("a"), "used lately")
	assert.NotZero(t, ask("b"), "went to make room")
}

func TestConcurrentQuestionsShareOneWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := digest.NewCache(0, 0, nil)
		started, release := make(chan struct{}), make(chan struct{})
		u := &upstream{rows: believable(applications(), 100, 1), size: 25, onPage: func(call int) {
			if call == 1 {
				close(started)
				<-release
			}
		}}
		opts := digest.Options{Cache: k, CacheKeys: []string{"all"}}
		var all sync.WaitGroup
		answers := make([]*digest.Answer, 5)
		all.Go(func() { answers[0] = askCached(t, u, opts) })
		<-started
		for i := range 4 {
			all.Go(func() { answers[i+1] = askCached(t, u, opts) })
		}
		synctest.Wait()
		close(release)
		all.Wait()
		assert.Equal(t, 4, u.calls)
		for _, a := range answers {
			assert.Equal(t, answers[0], a)
		}
	})
}

func TestWaiterReadsItselfAfterCanceledWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tb, k := applications(), digest.NewCache(0, 0, nil)
		ctx, cancel := context.WithCancel(t.Context())
		started := make(chan struct{})
		slow := &upstream{rows: believable(tb, 100, 1), size: 25, onPage: func(int) {
			close(started)
			<-ctx.Done()
		}}
		quick := &upstream{rows: believable(tb, 100, 1), size: 25}
		opts := digest.Options{Cache: k, CacheKeys: []string{"all"}}
		plan, err := digest.Compile(tb, withSecret(digest.Query{}))
		require.NoError(t, err)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := plan.Run(ctx, slow.source, opts)
			assert.ErrorIs(t, err, context.Canceled)
		})
		<-started
		all.Go(func() {
			a, err := plan.Run(t.Context(), quick.source, opts)
			assert.NoError(t, err)
			assert.Equal(t, 100, a.Summary.Matched)
		})
		synctest.Wait()
		cancel()
		all.Wait()
		assert.Equal(t, 4, quick.calls)
		assert.Positive(t, k.Bytes())
	})
}

func TestWalkIsNotStoredAfterClear(t *testing.T) {
	k := digest.NewCache(0, 0, nil)
	u := &upstream{rows: believable(applications(), 100, 1), size: 25, onPage: func(call int) {
		if call == 2 {
			k.Clear()
		}
	}}
	askCached(t, u, digest.Options{Cache: k, CacheKeys: []string{"all"}})
	assert.Zero(t, k.Bytes())
}

func TestEnrichDoesNotChangeCachedRows(t *testing.T) {
	tb := applications()
	k := digest.NewCache(0, 0, nil)
	u := &upstream{rows: believable(tb, 10, 1), size: 4}
	opts := digest.Options{Cache: k, CacheKeys: []string{"all"}, Enrich: func(_ context.Context, rows []digest.Row) error {
		for _, r := range rows {
			r.Values[len(r.Values)-2] = digest.Text("enriched")
		}
		return nil
	}}
	q := digest.Query{Fields: []string{"email"}, Where: `email == "enriched"`}
	assert.Len(t, askSource(t, tb, q, u.source, opts).Rows, 10)
	opts.Enrich = nil
	assert.Empty(t, askSource(t, tb, q, u.source, opts).Rows)
	assert.Equal(t, 3, u.calls)

	broken := errors.New("no interviews")
	opts.Enrich = func(context.Context, []digest.Row) error { return broken }
	plan, err := digest.Compile(tb, withSecret(q))
	require.NoError(t, err)
	_, err = plan.Run(t.Context(), u.source, opts)
	assert.ErrorIs(t, err, broken)
}
