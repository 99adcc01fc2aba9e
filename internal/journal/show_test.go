package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestShow(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := open(t, Options{Path: dir, Now: c.Now})
	p := fresh(t, j, once.Intent{
		Key: "k1234567890", Tool: "move", RequestID: "r1", Client: "host\x1b[31m", Integration: "i1", Confirmation: once.Confirmation{How: "person"},
		Again: true, Arguments: json.RawMessage("{\"name\":\"a\u202eb\"}"),
	})
	c.Advance(time.Minute)
	require.NoError(t, p.Done(once.Outcome{
		State: once.Done, Summary: "Moved.\nTwice", Attempts: 2, Duration: time.Second, LogURL: "https://example.test",
		Created: map[string]string{"id": "1"},
	}))
	require.NoError(t, j.Record(t.Context(), Line{Kind: KindRead, Tool: "get_jobs"}))

	show := func(f Filter) []string {
		var b bytes.Buffer
		require.NoError(t, Show(t.Context(), dir, f, &b))
		return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	}
	id := p.ID[:8]
	want := []string{
		"2026-11-24 12:00:00  start",
		"2026-11-24 12:00:00  intent            move  id " + id + "…  key k1234567…  request r1  client host\ufffd[31m  integration i1" +
			"  confirmed by person  again  arguments {\"name\":\"a\ufffdb\"}",
		"2026-11-24 12:01:00  outcome  done     move  id " + id + "…  key k1234567…  client host\ufffd[31m  confirmed by person  2 attempts in 1000 ms  Moved.\ufffdTwice" +
			"  data {\"id\":\"1\"}  log https://example.test",
		"2026-11-24 12:01:00  read              get_jobs",
	}
	assert.Equal(t, want, show(Filter{}))
	assert.Equal(t, want[2:], show(Filter{Since: c.Now()}))
	assert.Equal(t, want[:2], show(Filter{Until: c.Now()}))
	assert.Equal(t, want[1:3], show(Filter{Tool: "move"}))
	assert.Equal(t, want[1:3], show(Filter{Key: "k12"}))
	assert.Equal(t, want[1:3], show(Filter{ID: id}))
	assert.Equal(t, want[2:3], show(Filter{State: "done"}))
	assert.Equal(t, want[3:], show(Filter{Kind: KindRead}))

	raw, err := os.ReadFile(filepath.Join(dir, fileName))
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSuffix(string(raw), "\n"), strings.Join(show(Filter{JSON: true}), "\n"))
}

func TestAJournalThatIsNotThereOrEndsEarlyIsAnError(t *testing.T) {
	_, err := Verify(t.Context(), t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
	path := written(t, 1)
	require.ErrorContains(t, Show(t.Context(), path, Filter{}, failingWriter{}), "pipe closed")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Verify(ctx, path)
	require.True(t, errors.Is(err, context.Canceled))
}

func TestAnArchiveWithoutLockOrHeadIsVerified(t *testing.T) {
	path := written(t, 2)
	dir := t.TempDir()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, fileName), raw, 0o400))
	r := verified(t, dir)
	assert.Equal(t, Report{Files: []string{fileName}, Lines: 5, First: r.First, Last: r.Last}, r)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "looking leaves nothing behind")
}
