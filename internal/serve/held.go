package serve

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync"
)

const (
	// answerBytes is what an unanswered request counts beside its message: an answer
	// that waits to be read takes about as much.
	answerBytes = 64 << 10
	// maxServerHeld, maxTenantHeld and maxSessionHeld are how many bytes of unanswered
	// messages all tenants, one tenant and one SSE session may have.
	maxServerHeld  = 512 << 20
	maxTenantHeld  = 128 << 20
	maxSessionHeld = 64 << 20
	// maxUnanswered is how many requests of one SSE session may be unanswered.
	maxUnanswered = 100
)

// heldError is the refusal of a message because of those that are unanswered. It names
// whose they are.
type heldError string

const (
	errServerHeld  heldError = "this server"
	errTenantHeld  heldError = "this tenant"
	errSessionHeld heldError = "this session"
)

func (e heldError) Error() string {
	return string(e) + " has too many unanswered messages, or too large ones; read the answers, and try again in a few seconds"
}

// bound names what was reached in the metrics.
func (e heldError) bound() string {
	return map[heldError]string{errServerHeld: boundServerBytes, errTenantHeld: boundTenantBytes, errSessionHeld: boundSessionBytes}[e]
}

// allowance bounds the messages that are unanswered: of a session within those of a
// tenant, of a tenant within those of the server.
type allowance struct {
	refusal            heldError
	maxBytes, maxCount int // maxCount 0 is without a limit
	within             *allowance

	mu           sync.Mutex
	bytes, count int
}

// take counts a request with a message of n bytes, in this allowance and those that it is
// within. The caller must call release once the answer was written. The error is a
// heldError. A request that is the only one is never refused.
func (a *allowance) take(n int) (release func(), err error) {
	n += answerBytes
	for at := a; at != nil; at = at.within {
		if !at.add(n) {
			a.giveBack(n, at)
			return nil, at.refusal
		}
	}
	return sync.OnceFunc(func() { a.giveBack(n, nil) }), nil
}

func (a *allowance) add(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.count > 0 && (a.bytes+n > a.maxBytes || a.maxCount > 0 && a.count >= a.maxCount) {
		return false
	}
	a.bytes += n
	a.count++
	return true
}

// giveBack undoes add in the allowances up to, and without, end.
func (a *allowance) giveBack(n int, end *allowance) {
	for at := a; at != end; at = at.within {
		at.mu.Lock()
		at.bytes -= n
		at.count--
		at.mu.Unlock()
	}
}

// held returns the bytes that count now.
func (a *allowance) held() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.bytes
}

// unanswered are the requests of a session whose answers were not written yet. The
// library handles each in a goroutine of its own, which ends when its answer is queued
// for a reader that may be slow, or not read at all.
type unanswered struct {
	allowance *allowance

	mu       sync.Mutex
	requests map[string][]func() // by id
	ended    bool
}

// add counts a message, if it is a request. The error is that of [allowance.take].
func (u *unanswered) add(m *message) error {
	if m.id == "" {
		return nil
	}
	release, err := u.allowance.take(len(m.raw))
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		release()
		return nil
	}
	if u.requests == nil {
		u.requests = map[string][]func(){}
	}
	u.requests[m.id] = append(u.requests[m.id], release)
	return nil
}

// written takes note of a message to the client.
func (u *unanswered) written(raw []byte) {
	id := answeredID(raw)
	u.mu.Lock()
	defer u.mu.Unlock()
	of := u.requests[id]
	if len(of) == 0 {
		return
	}
	of[0]()
	if u.requests[id] = of[1:]; len(of) == 1 {
		delete(u.requests, id)
	}
}

// end ends the session.
func (u *unanswered) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, of := range u.requests {
		for _, release := range of {
			release()
		}
	}
	u.requests, u.ended = nil, true
}

// answeredPrefix holds the longest id, with all of its characters escaped.
const answeredPrefix = 8 * maxNameBytes

// answeredID returns the id of the request that a message of the library answers, "" if
// it is not an answer. It reads no further than it must.
func answeredID(raw []byte) string {
	raw = raw[:min(len(raw), answeredPrefix)]
	dec := json.NewDecoder(bytes.NewReader(raw[max(bytes.IndexByte(raw, '{'), 0):]))
	if _, err := dec.Token(); err != nil {
		return ""
	}
	for id := ""; ; {
		key, err := dec.Token()
		switch {
		case err != nil:
			return ""
		case key == "result" || key == "error":
			return id
		}
		value, err := dec.Token()
		if _, nested := value.(json.Delim); err != nil || nested {
			return ""
		}
		if key == "id" {
			id = idOf(value)
		}
	}
}

// idOf returns an id as the key of a map, the same however its number was written; "" if
// it is neither text nor a number.
func idOf(v any) string {
	switch t := v.(type) {
	case string:
		return "text " + t
	case float64:
		return strconv.FormatFloat(t, 'g', -1, 64)
	}
	return ""
}

// keyOf is idOf for an id that is not decoded yet.
func keyOf(id json.RawMessage) string {
	var v any
	if json.Unmarshal(id, &v) != nil {
		return ""
	}
	return idOf(v)
}
