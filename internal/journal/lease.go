package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lease is a file that a process keeps locked while it runs. The system releases the lock however the
// process ends, and unlike a process id it means the same in another container.
type lease struct {
	dir, id string
	lock    *flock.Flock
}

// newLease takes a lease and removes those of processes that have ended.
func newLease(path string) (*lease, error) {
	dir := path + leasesSuffix
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of leases: %w", err)
	}
	removeStale(dir)
	l := &lease{dir: dir, id: newID()}
	l.lock = flock.New(filepath.Join(dir, l.id))
	ok, err := l.lock.TryLock()
	if err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("lock %s", filepath.Join(dir, l.id)), err)
	}
	return l, nil
}

// removeStale removes the leases of processes that have ended.
func removeStale(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		lock := flock.New(name, flock.SetFlag(os.O_RDWR))
		if ok, err := lock.TryLock(); err == nil && ok {
			// What cannot be removed now, a later process removes.
			_, _ = lock.Unlock(), os.Remove(name)
		}
	}
}

// ended reports whether the process with the lease of this id has ended.
func (l *lease) ended(id string) bool {
	if id == "" || filepath.Base(id) != id {
		return true
	}
	// A shared lock, so that two processes that check at once do not take each other for the holder.
	lock := flock.New(filepath.Join(l.dir, id), flock.SetFlag(os.O_RDONLY))
	ok, err := lock.TryRLock()
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return ok && lock.Unlock() == nil
}

func (l *lease) release() error {
	if l == nil {
		return nil
	}
	if err := l.lock.Unlock(); err != nil {
		return fmt.Errorf("journal: release the lease: %w", err)
	}
	// What cannot be removed now, a later process removes.
	_ = os.Remove(l.lock.Path())
	return nil
}
