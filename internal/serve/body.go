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
	// maxBody is the largest message taken, in bytes: a file of 20 MiB in
	// base64 and its call.
	maxBody = 28 << 20
	// smallBody is what needs no place among the few large ones.
	smallBody = 1 << 20
	// largeBodies is how many large messages of a tenant are read at once.
	largeBodies = 4
	// maxDepth is how deep a message may nest; tools' arguments need a handful
	// of levels.
	maxDepth = 64
	// maxValues is how many values a message may hold: each takes many times
	// the memory of the two bytes that write it.
	maxValues = 100_000
)

var (
	errTooLarge = fmt.Errorf("the message is larger than %d MiB", maxBody>>20)
	errTooDeep  = fmt.Errorf("the message nests deeper than %d levels", maxDepth)
	errTooMany  = fmt.Errorf("the message holds more than %d values", maxValues)
	errBatch    = errors.New("batches are not part of this protocol; send one message a request")
	errNoJSON   = errors.New("the message is no JSON object")
)

// message is what a POST carries, read whole and looked at before the library
// sees it.
type message struct {
	raw    []byte
	method string
	// modern marks the stateless era of the protocol, which has no sessions.
	modern bool
}

// readMessage reads a message within the limits of size, time and depth.
func readMessage(w http.ResponseWriter, r *http.Request, large chan struct{}, within time.Duration) (_ *message, err error) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	rc := http.NewResponseController(w)
	// A recorder in a test has no deadlines.
	if rc.SetReadDeadline(time.Now().Add(within)) == nil {
		defer func() {
			// Where it failed the server still waits for the rest, to throw it
			// away: the deadline stands.
			if err == nil {
				_ = rc.SetReadDeadline(time.Time{})
			}
		}()
	}
	head, err := io.ReadAll(io.LimitReader(r.Body, smallBody))
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	if len(head) == smallBody {
		select {
		case large <- struct{}{}:
			defer func() { <-large }()
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		rest, err := io.ReadAll(io.LimitReader(r.Body, maxBody-smallBody+1))
		if err != nil {
			return nil, fmt.Errorf("read the message: %w", err)
		}
		if head = append(head, rest...); len(head) > maxBody {
			return nil, errTooLarge
		}
	}
	return look(head)
}

// look tells what a message is.
func look(raw []byte) (*message, error) {
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	switch {
	case len(trimmed) > 0 && trimmed[0] == '[':
		return nil, errBatch
	case len(trimmed) == 0 || trimmed[0] != '{':
		return nil, errNoJSON
	}
	if err := measure(raw); err != nil {
		return nil, err
	}
	var m struct {
		Method string `json:"method"`
		Params struct {
			Meta map[string]json.RawMessage `json:"_meta"`
		} `json:"params"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); !ok {
			return nil, errNoJSON
		} else if wrong.Field == "method" {
			return nil, errNoJSON
		}
	}
	_, modern := m.Params.Meta[mcp.MetaKeyProtocolVersion]
	return &message{raw: raw, method: m.Method, modern: modern}, nil
}

// measure tells, without parsing it, whether JSON nests too deep or holds too
// much.
func measure(raw []byte) error {
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
			return errTooMany
		}
	}
	return nil
}
