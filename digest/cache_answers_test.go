package digest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// askTwice asks twice, so that the second answer comes from the walk that the
// first one cached, and stores it.
func askTwice(t *testing.T, k *digest.Cache, key, question string) *digest.Answer {
	t.Helper()
	tb := applications()
	var from digest.Origin
	var a *digest.Answer
	for range 2 {
		a = askSource(t, tb, digest.Query{}, inPlace(believable(tb, 30, 1)), digest.Options{Cache: k, CacheKeys: []string{key}, Origin: &from})
	}
	k.StoreAnswer(question, from, a)
	return a
}

func TestCacheStoresAnswerUntilItsWalkIsEvicted(t *testing.T) {
	t.Parallel()
	for name, ends := range map[string]func(*digest.Cache, func(time.Duration)){
		"with a write":               func(k *digest.Cache, _ func(time.Duration)) { k.Clear() },
		"when the walk is too old":   func(_ *digest.Cache, pass func(time.Duration)) { pass(digest.DefaultCacheTTL) },
		"when others need the place": func(k *digest.Cache, _ func(time.Duration)) { askTwice(t, k, "other", "another question") },
	} {
		now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		roomy := digest.NewCache(0, 0, nil)
		askTwice(t, roomy, "walk", "question")
		// Room for one walk and its answer, not for two.
		k := digest.NewCache(roomy.Bytes()+100, 0, func() time.Time { return now })
		require.Nil(t, k.Answer("question"))
		a := askTwice(t, k, "walk", "question")
		want, err := json.Marshal(*a)
		require.NoError(t, err)
		got := k.Answer("question")
		require.Same(t, a, got, name)
		raw, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(raw))
		assert.True(t, strings.HasPrefix(got.Text(), "applications: 30 matched, complete"), got.Text())
		assert.Nil(t, k.Answer("another question"))
		ends(k, func(d time.Duration) { now = now.Add(d) })
		assert.Nil(t, k.Answer("question"), name)
		k.Clear()
		assert.Zero(t, k.Bytes(), name)
	}
}

func TestCacheStoresNoAnswerOfEvictedWalk(t *testing.T) {
	t.Parallel()
	k := digest.NewCache(0, 0, nil)
	tb := applications()
	var from digest.Origin
	options := digest.Options{Cache: k, CacheKeys: []string{"walk"}, Origin: &from}
	a := askSource(t, tb, digest.Query{}, inPlace(believable(tb, 30, 1)), options)
	k.StoreAnswer("question", from, a)
	assert.Nil(t, k.Answer("question"), "it made the walk")
	a = askSource(t, tb, digest.Query{}, inPlace(believable(tb, 30, 1)), options)
	k.Clear()
	k.StoreAnswer("question", from, a)
	assert.Nil(t, k.Answer("question"), "Clear was called in between")
	assert.Zero(t, k.Bytes())
}

func TestCacheStoresLatestAnswersPerWalk(t *testing.T) {
	t.Parallel()
	k := digest.NewCache(0, 0, nil)
	var used int
	for i := range 100 {
		askTwice(t, k, "walk", fmt.Sprintf("question %02d", i))
		if i == 40 {
			used = k.Bytes()
		}
	}
	assert.Equal(t, used, k.Bytes(), "memory does not grow with the questions")
	assert.Nil(t, k.Answer("question 50"))
	assert.NotNil(t, k.Answer("question 99"))
	assert.NotNil(t, k.Answer("question 80"))
}
