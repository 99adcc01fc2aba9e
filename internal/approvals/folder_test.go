package approvals_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

func openFolder(t *testing.T, dir string, now func() time.Time) *approvals.Folder {
	t.Helper()
	f, _ := openWatched(t, dir, now)
	return f
}

// openWatched also returns what the store has logged.
func openWatched(t *testing.T, dir string, now func() time.Time) (*approvals.Folder, *bytes.Buffer) {
	t.Helper()
	var said bytes.Buffer
	f, err := approvals.OpenFolder(approvals.FolderOptions{Dir: dir, Now: now, Logger: slog.New(slog.NewTextHandler(&said, nil))})
	require.NoError(t, err)
	return f, &said
}

func put(t *testing.T, s approvals.Store, tenant, hash string) approvals.Approval {
	t.Helper()
	a, created, err := s.Put(t.Context(), approvalstest.Request(tenant, hash))
	require.NoError(t, err)
	require.True(t, created)
	return a
}

func decide(t *testing.T, s approvals.Store, a approvals.Approval, d approvals.Decision) approvals.Approval {
	t.Helper()
	a, err := s.Decide(t.Context(), approvals.AllTenants(), a.ID, d)
	require.NoError(t, err)
	return a
}

// fileOf is the path of an approval's file.
func fileOf(t *testing.T, dir string, a approvals.Approval) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*-"+a.ID+".json"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func TestAFolderKeepsTheContract(t *testing.T) {
	approvalstest.Run(t, func(t *testing.T, now func() time.Time) []approvals.Store {
		dir := t.TempDir()
		return []approvals.Store{openFolder(t, dir, now), openFolder(t, dir, now), openFolder(t, dir, now)}
	})
}

func TestAFolderIsForItsUserAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return
	}
	dir := filepath.Join(t.TempDir(), "state", "approvals")
	f := openFolder(t, dir, nil)
	a := decide(t, f, put(t, f, "acme/../x", "h"), approvalstest.Yes)
	mode := func(path string) os.FileMode {
		fi, err := os.Lstat(path)
		require.NoError(t, err)
		return fi.Mode().Perm()
	}
	assert.Equal(t, os.FileMode(0o700), mode(dir))
	assert.Equal(t, os.FileMode(0o700), mode(filepath.Dir(dir)))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "the approval and the lock")
	for _, e := range entries {
		assert.Equal(t, os.FileMode(0o600), mode(filepath.Join(dir, e.Name())), e.Name())
		assert.NotContains(t, e.Name(), "acme", "names show no tenant")
	}
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(fileOf(t, dir, a), 0o644))
	f = openFolder(t, dir, nil)
	_, err = f.Spend(t.Context(), a)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), mode(dir))
	assert.Equal(t, os.FileMode(0o600), mode(fileOf(t, dir, a)))

	t.Run("nor is a link or a file in its place taken", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(dir, link))
		for _, path := range []string{link, fileOf(t, dir, a), filepath.Join(fileOf(t, dir, a), "below"), ""} {
			_, err := approvals.OpenFolder(approvals.FolderOptions{Dir: path})
			require.Error(t, err, path)
		}
	})
	t.Run("and it may go away and come back", func(t *testing.T) {
		require.NoError(t, os.RemoveAll(dir))
		all, err := f.List(t.Context(), approvals.AllTenants())
		require.NoError(t, err)
		assert.Empty(t, all)
		put(t, f, "acme", "h")
	})
}

