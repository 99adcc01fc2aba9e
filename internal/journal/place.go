package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What stands beside the journal, each named after it.
const (
	fileName     = "journal.jsonl"
	lockSuffix   = ".lock"    // locked while appending; not the file itself, which is renamed
	headSuffix   = ".head"    // hash of the last line written
	leasesSuffix = ".writers" // folder of one locked file for each process that writes
)

const rotatedTime = "20060102T150405Z"

// resolve gives the absolute path of the journal's file and makes its directory.
func resolve(path string) (string, error) {
	path, err := locate(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the journal's directory: %w", err)
	}
	return path, nil
}

func locate(path string) (string, error) {
	if path == "" {
		return DefaultPath()
	}
	dir := strings.HasSuffix(path, "/") || os.IsPathSeparator(path[len(path)-1])
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("the journal's place: %w", err)
	}
	if fi, err := os.Stat(path); dir || err == nil && fi.IsDir() {
		path = filepath.Join(path, fileName)
	}
	return path, nil
}

// openLog opens the journal's file and takes other users' access away.
func openLog(path string) (logFile, error) {
	f, err := openRegular(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// openRegular opens a file only when it is this user's own regular file and no link to one.
func openRegular(path string, flag int) (_ *os.File, err error) {
	if fi, err := os.Lstat(path); err == nil && !fi.Mode().IsRegular() { //nolint:gosec // the place is the operator's choice
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.OpenFile(path, flag|noFollow, 0o600) //nolint:gosec // the place is the operator's choice
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if ofAnotherUser(fi) {
		return nil, fmt.Errorf("%s belongs to another user", path)
	}
	if flag&os.O_RDWR != 0 && fi.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return nil, fmt.Errorf("take others' access to %s away: %w", path, err)
		}
	}
	return f, nil
}

// oldFile is a file that was set aside when it had grown too large.
type oldFile struct {
	path   string
	number int
	ended  time.Time
}

// rotated lists the files set aside, oldest first. The number orders them, since clocks step back.
func rotated(path string) ([]oldFile, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("list the journal's files: %w", err)
	}
	ext := filepath.Ext(path)
	prefix := strings.TrimSuffix(filepath.Base(path), ext) + "-"
	var found []oldFile
	for _, e := range entries {
		middle, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok {
			continue
		}
		stamp, number, ok := strings.Cut(strings.TrimSuffix(middle, ext), "-")
		ended, err := time.Parse(rotatedTime, stamp)
		n, nerr := strconv.Atoi(number)
		if ok && err == nil && nerr == nil && strings.HasSuffix(middle, ext) {
			found = append(found, oldFile{filepath.Join(filepath.Dir(path), e.Name()), n, ended})
		}
	}
	slices.SortFunc(found, func(a, b oldFile) int { return a.number - b.number })
	return found, nil
}

// rotate sets the file aside and begins an empty one. A crash between the two steps does no harm:
// who opens a file that is not there begins one that carries the chain of the newest on.
func (g *fileLog) rotate() error {
	before, err := rotated(g.path)
	if err != nil {
		return err
	}
	number := 1
	if len(before) > 0 {
		number = before[len(before)-1].number + 1
	}
	ext := filepath.Ext(g.path)
	name := fmt.Sprintf("%s-%s-%04d%s", strings.TrimSuffix(g.path, ext), g.opt.Now().UTC().Format(rotatedTime), number, ext)
	g.complain("close the file to be set aside", g.f.Close())
	renamed := os.Rename(g.path, name) //nolint:gosec // beside the journal
	// Where it could not be renamed (a reader holds it open on Windows) it grows on until next time.
	g.complain("set the file aside", renamed)
	if g.f, err = g.opt.openFile(g.path); err != nil {
		g.f = closedFile{}
		return err
	}
	if renamed == nil {
		g.off, g.lines = 0, 0
	}
	return nil
}

// closedFile stands in for a file that could not be opened again.
type closedFile struct{ logFile }

func (closedFile) Stat() (os.FileInfo, error) { return nil, os.ErrClosed }
func (closedFile) Close() error               { return nil }

func (g *fileLog) startLine() *Line {
	l := &Line{Kind: KindStart, Time: g.opt.Now().UTC()}
	if before, err := rotated(g.path); err == nil && len(before) > 0 {
		l.From = filepath.Base(before[len(before)-1].path)
	}
	return l
}

// writeHead notes the last line in place. It is not synced: losing it costs one check.
func writeHead(path, hash string) error {
	f, err := openRegular(path+headSuffix, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(hash+"\n"), 0)
	return errors.Join(err, f.Close())
}

func readHead(path string) string {
	raw, err := os.ReadFile(path + headSuffix) //nolint:gosec // beside the journal
	if hash := strings.TrimSpace(string(raw)); err == nil && isHash(hash) {
		return hash
	}
	return ""
}
