package serve

import (
	"net/http"
	"strings"
	"time"
)

// ApprovePath is where HTTPOptions.Approve is served, with everything below it.
const ApprovePath = "/approve"

// isApproval reports whether a request is for the pages of approvers. Their origin is
// this server itself, which they check, and no page that may call tools is let in. So
// the origins of the [Guard] do not apply, in either direction.
func (h *HTTP) isApproval(r *http.Request) bool {
	return h.opts.Approve != nil && (r.URL.Path == ApprovePath || strings.HasPrefix(r.URL.Path, ApprovePath+"/"))
}

// serveApprove serves the pages of approvers, also during a shutdown: whoever has read
// a write may still decide.
func (h *HTTP) serveApprove(w http.ResponseWriter, r *http.Request) {
	// It fails for a recorder in a test, which has no deadlines.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.timeouts.body))
	h.opts.Approve.ServeHTTP(&deadlineWriter{ResponseWriter: w, timeout: h.timeouts.write}, r)
}
