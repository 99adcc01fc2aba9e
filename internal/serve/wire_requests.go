package serve

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/mark3labs/mcp-go/mcp"
)

// wireRequest is a request that is not answered yet.
type wireRequest struct {
	// id is its id as the client wrote it.
	id        json.RawMessage
	greeting  bool
	cancelled bool
	batch     *wireBatch
	// listens is set for a subscription, whose acknowledgement must come before its
	// answer. The library may write them the other way round; then early is the answer.
	listens, acknowledged bool
	early                 []byte
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
	Error  json.RawMessage `json:"error"`
	Params struct {
		RequestID json.RawMessage            `json:"requestId"`
		Meta      map[string]json.RawMessage `json:"_meta"`
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
	return withSafeIDs(raw, m.ID, m.Params.RequestID, m.Params.Meta["progressToken"])
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
	w.requests[key] = &wireRequest{
		id: m.ID, greeting: m.Method == string(mcp.MethodInitialize), listens: m.Method == string(mcp.MethodSubscriptionsListen), batch: b, release: release,
	}
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
	switch {
	case m.Method == mcp.MethodNotificationSubscriptionsAcknowledged:
		w.send(withOriginalIDs(bytes.Clone(message)))
		if early := w.acknowledge(m.Params.Meta[mcp.MetaKeySubscriptionID]); early != nil {
			w.finish(early)
		}
	case m.Method != "" || !hasID(m.ID):
		w.send(bytes.Clone(message))
	default:
		w.finish(message)
	}
	return len(p), nil
}

// acknowledge notes that a subscription was acknowledged, and returns its answer if that
// was early.
func (w *wire) acknowledge(id json.RawMessage) (early []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.requests[idKey(id)]
	if r == nil {
		return nil
	}
	r.acknowledged = true
	return r.early
}

// isEarly keeps the answer to a subscription that was not acknowledged yet. Errors have no
// acknowledgement.
func (r *wireRequest) isEarly(message []byte) bool {
	if !r.listens || r.acknowledged || r.cancelled || len(envelopeOf(message).Error) > 0 {
		return false
	}
	r.early = bytes.Clone(message)
	return true
}

// finish sends the answer to a request.
func (w *wire) finish(message []byte) {
	id := envelopeOf(message).ID
	w.mu.Lock()
	key := idKey(id)
	r := w.requests[key]
	if r != nil && r.isEarly(message) {
		w.mu.Unlock()
		return
	}
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
	case r.listens:
		w.answer(r, withOriginalIDs(bytes.Clone(message)))
	default:
		w.answer(r, withID(message, id, r.id))
	}
	select {
	case w.answered <- struct{}{}:
	default:
	}
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
