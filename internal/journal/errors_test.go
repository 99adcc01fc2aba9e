package journal

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

func TestErrorsDoNotShowTheServersDirectories(t *testing.T) {
	var log bytes.Buffer
	path := filepath.Join(t.TempDir(), fileName)
	j := open(t, Options{Path: path, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	p := fresh(t, j, intent("b"))
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Mkdir(path, 0o700))
	_, begun := j.Begin(t.Context(), intent("a"))
	_, _, looked := j.Look(t.Context(), "a")
	_, confirmed := j.LookConfirmed(t.Context(), "a", "t")
	for name, err := range map[string]error{
		"Begin": begun, "Look": looked, "LookConfirmed": confirmed,
		"Spend":  j.Spend(t.Context(), intent(""), once.Confirmation{Token: "t"}),
		"Record": j.Record(t.Context(), Line{}),
		"Done":   p.Done(once.Outcome{State: once.Done}),
	} {
		require.ErrorIs(t, err, ErrNotWritten, name)
		assert.NotContains(t, err.Error(), filepath.Dir(path), name)
	}
	require.NoError(t, os.Remove(path))
}

func TestAPathErrorStaysOne(t *testing.T) {
	j := &Journal{dir: "/secret/", opt: Options{}.withDefaults()}
	err := j.public(&fs.PathError{Op: "open", Path: "/secret/journal.jsonl", Err: fs.ErrPermission})
	require.ErrorIs(t, err, fs.ErrPermission)
	assert.Equal(t, "open journal.jsonl: permission denied", err.Error())
}

func TestALockThatIsBusyIsNotTheCallersDeadline(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	j := open(t, Options{Path: path, lockWait: 20 * time.Millisecond})
	lock := flock.New(path + lockSuffix)
	require.NoError(t, lock.Lock())
	_, err := j.Begin(t.Context(), intent("a"))
	require.NoError(t, lock.Unlock())
	require.ErrorIs(t, err, ErrNotWritten)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}

// TestACallersDeadlineDuringALockSaysThatItWasLocked: neither of another process nor of this one's.
func TestACallersDeadlineDuringALockSaysThatItWasLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	j := open(t, Options{Path: path})
	begin := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := j.Begin(ctx, intent("a"))
		return err
	}
	lock := flock.New(path + lockSuffix)
	require.NoError(t, lock.Lock())
	require.ErrorIs(t, begin(), ownfile.ErrLocked)
	require.NoError(t, lock.Unlock())
	j.sem <- struct{}{}
	require.ErrorIs(t, begin(), ownfile.ErrLocked)
	<-j.sem
	require.NoError(t, begin())
}
