package approvals

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// FolderOptions configure a Folder.
type FolderOptions struct {
	// Dir is the directory, created with mode 0700 if it is missing. Required.
	Dir string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Logger logs files that are not valid approvals, and errors in full; nil discards them.
	Logger *slog.Logger
}

// Folder is a Store for the processes of one machine: a directory with one JSON file of mode 0600 per
// approval. A file is replaced as a whole, under a lock. So a process that is killed leaves the approval
// as it was before the step or after it, and no process overwrites the step of another.
type Folder struct {
	dir string
	now func() time.Time
	log *slog.Logger
}

// lockWait is how long another process may hold the lock. What is done under it takes milliseconds.
const lockWait = 10 * time.Second

var _ Store = (*Folder)(nil)

// OpenFolder opens the folder. It refuses a symbolic link and another user's directory.
func OpenFolder(o FolderOptions) (*Folder, error) {
	if o.Dir == "" {
		return nil, errors.New("approvals: a directory is required")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("approvals: %w", err)
	}
	f := &Folder{dir: dir, now: o.Now, log: o.Logger}
	if f.now == nil {
		f.now = time.Now
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	// Locks it once, so that a directory that cannot be written to fails at the start.
	if err := f.exclusive(context.Background(), func() error { return nil }); err != nil {
		return nil, err
	}
	return f, nil
}

// Put implements Store.
func (f *Folder) Put(ctx context.Context, r Request) (a Approval, created bool, err error) {
	fresh, err := New(r, f.now())
	if err != nil {
		return Approval{}, false, err
	}
	err = f.exclusive(ctx, func() error {
		waiting := 0
		var same *Approval
		err := f.each(OfTenant(r.Tenant), func(o Approval) {
			if o.Hash == r.Hash && o.State != Spent {
				same = &o
			}
			if o.State == Waiting {
				waiting++
			}
		})
		switch {
		case err != nil:
			return err
		case same != nil:
			a = *same
			return nil
		case waiting >= MaxWaiting:
			return ErrFull
		}
		a, created = fresh, true
		return f.write(a)
	})
	if err != nil {
		return Approval{}, false, err
	}
	return a, created, nil
}

// Find implements Store.
func (f *Folder) Find(ctx context.Context, tenant, hash string) (a Approval, found bool, err error) {
	var same []Approval
	err = f.shared(ctx, func() error {
		return f.each(OfTenant(tenant), func(o Approval) {
			if o.Hash == hash {
				same = append(same, o)
			}
		})
	})
	if err != nil {
		return Approval{}, false, err
	}
	a, found = OfSameCall(same)
	return a, found, nil
}

// Get implements Store.
func (f *Folder) Get(ctx context.Context, s Scope, id string) (a Approval, err error) {
	err = f.shared(ctx, func() error {
		a, err = f.one(s, id)
		return err
	})
	return a, err
}

// List implements Store.
func (f *Folder) List(ctx context.Context, s Scope) (all []Approval, err error) {
	err = f.shared(ctx, func() error {
		return f.each(s, func(a Approval) { all = append(all, a) })
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, CompareAge)
	return all, nil
}

// Decide implements Store.
func (f *Folder) Decide(ctx context.Context, s Scope, id string, d Decision) (Approval, error) {
	return f.change(ctx, s, id, func(a Approval) (Approval, error) { return a.Decide(d, f.now()) })
}

// Spend implements Store.
func (f *Folder) Spend(ctx context.Context, a Approval) (Approval, error) {
	return f.change(ctx, OfTenant(a.Tenant), a.ID, func(o Approval) (Approval, error) {
		if o.Hash != a.Hash {
			return Approval{}, ErrNotFound
		}
		return o.Spend(f.now())
	})
}

func (f *Folder) change(ctx context.Context, s Scope, id string, step func(Approval) (Approval, error)) (a Approval, err error) {
	err = f.exclusive(ctx, func() error {
		if a, err = f.one(s, id); err != nil {
			return err
		}
		if a, err = step(a); err != nil {
			return err
		}
		return f.write(a)
	})
	return a, err
}

// Sweep implements Store. It also removes the temporary files of processes that were killed.
func (f *Folder) Sweep(ctx context.Context) (ended []Approval, err error) {
	err = f.exclusive(ctx, func() error {
		names, err := f.names(AllTenants())
		if err != nil {
			return err
		}
		for _, name := range names {
			a, found, err := f.read(name)
			switch {
			case err != nil:
				return err
			case found && !a.Expired(f.now()), !found && !f.outdated(name):
				continue
			case found && (a.State == Waiting || a.State == Approved):
				ended = append(ended, a)
			}
			if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("approvals: remove an expired approval: %w", err)
			}
		}
		return f.removeLeftovers()
	})
	slices.SortFunc(ended, CompareAge)
	return ended, err
}

// outdated reports whether a file that is not a valid approval is older than any approval.
func (f *Folder) outdated(name string) bool {
	fi, err := os.Lstat(filepath.Join(f.dir, name))
	return err == nil && fi.Mode().IsRegular() && f.now().Sub(fi.ModTime()) > Lifetime
}

func (f *Folder) removeLeftovers() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("approvals: %w", err)
	}
	for _, e := range entries {
		if ownfile.IsLeftover(e.Name()) && e.Type().IsRegular() {
			err = errors.Join(err, os.Remove(filepath.Join(f.dir, e.Name())))
		}
	}
	return err
}

// exclusive runs fn while no other process reads or writes the folder.
func (f *Folder) exclusive(ctx context.Context, fn func() error) error {
	return f.locked(ctx, ownfile.Lock, fn)
}

// shared runs fn while no other process writes to the folder. Reading needs it too, since some systems
// cannot replace a file that is open.
func (f *Folder) shared(ctx context.Context, fn func() error) error {
	return f.locked(ctx, ownfile.RLock, fn)
}

type lockFunc func(ctx context.Context, path string, wait time.Duration) (unlock func() error, err error)

func (f *Folder) locked(ctx context.Context, lock lockFunc, fn func() error) error {
	err := func() error {
		// Each time, since the directory may have been removed meanwhile.
		if err := ownfile.MakeDir(f.dir); err != nil {
			return fmt.Errorf("approvals: open the folder: %w", err)
		}
		unlock, err := lock(ctx, filepath.Join(f.dir, lockName), lockWait)
		if err != nil {
			return fmt.Errorf("approvals: lock the folder: %w", err)
		}
		return errors.Join(fn(), unlock())
	}()
	changed, public := ownfile.Public(err, filepath.Dir(f.dir)+string(filepath.Separator))
	if changed {
		f.log.Error("approvals not available", "err", err)
	}
	return public
}
