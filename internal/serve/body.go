package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/internal/jsonlimit"
)

const (
	// maxMessageBytes is the largest accepted message: a call with a file of 20 MiB
	// in base64.
	maxMessageBytes = 28 << 20
	// smallMessageBytes is the size up to which a message does not count as large.
	smallMessageBytes = 1 << 20
	// maxLargeMessages is how many large messages of a tenant are read concurrently.
	maxLargeMessages = 4
	// maxOtherBytes is the size of messages other than tool calls: only these have
	// arguments worth more.
	maxOtherBytes = 64 << 10
	// maxNameBytes is the length of what the library repeats in its answers: ids, names of
	// methods, tools and prompts, progress tokens.
	maxNameBytes = 256
	// maxURIBytes is the length of the URI of a resource.
	maxURIBytes = 2 << 10
	// maxMetaBytes is the length of each value in _meta.
	maxMetaBytes = 16 << 10
)

var (
	errTooLarge      = fmt.Errorf("the message is larger than %d MiB", maxMessageBytes>>20)
	errOtherTooLarge = fmt.Errorf("a message other than tools/call is larger than %d KiB", maxOtherBytes>>10)
	errNotObject     = errors.New("the message is not a JSON object")
	errID            = fmt.Errorf("the id must be a number, or a string of at most %d bytes", maxNameBytes)
	errLongMeta      = fmt.Errorf("a value in _meta is longer than %d KiB", maxMetaBytes>>10)
	errLongName      = fmt.Errorf("a name or the progressToken is longer than %d bytes, or a uri than %d", maxNameBytes, maxURIBytes)
)

// isBeyondBounds reports whether a message was refused because it is too complex or
// repeats too much.
func isBeyondBounds(err error) bool {
	return slices.ContainsFunc([]error{jsonlimit.ErrTooDeep, jsonlimit.ErrTooManyValues, errLongName, errLongMeta}, func(bound error) bool { return errors.Is(err, bound) })
}

// message is the message of a POST, read completely and checked before it reaches
// the library.
type message struct {
	raw    []byte
	method string
	// version is the protocol version that the message declares; older ones declare it
	// only when a session begins.
	version string
	// id is the key of the id of a request, or of an error, as idOf returns it; "" for a
	// notification or a result. It is that of the id that the library gets.
	id string
	// cancels is the key of the id that notifications/cancelled names.
	cancels string
	// asks is the protocol version that initialize asks for.
	asks string
	// batch is set if raw is a batch, of which nothing else is known.
	batch bool
}

func (m *message) isRequest() bool { return m.id != "" && m.method != "" }

// readMessage reads a message within the limits of size, time and depth.
func readMessage(w http.ResponseWriter, r *http.Request, large chan struct{}, within time.Duration) (_ *message, err error) {
	if r.ContentLength > maxMessageBytes {
		return nil, errTooLarge
	}
	rc := http.NewResponseController(w)
	// It fails for a recorder in a test, which has no deadlines.
	if rc.SetReadDeadline(time.Now().Add(within)) == nil {
		defer func() {
			// On failure the server discards the rest of the body, so the
			// deadline must stay.
			if err == nil {
				_ = rc.SetReadDeadline(time.Time{})
			}
		}()
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, smallMessageBytes))
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	if len(head) == smallMessageBytes {
		select {
		case large <- struct{}{}:
			defer func() { <-large }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		if head, err = readRest(head, r); err != nil {
			return nil, err
		}
	}
	m, err := parseMessage(head)
	if errors.Is(err, errBatch) {
		return &message{raw: head, batch: true}, nil
	}
	return m, err
}

// readRest returns a large message, of which head was read. Where its size is known, it takes as much
// memory and no more.
func readRest(head []byte, r *http.Request) ([]byte, error) {
	size := max(int(r.ContentLength), 2*smallMessageBytes)
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	b.Write(head)
	if _, err := b.ReadFrom(io.LimitReader(r.Body, maxMessageBytes-smallMessageBytes+1)); err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	if b.Len() > maxMessageBytes {
		return nil, errTooLarge
	}
	return b.Bytes(), nil
}

// parseMessage checks a message and finds its method and protocol version.
func parseMessage(raw []byte) (*message, error) {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	switch {
	case len(trimmed) > 0 && trimmed[0] == '[':
		return nil, errBatch
	case len(trimmed) == 0 || trimmed[0] != '{':
		return nil, errNotObject
	}
	if _, err := jsonlimit.Count(raw, jsonlimit.MaxValues); err != nil {
		return nil, fmt.Errorf("the message cannot be read: %w", err)
	}
	var e messageHead
	if err := json.Unmarshal(raw, &e); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok || wrong.Field == "method" || wrong.Field == "jsonrpc" {
			return nil, errNotObject
		}
	}
	m := &message{raw: raw, method: e.Method, version: declaredVersion(raw), cancels: keyOf(safeID(e.Params.RequestID))}
	if err := e.check(m); err != nil {
		return nil, err
	}
	if token := e.Params.Meta["progressToken"]; !isSafe(e.ID) || !isSafe(e.Params.RequestID) || !isSafe(token) {
		m.raw = withSafeIDs(raw, e.ID, e.Params.RequestID, token)
	}
	return m, nil
}

// declaredVersion returns the protocol version that a message declares, "" for none. It
// decodes as the library does, which decides by the version whether a message is of a
// session.
func declaredVersion(raw []byte) string {
	var m struct {
		Params struct {
			Meta *mcp.Meta `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	return m.Params.Meta.ProtocolVersion()
}

// messageHead is what surrounds the arguments of a message.
type messageHead struct {
	JSONRPC string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result"`
	Params  struct {
		Meta            map[string]json.RawMessage `json:"_meta"`
		Name            json.RawMessage            `json:"name"`
		URI             json.RawMessage            `json:"uri"`
		RequestID       json.RawMessage            `json:"requestId"`
		ProtocolVersion json.RawMessage            `json:"protocolVersion"`
	} `json:"params"`
}

// check checks what the library repeats in answers, or keeps, and finds the id of a
// request.
func (e *messageHead) check(m *message) error {
	if m.method != string(mcp.MethodToolsCall) && len(m.raw) > maxOtherBytes {
		return errOtherTooLarge
	}
	for _, name := range []json.RawMessage{json.RawMessage(e.Method), e.Params.Name, e.Params.ProtocolVersion, e.Params.Meta["progressToken"]} {
		if len(name) > maxNameBytes {
			return errLongName
		}
	}
	if len(e.Params.URI) > maxURIBytes {
		return errLongName
	}
	for _, v := range e.Params.Meta {
		// The client's name and abilities: a session keeps them.
		if len(v) > maxMetaBytes {
			return errLongMeta
		}
	}
	if m.method == string(mcp.MethodInitialize) {
		_ = json.Unmarshal(e.Params.ProtocolVersion, &m.asks) // the library refuses what is not a string
	}
	if !isSet(e.ID) {
		return nil
	}
	if len(e.ID) > maxNameBytes || keyOf(safeID(e.ID)) == "" {
		return errID
	}
	if !isSet(e.Result) {
		m.id = keyOf(safeID(e.ID))
	}
	return nil
}

// isSet reports whether a field is there and not null.
func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
