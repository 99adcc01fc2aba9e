package serve

import (
	"net/http"
	"strings"
	"time"
)

// deadlineWriter sets a write deadline for each write, not for the whole response,
// since a stream may be open for hours. If a client does not read in time, its
// connection is closed, and everything that waits for it ends. It also puts the library's
// headers right.
type deadlineWriter struct {
	http.ResponseWriter
	// timeout is how long a client may take to read one write.
	timeout time.Duration
	// replaceAnyOrigin replaces the library's permission for pages of any origin by
	// origin, which the guard allowed ("" for none).
	replaceAnyOrigin bool
	origin           string
	started          bool
}

func (w *deadlineWriter) start() {
	if w.started {
		return
	}
	w.started = true
	if strings.HasPrefix(w.Header().Get("Content-Type"), eventType) {
		// Otherwise nginx, as it comes, would hold back what is not much.
		w.Header().Set("X-Accel-Buffering", "no")
	}
	if w.replaceAnyOrigin && w.Header().Get("Access-Control-Allow-Origin") == "*" {
		w.Header().Del("Access-Control-Allow-Origin")
		if w.origin != "" {
			w.Header().Set("Access-Control-Allow-Origin", w.origin)
		}
	}
}

// WriteHeader implements [http.ResponseWriter].
func (w *deadlineWriter) WriteHeader(status int) {
	w.start()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *deadlineWriter) Write(b []byte) (int, error) {
	w.start()
	w.extendDeadline()
	return w.ResponseWriter.Write(b) //nolint:gosec // JSON and events, which no browser renders, or a page that escapes
}

// Flush implements [http.Flusher], which the library requires.
func (w *deadlineWriter) Flush() {
	w.extendDeadline()
	// If the client is gone, the next write fails.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *deadlineWriter) extendDeadline() {
	// It fails for a recorder in a test, which has no deadlines.
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.timeout))
}
