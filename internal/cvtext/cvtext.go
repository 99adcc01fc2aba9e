// Package cvtext gets the text out of a CV: PDF, Word (DOCX), OpenDocument,
// RTF, HTML and plain text.
//
// The files come from strangers, so every parser here works within limits of
// bytes, depth and time, PDFium runs inside a WebAssembly sandbox without a
// file system, and text that a person would not see (hidden, white, tiny or off
// the page) is left out and said so. What remains is still written by the
// candidate: it is data, never an instruction.
package cvtext

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limits bounds what one document may cost. A zero field takes the value of
// [DefaultLimits].
type Limits struct {
	// FileBytes is the largest file taken, in bytes.
	FileBytes int
	// Pages is how many pages of a PDF are read; later ones are left out.
	Pages int
	// Time is how long one document may take, not counting the one-time
	// loading of PDFium.
	Time time.Duration
	// MemoryPages is PDFium's memory for one document, in pages of 64 KiB.
	MemoryPages uint32
	// ZipEntries is how many files a DOCX or ODT may hold.
	ZipEntries int
	// XMLBytes is how many unpacked bytes of a DOCX or ODT are read.
	XMLBytes int64
	// Depth is how deep XML elements, RTF groups and hidden HTML elements may
	// nest.
	Depth int
	// Runes is the longest text given back, in code points.
	Runes int
	// Parallel is how many documents are read at once; more wait their turn.
	Parallel int
}

// DefaultLimits suits CVs: nearly all are under 1 MB and five pages.
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

func (l Limits) orDefaults() Limits {
	d := DefaultLimits
	fill(&l.FileBytes, d.FileBytes)
	fill(&l.Pages, d.Pages)
	fill(&l.Time, d.Time)
	fill(&l.MemoryPages, d.MemoryPages)
	fill(&l.ZipEntries, d.ZipEntries)
	fill(&l.XMLBytes, d.XMLBytes)
	fill(&l.Depth, d.Depth)
	fill(&l.Runes, d.Runes)
	fill(&l.Parallel, d.Parallel)
	return l
}

func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Document is the text of a file and what is to be known about it.
type Document struct {
	// Text is normalised (NFC), lines end in \n, table cells are separated by
	// tabs, and control, zero-width, bidi and tag characters are gone.
	Text string
	// Kind is "pdf", "docx", "odt", "rtf", "html" or "text".
	Kind string
	// Pages is how many pages the PDF has, read or not; 0 for other kinds.
	Pages int
	// Truncated says that the text ends before the document does; Notes say
	// why.
	Truncated bool
	// Notes are short phrases on what was left out, such as
	// "only the first 50 of 312 pages read".
	Notes []string
}

// Reader turns files into text. It is safe for use by several goroutines.
type Reader struct {
	limits Limits
	slots  chan struct{}
	engine engine
}

// Option changes a [Reader] when it is made.
type Option func(*Reader)

// WithLimits replaces the limits; zero fields keep their defaults.
func WithLimits(l Limits) Option {
	return func(r *Reader) { r.limits = l.orDefaults() }
}

// WithCacheDir names the directory that keeps PDFium's compiled code between
// starts (about 42 MB). It holds native code, so it must belong to this user;
// it is made with mode 0700. An empty name does without, at about two seconds
// for the first PDF of each process. By default it lies in the user's cache
// directory.
func WithCacheDir(dir string) Option {
	return func(r *Reader) { r.engine.cacheDir = func() string { return dir } }
}

// New makes a Reader. It costs nothing: PDFium is loaded by the first PDF.
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

// Close frees PDFium, after the documents being read. A closed Reader still
// reads what is not PDF.
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

// Text reads a document. The bytes decide what it is; name and contentType only
// help where bytes alone do not tell, and either may be empty.
//
// Errors match one of ErrScan, ErrProtected, ErrImage, ErrUnsupported,
// ErrTooLarge, ErrTimeout and ErrDamaged with errors.Is, or are the context's.
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
		return Document{}, outcome(ctx, err)
	}
	return r.finish(doc, s)
}

// read fills a sink by kind. A document that outgrew the text limit or ran out
// of time with something in hand is no error.
func (r *Reader) read(ctx context.Context, kind string, data []byte, contentType string) (Document, *sink, error) {
	doc := Document{Kind: kind}
	if kind == kindPDF {
		if err := r.engine.load(ctx); err != nil {
			return doc, nil, err
		}
	}
	within, cancel := context.WithTimeoutCause(ctx, r.limits.Time, ErrTimeout)
	defer cancel()
	s := newSink(within, r.limits)
	var err error
	switch kind {
	case kindPDF:
		doc.Pages, err = r.engine.read(within, s, data)
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
	case errors.Is(err, ErrTimeout) && !s.blank() && ctx.Err() == nil:
		s.cut("reading took too long and was stopped; the end is missing")
		err = nil
	}
	return doc, s, err
}

func (r *Reader) finish(doc Document, s *sink) (Document, error) {
	text, whole := clean(s.String(), r.limits.Runes)
	if !whole || s.full {
		s.cut(fmt.Sprintf("only the first %d characters read", r.limits.Runes))
	}
	if s.dropped {
		s.note("hidden text left out: a person who opens the file does not see it")
	}
	doc.Text, doc.Truncated, doc.Notes = text, s.truncated, s.notes
	if text == "" {
		if s.dropped {
			return Document{}, fmt.Errorf("%w (it does hold text that a person would not see, which is left out)", ErrScan)
		}
		return Document{}, ErrScan
	}
	return doc, nil
}

// outcome keeps the caller's own end (cancelled, its deadline) apart from ours.
func outcome(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func mebibytes(n int) string {
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
