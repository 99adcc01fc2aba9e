package cvtext

import "errors"

// What can keep a document from being read. Each is a sentence for an agent
// that works for a recruiter; some come wrapped with a detail.
var (
	// ErrScan: there is no text in it, only pictures of text or nothing.
	ErrScan = errors.New("the document holds no text, only pictures of it (a scan) or nothing: ask for a version with selectable text, or have a person read it")
	// ErrProtected: it opens with a password only.
	ErrProtected = errors.New("the document is protected by a password: ask for one that opens without")
	// ErrImage: it is a picture, not a document.
	ErrImage = errors.New("the file is a picture, which has no text to read: ask for a PDF or Word document, or have a person look at it")
	// ErrUnsupported: a kind that is not read here; the wrapped error names it.
	ErrUnsupported = errors.New("this kind of file cannot be read: ask for a PDF, Word (.docx), OpenDocument, RTF, HTML or plain text file")
	// ErrTooLarge: the file, or what it unpacks to, passes the limits.
	ErrTooLarge = errors.New("the document is too large to be read: ask for a smaller one, or have a person open it")
	// ErrTimeout: reading took longer than the limit and gave no text.
	ErrTimeout = errors.New("reading the document took too long and was stopped: it may be very complex or malformed; have a person open it")
	// ErrDamaged: it is not what it says, cut short or malformed.
	ErrDamaged = errors.New("the document is damaged and cannot be read: ask for it again")
)

// errFull ends a parser early: the text has reached its limit.
var errFull = errors.New("text limit reached")
