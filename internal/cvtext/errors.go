package cvtext

import "errors"

// The errors of [Reader.Text]. Each is a sentence for an agent that works for a
// recruiter; some are wrapped with a detail.
var (
	// ErrScan means that the document has no text, only pictures of text or nothing.
	ErrScan = errors.New("the document has no text, only pictures of it (a scan) or nothing: ask for a version with selectable text, or have a person read it")
	// ErrProtected means that the document needs a password.
	ErrProtected = errors.New("the document is protected by a password: ask for one that opens without")
	// ErrImage means that the file is a picture.
	ErrImage = errors.New("the file is a picture, which has no text to read: ask for a PDF or Word document, or have a person look at it")
	// ErrUnsupported means that files of this kind cannot be read; the error that
	// wraps it names the kind.
	ErrUnsupported = errors.New("this kind of file cannot be read: ask for a PDF, Word (.docx), OpenDocument, RTF, HTML or plain text file")
	// ErrTooLarge means that the file is larger than the limits, as it is or
	// decompressed.
	ErrTooLarge = errors.New("the document is too large to be read: ask for a smaller one, or have a person open it")
	// ErrTimeout means that reading took longer than the limit and gave no text.
	ErrTimeout = errors.New("reading the document took too long and was stopped: it may be very complex or malformed; have a person open it")
	// ErrDamaged means that the file is incomplete, malformed or of another kind than
	// it seems.
	ErrDamaged = errors.New("the document is damaged and cannot be read: ask for it again")
)

// errFull stops a parser when the text has reached its limit.
var errFull = errors.New("text limit reached")
