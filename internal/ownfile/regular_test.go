package ownfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendKeepsTheModeOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	require.ErrorIs(t, AppendRegular(path, []byte("a")), os.ErrNotExist, "it makes no file")
	require.NoError(t, os.WriteFile(path, []byte("a"), 0o640))
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, AppendRegular(path, []byte("b")))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	after, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, "ab", string(raw))
	assert.Equal(t, before.Mode(), after.Mode())
	require.ErrorIs(t, AppendRegular(t.TempDir(), []byte("a")), ErrRefused)
}
