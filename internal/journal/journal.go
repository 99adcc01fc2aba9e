// Package journal records writes and keeps them from being sent twice: an append-only file of JSON
// lines, each with the hash of the line before. The intent of a write is synced to disk before it is
// sent and its outcome afterwards. So a process that starts later, or runs at the same time on the
// same file, finds out what was sent.
//
// [Open] a journal where writes are sent: a Journal is a [once.Memory]. [Show] and [Verify] read one
// that other processes may be writing. Where lines are missing, [FindGap] says which, and [Accept] lets
// writes be sent again.
//
// The journal adds no personal data to what callers pass, and callers must not pass secrets.
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
	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

var (
	// ErrNotWritten means that a line could not be written, so its write must not be sent.
	ErrNotWritten = errors.New("journal: the line could not be written")
	// ErrMemory means that the shared memory could not be read or written.
	ErrMemory = errors.New("journal: the shared memory is not available")
	// ErrGap means that lines are missing that were written, so that it is not known what was sent.
	ErrGap = errors.New("lines of the journal are gone, so it is not known what was sent before. Nothing is sent until a person has looked and runs: kombo-mcp journal accept")
	// ErrClosed means that the journal is closed.
	ErrClosed = errors.New("journal: closed")
)

// pruneEvery is how often expired entries are dropped from the index.
const pruneEvery = time.Minute

// Options say where the journal is and how long it remembers. The zero value is useful.
type Options struct {
	// Path is a file, or a directory in which the file is journal.jsonl; DefaultPath if empty. "-"
	// writes the lines to Stderr and remembers in this process only.
	Path string
	// Stderr gets the lines if Path is "-"; os.Stderr if nil.
	Stderr io.Writer
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// MaxBytes is the size from which the file is rotated; 16 MiB if zero.
	MaxBytes int64
	// Keep is how far back files are read at Open; 24 hours if zero, never less than the next two.
	Keep time.Duration
	// DoneFor is how long a done write is remembered, from its outcome or the last one of its batch;
	// 10 minutes if zero.
	DoneFor time.Duration
	// UnknownFor is the same for a write of unknown outcome; 24 hours if zero.
	UnknownFor time.Duration
	// Shared is asked instead of the file where several servers share one memory; nil asks the file.
	Shared once.Shared
	// Logger gets torn lines and broken chains; discards if nil.
	Logger *slog.Logger

	openFile func(path string) (logFile, error)
	poll     time.Duration
	lockWait time.Duration
}

// Journal is an open journal and the memory of the writes in it, safe for use by several goroutines.
type Journal struct {
	opt       Options
	log       lineLog
	dir       string // with a separator at its end; "" without a file
	writer    string
	lease     *lease
	sem       chan struct{} // a mutex for which waiting ends with the context
	idx       *index
	unwritten []*Line // outcomes that the file did not accept yet
	pruned    time.Time
	closed    bool
}

var _ once.Memory = (*Journal)(nil)

// lineLog is where lines go: a file shared with other processes, or a stream.
type lineLog interface {
	// locked runs fn while no other process appends, after all that others appended was applied.
	locked(ctx context.Context, fn func() error) error
	// append chains, writes and syncs lines, all or none; only within locked.
	append(lines []*Line) error
	// changed reports, cheaply, whether others may have appended since the last locked.
	changed() bool
	// missing returns the hash of the line after which lines are missing, "" if none are or somebody
	// has accepted it; only within locked.
	missing() string
}

// DefaultPath is where the journal is by default: kombo-mcp/journal.jsonl in the user's state
// directory ($XDG_STATE_HOME or ~/.local/state, ~/Library/Application Support on
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
		// The XDG specification says to ignore a relative one.
		if !filepath.IsAbs(dir) {
			dir = ""
		}
		if dir == "" && home != "" {
			dir = filepath.Join(home, ".local", "state")
		}
	}
	if dir == "" {
		return "", errors.New("journal: the user has no state directory; choose a path for the journal")
	}
	return filepath.Join(dir, "kombo-mcp", fileName), nil
}

