package ownfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// OpenRegular opens a file that somebody else provides, such as a key in a mounted secret, to read it.
// It follows links and takes a file of any user, but never waits: whatever is not a regular file, such
// as a pipe or a device, is ErrRefused.
func OpenRegular(path string) (*os.File, error) { return openRegular(path, os.O_RDONLY) }

// AppendRegular appends to a file that exists and that [OpenRegular] would open, in place: its owner and
// mode stay, so that whoever could read it still can.
func AppendRegular(path string, text []byte) (err error) {
	f, err := openRegular(path, os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

func openRegular(path string, flag int) (*os.File, error) {
	// Looked at before, since opening a device may already do something.
	if fi, err := os.Stat(path); err == nil && !fi.Mode().IsRegular() {
		return nil, notRegular(path)
	}
	f, err := os.OpenFile(path, flag|nonBlock, 0) //nolint:gosec // the place is the operator's choice
	return regular(f, err, path)
}

// OpenRegularIn is [OpenRegular] for a file in a folder that it cannot leave.
func OpenRegularIn(root *os.Root, name string) (*os.File, error) {
	if fi, err := root.Stat(name); err == nil && !fi.Mode().IsRegular() {
		return nil, notRegular(name)
	}
	f, err := root.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	return regular(f, err, name)
}

// CheckWritable opens and closes a regular file for writing, and leaves it as it is.
func CheckWritable(path string) error {
	if fi, err := os.Lstat(path); err == nil && !fi.Mode().IsRegular() {
		return notRegular(path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|noFollow|nonBlock, 0) //nolint:gosec // the operator's choice
	if f, err = regular(f, err, path); err != nil {
		return err
	}
	return f.Close()
}

// ReadRegular reads a file that [OpenRegular] opens, of at most maxBytes.
func ReadRegular(path string, maxBytes int64) (_ []byte, err error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && int64(len(raw)) > maxBytes {
		err = fmt.Errorf("%w: %s is larger than %d KiB", ErrRefused, path, maxBytes>>10)
	}
	return raw, err
}

// regular checks what was opened: something else may have been put in its place meanwhile.
func regular(f *os.File, err error, path string) (*os.File, error) {
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = notRegular(path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
