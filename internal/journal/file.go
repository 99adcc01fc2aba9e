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

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

// lockWait is how long another process may hold the lock.
const lockWait = 10 * time.Second

// logFile is what the journal needs of an open file; tests substitute one that fails.
type logFile interface {
	io.ReaderAt
	io.WriterAt
	Stat() (os.FileInfo, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// fileLog is a file that several processes append to. It is open only while locked, so that another
// process may rotate it at any time, even on systems where an open file cannot be renamed.
type fileLog struct {
	path    string
	opt     Options
	apply   func(*Line)
	rebuild func(read func() error) error

	f        logFile
	off      int64  // bytes read so far, always the end of a line
	lines    int    // lines in those bytes
	last     string // hash of the last line read, "" when none is known
	lastLen  int    // its length without the line break
	head     string // hash of the last line that any process noted as written
	headSeen bool   // whether that line was read
	gap      string // hash of a line that is missing, "" when none is or it was accepted
	size     int64  // of the file when it was last closed
	modTime  time.Time
}

func newFileLog(path string, o Options, apply func(*Line), rebuild func(func() error) error) *fileLog {
	return &fileLog{path: path, opt: o, apply: apply, rebuild: rebuild}
}

func (g *fileLog) locked(ctx context.Context, fn func() error) error {
	unlock, err := ownfile.Lock(ctx, g.path+lockSuffix, g.opt.lockWait)
	if err != nil {
		return fmt.Errorf("%w: lock the journal: %w", ErrNotWritten, err)
	}
	defer func() { g.warn("unlock the journal", unlock()) }()
	if g.f, err = g.opt.openFile(g.path); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	defer g.closeFile()
	if err := g.refresh(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	return fn()
}

// warn logs an error that happens when the lines are safe on disk: not a reason to fail.
func (g *fileLog) warn(action string, err error) {
	if err != nil {
		g.opt.Logger.Warn("journal: "+action, "err", err)
	}
}

func (g *fileLog) closeFile() {
	if fi, err := g.f.Stat(); err == nil {
		g.size, g.modTime = fi.Size(), fi.ModTime()
	}
	g.warn("close the journal", g.f.Close())
	g.f = nil
}

func (g *fileLog) changed() bool {
	fi, err := os.Stat(g.path)
	return err != nil || fi.Size() != g.size || !fi.ModTime().Equal(g.modTime)
}

// refresh applies the lines appended since the last time and cuts off a torn one: while the lock is
// held, no process is in the middle of writing.
func (g *fileLog) refresh() error {
	fi, err := g.f.Stat()
	if err != nil {
		return err
	}
	var torn []byte
	if g.continues(fi.Size()) {
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

// continues reports whether the file still has the line read last where reading stopped. It does not
// if another process rotated the file, or if somebody cut or changed it.
func (g *fileLog) continues(size int64) bool {
	if g.off == 0 || size < g.off {
		return false
	}
	raw := make([]byte, g.lastLen)
	if _, err := g.f.ReadAt(raw, g.off-int64(g.lastLen)-1); err != nil {
		return false
	}
	return hashOf(raw) == g.last
}

// reload reads again all that is to be remembered, rotated files first.
func (g *fileLog) reload(size int64) (torn []byte, err error) {
	g.head, g.headSeen = readHead(g.path), false
	err = g.rebuild(func() error {
		g.off, g.lines, g.last, g.lastLen, g.gap = 0, 0, "", 0, ""
		old, err := rotated(g.path)
		if err != nil {
			return err
		}
		for i, r := range old {
			// The newest is always read: a new file continues its chain.
			if i < len(old)-1 && r.ended.Before(g.opt.Now().Add(-g.opt.Keep-time.Hour)) {
				continue
			}
			if err := g.readRotated(r.path); err != nil {
				return err
			}
		}
		g.off, g.lines = 0, 0
		torn, err = g.readFrom(g.f, 0, size)
		return err
	})
	return torn, err
}

func (g *fileLog) readRotated(path string) error {
	f, err := ownfile.Open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer func() { g.warn("close a rotated file", f.Close()) }()
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
		g.read(raw)
		return nil
	})
}

// read applies one line. What is wrong with it is logged and left to Verify: to refuse to continue
// would stop all writes because of a line that cannot be repaired.
func (g *fileLog) read(raw []byte) {
	l, err := parseLine(raw)
	switch {
	case err != nil:
		g.opt.Logger.Error("journal: unreadable line", "line", g.lines+1, "err", err)
	case g.last != "" && l.Prev != g.last, (l.Kind == KindStart) != (g.lines == 0):
		g.opt.Logger.Error("journal: broken hash chain", "line", g.lines+1)
	}
	g.advance(raw)
	if err == nil {
		g.note(&l)
	}
}

// note applies a line that was read or written.
func (g *fileLog) note(l *Line) {
	switch l.Kind {
	case KindGap:
		g.gap = l.SHA256
	case KindAccepted:
		g.gap = ""
	}
	g.apply(l)
}

func (g *fileLog) missing() string { return g.gap }

// advance moves the read position past a line.
func (g *fileLog) advance(raw []byte) {
	g.last, g.lastLen = hashOf(raw), len(raw)
	g.off += int64(len(raw)) + 1
	g.lines++
	g.headSeen = g.headSeen || g.last == g.head
}

// heal cuts off a torn last line and records that it did.
func (g *fileLog) heal(torn []byte) error {
	g.opt.Logger.Warn("journal: torn last line cut off", "bytes", len(torn))
	if err := g.f.Truncate(g.off); err != nil {
		return fmt.Errorf("cut off a torn line: %w", err)
	}
	return g.append([]*Line{{
		Kind: KindHealed, Time: g.opt.Now().UTC(), Bytes: int64(len(torn)), SHA256: hashOf(torn),
	}})
}

// checkHead looks for the line noted as written last. If it is missing, somebody removed lines from
// the end, which the chain alone would not show. The line of the gap says so to all processes, until
// one of kind accepted follows.
func (g *fileLog) checkHead() error {
	if g.head == "" || g.headSeen || g.inRotatedFiles(g.head) {
		g.head = ""
		return nil
	}
	g.opt.Logger.Error("journal: lines at the end removed or changed; nothing is sent until kombo-mcp journal accept")
	if err := g.append([]*Line{{Kind: KindGap, Time: g.opt.Now().UTC(), SHA256: g.head}}); err != nil {
		return err
	}
	g.head = ""
	return nil
}

// inRotatedFiles finds a head that could not be updated for so long that reload does not reach its line.
func (g *fileLog) inRotatedFiles(hash string) bool {
	old, err := rotated(g.path)
	if err != nil {
		return false
	}
	found := errors.New("found")
	for _, r := range old {
		err := readLines(r.path, func(raw []byte) error {
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
		if err := ownfile.SyncDir(filepath.Dir(g.path)); err != nil {
			return fmt.Errorf("make the new file's name durable: %w", err)
		}
		first := []*Line{g.startLine()}
		if g.gap != "" {
			// Files before this one are not read for ever.
			first = append(first, &Line{Kind: KindGap, Time: g.opt.Now().UTC(), SHA256: g.gap})
		}
		lines = append(first, lines...)
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
		g.advance(raw)
		g.note(l)
	}
	g.warn("note the last line", writeHead(g.path, g.last))
	return nil
}

// writeSynced writes all or nothing, as far as the disk allows: the rest of a failed write would be
// taken for a torn line, or worse, for the intent of a write that was sent.
func (g *fileLog) writeSynced(buf []byte) error {
	// The file is not opened for appending: on some systems that forbids truncating it.
	_, err := g.f.WriteAt(buf, g.off)
	if err == nil {
		err = g.f.Sync()
	}
	if err == nil {
		return nil
	}
	return errors.Join(err, g.f.Truncate(g.off))
}

// chain encodes lines, each with the hash of the one before.
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

func readLines(path string, fn func(raw []byte) error) error {
	f, err := ownfile.Open(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	_, err = eachLine(f, fn)
	return errors.Join(err, f.Close())
}
