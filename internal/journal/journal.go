// Package journal is the record of writes and the memory that keeps one from being made twice: an
// append-only file of JSON lines, each carrying the hash of the line before. A write's intent is
// synced to disk before it is sent and its outcome after, so that a process that starts later, or
// runs beside this one on the same file, knows what was sent.
//
// The journal adds nothing personal to what callers hand it, and takes no secrets.
package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

var (
	// ErrNotWritten says that a line could not be written; the write it stands for must not be sent.
	ErrNotWritten = errors.New("journal: the line could not be written")
	// ErrMemory says that the shared memory could not be asked or told.
	ErrMemory = errors.New("journal: the shared memory does not answer")
	// ErrClosed says that the journal is closed.
	ErrClosed = errors.New("journal: closed")
)

// pruneEvery is how often what has expired is dropped from memory.
const pruneEvery = time.Minute

// Options says where the journal stands and how long it remembers. The zero value is useful.
type Options struct {
	// Path is a file, or a directory to hold journal.jsonl, DefaultPath when empty. "-" writes the
	// lines to Stderr and remembers in this process only.
	Path string
	// Stderr takes the lines when Path is "-"; os.Stderr when nil.
	Stderr io.Writer
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	// MaxBytes is the size past which the file is set aside and a new one begun; 16 MiB when zero.
	MaxBytes int64
	// Keep is how far back files are read at Open, 24 hours when zero, never less than the next two.
	Keep time.Duration
	// OnceFor is how long a write that was done stands in the way of the same write, counted from
	// its outcome or its batch's last; 10 minutes when zero.
	OnceFor time.Duration
	// UnknownFor is the same for a write of unknown outcome; 24 hours when zero.
	UnknownFor time.Duration
	// Shared answers in place of the file when several servers share one memory; nil asks the file.
	Shared once.Shared
	// Logger is told of torn lines and broken chains; nil is silent.
	Logger *slog.Logger

	openFile func(path string) (logFile, error)
	poll     time.Duration
}

// Journal is an open journal and the memory of the writes in it, safe for use by several goroutines.
type Journal struct {
	opt    Options
	log    lineLog
	writer string
	lease  *lease
	sem    chan struct{} // holds one token; a channel and not a mutex, so that waiting ends with the context
	idx    *index
	owed   []*Line
	pruned time.Time
	closed bool
}

var _ once.Memory = (*Journal)(nil)

// lineLog is where lines go: a file shared with other processes, or a stream.
type lineLog interface {
	// do runs fn while nobody else appends, after everything that others appended was applied.
	do(ctx context.Context, fn func() error) error
	// append chains, writes and syncs lines, all or none; only within do.
	append(lines []*Line) error
	// changed tells cheaply whether others may have appended since the last do.
	changed() bool
}

// DefaultPath is where the journal stands unless told otherwise: kombo-mcp/journal.jsonl in the
// user's state directory ($XDG_STATE_HOME or ~/.local/state, ~/Library/Application Support on
// macOS, %LocalAppData% on Windows).
func DefaultPath() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return defaultPath(runtime.GOOS, os.Getenv, home)
}

func defaultPath(goos string, getenv func(string) string, home string) (string, error) {
	var dir string
	switch goos {
	case "windows":
		dir = getenv("LocalAppData")
	case "darwin":
		if home != "" {
			dir = filepath.Join(home, "Library", "Application Support")
		}
	default:
		dir = getenv("XDG_STATE_HOME")
		// The specification of these directories says that a relative one is to be ignored.
		if !filepath.IsAbs(dir) {
			dir = ""
		}
		if dir == "" && home != "" {
			dir = filepath.Join(home, ".local", "state")
		}
	}
	if dir == "" {
		return "", errors.New("journal: the user has no state directory; name a place for the journal")
	}
	return filepath.Join(dir, "kombo-mcp", fileName), nil
}

func (o Options) withDefaults() Options {
	o.MaxBytes = cmp.Or(o.MaxBytes, 16<<20)
	o.OnceFor = cmp.Or(o.OnceFor, 10*time.Minute)
	o.UnknownFor = cmp.Or(o.UnknownFor, 24*time.Hour)
	o.Keep = max(o.Keep, o.OnceFor, o.UnknownFor)
	o.poll = cmp.Or(o.poll, 25*time.Millisecond)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.openFile == nil {
		o.openFile = openLog
	}
	return o
}

