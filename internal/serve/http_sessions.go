package serve

import (
	"context"
	"errors"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// serveStream serves a long-lived GET stream, unless too many are open.
func (h *HTTP) serveStream(w *deadlineWriter, r *http.Request, t *tenantServer, id string) {
	from := originOf(r.Context())
	current := from.current()
	if current == nil {
		refuseWithdrawn(w)
		return
	}
	ctx, closeStream, err := t.sessions.openStream(r.Context(), id, from.Owner, current.maxSessions())
	switch {
	case errors.Is(err, errTooManyStreams):
		h.opts.Metrics.refuse(boundStreams, t.name)
		refuseTooMany(w, "streams")
		return
	case err != nil:
		h.refuseSession(w, id)
		return
	}
	defer closeStream()
	t.http.ServeHTTP(idWriter{flushWriter: w}, r.WithContext(ctx))
}

// newSession opens a session for a request that begins one, and returns the request with
// it. When the request was served, the caller must call end if the session is that of its
// stream, else endUnlessTaken. If no session can be opened, newSession responds and returns
// false.
func (h *HTTP) newSession(w http.ResponseWriter, r *http.Request, t *tenantServer) (_ *http.Request, s *session, ok bool) {
	from := originOf(r.Context())
	current := from.current()
	if current == nil {
		refuseWithdrawn(w)
		return r, nil, false
	}
	s = t.sessions.create(from, current.maxSessions())
	if s == nil {
		h.opts.Metrics.refuse(boundSessions, t.name)
		refuseTooMany(w, "sessions")
		return r, nil, false
	}
	if from.current() == nil { // just now, after EndWithdrawn looked for sessions
		t.sessions.end(s.id)
		refuseWithdrawn(w)
		return r, nil, false
	}
	return r.WithContext(withNewSession(r.Context(), s)), s, true
}

func refuseWithdrawn(w http.ResponseWriter) {
	respond(w, http.StatusForbidden, errWithdrawn.Error())
}

func refuseTooMany(w http.ResponseWriter, what string) {
	w.Header().Set("Retry-After", "60")
	respond(w, http.StatusServiceUnavailable, "there are too many "+what+", and all of them are in use; end some, or try again later")
}

// refuseHeld responds to a message that was refused because of those that are unanswered.
func (h *HTTP) refuseHeld(w http.ResponseWriter, err error, t *tenantServer) {
	h.countHeld(err, t)
	status := http.StatusTooManyRequests
	if errors.Is(err, errServerHeld) {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Retry-After", "2")
	respond(w, status, err.Error())
}

// countHeld counts a message that was refused because of those that are unanswered.
func (h *HTTP) countHeld(err error, t *tenantServer) {
	if held, ok := errors.AsType[heldError](err); ok {
		h.opts.Metrics.refuse(held.bound(), t.name)
	}
}

func (h *HTTP) refuseSession(w http.ResponseWriter, id string) {
	if id == "" {
		respond(w, http.StatusBadRequest, "the header Mcp-Session-Id is missing; initialize a session first")
		return
	}
	respond(w, http.StatusNotFound, errNoSession.Error())
}

// holdSession keeps the session of a call in use while the call waits, runs and asks.
func (t *tenantServer) holdSession(next server.ToolHandlerFunc) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		release, err := t.sessions.hold(originOf(ctx), sessionID(ctx))
		if err != nil {
			return notRun(err), nil
		}
		defer release()
		return next(ctx, r)
	}
}

// EndWithdrawn ends the sessions and streams of callers who have no access any more. Call
// it after the settings changed.
func (h *HTTP) EndWithdrawn() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tenants {
		t.sessions.endWithdrawn()
	}
}
