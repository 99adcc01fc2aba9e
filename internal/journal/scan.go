package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// position is the file and number of a line, from 1.
type position struct {
	file   string
	number int
}

// snapshot is the journal at one moment: later appends and rotations do not change it.
type snapshot struct {
	old  []rotatedFile
	name string
	file *os.File // nil when there is none
	size int64
	head string
}

// scan calls fn with every line of every file; torn says of a last line that it has no line break. The
// lock is held only while the files are looked up, and not at all where it does not exist: an archive
// need not be writable.
func scan(ctx context.Context, path string, begin func(*snapshot), fn func(at position, raw []byte, torn bool) error) error {
	path, err := File(path)
	if err != nil {
		return err
	}
	s, err := newSnapshot(ctx, path)
	if err != nil {
		return fmt.Errorf("read the journal %s: %w", path, err)
	}
	if s.file != nil {
		defer func() { _ = s.file.Close() }()
	}
	begin(s)
	for _, o := range s.old {
		f, err := ownfile.OpenRegular(o.path)
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		if err := errors.Join(scanFile(ctx, filepath.Base(o.path), f, fn), f.Close()); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	return scanFile(ctx, s.name, io.NewSectionReader(s.file, 0, s.size), fn)
}

func scanFile(ctx context.Context, name string, r io.Reader, fn func(position, []byte, bool) error) error {
	at := position{file: name}
	torn, err := eachLine(r, func(raw []byte) error {
		at.number++
		return errors.Join(ctx.Err(), fn(at, raw, false))
	})
	if err != nil || len(torn) == 0 {
		return err
	}
	at.number++
	return fn(at, torn, true)
}

func newSnapshot(ctx context.Context, path string) (_ *snapshot, err error) {
	if _, err := os.Stat(path + lockSuffix); err == nil {
		if unlock, err := ownfile.RLock(ctx, path+lockSuffix, lockWait); err == nil {
			defer func() { _ = unlock() }()
		} else if !errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("lock: %w", err)
		}
	}
	s := &snapshot{name: filepath.Base(path), head: readHead(path)}
	if s.old, err = rotated(path); err != nil {
		return nil, err
	}
	s.file, err = ownfile.OpenRegular(path)
	if errors.Is(err, fs.ErrNotExist) && (len(s.old) > 0 || s.head != "") {
		s.file = nil
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	fi, err := s.file.Stat()
	if err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	s.size = fi.Size()
	return s, nil
}
