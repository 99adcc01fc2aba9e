package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// maxMessageBytes is the largest accepted message: a call with a file of 20 MiB
	// in base64.
	maxMessageBytes = 28 << 20
	// smallMessageBytes is the size up to which a message does not count as large.
	smallMessageBytes = 1 << 20
	// maxLargeMessages is how many large messages of a tenant are read concurrently.
	maxLargeMessages = 4
	// maxDepth is how deep the values of a message may be nested; arguments of tools
	// need a handful of levels.
	maxDepth = 64
	// maxValues is how many values a message may have: a decoded value takes many
	// times the memory of its two bytes of text.
	maxValues = 100_000
)

var (
	errTooLarge      = fmt.Errorf("the message is larger than %d MiB", maxMessageBytes>>20)
	errTooDeep       = fmt.Errorf("the message is nested deeper than %d levels", maxDepth)
	errTooManyValues = fmt.Errorf("the message has more than %d values", maxValues)
	errBatch         = errors.New("batches are not part of this protocol; send one message per request")
	errNotObject     = errors.New("the message is not a JSON object")
)

// message is the message of a POST, read completely and checked before it reaches
// the library.
type message struct {
	raw    []byte
	method string
	// version is the protocol version that the message declares; older ones declare it
	// only when a session begins.
	version string
}

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
		rest, err := io.ReadAll(io.LimitReader(r.Body, maxMessageBytes-smallMessageBytes+1))
		if err != nil {
			return nil, fmt.Errorf("read the message: %w", err)
		}
		if head = append(head, rest...); len(head) > maxMessageBytes {
			return nil, errTooLarge
		}
	}
	return parseMessage(head)
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
	if err := checkComplexity(raw); err != nil {
		return nil, err
	}
	var m struct {
		Method string `json:"method"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return nil, errNotObject
		} else if wrong.Field == "method" {
			return nil, errNotObject
		}
	}
	return &message{raw: raw, method: m.Method, version: declaredVersion(raw)}, nil
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

// checkComplexity returns an error if JSON is nested too deep or has too many
// values. It does not parse it.
func checkComplexity(raw []byte) error {
	depth, values, quoted, escaped := 0, 0, false, false
	for _, c := range raw {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return errTooDeep
			}
			values++
		case c == '}' || c == ']':
			depth--
		case c == ',':
			values++
		}
		if values > maxValues {
			return errTooManyValues
		}
	}
	return nil
}
