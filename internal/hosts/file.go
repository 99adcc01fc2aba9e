package hosts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Read returns the text of a host's file, "" if it does not exist. That is an error
// for hosts whose file must have more than servers.
func (h Host) Read(path string) (string, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the host's file, or the one that the user named
	if errors.Is(err, fs.ErrNotExist) {
		if h.mustExist {
			return "", fmt.Errorf("there is no %s: run this where %s is installed, or name the file with --config", path, h.Title)
		}
		older := filepath.Join(filepath.Dir(path), h.replaces)
		if _, err := os.Stat(older); h.replaces != "" && err == nil {
			return "", fmt.Errorf("%s would no longer read %s if there were a %s: move its settings there first, then run this again", h.Title, older, filepath.Base(path))
		}
		return "", nil
	}
	return string(raw), err
}

// Save writes the result of an edit atomically, with the mode of the old file. It
// returns the path of the backup, "" if there was no file. If the result is empty, it
// removes the file.
func Save(path string, e Edit, now time.Time) (backup string, err error) {
	path, mode, err := resolveLinks(path)
	if err != nil {
		return "", err
	}
	if current, err := os.ReadFile(path); err == nil { //nolint:gosec // as above
		if string(current) != e.Before {
			return "", fmt.Errorf("%s was changed meanwhile; nothing was written, run this again", path)
		}
		backup = fmt.Sprintf("%s.%s.bak", path, now.UTC().Format("20060102T150405Z"))
		if err := replaceFile(backup, e.Before, mode); err != nil {
			return "", fmt.Errorf("write the backup: %w", err)
		}
	}
	if e.After == "" {
		return backup, os.Remove(path)
	}
	return backup, replaceFile(path, e.After, mode)
}

// resolveLinks follows symbolic links, so that Save replaces the file and not the
// link. It also returns the mode of the file.
func resolveLinks(path string) (string, fs.FileMode, error) {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, 0o600, nil
	case err != nil:
		return "", 0, err
	case !fi.Mode().IsRegular():
		return "", 0, fmt.Errorf("%s is not a regular file", path)
	}
	return path, fi.Mode().Perm(), nil
}

// replaceFile writes a temporary file in the same directory and renames it.
func replaceFile(path, text string, mode fs.FileMode) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// SaveKey writes a key to a file that only this user can read.
func SaveKey(path, key string) error { return replaceFile(path, key+"\n", 0o600) }
