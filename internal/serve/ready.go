package serve

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// readyCacheTime is how long a result is reused, so that probes do not use up the
	// rate limit of Kombo.
	readyCacheTime = 30 * time.Second
	// readyTimeout is how long the check may take.
	readyTimeout = 10 * time.Second
)

// readiness caches whether calls can be served.
type readiness struct {
	check func(context.Context) error
	mu    sync.Mutex
	at    time.Time
	err   error
}

func (r *readiness) get(ctx context.Context) error {
	if r.check == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) > readyCacheTime {
		// The result is for later probes too, so the check does not end with this
		// request.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		r.err, r.at = r.check(ctx), time.Now()
	}
	return r.err
}

func (h *HTTP) serveReady(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		respond(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	if err := h.ready.get(r.Context()); err != nil {
		h.opts.Logger.Warn("not ready", "err", err)
		respond(w, http.StatusServiceUnavailable, "not ready: Kombo cannot be used; see the log")
		return
	}
	respond(w, http.StatusOK, "ready")
}
