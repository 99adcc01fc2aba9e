//go:build unix

package approvals_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

func TestAFolderOpensNothingThatIsNotItsOwnFile(t *testing.T) {
	elsewhere := t.TempDir()
	for name, put := range map[string]func(path string) error{
		"a pipe":             func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link to a device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"a link to nothing":  func(path string) error { return os.Symlink(filepath.Join(elsewhere, "x"), path) },
		"a folder":           func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to an approval": func(path string) error {
			if err := os.Rename(path+".old", filepath.Join(elsewhere, "approval")); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(elsewhere, "approval"), path)
		},
		"another user's file": func(path string) error {
			raw, err := os.ReadFile(path + ".old")
			if err != nil {
				return err
			}
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				return err
			}
			if os.Chown(path, os.Geteuid()+1, -1) != nil {
				return os.WriteFile(path, nil, 0o600) // only root can give a file away
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, clock := t.TempDir(), fake.NewClock(time.Now().UTC())
			f, said := openWatched(t, dir, clock.Now)
			a, _, err := f.Put(t.Context(), approvalstest.Request("acme", "h"))
			require.NoError(t, err)
			a = decide(t, f, a, approvalstest.Yes)
			path := fileOf(t, dir, a)
			require.NoError(t, os.Rename(path, path+".old"))
			require.NoError(t, put(path))
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, err := f.Spend(t.Context(), a)
				assert.ErrorIs(t, err, approvals.ErrNotFound)
				_, _, err = f.Put(t.Context(), approvalstest.Request("acme", "h"))
				assert.NoError(t, err)
				_, err = f.Sweep(t.Context())
				assert.NoError(t, err)
			}()
			select {
			case <-done:
			case <-time.After(5 * time.Second):
				t.Fatal("it waits")
			}
			assert.Contains(t, said.String(), "not a valid approval")
			if strings.HasPrefix(name, "a ") && name != "a folder" {
				_, err := os.Lstat(filepath.Join(elsewhere, "x"))
				assert.ErrorIs(t, err, os.ErrNotExist, "nothing is written through a link")
			}
		})
	}
}
