package cvtext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits bound the reading of one document. A zero field means the value in
// [DefaultLimits].
type Limits struct {
	// FileBytes is the largest accepted file, in bytes.
	FileBytes int
	// Pages is how many pages of a PDF are read; later ones are left out.
	Pages int
	// Time is how long one document may take, without the initial loading of
	// PDFium.
	Time time.Duration
	// MemoryPages is PDFium's memory for one document, in pages of 64 KiB.
	MemoryPages uint32
	// ZipEntries is how many files the archive of a DOCX or ODT may have.
	ZipEntries int
	// XMLBytes is how many decompressed bytes of a DOCX or ODT are read.
	XMLBytes int64
	// Depth is how deep XML elements, RTF groups and hidden HTML elements may be
	// nested.
	Depth int
	// Runes is the longest text returned, in code points.
	Runes int
	// Parallel is how many documents are read concurrently; others wait.
	Parallel int
}

// DefaultLimits are enough for CVs: nearly all are below 1 MB and five pages.
var DefaultLimits = Limits{
	FileBytes:   20 << 20,
	Pages:       50,
	Time:        5 * time.Second,
	MemoryPages: 1024,
	ZipEntries:  2000,
	XMLBytes:    16 << 20,
	Depth:       256,
	Runes:       200_000,
	Parallel:    2,
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits
	l.FileBytes = cmp.Or(l.FileBytes, d.FileBytes)
	l.Pages = cmp.Or(l.Pages, d.Pages)
	l.Time = cmp.Or(l.Time, d.Time)
	l.MemoryPages = cmp.Or(l.MemoryPages, d.MemoryPages)
	l.ZipEntries = cmp.Or(l.ZipEntries, d.ZipEntries)
	l.XMLBytes = cmp.Or(l.XMLBytes, d.XMLBytes)
	l.Depth = cmp.Or(l.Depth, d.Depth)
	l.Runes = cmp.Or(l.Runes, d.Runes)
	l.Parallel = cmp.Or(l.Parallel, d.Parallel)
	return l
}

// Document is the text of a file, and what a reader should know about it.
type Document struct {
	// Text is normalized (NFC), its lines end with \n, table cells are separated by
	// tabs, and control, zero-width, bidi and tag characters are removed.
	Text string
	// Kind is "pdf", "docx", "odt", "rtf", "html" or "text".
	Kind string
	// Pages is how many pages the PDF has, read or not; 0 for other kinds.
	Pages int
	// Truncated is set if the text ends before the document does; Notes say why.
	Truncated bool
	// Notes say in short phrases what was left out, such as
	// "only the first 50 of 312 pages read".
	Notes []string
}

// Reader extracts text from files. It is safe for concurrent use.
type Reader struct {
	limits Limits
	slots  chan struct{}
	engine engine
}

// Option configures a [Reader].
type Option func(*Reader)

// WithLimits replaces the limits. Zero fields keep their defaults.
func WithLimits(l Limits) Option {
	return func(r *Reader) { r.limits = l.withDefaults() }
}

// WithCacheDir sets the directory for PDFium's compiled code (about 42 MB), by
// default one in the user's cache directory. It contains native code, so it must
// belong to this user; it is created with mode 0700. With an empty name there is no
// cache, and the first PDF of each process takes seconds longer.
func WithCacheDir(dir string) Option {
	return func(r *Reader) { r.engine.cacheDir = func() string { return dir } }
}

// New returns a Reader. It is cheap: PDFium is loaded for the first PDF.
func New(opts ...Option) *Reader {
	r := &Reader{limits: DefaultLimits}
	r.engine.cacheDir = userCacheDir
	for _, opt := range opts {
		opt(r)
	}
	r.slots = make(chan struct{}, r.limits.Parallel)
	r.engine.limits = r.limits
	return r
}

// Close waits for the documents in progress and frees PDFium. A closed Reader can
// still read documents that are not PDFs.
func (r *Reader) Close() error {
	for range cap(r.slots) {
		r.slots <- struct{}{}
	}
	defer func() {
		for range cap(r.slots) {
			<-r.slots
		}
	}()
	return r.engine.close()
}

// Text extracts the text of a document. Its kind is detected from the data; name and
// contentType, which may be empty, are used only if that is not conclusive.
//
// Errors match one of [ErrScan], [ErrProtected], [ErrImage], [ErrUnsupported],
// [ErrTooLarge], [ErrTimeout] and [ErrDamaged] with errors.Is, or are those of the
// context.
func (r *Reader) Text(ctx context.Context, data []byte, name, contentType string) (Document, error) {
	if len(data) > r.limits.FileBytes {
		return Document{}, fmt.Errorf("%w (it has %s, at most %s are read)",
			ErrTooLarge, mebibytes(len(data)), mebibytes(r.limits.FileBytes))
	}
	kind, err := detect(data, name, contentType, r.limits)
	if err != nil {
		return Document{}, err
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return Document{}, context.Cause(ctx)
	}
	defer func() { <-r.slots }()

	doc, s, err := r.read(ctx, kind, data, contentType)
	if err != nil {
		return Document{}, callerError(ctx, err)
	}
	return r.document(doc, s)
}

// read fills a sink with the parser of the kind. It is not an error if the text hits
// its limit, or if the time is up after some text was read.
func (r *Reader) read(ctx context.Context, kind string, data []byte, contentType string) (Document, *sink, error) {
	doc := Document{Kind: kind}
	if kind == kindPDF {
		if err := r.engine.load(ctx, false); err != nil {
			return doc, nil, err
		}
	}
	limited, cancel := context.WithTimeoutCause(ctx, r.limits.Time, ErrTimeout)
	defer cancel()
	s := newSink(limited, r.limits)
	var err error
	switch kind {
	case kindPDF:
		doc.Pages, err = r.engine.read(limited, s, data)
	case kindDOCX:
		err = readDOCX(s, data)
	case kindODT:
		err = readODT(s, data)
	case kindRTF:
		err = readRTF(s, data)
	case kindHTML:
		err = readHTML(s, decode(data, contentType, true))
	default:
		s.write(decode(data, contentType, false))
	}
	switch {
	case errors.Is(err, errFull):
		err = nil
	case errors.Is(err, ErrTimeout) && !s.isBlank() && ctx.Err() == nil:
		s.truncate("reading took too long and was stopped; the end is missing")
		err = nil
	}
	return doc, s, err
}

func (r *Reader) document(doc Document, s *sink) (Document, error) {
	text, whole := clean(s.String(), r.limits.Runes)
	if !whole || s.full {
		s.truncate(fmt.Sprintf("only the first %d characters read", r.limits.Runes))
	}
	if s.droppedHidden {
		s.note("hidden text left out: a person who opens the file does not see it")
	}
	doc.Text, doc.Truncated, doc.Notes = text, s.truncated, s.notes
	if text == "" {
		if s.droppedHidden {
			return Document{}, fmt.Errorf("%w (it does have text that a person would not see, which is left out)", ErrScan)
		}
		return Document{}, ErrScan
	}
	return doc, nil
}

// callerError returns the error of the caller's context if it has ended, and not that
// of the time limit.
func callerError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func mebibytes(n int) string {
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
