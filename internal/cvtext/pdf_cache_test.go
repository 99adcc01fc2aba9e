//go:build !race

package cvtext

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBrokenPDFiumCacheIsReplaced compiles PDFium, which takes minutes under the race
// detector and runs no code of this repository.
func TestBrokenPDFiumCacheIsReplaced(t *testing.T) {
	t.Parallel()
	require.NoError(t, shared().engine.load(t.Context(), false))
	dir := t.TempDir()
	kept, err := filepath.Glob(filepath.Join(userCacheDir(), "wazero-*", "*"))
	require.NoError(t, err)
	for _, file := range kept {
		broken := filepath.Join(dir, filepath.Base(filepath.Dir(file)), filepath.Base(file))
		require.NoError(t, os.MkdirAll(filepath.Dir(broken), 0o700))
		require.NoError(t, os.WriteFile(broken, []byte("no code"), 0o600))
	}
	other := filepath.Join(dir, "other")
	require.NoError(t, os.WriteFile(other, nil, 0o600))

	r := New(WithCacheDir(dir))
	doc, err := r.Text(t.Context(), cvPDF(1), "", "")
	require.NoError(t, err)
	assert.Contains(t, doc.Text, "Ada Example")
	require.NoError(t, r.Close())
	made, err := filepath.Glob(filepath.Join(dir, "wazero-*", "*"))
	require.NoError(t, err)
	require.Len(t, made, 1)
	info, err := os.Stat(made[0])
	require.NoError(t, err)
	assert.Greater(t, info.Size(), int64(1<<20))
	assert.FileExists(t, other, "what is not the cache's own stays")
}

// TestPrepareCompilesOnce takes as long as compiling PDFium does.
func TestPrepareCompilesOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := New(WithCacheDir(dir))
	require.NoError(t, r.Prepare(t.Context()))
	assert.NotNil(t, r.engine.pool)
	doc, err := r.Text(t.Context(), cvPDF(1), "", "")
	require.NoError(t, err)
	assert.Contains(t, doc.Text, "Ada Example")
	require.NoError(t, r.Close())

	again := New(WithCacheDir(dir))
	require.NoError(t, again.Prepare(t.Context()))
	assert.Nil(t, again.engine.pool, "what is compiled is not loaded before it is needed")
	require.NoError(t, again.Close())

	emptyCache(dir)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	none := New(WithCacheDir(""))
	require.NoError(t, none.Prepare(t.Context()))
	assert.Nil(t, none.engine.pool)
}

func TestCloseDoesNotWaitForWhatNobodyNeeded(t *testing.T) {
	t.Parallel()
	r := New(WithCacheDir(t.TempDir()))
	r.engine.loading, r.engine.idle = make(chan struct{}), true // it goes on for ever
	require.NoError(t, r.Close())
	assert.ErrorIs(t, r.engine.load(t.Context(), false), errClosed)
}