func (o Options) withDefaults() Options {
	o.MaxBytes = cmp.Or(o.MaxBytes, 16<<20)
	o.DoneFor = cmp.Or(o.DoneFor, 10*time.Minute)
	o.UnknownFor = cmp.Or(o.UnknownFor, 24*time.Hour)
	o.Keep = max(o.Keep, o.DoneFor, o.UnknownFor)
	o.poll = cmp.Or(o.poll, 25*time.Millisecond)
	o.lockWait = cmp.Or(o.lockWait, lockWait)
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

// Open opens the journal and creates it if it does not exist: directories with mode 0700, the file
// with 0600. It reads the last day, cuts off a torn last line and records as unknown the writes that
// processes left in flight which have ended since. It refuses a symbolic link and a file of another
// user. A journal of which lines are missing is opened, but Begin and Spend return ErrGap until Accept.
func Open(o Options) (*Journal, error) {
	o = o.withDefaults()
	j := &Journal{opt: o, sem: make(chan struct{}, 1), idx: newIndex(o.DoneFor, o.UnknownFor)}
	if o.Path == "-" {
		j.log = &streamLog{w: o.Stderr, apply: j.apply}
		return j, nil
	}
	path, err := resolve(o.Path)
	if err != nil {
		return nil, err
	}
	j.dir = filepath.Dir(path) + string(filepath.Separator)
	j.log = newFileLog(path, o, j.apply, j.rebuild)
	err = j.locked(context.Background(), func() error {
		// Under the file's lock, so that no process removes the lease before it is locked.
		if j.lease, err = newLease(path); err != nil {
			return err
		}
		j.writer = j.lease.id
		j.settleAbandoned(func(*entry) bool { return true })
		// Begins a new file at once, so that a path that cannot be written fails at the start.
		return j.write()
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the journal %s: %w", path, err), j.lease.release())
	}
	return j, nil
}

// Close writes the outcomes not written yet and closes the journal. Writes in flight then count as
// unknown.
func (j *Journal) Close() error {
	var err error
	if len(j.unwrittenLines()) > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), settleWait)
		defer cancel()
		err = j.locked(ctx, func() error { return j.write() })
	}
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	if j.closed {
		return nil
	}
	j.closed = true
	return errors.Join(err, j.lease.release())
}

func (j *Journal) unwrittenLines() []*Line {
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	return j.unwritten
}

// Record appends a line that is not about a write: a read (KindRead), a step of an approval
// (KindApproval) or a note (KindNote, the default). It sets Prev, Writer and a missing time.
func (j *Journal) Record(ctx context.Context, l Line) error {
	if l.Kind == "" {
		l.Kind = KindNote
	}
	if !recordable(l.Kind) {
		return fmt.Errorf("journal: callers cannot record a line of kind %q", l.Kind)
	}
	if l.Time.IsZero() {
		l.Time = j.opt.Now()
	}
	l.Time, l.Writer = l.Time.UTC(), j.writer
	return j.public(j.locked(ctx, func() error { return j.write(&l) }))
}

// public returns an error as callers may pass it on, to anybody: without the directories of the server.
// The log gets all of it.
func (j *Journal) public(err error) error {
	changed, public := ownfile.Public(err, j.dir)
	if changed {
		j.opt.Logger.Error("journal: not available", "err", err)
	}
	return public
}

// locked runs fn with the journal up to date and locked, in this process and for others.
func (j *Journal) locked(ctx context.Context, fn func() error) error {
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
	return j.log.locked(ctx, fn)
}

func (j *Journal) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	select {
	case j.sem <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("journal: %w", ownfile.Busy(ctx.Err()))
	}
}

// write appends lines after those not written yet; within locked.
func (j *Journal) write(lines ...*Line) error {
	all := append(slices.Clip(j.unwritten), lines...)
	if err := j.log.append(all); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	j.unwritten = nil
	return nil
}

// writeBeforeSending appends a line after which something is sent; within locked.
func (j *Journal) writeBeforeSending(l *Line) error {
	if j.log.missing() != "" {
		return ErrGap
	}
	return j.write(l)
}

// deferWrite keeps an outcome that the file did not accept, to be written with the next line.
func (j *Journal) deferWrite(l *Line) {
	j.sem <- struct{}{}
	defer func() { <-j.sem }()
	j.unwritten = append(j.unwritten, l)
	j.idx.apply(l)
	j.opt.Logger.Error("journal: outcome not written yet", "tool", l.Tool, "id", l.ID)
}

func (j *Journal) apply(l *Line) { j.idx.apply(l) }

// rebuild reads everything again into a new index; read calls apply for each line.
func (j *Journal) rebuild(read func() error) error {
	old := j.idx
	j.idx = newIndex(j.opt.DoneFor, j.opt.UnknownFor)
	if err := read(); err != nil {
		j.idx = old
		return err
	}
	j.idx.mergeFrom(old)
	for _, l := range j.unwritten {
		j.idx.apply(l)
	}
	return nil
}

// settleAbandoned records as unknown the matching writes in flight whose process has ended; within
// locked. Their lines fix the order of events for every process that reads them later.
func (j *Journal) settleAbandoned(match func(*entry) bool) {
	if j.lease == nil {
		return
	}
	ended := map[string]bool{j.writer: false}
	for _, e := range j.idx.findInFlight(match) {
		if _, checked := ended[e.writer]; !checked {
			ended[e.writer] = j.lease.ended(e.writer)
		}
		if !ended[e.writer] {
			continue
		}
		l := outcomeLine(&e.Entry, once.Outcome{
			State: once.Unknown, Error: "the process that sent this ended before it recorded an answer",
		}, j.opt.Now())
		l.Origin = e.origin
		if err := j.write(l); err != nil {
			j.unwritten = append(j.unwritten, l)
			j.idx.apply(l)
		}
	}
}