func TestWhatIsNotAnApprovalDoesNotCount(t *testing.T) {
	edit := func(change func(map[string]any)) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			var fields map[string]any
			require.NoError(t, json.Unmarshal(raw, &fields))
			change(fields)
			raw, err = json.Marshal(fields)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, raw, 0o600))
		}
	}
	write := func(content string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte(content), 0o600)) }
	}
	for name, spoil := range map[string]func(t *testing.T, path string){
		"an empty file":                   write(""),
		"half a file":                     write(`{"id":"A`),
		"null":                            write("null"),
		"a list":                          write("[]"),
		"a huge file":                     write(`{"id":"` + strings.Repeat("A", 1<<20) + `"}`),
		"one of another tenant":           edit(func(m map[string]any) { m["tenant"] = "globex" }),
		"one with another ID":             edit(func(m map[string]any) { m["id"] = strings.Repeat("A", 26) }),
		"one of an unknown state":         edit(func(m map[string]any) { m["state"] = "sent" }),
		"one without a state":             edit(func(m map[string]any) { delete(m, "state") }),
		"one approved by nobody":          edit(func(m map[string]any) { m["decided_by"] = "" }),
		"one approved at no time":         edit(func(m map[string]any) { delete(m, "decided_at") }),
		"one that lives for ever":         edit(func(m map[string]any) { m["expires"] = "2999-01-01T00:00:00Z" }),
		"one without a hash":              edit(func(m map[string]any) { delete(m, "hash") }),
		"one without a statement":         edit(func(m map[string]any) { m["statement"] = "" }),
		"one that was spent and approved": edit(func(m map[string]any) { m["spent_at"] = "2026-01-01T00:00:00Z" }),
	} {
		t.Run(name, func(t *testing.T) {
			dir, clock := t.TempDir(), fake.NewClock(time.Now().UTC())
			f, said := openWatched(t, dir, clock.Now)
			a := decide(t, f, put(t, f, "acme", "h"), approvalstest.Yes)
			spoil(t, fileOf(t, dir, a))
			_, err := f.Spend(t.Context(), a)
			require.ErrorIs(t, err, approvals.ErrNotFound)
			_, found, err := f.Find(t.Context(), "acme", "h")
			require.NoError(t, err)
			assert.False(t, found)
			all, err := f.List(t.Context(), approvals.AllTenants())
			require.NoError(t, err)
			assert.Empty(t, all)
			assert.Contains(t, said.String(), "not a valid approval")
			assert.NotContains(t, said.String(), "Jane", "what was to be sent is not logged")
			put(t, f, "acme", "h")

			clock.Advance(2 * time.Hour)
			_, err = f.Sweep(t.Context())
			require.NoError(t, err)
			entries, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, entries, 1, "only the lock is left")
		})
	}
}

func TestWhatAFolderHoldsBesideApprovalsIsLeftAlone(t *testing.T) {
	dir, clock := t.TempDir(), fake.NewClock(time.Now().UTC())
	f := openFolder(t, dir, clock.Now)
	a := put(t, f, "acme", "h")
	for _, name := range []string{"notes.txt", "a.json", strings.Repeat("A", 26) + ".json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
	}
	leftover := fileOf(t, dir, a) + ".new"
	require.NoError(t, os.WriteFile(leftover, []byte("half"), 0o600))
	clock.Advance(2 * time.Hour)
	_, err := f.Sweep(t.Context())
	require.NoError(t, err)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 4, "the lock and what is not ours")
}

func TestAFolderThatTakesNoFilesIsAnError(t *testing.T) {
	dir := t.TempDir()
	f, said := openWatched(t, dir, nil)
	a := put(t, f, "acme", "h")
	b := decide(t, f, put(t, f, "acme", "approved"), approvalstest.Yes)
	// Something in the way of the next content stands for a disk that is full.
	for _, x := range []approvals.Approval{a, b} {
		require.NoError(t, os.Mkdir(fileOf(t, dir, x)+".new", 0o700))
	}
	_, err := f.Decide(t.Context(), approvals.AllTenants(), a.ID, approvalstest.Yes)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "Jane")
	assert.NotContains(t, err.Error(), dir, "agents need not know where the server keeps its files")
	_, err = f.Spend(t.Context(), b)
	require.Error(t, err)
	assert.Contains(t, said.String(), dir)
	got, err := f.Get(t.Context(), approvals.AllTenants(), a.ID)
	require.NoError(t, err)
	assert.Equal(t, approvals.Waiting, got.State)
	got, err = f.Get(t.Context(), approvals.AllTenants(), b.ID)
	require.NoError(t, err)
	assert.Equal(t, approvals.Approved, got.State)
}
