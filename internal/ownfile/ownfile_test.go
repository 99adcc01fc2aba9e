package ownfile

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReplaceGivesAFileNewContentAndLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	// A crash left half of a longer content behind.
	require.NoError(t, os.WriteFile(path+newSuffix, []byte("half of something long"), 0o600))
	for _, content := range []string{"first", "second", ""} {
		require.NoError(t, Replace(path, []byte(content)))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	assert.True(t, IsLeftover("a.json.new"))
	assert.False(t, IsLeftover("a.json"))
}

func TestReplaceThatFailsKeepsTheOldContent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	require.NoError(t, os.Mkdir(path, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(path, "in"), nil, 0o600))
	require.Error(t, Replace(path, []byte("x")), "a folder is not replaced by a file")
	_, err := os.Stat(path + newSuffix)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Error(t, Replace(filepath.Join(dir, "missing", "a"), nil))
}

func TestOneHoldsALockAtATimeAndSeveralReadUnderIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var held, count atomic.Int32 // atomic only for the race detector, which does not see file locks
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				unlock, err := Lock(t.Context(), path, 10*time.Second)
				if !assert.NoError(t, err) {
					return
				}
				assert.EqualValues(t, 1, held.Add(1))
				count.Add(1)
				held.Add(-1)
				assert.NoError(t, unlock())
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 160, count.Load())

	first, err := RLock(t.Context(), path, 10*time.Second)
	require.NoError(t, err)
	second, err := RLock(t.Context(), path, 10*time.Second)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = Lock(ctx, path, 10*time.Second)
	require.ErrorIs(t, err, context.DeadlineExceeded, "the caller's deadline")
	require.ErrorIs(t, err, ErrLocked)
	_, err = Lock(t.Context(), path, 20*time.Millisecond)
	require.ErrorIs(t, err, ErrLocked)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, first())
	require.NoError(t, second())
	unlock, err := Lock(t.Context(), path, 10*time.Second)
	require.NoError(t, err)
	require.NoError(t, unlock())
}

func TestAPublicErrorDoesNotNameTheDirectory(t *testing.T) {
	dir := t.TempDir()
	_, err := Open(filepath.Join(dir, "missing"), os.O_RDONLY)
	changed, public := Public(err, dir)
	assert.True(t, changed)
	assert.NotContains(t, public.Error(), dir)
	require.ErrorIs(t, public, os.ErrNotExist)
	for _, err := range []error{nil, os.ErrClosed} {
		changed, public = Public(err, dir)
		assert.False(t, changed)
		assert.Equal(t, err, public)
	}
}
