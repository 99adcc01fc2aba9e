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

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// The files next to the journal, each named after it.
const (
	fileName     = "journal.jsonl"
	lockSuffix   = ".lock"    // locked while appending; not the file itself, which may be renamed
	headSuffix   = ".head"    // hash of the last line written
	leasesSuffix = ".writers" // directory of leases, one for each process that writes
)

const rotatedTime = "20060102T150405Z"

// resolve returns the absolute path of the journal's file and makes its directory.
func resolve(path string) (string, error) {
	path, err := File(path)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the journal's directory: %w", err)
	}
	return path, nil
}

// File returns the absolute path of the file of the journal at path (as in Options.Path). It makes
// nothing. A path of "-" has no file.
func File(path string) (string, error) {
	if path == "" {
		return DefaultPath()
	}
	dir := strings.HasSuffix(path, "/") || os.IsPathSeparator(path[len(path)-1])
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("the path of the journal: %w", err)
	}
	if fi, err := os.Stat(path); dir || err == nil && fi.IsDir() {
		path = filepath.Join(path, fileName)
	}
	return path, nil
}

// openLog opens the journal's file and removes other users' access.
func openLog(path string) (logFile, error) {
	f, err := ownfile.Open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// rotatedFile is a file that had grown too large and was renamed.
type rotatedFile struct {
	path   string
	number int
	ended  time.Time
}

// rotated lists the rotated files, oldest first. Their numbers order them, since clocks may go back.
func rotated(path string) ([]rotatedFile, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("list the journal's files: %w", err)
	}
	ext := filepath.Ext(path)
	prefix := strings.TrimSuffix(filepath.Base(path), ext) + "-"
	var found []rotatedFile
	for _, e := range entries {
		middle, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok {
			continue
		}
		stamp, number, ok := strings.Cut(strings.TrimSuffix(middle, ext), "-")
		ended, err := time.Parse(rotatedTime, stamp)
		n, nerr := strconv.Atoi(number)
		if ok && err == nil && nerr == nil && strings.HasSuffix(middle, ext) {
			found = append(found, rotatedFile{filepath.Join(filepath.Dir(path), e.Name()), n, ended})
		}
	}
	slices.SortFunc(found, func(a, b rotatedFile) int { return a.number - b.number })
	return found, nil
}

// rotate renames the file and begins an empty one. A crash between the two steps does no harm: a
// process that finds no file begins one that continues the chain of the newest.
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
	g.warn("close the file to be rotated", g.f.Close())
	renamed := os.Rename(g.path, name) //nolint:gosec // next to the journal
	// If it could not be renamed (on Windows, while a reader has it open), it grows until next time.
	g.warn("rotate the file", renamed)
	if g.f, err = g.opt.openFile(g.path); err != nil {
		g.f = closedFile{}
		return err
	}
	if renamed == nil {
		g.off, g.lines = 0, 0
	}
	return nil
}

// closedFile is used for a file that could not be opened again.
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

// writeHead notes which line was written last. It is not synced: without it one check is skipped.
func writeHead(path, hash string) error {
	f, err := ownfile.Open(path+headSuffix, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(hash+"\n"), 0)
	return errors.Join(err, f.Close())
}

// maxHeadBytes is more than the head has.
const maxHeadBytes = 1 << 10

func readHead(path string) string {
	raw, err := ownfile.ReadRegular(path+headSuffix, maxHeadBytes)
	if hash := strings.TrimSpace(string(raw)); err == nil && isHash(hash) {
		return hash
	}
	return ""
}
