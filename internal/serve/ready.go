package serve

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// readyFor is how long an answer on readiness stands, lest a probe spend
	// the upstream's rate limit.
	readyFor = 30 * time.Second
	// readyTime is how long finding out may take.
	readyTime = 10 * time.Second
)

// readiness remembers whether calls can be served.
type readiness struct {
	check func(context.Context) error
	mu    sync.Mutex
	at    time.Time
	err   error
}

func (r *readiness) ask(ctx context.Context) error {
	if r.check == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) > readyFor {
		// The one who asks may leave; the answer is for the next one too.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
		defer cancel()
		r.err, r.at = r.check(ctx), time.Now()
	}
	return r.err
}

func (h *HTTP) serveReady(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		refuse(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	if err := h.ready.ask(r.Context()); err != nil {
		h.opts.Logger.Warn("not ready", "err", err)
		refuse(w, http.StatusServiceUnavailable, "not ready: the upstream cannot be used; the log says why")
		return
	}
	refuse(w, http.StatusOK, "ready")
}
