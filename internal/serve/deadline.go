package serve

import (
	"net/http"
	"time"
)

// patient is a response whose client is given time for each piece, not for the
// whole: a stream may stand open for hours. One that takes longer is dead: it
// loses its connection, and with it all that waits for it.
type patient struct {
	http.ResponseWriter
	// within is how long it may take to read a piece.
	within time.Duration
	// noAnyOrigin takes back the library's leave for pages of any origin, and
	// puts the guard's in its place.
	noAnyOrigin bool
	origin      string
	begun       bool
}

func (p *patient) begin() {
	if p.begun {
		return
	}
	p.begun = true
	if p.noAnyOrigin && p.Header().Get("Access-Control-Allow-Origin") == "*" {
		p.Header().Del("Access-Control-Allow-Origin")
		if p.origin != "" {
			p.Header().Set("Access-Control-Allow-Origin", p.origin)
		}
	}
}

// WriteHeader implements http.ResponseWriter.
func (p *patient) WriteHeader(status int) {
	p.begin()
	p.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (p *patient) Write(b []byte) (int, error) {
	p.begin()
	p.extend()
	return p.ResponseWriter.Write(b)
}

// Flush implements http.Flusher, which the library asks for.
func (p *patient) Flush() {
	p.extend()
	// A client that is gone shows at the next write.
	_ = http.NewResponseController(p.ResponseWriter).Flush()
}

// Unwrap serves http.ResponseController.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *patient) extend() {
	// A recorder in a test has no deadlines.
	_ = http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(p.within))
}
