package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// The library reads ids as float64, and returns those of more than 15 digits changed. It
// gets a string in place of such a number ([parseMessage]), and what it writes is put right
// again, once and nowhere else than where it writes: [idWriter] over HTTP, [wire] on stdio.

// exactDigits is how long an integer may be that the library returns unchanged.
const exactDigits = 15

const (
	// bigID begins the ids that the library gets in place of numbers.
	bigID = "number:"
	// textID begins those in place of strings that begin as one of both.
	textID = "text:"
)

// safeID is an id, or a progress token, as the library returns it unchanged.
func safeID(id json.RawMessage) json.RawMessage {
	if len(id) > 0 && id[0] == '"' {
		var s string
		if json.Unmarshal(id, &s) == nil && (strings.HasPrefix(s, bigID) || strings.HasPrefix(s, textID)) {
			return mustMarshal(textID + s)
		}
		return id
	}
	if len(id) == 0 || id[0] != '-' && (id[0] < '0' || id[0] > '9') {
		return id
	}
	if len(id) <= exactDigits && strings.Trim(string(id), "0123456789") == "" {
		return id
	}
	return json.RawMessage(`"` + bigID + string(id) + `"`)
}

// isSafe reports whether the library returns an id unchanged.
func isSafe(id json.RawMessage) bool { return bytes.Equal(safeID(id), id) }

// originalID is the inverse of safeID.
func originalID(id json.RawMessage) json.RawMessage {
	var s string
	if json.Unmarshal(id, &s) != nil {
		return id
	}
	if number, ok := strings.CutPrefix(s, bigID); ok && json.Valid([]byte(number)) {
		return json.RawMessage(number)
	}
	if text, ok := strings.CutPrefix(s, textID); ok {
		return mustMarshal(text)
	}
	return id
}

// originalToken is originalID for a progress token as the library decoded it.
func originalToken(token mcp.ProgressToken) any {
	if s, ok := token.(string); ok {
		return originalID(mustMarshal(s))
	}
	return token
}

// withSafeIDs returns a message of the client with the ids that the library gets.
func withSafeIDs(raw []byte, id, cancelled, token json.RawMessage) []byte {
	var fields, params, meta map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return raw
	}
	if !isSafe(id) {
		fields["id"] = safeID(id)
	}
	if json.Unmarshal(fields["params"], &params) == nil && params != nil {
		if !isSafe(cancelled) {
			params["requestId"] = safeID(cancelled)
		}
		if !isSafe(token) && json.Unmarshal(params["_meta"], &meta) == nil {
			meta["progressToken"] = safeID(token)
			params["_meta"] = mustMarshal(meta)
		}
		fields["params"] = mustMarshal(params)
	}
	return mustMarshal(fields)
}

// idWriter is a response that the library writes. The client gets its own ids.
type idWriter struct {
	flushWriter
	// written, if not nil, gets each message that was written, with the library's ids.
	written func([]byte)
}

// flushWriter is what the library requires for streams.
type flushWriter interface {
	http.ResponseWriter
	http.Flusher
}

// Write implements [http.ResponseWriter].
func (w idWriter) Write(b []byte) (int, error) {
	if _, err := w.flushWriter.Write(withOriginalIDs(b)); err != nil {
		return 0, err
	}
	if w.written != nil {
		w.written(b)
	}
	return len(b), nil
}

// Unwrap is for [http.ResponseController].
func (w idWriter) Unwrap() http.ResponseWriter { return w.flushWriter }

// withOriginalIDs returns what the library wrote, a message or an event, with the ids
// that the client sent.
func withOriginalIDs(written []byte) []byte {
	if !bytes.Contains(written, []byte(`"`+bigID)) && !bytes.Contains(written, []byte(`"`+textID)) {
		return written
	}
	before, message, after := messageOf(written)
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil {
		return written
	}
	changed := false
	if len(fields["method"]) == 0 && !bytes.Equal(originalID(fields["id"]), fields["id"]) {
		fields["id"], changed = originalID(fields["id"]), true
	}
	// The stream of subscriptions/listen repeats the id of its request.
	for _, of := range []string{"params", "result"} {
		if tagged := withOriginalSubscription(fields[of]); tagged != nil {
			fields[of], changed = tagged, true
		}
	}
	if !changed {
		return written
	}
	return slices.Concat(before, mustMarshal(fields), after)
}

// withOriginalSubscription returns the params or the result of a message with the id of
// the subscription as the client sent it, nil if that changes nothing.
func withOriginalSubscription(raw json.RawMessage) json.RawMessage {
	if !bytes.Contains(raw, []byte(mcp.MetaKeySubscriptionID)) {
		return nil
	}
	var fields, meta map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || json.Unmarshal(fields["_meta"], &meta) != nil {
		return nil
	}
	id := meta[mcp.MetaKeySubscriptionID]
	if bytes.Equal(originalID(id), id) {
		return nil
	}
	meta[mcp.MetaKeySubscriptionID] = originalID(id)
	fields["_meta"] = mustMarshal(meta)
	return mustMarshal(fields)
}

// withID returns an error of ours with the id of the request that it answers, null if it is nil.
func withID(message, id json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil {
		return message
	}
	fields["id"] = id
	return mustMarshal(fields)
}

// mustMarshal encodes a string, or an object or a list whose values are valid JSON.
func mustMarshal(v any) json.RawMessage {
	raw, err := plainjson.Marshal(v)
	if err != nil {
		panic(err) // see above
	}
	return raw
}
