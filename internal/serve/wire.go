package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// wire carries the messages of one client on stdio to the library and back. Alone, the
// library would answer a byte order mark or a blank line with a parse error, drop a last
// line without a line break, cancel all calls when the input ends, answer cancelled
// requests, change ids of more than 15 digits, answer a subscription before it acknowledges
// it, and refuse batches, which protocol version 2025-03-26 requires.
type wire struct {
	in *bufio.Reader
	// drain is how long requests may take after the input has ended, unless ctx ends
	// earlier.
	drain time.Duration
	ctx   context.Context
	// ended is called when the input has ended and the drain is over.
	ended func()

	// line is what the library is to read next, end the error that follows it, and
	// begun is set once there was input. Only Read uses them.
	line  []byte
	end   error
	begun bool

	// write makes sure that messages do not mix.
	write sync.Mutex
	out   io.Writer

	held *allowance // unanswered messages

	mu       sync.Mutex
	requests map[string]*wireRequest
	// answered has an element if requests were answered.
	answered chan struct{}
	version  string
}

func newWire(ctx context.Context, in io.Reader, out io.Writer, drain time.Duration, ended func()) *wire {
	return &wire{
		in: bufio.NewReader(in), out: out, drain: drain, ctx: ctx, ended: ended,
		held:     &allowance{refusal: errSessionHeld, maxBytes: maxStdioHeld, maxCount: stdioCalls + stdioQueue},
		requests: map[string]*wireRequest{}, answered: make(chan struct{}, 1),
	}
}

// Read implements io.Reader for the library. The end of the input comes once all
// requests are answered.
func (w *wire) Read(p []byte) (int, error) {
	for len(w.line) == 0 {
		if w.end != nil {
			w.waitForAnswers()
			w.ended()
			return 0, w.end
		}
		var raw []byte
		if raw, w.end = w.readLine(); len(raw) > 0 {
			w.take(raw)
		}
	}
	n := copy(p, w.line)
	w.line = w.line[n:]
	return n, nil
}

// waitForAnswers waits until no request is left, for as long as the drain takes.
func (w *wire) waitForAnswers() {
	timeout := time.NewTimer(w.drain)
	defer timeout.Stop()
	for {
		w.mu.Lock()
		left := len(w.requests)
		w.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-w.answered:
		case <-timeout.C:
			return
		case <-w.ctx.Done():
			return
		}
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// readLine returns the next line without the blanks around it, nothing for one that is
// too long.
func (w *wire) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := w.in.ReadSlice('\n')
		more := errors.Is(err, bufio.ErrBufferFull)
		if len(line)+len(part) > maxMessageBytes {
			for more {
				_, err = w.in.ReadSlice('\n')
				more = errors.Is(err, bufio.ErrBufferFull)
			}
			w.refuse(mcp.INVALID_REQUEST, errTooLarge.Error())
			return nil, err
		}
		line = append(line, part...)
		if more {
			continue
		}
		if !w.begun && len(line) > 0 {
			line, w.begun = bytes.TrimPrefix(line, byteOrderMark), true
		}
		return bytes.TrimSpace(line), err
	}
}

// take hands a line to the library.
func (w *wire) take(line []byte) {
	if line[0] == '[' {
		w.takeBatch(line)
		return
	}
	m, err := parseMessage(line)
	if errors.Is(err, errNotObject) && len(line) <= maxOtherBytes {
		m, err = &message{raw: line}, nil // the library refuses it
	}
	if err == nil {
		err = w.register(m, nil)
	}
	if err != nil {
		w.send(errorOf(line, err))
		return
	}
	w.line = append(m.raw, '\n')
}

func (w *wire) takeBatch(line []byte) {
	if w.negotiated() != mcp.ProtocolVersion20250326 {
		w.refuse(mcp.INVALID_REQUEST, errBatch.Error())
		return
	}
	elements, err := splitBatch(line)
	if err != nil {
		w.refuse(batchCode(err), err.Error())
		return
	}
	b := &wireBatch{left: 1} // this function, so that no answer is sent before all are registered
	for _, raw := range elements {
		m, err := parseElement(raw)
		if err == nil {
			err = w.register(m, b)
		}
		if err != nil {
			b.answers = append(b.answers, errorOf(raw, err))
			continue
		}
		w.line = append(append(w.line, m.raw...), '\n')
	}
	w.release(b)
}

// refuse answers something that the library does not get to read.
func (w *wire) refuse(code int, why string) { w.send(errorMessage(code, why)) }

func errorMessage(code int, why string) json.RawMessage {
	raw, err := json.Marshal(mcp.NewJSONRPCError(mcp.NewRequestId(nil), code, why, nil))
	if err != nil {
		panic(err) // it consists of strings and a number
	}
	return raw
}

// send writes a message. Losing one means that the client is gone, which the end of the
// input says as well.
func (w *wire) send(message []byte) {
	w.write.Lock()
	defer w.write.Unlock()
	_, _ = w.out.Write(append(message, '\n'))
}

func (w *wire) negotiated() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.version
}
