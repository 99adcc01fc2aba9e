package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxBatch is how many messages a batch may have.
const maxBatch = 100

// Batches are part of protocol version 2025-03-26 alone, which requires them. The library
// refuses them.
var (
	errBatch     = errors.New("only protocol version " + mcp.ProtocolVersion20250326 + " has batches; send each message by itself")
	errBatchJSON = errors.New("the batch is not valid JSON")
	errBatchSize = fmt.Errorf("a batch must have 1 to %d messages", maxBatch)
	errElement   = errors.New("this element of the batch is not a JSON object with a method")
	errInBatch   = errors.New("initialize, and messages of protocol version " + mcp.ProtocolVersion20260728 + ", must not be part of a batch")
)

// splitBatch returns the elements of a batch, which need not be messages. It reads no
// further than it must. The error is errBatchJSON or errBatchSize.
func splitBatch(raw []byte) ([]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if start, err := dec.Token(); err != nil || start != json.Delim('[') {
		return nil, errBatchJSON
	}
	var elements []json.RawMessage
	for dec.More() {
		if len(elements) == maxBatch {
			return nil, errBatchSize
		}
		var element json.RawMessage
		if dec.Decode(&element) != nil {
			return nil, errBatchJSON
		}
		elements = append(elements, element)
	}
	if _, err := dec.Token(); err != nil {
		return nil, errBatchJSON
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errBatchJSON
	}
	if len(elements) == 0 {
		return nil, errBatchSize
	}
	return elements, nil
}

// batchCode is the code of an error of splitBatch.
func batchCode(err error) int {
	if errors.Is(err, errBatchJSON) {
		return mcp.PARSE_ERROR
	}
	return mcp.INVALID_REQUEST
}

// errorOf is the answer to a message that was refused because of the limits, or as part of a
// batch. Only where there are too many before it has it an id that is worth repeating.
func errorOf(raw []byte, refusal error) json.RawMessage {
	m := errorMessage(mcp.INVALID_REQUEST, refusal.Error())
	if _, ok := errors.AsType[heldError](refusal); ok || errors.Is(refusal, errInBatch) {
		return withID(m, envelopeOf(raw).ID)
	}
	return m
}

func isMessage(raw json.RawMessage) bool {
	var m struct{ Method, Result, Error json.RawMessage }
	return json.Unmarshal(raw, &m) == nil && (len(m.Method) > 0 || len(m.Result) > 0 || len(m.Error) > 0)
}

// takesBatches reports whether the sender of a request may send batches: whoever opened
// the session with the version that has them. A server without sessions takes the word of
// the header, which that version does not have yet.
func (h *HTTP) takesBatches(r *http.Request, t *tenantServer) bool {
	if h.opts.Stateless {
		version := r.Header.Get(mcp.HeaderProtocolVersion)
		return version == "" || version == mcp.ProtocolVersion20250326
	}
	return t.sessions.takesBatches(r.Header.Get(server.HeaderKeySessionID), originOf(r.Context()).Owner)
}

// postBatch serves the messages of a batch, each as if it had come by itself, and responds
// with the answers in one array.
func (h *HTTP) postBatch(w *postWriter, r *http.Request, t *tenantServer, raw []byte) {
	if !h.takesBatches(r, t) {
		rpcError(w, mcp.INVALID_REQUEST, errBatch.Error())
		return
	}
	elements, err := splitBatch(raw)
	if err != nil {
		rpcError(w, batchCode(err), err.Error())
		return
	}
	answers := make([]json.RawMessage, len(elements))
	var serving sync.WaitGroup
	for i, element := range elements {
		m, err := parseElement(element)
		if err != nil {
			answers[i] = errorOf(element, err)
			continue
		}
		release := func() {}
		if m.isRequest() {
			if release, err = t.held.take(len(m.raw)); err != nil {
				h.countHeld(err, t)
				answers[i] = errorOf(element, err)
				continue
			}
		}
		defer release()
		switch {
		case h.opts.Stateless && m.method == string(mcp.MethodNotificationCancelled): // see postStreamable
		case m.isRequest():
			serving.Go(func() { answers[i] = h.serveElement(w, r, t, m) })
		default:
			h.serveElement(w, r, t, m)
		}
	}
	serving.Wait()
	writeBatch(w, answers)
}

// parseElement is parseMessage for an element of a batch.
func parseElement(raw []byte) (*message, error) {
	if !isMessage(raw) {
		return nil, errElement
	}
	m, err := parseMessage(raw)
	if err != nil {
		return nil, err
	}
	if m.method == string(mcp.MethodInitialize) || mcp.IsModernProtocol(m.version) {
		return nil, errInBatch
	}
	return m, nil
}

func writeBatch(w http.ResponseWriter, answers []json.RawMessage) {
	// There are no answers to notifications and to what was cancelled.
	answers = slices.DeleteFunc(answers, func(a json.RawMessage) bool { return a == nil })
	if len(answers) == 0 {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	// A client that is gone needs no answers.
	_, _ = w.Write(append(mustMarshal(answers), '\n'))
}

// serveElement serves one message of a batch and returns the answer, nil if there is none.
func (h *HTTP) serveElement(w *postWriter, r *http.Request, t *tenantServer, m *message) (answer json.RawMessage) {
	part := &batchPart{header: http.Header{}, all: w}
	defer func() {
		if p := recover(); p != nil {
			logPanic(r.Context(), h.opts.Logger, p, "path", r.URL.Path)
			answer = part.failed(m, "internal error in this server")
		}
	}()
	one := r.Clone(r.Context())
	one.Body = io.NopCloser(bytes.NewReader(m.raw))
	t.http.ServeHTTP(idWriter{flushWriter: part}, one)
	part.mu.Lock()
	defer part.mu.Unlock()
	if m.isRequest() && part.answer == nil {
		return part.failed(m, "the request was not served: "+http.StatusText(part.status))
	}
	return part.answer
}

// batchPart is the response to one message of a batch.
type batchPart struct {
	header http.Header
	all    *postWriter

	mu     sync.Mutex
	status int
	answer json.RawMessage
}

// Header implements [http.ResponseWriter].
func (p *batchPart) Header() http.Header { return p.header }

// WriteHeader implements [http.ResponseWriter].
func (p *batchPart) WriteHeader(status int) { p.status = status }

// Write implements [http.ResponseWriter]. The library writes one message at a time: the
// answer, or before it notifications and requests, which are passed on at once.
func (p *batchPart) Write(b []byte) (int, error) {
	_, m, _ := messageOf(b)
	switch {
	case !isMessage(m): // the words of an error of HTTP
	case envelopeOf(m).Method != "":
		p.all.event(m)
	default:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.answer = bytes.Clone(m)
	}
	return len(b), nil
}

// Flush implements [http.Flusher], which the library requires for streams.
func (*batchPart) Flush() {}

func (*batchPart) failed(m *message, why string) json.RawMessage {
	return withID(errorMessage(mcp.INTERNAL_ERROR, why), originalID(envelopeOf(m.raw).ID))
}
