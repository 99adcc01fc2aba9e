package serve

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// eventType is the content type of an event stream.
const eventType = "text/event-stream"

// comment is what an event stream says when there is nothing to say. Clients ignore it.
const comment = ": wait\n\n"

// postWriter is the response to the POST of a request. The library decides between one
// JSON message and an event stream when it has something to write, and writes nothing
// before. Proxies end a response on which nothing comes for a minute; so a silent one
// becomes an event stream, if the client takes those, and a silent stream gets a comment
// now and then.
type postWriter struct {
	out     *deadlineWriter
	silence time.Duration
	mayOpen bool // a silent response may become an event stream

	mu sync.Mutex
	// header is the library's. It is copied when the response begins, because a comment
	// may begin it at the same time.
	header  http.Header
	started bool
	stream  bool // it is an event stream
	opened  bool // and it was not the library that began it
	ended   bool
	// acknowledgement is that of a subscription, until it was written.
	acknowledgement []byte
	timer           *time.Timer
}

// newPostWriter returns the response to a request. The caller must call end when the
// request was served.
func newPostWriter(out *deadlineWriter, silence time.Duration, mayOpen bool) *postWriter {
	w := &postWriter{out: out, silence: silence, mayOpen: mayOpen, header: out.Header().Clone()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(silence, w.comment)
	return w
}

// takesEvents reports whether the client accepts an event stream.
func takesEvents(r *http.Request) bool {
	accept := strings.ToLower(strings.Join(r.Header.Values("Accept"), ","))
	return strings.Contains(accept, eventType) || strings.Contains(accept, "*/*")
}

// Header implements [http.ResponseWriter].
func (w *postWriter) Header() http.Header { return w.header }

// WriteHeader implements [http.ResponseWriter].
func (w *postWriter) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *postWriter) writeHeader(status int) {
	if w.started {
		return
	}
	w.started = true
	w.stream = w.header.Get("Content-Type") == eventType
	maps.Copy(w.out.Header(), w.header)
	w.out.WriteHeader(status)
}

// Write implements [http.ResponseWriter]. The library writes one message at a time.
func (w *postWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	written := b
	if w.opened {
		switch w.header.Get("Content-Type") {
		case eventType:
		case "application/json":
			written = eventOf(b)
		default: // the text of an error whose status comes too late
			return len(b), nil
		}
	}
	w.rearm()
	if first := w.unacknowledged(written); first != nil {
		_, _ = w.out.Write(eventOf(first)) // the next write fails, too
	}
	if _, err := w.out.Write(written); err != nil {
		return 0, err
	}
	return len(b), nil
}

// unacknowledged returns the acknowledgement of a subscription if it must come before what
// is to be written: the library may lose its own. The caller must hold the lock.
func (w *postWriter) unacknowledged(written []byte) []byte {
	if w.acknowledgement == nil || !w.stream {
		return nil
	}
	first := w.acknowledgement
	w.acknowledgement = nil
	_, message, _ := messageOf(written)
	if m := envelopeOf(message); m.Method != "" || len(m.Error) > 0 {
		return nil
	}
	return first
}

// Flush implements [http.Flusher], which the library requires for streams.
func (w *postWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out.Flush()
}

// event sends a message ahead of the response, which becomes an event stream.
func (w *postWriter) event(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended || !w.open() {
		return
	}
	w.rearm()
	_, _ = w.out.Write(eventOf(message)) // a client that is gone needs no message
	w.out.Flush()
}

func (w *postWriter) comment() {
	if !w.mu.TryLock() { // something is being written
		w.timer.Reset(w.silence)
		return
	}
	defer w.mu.Unlock()
	if w.ended || !w.open() {
		return
	}
	w.rearm()
	_, _ = w.out.Write([]byte(comment)) // a client that is gone needs no comment
	w.out.Flush()
}

// open makes the response an event stream, unless it began as something else, and
// reports whether it is one. The caller must hold the lock.
func (w *postWriter) open() bool {
	if w.started {
		return w.stream
	}
	if !w.mayOpen {
		return false
	}
	w.started, w.stream, w.opened = true, true, true
	h := w.out.Header()
	h.Set("Content-Type", eventType)
	h.Set("Cache-Control", "no-cache")
	w.out.WriteHeader(http.StatusOK)
	return true
}

// rearm puts off the next comment. The caller must hold the lock.
func (w *postWriter) rearm() {
	if w.stream && !w.ended {
		w.timer.Reset(w.silence)
	}
}

// end ends the comments.
func (w *postWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.timer.Stop()
}

// eventOf returns a message as an event.
func eventOf(message []byte) []byte {
	return append(append([]byte("event: message\ndata: "), bytes.TrimSpace(message)...), "\n\n"...)
}

// messageOf returns the message of an event, or of a response that is one message, and what
// is around it. There is none in what has no object.
func messageOf(written []byte) (before, message, after []byte) {
	start, end := bytes.IndexByte(written, '{'), bytes.LastIndexByte(written, '}')
	if start < 0 || end < start {
		return written, nil, nil
	}
	return written[:start], written[start : end+1], written[end+1:]
}

// acknowledgement acknowledges a subscription. It names no notifications, since no list of
// this server announces changes.
func acknowledgement(id json.RawMessage) []byte {
	return mustMarshal(map[string]any{
		"jsonrpc": mcp.JSONRPC_VERSION, "method": mcp.MethodNotificationSubscriptionsAcknowledged,
		"params": map[string]any{"_meta": map[string]any{mcp.MetaKeySubscriptionID: originalID(id)}, "notifications": map[string]any{}},
	})
}
