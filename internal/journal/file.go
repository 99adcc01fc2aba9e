package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockWait  = 10 * time.Second
	lockRetry = 2 * time.Millisecond
)

// logFile is what the journal needs of an open file; tests put one in its place that fails.
type logFile interface {
	io.ReaderAt
	io.WriterAt
	Stat() (os.FileInfo, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// fileLog is a file that several processes append to. It is open only while locked: so another
// process may set it aside at any time, on systems too where an open file cannot be renamed.
type fileLog struct {
	path    string
	opt     Options
	lock    *flock.Flock
	apply   func(*Line)
	rebuild func(read func() error) error

	f       logFile
	off     int64  // bytes read so far, always the end of a line
	lines   int    // lines in those bytes
	last    string // hash of the last line read, "" when none is known
	lastLen int    // its length, line break left out
	head    string // hash of the last line that any process says it wrote
	headMet bool
	size    int64 // as the file stood when it was last let go
	mod     time.Time
}

func newFileLog(path string, o Options, apply func(*Line), rebuild func(func() error) error) *fileLog {
	return &fileLog{path: path, opt: o, lock: flock.New(path + lockSuffix), apply: apply, rebuild: rebuild}
}

func (g *fileLog) do(ctx context.Context, fn func() error) error {
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if _, err := g.lock.TryLockContext(ctx, lockRetry); err != nil {
		return fmt.Errorf("%w: lock the journal: %w", ErrNotWritten, err)
	}
	defer func() { g.complain("unlock the journal", g.lock.Unlock()) }()
	var err error
	if g.f, err = g.opt.openFile(g.path); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	defer g.letGo()
	if err := g.refresh(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	return fn()
}

// complain logs what went wrong after the lines were safe on disk: no reason to fail.
func (g *fileLog) complain(what string, err error) {
	if err != nil {
		g.opt.Logger.Warn("journal: "+what, "err", err)
	}
}

func (g *fileLog) letGo() {
	if fi, err := g.f.Stat(); err == nil {
		g.size, g.mod = fi.Size(), fi.ModTime()
	}
	g.complain("close the journal", g.f.Close())
	g.f = nil
}

func (g *fileLog) changed() bool {
	fi, err := os.Stat(g.path)
	return err != nil || fi.Size() != g.size || !fi.ModTime().Equal(g.mod)
}

// refresh applies what was appended since the last time, and heals a torn end: while the lock is
// held nobody is in the middle of a line.
func (g *fileLog) refresh() error {
	fi, err := g.f.Stat()
	if err != nil {
		return err
	}
	var torn []byte
	if g.follows(fi.Size()) {
		torn, err = g.readFrom(g.f, g.off, fi.Size())
	} else {
		torn, err = g.reload(fi.Size())
	}
	if err != nil {
		return err
	}
	if len(torn) > 0 {
		if err := g.heal(torn); err != nil {
			return err
		}
	}
	return g.checkHead()
}

// follows tells whether the file still holds, at the place where reading stopped, the line read
// last. It does not once another process set the file aside, or somebody cut or changed it.
func (g *fileLog) follows(size int64) bool {
	if g.off == 0 || size < g.off {
		return false
	}
	raw := make([]byte, g.lastLen)
	if _, err := g.f.ReadAt(raw, g.off-int64(g.lastLen)-1); err != nil {
		return false
	}
	return hashOf(raw) == g.last
}

// reload reads everything within memory anew, files set aside first.
func (g *fileLog) reload(size int64) (torn []byte, err error) {
	g.head, g.headMet = readHead(g.path), false
	err = g.rebuild(func() error {
		g.off, g.lines, g.last, g.lastLen = 0, 0, "", 0
		old, err := rotated(g.path)
		if err != nil {
			return err
		}
		for i, r := range old {
			// The newest is read in any case: a file begun anew carries its last hash on.
			if i < len(old)-1 && r.ended.Before(g.opt.Now().Add(-g.opt.Keep-time.Hour)) {
				continue
			}
			if err := g.readOld(r.path); err != nil {
				return err
			}
		}
		g.off, g.lines = 0, 0
		torn, err = g.readFrom(g.f, 0, size)
		return err
	})
	return torn, err
}

func (g *fileLog) readOld(path string) error {
	f, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { g.complain("close a file set aside", f.Close()) }()
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	g.off, g.lines = 0, 0
	_, err = g.readFrom(f, 0, fi.Size())
	return err
}

func (g *fileLog) readFrom(f io.ReaderAt, from, to int64) (torn []byte, err error) {
	return eachLine(io.NewSectionReader(f, from, to-from), func(raw []byte) error {
		g.take(raw)
		return nil
	})
}

// take reads one line. What is wrong with it is logged and left for Verify to judge: refusing to
// go on would stop all writes for a line that cannot be repaired.
func (g *fileLog) take(raw []byte) {
	l, err := parseLine(raw)
	switch {
	case err != nil:
		g.opt.Logger.Error("journal: a line cannot be read", "line", g.lines+1, "err", err)
	case g.last != "" && l.Prev != g.last, (l.Kind == KindStart) != (g.lines == 0):
		g.opt.Logger.Error("journal: the chain is broken", "line", g.lines+1)
	}
	g.passed(raw)
	if err == nil {
		g.apply(&l)
	}
}

func (g *fileLog) passed(raw []byte) {
	g.last, g.lastLen = hashOf(raw), len(raw)
	g.off += int64(len(raw)) + 1
	g.lines++
	g.headMet = g.headMet || g.last == g.head
}

func (g *fileLog) heal(torn []byte) error {
	g.opt.Logger.Warn("journal: the last line was torn and is cut off", "bytes", len(torn))
	if err := g.f.Truncate(g.off); err != nil {
		return fmt.Errorf("cut a torn line off: %w", err)
	}
	return g.append([]*Line{{
		Kind: KindHealed, Time: g.opt.Now().UTC(), Bytes: int64(len(torn)), SHA256: hashOf(torn),
	}})
}

// checkHead looks for the line that was written last. When it is gone, somebody removed lines from
// the end, which the chain alone would not show.
func (g *fileLog) checkHead() error {
	if g.head == "" || g.headMet || g.inOldFiles(g.head) {
		g.head = ""
		return nil
	}
	gone := g.head
	g.head = ""
	g.opt.Logger.Error("journal: lines at the end of the file were removed or changed")
	return g.append([]*Line{{Kind: KindGap, Time: g.opt.Now().UTC(), SHA256: gone}})
}

// inOldFiles covers a head that could not be written for so long that its line is out of memory.
func (g *fileLog) inOldFiles(hash string) bool {
	old, err := rotated(g.path)
	if err != nil {
		return false
	}
	found := errors.New("found")
	for _, r := range old {
		err := readWhole(r.path, func(raw []byte) error {
			if hashOf(raw) == hash {
				return found
			}
			return nil
		})
		if errors.Is(err, found) {
			return true
		}
	}
	return false
}

func (g *fileLog) append(lines []*Line) error {
	if g.off >= g.opt.MaxBytes && g.lines > 1 {
		if err := g.rotate(); err != nil {
			return err
		}
	}
	if g.off == 0 {
		if err := syncDir(filepath.Dir(g.path)); err != nil {
			return fmt.Errorf("make the new file's name durable: %w", err)
		}
		lines = append([]*Line{g.startLine()}, lines...)
	}
	if len(lines) == 0 {
		return nil
	}
	buf, err := chain(lines, g.last)
	if err != nil {
		return err
	}
	if err := g.writeSynced(buf); err != nil {
		return err
	}
	for _, l := range lines {
		raw, rest, _ := bytes.Cut(buf, []byte{'\n'})
		buf = rest
		g.passed(raw)
		g.apply(l)
	}
	g.complain("note the last line", writeHead(g.path, g.last))
	return nil
}

// writeSynced writes all or nothing, as far as the disk allows: what is left behind of a failed
// write would be taken for a torn line, or worse, for an intent that was sent.
func (g *fileLog) writeSynced(buf []byte) error {
	// Not opened for appending: where that mode exists apart, it forbids cutting the end off.
	_, err := g.f.WriteAt(buf, g.off)
	if err == nil {
		err = g.f.Sync()
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, g.f.Truncate(g.off))
}

// chain encodes lines one after the other, each with the hash of the one before.
func chain(lines []*Line, last string) ([]byte, error) {
	if last == "" {
		last = genesis
	}
	var buf []byte
	for _, l := range lines {
		l.Prev = last
		raw, err := l.encode()
		if err != nil {
			return nil, err
		}
		last = hashOf(raw)
		buf = append(append(buf, raw...), '\n')
	}
	return buf, nil
}

// eachLine calls fn with every complete line and returns what follows the last line break.
func eachLine(r io.Reader, fn func(raw []byte) error) (torn []byte, err error) {
	br := bufio.NewReaderSize(r, 64<<10)
	for {
		raw, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return raw, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		if err := fn(raw[:len(raw)-1]); err != nil {
			return nil, err
		}
	}
}

func readWhole(path string, fn func(raw []byte) error) error {
	f, err := openRegular(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	_, err = eachLine(f, fn)
	return errors.Join(err, f.Close())
}
