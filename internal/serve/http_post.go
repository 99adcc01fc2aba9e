package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// postStreamable serves a message to /mcp, or a batch of them.
func (h *HTTP) postStreamable(out *deadlineWriter, r *http.Request, t *tenantServer, id string) {
	m, ok := h.readPost(out, r, t)
	if !ok {
		return
	}
	// A session begins in a header, which a stream that is open has sent already.
	mayOpen := (m.batch || m.id != "") && m.method != string(mcp.MethodInitialize) && takesEvents(r)
	w := newPostWriter(out, h.timeouts.silence, mayOpen)
	defer w.end()
	if m.method == string(mcp.MethodSubscriptionsListen) {
		w.acknowledgement = acknowledgement(envelopeOf(m.raw).ID)
	}
	// The newer versions of the protocol have no sessions.
	sessionless := h.opts.Stateless || mcp.IsModernProtocol(m.version) || mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	switch {
	case sessionless && m.method == string(mcp.MethodNotificationCancelled):
		// Without a session the library finds calls by their id alone, and
		// would cancel those of other callers. A caller can still cancel its
		// own by closing the connection.
		w.WriteHeader(http.StatusAccepted)
		return
	case sessionless:
		r.Header.Del(server.HeaderKeySessionID)
	case m.method == string(mcp.MethodInitialize):
		var s *session
		if r, s, ok = h.newSession(w, r, t); !ok {
			return
		}
		if m.asks == mcp.ProtocolVersion20250326 {
			t.sessions.setBatches(s)
		}
		defer t.sessions.endUnlessTaken(s)
	case t.sessions.touch(id, originOf(r.Context()).Owner) != nil:
		h.refuseSession(w, id)
		return
	}
	if m.batch {
		h.postBatch(w, r, t, m.raw)
		return
	}
	release, err := t.held.take(len(m.raw))
	if err != nil {
		h.refuseHeld(w, err, t)
		return
	}
	defer release()
	t.http.ServeHTTP(idWriter{flushWriter: w}, r)
}

// readPost reads the message of a POST, and restores the body of the request. If
// the message is not acceptable, it responds and returns false.
func (h *HTTP) readPost(w http.ResponseWriter, r *http.Request, t *tenantServer) (*message, bool) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		respond(w, http.StatusUnsupportedMediaType, "the Content-Type of a message must be application/json")
		return nil, false
	}
	m, err := readMessage(w, r, t.largeSlots, h.timeouts.body)
	switch {
	case err == nil:
	case errors.Is(err, errTooLarge), errors.Is(err, errOtherTooLarge):
		h.opts.Metrics.refuse(boundMessage, t.name)
		// The rest of the body is not read.
		w.Header().Set("Connection", "close")
		respond(w, http.StatusRequestEntityTooLarge, err.Error())
		return nil, false
	case isBeyondBounds(err):
		h.opts.Metrics.refuse(boundMessage, t.name)
		rpcError(w, mcp.INVALID_REQUEST, err.Error())
		return nil, false
	case errors.Is(err, errID):
		rpcError(w, mcp.INVALID_REQUEST, err.Error())
		return nil, false
	case errors.Is(err, errNotObject):
		rpcError(w, mcp.PARSE_ERROR, err.Error())
		return nil, false
	default:
		w.Header().Set("Connection", "close")
		respond(w, http.StatusRequestTimeout, "the message did not arrive completely and in time")
		return nil, false
	}
	if originOf(r.Context()).current() == nil { // while the body arrived
		refuseWithdrawn(w)
		return nil, false
	}
	r.Body = io.NopCloser(bytes.NewReader(m.raw))
	return m, true
}

// rpcError responds to an invalid message with an error of the protocol.
func rpcError(w http.ResponseWriter, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(errorMessage(code, message)) // a client that is gone needs no response
}
