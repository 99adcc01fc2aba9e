//go:build unix

package tenants

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLoadWarnsOfFilesThatOthersMayAccess(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte("secret"), 0o600))
	path := written(t, tenant("api_key_file: "+key))
	for mode, want := range map[os.FileMode]string{0o600: "", 0o640: "", 0o644: "everyone may read it (mode 0644)", 0o622: "others may write it (mode 0622)"} {
		require.NoError(t, os.Chmod(path, mode))
		s, err := Load(path, words)
		require.NoError(t, err)
		assert.Equal(t, want != "", len(s.Warnings()) == 1, "%v", s.Warnings())
		assert.Contains(t, strings.Join(s.Warnings(), "\n"), want)
	}
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.Chmod(key, 0o644))
	s, err := Load(path, words)
	require.NoError(t, err)
	require.Len(t, s.Warnings(), 1)
	assert.True(t, strings.HasPrefix(s.Warnings()[0], `the API key file of tenant "acme": everyone`))
}
