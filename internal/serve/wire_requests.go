package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// wireRequest is a request that is not answered yet.
type wireRequest struct {
	// id is its id as the client wrote it.
	id        json.RawMessage
	greeting  bool
	cancelled bool
	batch     *wireBatch
	// release gives back what it counts as unanswered.
	release func()
}

// wireBatch collects the answers to a batch, which are one message. Its fields are
// guarded by the wire.
type wireBatch struct {
	left    int
	answers []json.RawMessage
}

// envelope is what the wire looks at in a message.
type envelope struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		RequestID json.RawMessage `json:"requestId"`
	} `json:"params"`
}

// envelopeOf returns what it can decode: a message that is not valid is for the library
// to refuse.
func envelopeOf(raw []byte) envelope {
	var m envelope
	_ = json.Unmarshal(raw, &m) // see above
	return m
}

// admit returns why a message is refused because of the limits, and what its request
// counts as unanswered. The library refuses what is not a valid message.
func (w *wire) admit(raw []byte) (release func(), err error) {
	m, err := parseMessage(raw)
	switch {
	case isBeyondBounds(err), errors.Is(err, errOtherTooLarge), errors.Is(err, errID), err != nil && len(raw) > maxOtherBytes:
		return nil, err
	case err != nil || m.id == "" || m.method == "":
		return func() {}, nil
	}
	return w.held.take(len(raw))
}

// register notes a message from the client, and returns it as the library is to read it.
func (w *wire) register(raw []byte, b *wireBatch, release func()) []byte {
	m := envelopeOf(raw)
	switch {
	case m.Method == string(mcp.MethodNotificationCancelled):
		w.cancel(m.Params.RequestID)
	case m.Method != "" && hasID(m.ID):
		w.open(m, b, release)
	}
	return withSafeIDs(raw, m)
}

func (w *wire) open(m envelope, b *wireBatch, release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := idKey(safeID(m.ID))
	if first := w.requests[key]; first != nil {
		// A duplicate: the library refuses it or answers both.
		one := first.release
		first.release = func() { one(); release() }
		return
	}
	w.requests[key] = &wireRequest{id: m.ID, greeting: m.Method == string(mcp.MethodInitialize), batch: b, release: release}
	if b != nil {
		b.left++
	}
}

func (w *wire) cancel(id json.RawMessage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.requests[idKey(safeID(id))]; r != nil && !r.greeting {
		r.cancelled = true
	}
}

// Write implements io.Writer for the library, which writes one message at a time.
func (w *wire) Write(p []byte) (int, error) {
	message := bytes.TrimSuffix(p, []byte("\n"))
	m := envelopeOf(message)
	if m.Method != "" || !hasID(m.ID) {
		w.send(bytes.Clone(message))
		return len(p), nil
	}
	w.mu.Lock()
	key := idKey(m.ID)
	r := w.requests[key]
	delete(w.requests, key)
	if r != nil {
		r.release()
	}
	if r != nil && r.greeting {
		w.version = versionOf(message)
	}
	w.mu.Unlock()
	switch {
	case r == nil:
		w.send(bytes.Clone(message))
	case r.cancelled:
		w.answer(r, nil)
	default:
		w.answer(r, withID(message, m.ID, r.id))
	}
	select {
	case w.answered <- struct{}{}:
	default:
	}
	return len(p), nil
}

// answer sends the answer to a request, or keeps it for its batch. A request without an
// answer was cancelled.
func (w *wire) answer(r *wireRequest, message []byte) {
	if r.batch == nil {
		if message != nil {
			w.send(message)
		}
		return
	}
	if message != nil {
		w.mu.Lock()
		r.batch.answers = append(r.batch.answers, message)
		w.mu.Unlock()
	}
	w.release(r.batch)
}

// release counts a part of a batch as done, and sends the answers after the last.
func (w *wire) release(b *wireBatch) {
	w.mu.Lock()
	b.left--
	done := b.left == 0 && len(b.answers) > 0
	w.mu.Unlock()
	if done {
		w.send(append(append([]byte{'['}, bytes.Join(rawOf(b.answers), []byte{','})...), ']'))
	}
}

func rawOf(messages []json.RawMessage) [][]byte {
	out := make([][]byte, len(messages))
	for i, m := range messages {
		out[i] = m
	}
	return out
}

func versionOf(message []byte) string {
	var m struct {
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	_ = json.Unmarshal(message, &m) // an error has none
	return m.Result.ProtocolVersion
}

func hasID(id json.RawMessage) bool { return len(id) > 0 && string(id) != "null" }

// exactDigits is how long an integer may be that the library, which reads numbers as
// float64, returns unchanged.
const exactDigits = 15

// bigID marks the ids that the library gets in place of other numbers.
const bigID = "number:"

// safeID is an id as the library returns it unchanged.
func safeID(id json.RawMessage) json.RawMessage {
	if len(id) == 0 || id[0] != '-' && (id[0] < '0' || id[0] > '9') {
		return id
	}
	if len(id) <= exactDigits && strings.Trim(string(id), "0123456789") == "" {
		return id
	}
	return json.RawMessage(`"` + bigID + string(id) + `"`)
}

// idKey is equal for ids that are: the library may escape other characters of a string.
func idKey(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return "string:" + s
	}
	return string(id)
}

// withSafeIDs returns a message of the client with the ids that the library gets.
func withSafeIDs(raw []byte, m envelope) []byte {
	if cancelled := m.Params.RequestID; hasID(cancelled) && !bytes.Equal(safeID(cancelled), cancelled) {
		var fields map[string]json.RawMessage
		var params map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) == nil && json.Unmarshal(fields["params"], &params) == nil {
			params["requestId"] = safeID(cancelled)
			fields["params"] = mustMarshal(params)
			raw = mustMarshal(fields)
		}
	}
	return withID(raw, m.ID, safeID(m.ID))
}

// withID returns a message, in one line, with another id in place of its own.
func withID(raw []byte, from, to json.RawMessage) []byte {
	if idKey(from) == idKey(to) {
		var line bytes.Buffer
		if bytes.IndexByte(raw, '\n') < 0 || json.Compact(&line, raw) != nil {
			return bytes.Clone(raw)
		}
		return line.Bytes()
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return bytes.Clone(raw)
	}
	fields["id"] = to
	return mustMarshal(fields)
}

func mustMarshal(v map[string]json.RawMessage) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // every value was decoded from valid JSON
	}
	return raw
}
