// Package ownfile opens, replaces and locks files that are this user's alone, in folders where
// others may have put something in their place: a link, a pipe that never answers, a device, a file
// of another user. Whatever it makes is readable by its user only.
//
// Several processes that work on the same files agree through [Lock]; [Replace] gives whoever reads
// without it, or after a crash, either the old content or the new one.
package ownfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockRetry is how often a lock is tried.
const lockRetry = 2 * time.Millisecond

// ErrRefused says that something else stands in the place of this user's own file or folder.
var ErrRefused = errors.New("refused")

// ErrLocked says that another process, or another call of this one, held a lock for as long as the
// caller would wait.
var ErrLocked = errors.New("another process or call had it locked")

// newSuffix ends the name under which a file's next content is written.
const newSuffix = ".new"

// Open opens a file only when it is this user's own regular file and not a link to one, and never
// waits for the other end of a pipe: anything else is ErrRefused. A file that it opens for writing is
// closed to other users.
func Open(path string, flag int) (_ *os.File, err error) {
	// Looked at before, since opening a device may already do something.
	if fi, err := os.Lstat(path); err == nil && !fi.Mode().IsRegular() {
		return nil, notRegular(path)
	}
	f, err := os.OpenFile(path, flag|noFollow|nonBlock, 0o600) //nolint:gosec // the place is the operator's choice
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	fi, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !fi.Mode().IsRegular():
		return nil, notRegular(path)
	case ofAnotherUser(fi):
		return nil, ofAnother(path)
	}
	if flag&(os.O_RDWR|os.O_WRONLY) != 0 && fi.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return nil, fmt.Errorf("take others' access to %s away: %w", path, err)
		}
	}
	return f, nil
}

func notRegular(path string) error {
	return fmt.Errorf("%w: %s is not a regular file", ErrRefused, path)
}

func ofAnother(path string) error {
	return fmt.Errorf("%w: %s belongs to another user", ErrRefused, path)
}

// MakeDir makes a folder, and those above it that are missing, with mode 0700, or closes the one
// that is there to other users. A link or another user's folder is ErrRefused.
func MakeDir(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	fi, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case !fi.IsDir():
		return fmt.Errorf("%w: %s is not a folder", ErrRefused, path)
	case ofAnotherUser(fi):
		return ofAnother(path)
	}
	if fi.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // a folder has to be entered
			return fmt.Errorf("take others' access to %s away: %w", path, err)
		}
	}
	return nil
}

// Replace gives a file new content, durably and at once: whatever happens, the file holds the old
// content or the new one. Only one process at a time may replace a file; see [Lock]. A crash can
// leave what [IsLeftover] recognizes behind.
func Replace(path string, content []byte) (err error) {
	f, err := Open(path+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(path+newSuffix, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(path+newSuffix))
	}
	return SyncDir(filepath.Dir(path))
}

// IsLeftover reports whether a name is that of a file that Replace was writing. Whoever holds the
// lock may remove it: nobody is writing it any more.
func IsLeftover(name string) bool { return filepath.Ext(name) == newSuffix }

// Lock waits until this caller alone holds the lock file at path, among all processes and within this
// one, and returns what releases it. After wait, or at the deadline of ctx, the error is ErrLocked. The
// system releases the lock however the process ends. The file stays: a lock file that is removed can be
// held twice.
func Lock(ctx context.Context, path string, wait time.Duration) (unlock func() error, err error) {
	return acquire(ctx, path, wait, (*flock.Flock).TryLockContext)
}

// RLock is [Lock] for readers: several hold it at once, as long as nobody holds Lock.
func RLock(ctx context.Context, path string, wait time.Duration) (unlock func() error, err error) {
	return acquire(ctx, path, wait, (*flock.Flock).TryRLockContext)
}

func acquire(ctx context.Context, path string, wait time.Duration, try func(*flock.Flock, context.Context, time.Duration) (bool, error)) (func() error, error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY|os.O_CREATE|noFollow|nonBlock))
	_, err := try(lock, waiting, lockRetry)
	switch {
	case err != nil && ctx.Err() == nil && waiting.Err() != nil:
		// Not context.DeadlineExceeded: callers would take it for theirs.
		return nil, fmt.Errorf("%w for %s", ErrLocked, wait)
	case err != nil:
		return nil, Busy(err)
	}
	return lock.Unlock, nil
}

// Busy returns the error of a caller that waited for a lock: ErrLocked beside it if the caller's time
// was up, so that nobody takes it for the time of whatever else they ask.
func Busy(err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w until the time for this call was up: %w", ErrLocked, err)
}

// Public returns an error as callers may pass it on, to anybody: without a directory of the server in
// its text. Changed reports whether it was there, so that the log can have the whole error.
func Public(err error, dir string) (changed bool, public error) {
	if err == nil || len(dir) < 2 || !strings.Contains(err.Error(), dir) {
		return false, err
	}
	return true, publicError{err, strings.ReplaceAll(err.Error(), dir, "")}
}

// publicError is an error with another text.
type publicError struct {
	error
	text string
}

func (e publicError) Error() string { return e.text }
func (e publicError) Unwrap() error { return e.error }
