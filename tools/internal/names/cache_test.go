package names_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

func TestACacheLoadsWhenItMust(t *testing.T) {
	c, loads, now := names.NewCache[int](), 0, time.Now()
	get := func(at time.Time) int {
		v, err := c.Get(t.Context(), at, func(context.Context) (int, error) { loads++; return loads, nil })
		require.NoError(t, err)
		return v
	}
	assert.Equal(t, 1, get(now))
	assert.Equal(t, 1, get(now.Add(names.CacheFor-1)))
	assert.Equal(t, 2, get(now.Add(names.CacheFor)))
	assert.Equal(t, 3, get(now), "a clock that was set back makes nothing last longer")
	c.Forget()
	assert.Equal(t, 4, get(now))
}

func TestAnErrorIsNotCached(t *testing.T) {
	c, now := names.NewCache[int](), time.Now()
	_, err := c.Get(t.Context(), now, func(context.Context) (int, error) { return 0, errors.New("down") })
	require.EqualError(t, err, "down")
	v, err := c.Get(t.Context(), now, func(context.Context) (int, error) { return 7, nil })
	require.NoError(t, err)
	assert.Equal(t, 7, v)
}

func TestOneLoadsWhileOthersWaitOrGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, now := names.NewCache[int](), time.Now()
		release := make(chan struct{})
		got := make(chan int, 2)
		for range 2 {
			go func() {
				v, err := c.Get(t.Context(), now, func(context.Context) (int, error) { <-release; return 5, nil })
				assert.NoError(t, err)
				got <- v
			}()
		}
		synctest.Wait()
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Get(impatient, now, func(context.Context) (int, error) { t.Error("loaded a second time"); return 0, nil })
		require.ErrorIs(t, err, context.Canceled)
		release <- struct{}{} // one load; a second would block here
		assert.Equal(t, 5, <-got)
		assert.Equal(t, 5, <-got)
	})
}
