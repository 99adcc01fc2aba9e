package serve

import (
	"bytes"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// wireRequest is a request that is not answered yet.
type wireRequest struct {
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

// register notes a message from the client. The error is a heldError.
func (w *wire) register(m *message, b *wireBatch) error {
	switch {
	case m.method == string(mcp.MethodNotificationCancelled):
		w.cancel(m.cancels)
	case m.isRequest():
		release, err := w.held.take(len(m.raw))
		if err != nil {
			return err
		}
		w.open(m, b, release)
	}
	return nil
}

func (w *wire) open(m *message, b *wireBatch, release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first := w.requests[m.id]; first != nil {
		// A duplicate: the library refuses it or answers both.
		one := first.release
		first.release = func() { one(); release() }
		return
	}
	w.requests[m.id] = &wireRequest{
		greeting: m.method == string(mcp.MethodInitialize), listens: m.method == string(mcp.MethodSubscriptionsListen), batch: b, release: release,
	}
	if b != nil {
		b.left++
	}
}

// cancel notes that a request was cancelled, by the key of its id.
func (w *wire) cancel(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.requests[id]; r != nil && !r.greeting {
		r.cancelled = true
	}
}

// Write implements io.Writer for the library, which writes one message at a time.
func (w *wire) Write(p []byte) (int, error) {
	raw := bytes.TrimSuffix(p, []byte("\n"))
	m, message := envelopeOf(raw), bytes.Clone(withOriginalIDs(raw))
	switch {
	case m.Method == mcp.MethodNotificationSubscriptionsAcknowledged:
		w.send(message)
		id := keyOf(m.Params.Meta[mcp.MetaKeySubscriptionID])
		if early := w.acknowledge(id); early != nil {
			w.finish(id, early, false)
		}
	case m.Method != "" || !isSet(m.ID):
		w.send(message)
	default:
		w.finish(keyOf(m.ID), message, len(m.Error) > 0)
	}
	return len(p), nil
}

// acknowledge notes that a subscription was acknowledged, and returns its answer if that
// was early.
func (w *wire) acknowledge(id string) (early []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.requests[id]
	if r == nil {
		return nil
	}
	r.acknowledged = true
	return r.early
}

// isEarly keeps the answer to a subscription that was not acknowledged yet. Errors have no
// acknowledgement.
func (r *wireRequest) isEarly(message []byte, failed bool) bool {
	if !r.listens || r.acknowledged || r.cancelled || failed {
		return false
	}
	r.early = message
	return true
}

// finish sends the answer to a request, by the key of its id.
func (w *wire) finish(id string, message []byte, failed bool) {
	w.mu.Lock()
	r := w.requests[id]
	if r != nil && r.isEarly(message, failed) {
		w.mu.Unlock()
		return
	}
	delete(w.requests, id)
	if r != nil {
		r.release()
	}
	if r != nil && r.greeting {
		w.version = versionOf(message)
	}
	w.mu.Unlock()
	switch {
	case r == nil:
		w.send(message)
	case r.cancelled:
		w.answer(r, nil)
	default:
		w.answer(r, message)
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
		w.send(mustMarshal(b.answers))
	}
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