// Open opens the journal, creating it when it is not there: directories with mode 0700, the file
// with 0600. It reads the last day again, heals a torn last line and settles as unknown what
// processes that are gone left in flight. It refuses a symbolic link and another user's file.
func Open(o Options) (*Journal, error) {
	o = o.withDefaults()
	j := &Journal{opt: o, sem: make(chan struct{}, 1), idx: newIndex(o.OnceFor, o.UnknownFor)}
	if o.Path == "-" {
		j.log = &streamLog{w: o.Stderr, apply: j.apply}
		return j, nil
	}
	path, err := resolve(o.Path)
	if err != nil {
		return nil, err
	}
	j.log = newFileLog(path, o, j.apply, j.rebuild)
	err = j.do(context.Background(), func() error {
		// Under the file's lock, so that no process sweeps a lease away between its making and locking.
		if j.lease, err = newLease(path); err != nil {
			return err
		}
		j.writer = j.lease.id
		j.settleGone(func(*entry) bool { return true })
		// A new file is begun at once, so that a place that takes no lines shows at the start.
		return j.write()
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the journal %s: %w", path, err), j.lease.release())
	}
	return j, nil
}

// Close writes what is still owed and lets go of the file. What is in flight then counts as unknown.
func (j *Journal) Close() error {
	var err error
	if len(j.snapshotOwed()) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), settleWait)
		defer cancel()
		err = j.do(ctx, func() error { return j.write() })
	}
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	if j.closed {
		return nil
	}
	j.closed = true
	return errors.Join(err, j.lease.release())
}

func (j *Journal) snapshotOwed() []*Line {
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	return j.owed
}

// Record appends a line that stands for no write: a read (KindRead) or a note (KindNote, the
// default). Prev, Writer and a missing time are filled in.
func (j *Journal) Record(ctx context.Context, l Line) error {
	if l.Kind == "" {
		l.Kind = KindNote
	}
	if l.Kind != KindRead && l.Kind != KindNote {
		return fmt.Errorf("journal: a line of kind %q is not the caller's to write", l.Kind)
	}
	if l.Time.IsZero() {
		l.Time = j.opt.Now()
	}
	l.Time, l.Writer = l.Time.UTC(), j.writer
	return j.do(ctx, func() error { return j.write(&l) })
}

// do runs fn with the journal locked, here and against other processes, and up to date.
func (j *Journal) do(ctx context.Context, fn func() error) error {
	if err := j.acquire(ctx); err != nil {
		return err
	}
	defer func() { <-j.sem }()
	if j.closed {
		return ErrClosed
	}
	if now := j.opt.Now(); now.Sub(j.pruned) >= pruneEvery {
		j.idx.prune(now)
		j.pruned = now
	}
	return j.log.do(ctx, fn)
}

func (j *Journal) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	select {
	case j.sem <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("journal: %w", ctx.Err())
	}
}

// write appends lines after those still owed; within do.
func (j *Journal) write(lines ...*Line) error {
	all := append(slices.Clip(j.owed), lines...)
	if err := j.log.append(all); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	j.owed = nil
	return nil
}

// owe remembers an outcome whose line the file did not take, to be written with the next one.
func (j *Journal) owe(l *Line) {
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	j.owed = append(j.owed, l)
	j.idx.apply(l)
	j.opt.Logger.Error("the outcome of a write could not be journalled yet", "tool", l.Tool, "id", l.ID)
}

func (j *Journal) apply(l *Line) { j.idx.apply(l) }

// rebuild reads everything anew into a fresh index; read calls apply for each line.
func (j *Journal) rebuild(read func() error) error {
	old := j.idx
	j.idx = newIndex(j.opt.OnceFor, j.opt.UnknownFor)
	if err := read(); err != nil {
		j.idx = old
		return err
	}
	j.idx.adopt(old)
	for _, l := range j.owed {
		j.idx.apply(l)
	}
	return nil
}

// settleGone settles as unknown the matching intents whose writer is gone without an outcome; within do.
// The lines make the order of events plain for every process that reads them later.
func (j *Journal) settleGone(match func(*entry) bool) {
	if j.lease == nil {
		return
	}
	gone := map[string]bool{j.writer: false}
	for _, e := range j.idx.openOf(match) {
		if _, asked := gone[e.writer]; !asked {
			gone[e.writer] = j.lease.gone(e.writer)
		}
		if !gone[e.writer] {
			continue
		}
		l := outcomeLine(&e.Entry, once.Outcome{
			State: once.Unknown, Error: "the process that sent this ended before it recorded an answer",
		}, j.opt.Now())
		if err := j.write(l); err != nil {
			j.owed = append(j.owed, l)
			j.idx.apply(l)
		}
	}
}
