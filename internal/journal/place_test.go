package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestAFullFileIsSetAsideAndTheChainCarriedOn(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	o := Options{Path: dir, Now: c.Now, MaxBytes: 4 << 10}
	j, other := open(t, o), open(t, o)
	held := fresh(t, j, intent("held"))
	for i := range 40 {
		send(t, []*Journal{j, other}[i%2], intent(fmt.Sprint(i)), once.Done)
	}
	r := verified(t, dir)
	require.Greater(t, len(r.Files), 3)
	assert.Equal(t, "journal-20261124T120000Z-0001.jsonl", r.Files[0])
	assert.Equal(t, fileName, r.Files[len(r.Files)-1])
	assert.Empty(t, r.Removed)
	assert.Equal(t, 1, r.Open)
	for _, name := range r.Files {
		fi, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Less(t, fi.Size(), int64(6<<10))
	}
	for _, j := range []*Journal{j, other, open(t, o)} {
		for i := range 40 {
			assert.Equal(t, once.Done, prior(t, j, intent(fmt.Sprint(i))).Outcome.State)
		}
		assert.NotNil(t, begin(t, j, intent("held")).Wait)
	}
	require.NoError(t, held.Done(once.Outcome{State: once.Done}))
	assert.Equal(t, once.Done, prior(t, other, intent("held")).Outcome.State)

	t.Run("a file missing in the middle is found", func(t *testing.T) {
		gone := filepath.Join(dir, r.Files[1])
		require.NoError(t, os.Rename(gone, gone+".away"))
		r, err := Verify(t.Context(), dir)
		require.NoError(t, err)
		require.NotNil(t, r.Bad)
		assert.Equal(t, 1, r.Bad.Line)
		assert.Contains(t, r.Bad.File, "-0003.jsonl")
		require.NoError(t, os.Rename(gone+".away", gone))
	})
	t.Run("files removed at the start are told", func(t *testing.T) {
		require.NoError(t, os.Remove(filepath.Join(dir, r.Files[0])))
		assert.Equal(t, r.Files[0], verified(t, dir).Removed)
	})
	t.Run("a crash before the new file is begun does no harm", func(t *testing.T) {
		require.NoError(t, os.Rename(filepath.Join(dir, fileName), filepath.Join(dir, "journal-20261124T120001Z-0900.jsonl")))
		verified(t, dir)
		send(t, j, intent("after"), once.Done)
		assert.Equal(t, once.Done, prior(t, open(t, o), intent("after")).Outcome.State)
		r := verified(t, dir)
		assert.Equal(t, "journal-20261124T120001Z-0900.jsonl", r.Files[len(r.Files)-2])
	})
}

func TestFilesOutOfMemoryAreNotReadAgain(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	o := Options{Path: dir, Now: c.Now, MaxBytes: 1 << 10}
	j := open(t, o)
	for i := range 20 {
		send(t, j, intent(fmt.Sprint(i)), once.Unknown)
	}
	old, err := rotated(filepath.Join(dir, fileName))
	require.NoError(t, err)
	require.Greater(t, len(old), 2)
	c.Advance(26 * time.Hour)
	require.NoError(t, os.Chmod(old[0].path, 0))
	require.NoError(t, os.Rename(old[0].path, old[0].path+".bak"))
	require.NoError(t, os.Mkdir(old[0].path, 0o700))
	j = reopen(t, j)
	assert.Less(t, len(j.idx.byID), 10)
	send(t, j, intent("new"), once.Done)
}

func TestANoteOfTheLastLineThatIsOutOfDateIsNoGap(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := open(t, Options{Path: dir, Now: c.Now, MaxBytes: 1 << 10})
	send(t, j, intent("first"), once.Done)
	path := filepath.Join(dir, fileName)
	early := readHead(path)
	for i := range 20 {
		send(t, j, intent(fmt.Sprint(i)), once.Done)
	}
	c.Advance(26 * time.Hour)
	require.NoError(t, writeHead(path, early))
	j = reopen(t, j)
	assert.Greater(t, verified(t, dir).Unsealed, 40)
	send(t, j, intent("last"), once.Done)
	assert.Zero(t, verified(t, dir).Unsealed)
}

func TestTheJournalIsForItsUserAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return
	}
	mode := func(path string) os.FileMode {
		fi, err := os.Lstat(path)
		require.NoError(t, err)
		return fi.Mode().Perm()
	}
	dir := filepath.Join(t.TempDir(), "deep", "er")
	open(t, Options{Path: dir + "/"})
	assert.Equal(t, os.FileMode(0o700), mode(dir))
	assert.Equal(t, os.FileMode(0o700), mode(filepath.Dir(dir)))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 4, "the file, its lock, its head, its writers")
	for _, e := range entries {
		if !e.IsDir() {
			assert.Equal(t, os.FileMode(0o600), mode(filepath.Join(dir, e.Name())), e.Name())
		}
	}
	assert.Equal(t, os.FileMode(0o700), mode(filepath.Join(dir, fileName+leasesSuffix)))

	t.Run("a looser file is tightened", func(t *testing.T) {
		path := written(t, 1)
		require.NoError(t, os.Chmod(path, 0o644))
		open(t, Options{Path: path})
		assert.Equal(t, os.FileMode(0o600), mode(path))
	})
	t.Run("a link is refused", func(t *testing.T) {
		path := written(t, 1)
		link := filepath.Join(t.TempDir(), fileName)
		require.NoError(t, os.Symlink(path, link))
		_, err := Open(Options{Path: link})
		require.ErrorContains(t, err, "not a regular file")
	})
	t.Run("a folder in the file's place is refused", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, fileName), 0o700))
		_, err := Open(Options{Path: dir})
		require.ErrorContains(t, err, "not a regular file")
	})
	t.Run("another user's file is refused", func(t *testing.T) {
		path := written(t, 1)
		if os.Chown(path, os.Geteuid()+1, -1) != nil {
			return // only root can give a file away
		}
		_, err := Open(Options{Path: path})
		require.ErrorContains(t, err, "another user")
	})
	t.Run("a place that cannot be made is an error", func(t *testing.T) {
		_, err := Open(Options{Path: filepath.Join(written(t, 1), "below", "a.jsonl")})
		require.Error(t, err)
	})
}

func TestLeasesOfTheGoneAreSweptAway(t *testing.T) {
	dir := t.TempDir()
	leases := filepath.Join(dir, fileName+leasesSuffix)
	j := open(t, Options{Path: dir})
	h := startHelper(t, dir, "a", "hold")
	h.step(1)
	entries, err := os.ReadDir(leases)
	require.NoError(t, err)
	assert.Len(t, entries, 2)
	h.kill(t)
	other := open(t, Options{Path: dir})
	entries, err = os.ReadDir(leases)
	require.NoError(t, err)
	assert.Len(t, entries, 2)
	assert.False(t, j.lease.ended(other.writer))
	assert.True(t, j.lease.ended(""))
	assert.True(t, j.lease.ended("../"+fileName))
	require.NoError(t, other.Close())
	assert.True(t, j.lease.ended(other.writer))
}

func TestWhereTheJournalStandsByDefault(t *testing.T) {
	tests := map[string]struct{ goos, variable, value, home, want string }{
		"Linux":                              {"linux", "", "", "/u/a", "/u/a/.local/state/kombo-mcp/journal.jsonl"},
		"Linux with a state directory":       {"linux", "XDG_STATE_HOME", "/s", "/u/a", "/s/kombo-mcp/journal.jsonl"},
		"a relative state directory":         {"linux", "XDG_STATE_HOME", "s", "/u/a", "/u/a/.local/state/kombo-mcp/journal.jsonl"},
		"macOS":                              {"darwin", "", "", "/Users/a", "/Users/a/Library/Application Support/kombo-mcp/journal.jsonl"},
		"Windows":                            {"windows", "LocalAppData", "/AppData", "", "/AppData/kombo-mcp/journal.jsonl"},
		"nowhere, for a user without a home": {"linux", "", "", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := defaultPath(tt.goos, func(key string) string {
				if key == tt.variable {
					return tt.value
				}
				return ""
			}, tt.home)
			assert.Equal(t, tt.want, filepath.ToSlash(got))
			assert.Equal(t, tt.want == "", err != nil)
		})
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	got, err := DefaultPath()
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(filepath.ToSlash(got), "kombo-mcp/journal.jsonl"))
}
