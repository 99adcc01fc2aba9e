//go:build unix

package ownfile

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// promptly fails the test when fn waits for something.
func promptly(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); fn() }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("it waits")
	}
}

func TestOnlyAnOwnRegularFileIsOpened(t *testing.T) {
	dir := t.TempDir()
	regular := filepath.Join(dir, "regular")
	require.NoError(t, os.WriteFile(regular, []byte("x"), 0o644))
	content := func() string {
		raw, err := os.ReadFile(regular)
		require.NoError(t, err)
		return string(raw)
	}
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for name, make := range map[string]func(path string) error{
		"a link":           func(path string) error { return os.Symlink(regular, path) },
		"a dangling link":  func(path string) error { return os.Symlink(regular+"-missing", path) },
		"a folder":         func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":           func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link to a pipe": func(path string) error { return os.Symlink(pipe, path) },
		"a device":         func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, make(path))
		for _, flag := range []int{os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_CREATE | os.O_TRUNC} {
			promptly(t, func() {
				_, err := Open(path, flag)
				assert.ErrorContains(t, err, "not a regular file", name)
			})
		}
		if name != "a folder" {
			// A name is replaced, not what stands under it.
			require.NoError(t, Replace(path, []byte("y")), name)
			fi, err := os.Lstat(path)
			require.NoError(t, err)
			assert.True(t, fi.Mode().IsRegular(), name)
			require.NoError(t, os.Remove(path))
		}
		// Nor is what a crash, or somebody else, left in the way written to.
		require.NoError(t, make(path+"2"+newSuffix))
		promptly(t, func() { assert.Error(t, Replace(path+"2", nil), name) })
		assert.Equal(t, "x", content(), name)
	}
}

func TestAFileForWritingIsClosedToOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte("x"), 0o644))
	mode := func() os.FileMode {
		fi, err := os.Stat(path)
		require.NoError(t, err)
		return fi.Mode().Perm()
	}
	f, err := Open(path, os.O_RDONLY)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, os.FileMode(0o644), mode(), "reading changes nothing")
	f, err = Open(path, os.O_RDWR)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	assert.Equal(t, os.FileMode(0o600), mode())
	require.NoError(t, os.Chmod(path, 0o644))
	require.NoError(t, Replace(path, []byte("y")))
	assert.Equal(t, os.FileMode(0o600), mode())
}

func TestAnotherUsersThingsAreRefused(t *testing.T) {
	dir := t.TempDir()
	path, folder := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Mkdir(folder, 0o755))
	if os.Chown(path, os.Geteuid()+1, -1) != nil {
		return // only root can give a file away
	}
	require.NoError(t, os.Chown(folder, os.Geteuid()+1, -1))
	_, err := Open(path, os.O_RDONLY)
	require.ErrorContains(t, err, "another user")
	require.ErrorContains(t, MakeDir(folder), "another user")
}

func TestAFolderIsMadeForItsUserAlone(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	require.NoError(t, MakeDir(deep))
	for _, path := range []string{deep, filepath.Dir(deep)} {
		fi, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), fi.Mode().Perm())
	}
	require.NoError(t, os.Chmod(deep, 0o755))
	require.NoError(t, MakeDir(deep))
	fi, err := os.Stat(deep)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), fi.Mode().Perm())

	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(deep, link))
	require.ErrorContains(t, MakeDir(link), "not a folder")
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Error(t, MakeDir(file))
}

func TestAPipeOrALinkInTheLocksPlaceIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink(pipe, link))
	promptly(t, func() {
		if unlock, err := Lock(context.Background(), pipe, time.Second); err == nil {
			assert.NoError(t, unlock())
		}
		_, err := Lock(context.Background(), link, time.Second)
		assert.Error(t, err)
	})
}

func TestNothingButARegularFileIsOpenedForReading(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	require.NoError(t, os.Symlink("pipe", filepath.Join(dir, "link")))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(dir, "device")))
	for _, name := range []string{"pipe", "folder", "link"} {
		promptly(t, func() {
			_, err := ReadRegular(filepath.Join(dir, name), 10)
			require.ErrorIs(t, err, ErrRefused, name)
			_, err = OpenRegularIn(root, name)
			require.ErrorIs(t, err, ErrRefused, name)
		})
	}
	promptly(t, func() {
		_, err := ReadRegular(filepath.Join(dir, "device"), 10)
		require.ErrorIs(t, err, ErrRefused)
		_, err = OpenRegularIn(root, "device")
		require.Error(t, err, "it is outside")
	})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("0123456789"), 0o600))
	require.NoError(t, os.Symlink("file", filepath.Join(dir, "linked")))
	raw, err := ReadRegular(filepath.Join(dir, "linked"), 10)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", string(raw))
	_, err = ReadRegular(filepath.Join(dir, "file"), 9)
	require.ErrorIs(t, err, ErrRefused)
	f, err := OpenRegularIn(root, "linked")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = OpenRegular(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
