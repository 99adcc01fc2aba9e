package serve

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Authenticator finds who sends a request, by its credentials. Nothing else in the
// request decides what the caller may do.
type Authenticator interface {
	Authenticate(r *http.Request) (Login, error)
	// Refuse returns the status of the response to a request whose authentication
	// failed with err, and its WWW-Authenticate header, "" for none.
	Refuse(err error) (status int, challenge string)
}

// HTTPOptions configures [NewHTTP]. Auth and Logger are required.
type HTTPOptions struct {
	Auth  Authenticator
	Guard Guard
	// Streamable serves /mcp, SSE serves /sse and /message.
	Streamable, SSE bool
	// Stateless disables sessions, so that any of several servers can serve any
	// request.
	Stateless bool
	// MaxCalls limits the calls in flight of all tenants together; 256 if zero.
	MaxCalls int
	// Metadata is the protected-resource document of RFC 9728; nil for none. PublicPath is
	// the path of this server in clients' addresses, if something before it adds one.
	Metadata   []byte
	PublicPath string
	// Version is the server version that clients see.
	Version string
	Logger  *slog.Logger
	// Metrics may be nil.
	Metrics *Metrics
	// MetricsWithToken lets callers read the metrics, which are those of all tenants.
	MetricsWithToken bool
	// Approve serves /approve and everything below it, for people in a browser; nil for
	// nobody. It authenticates them itself.
	Approve http.Handler
	// Ready returns an error if calls cannot be served; nil if they always can.
	Ready func(context.Context) error
	// QuestionTimeout is how long a person has to answer a question; nine minutes if
	// zero.
	QuestionTimeout time.Duration
	// Extend changes the server of each tenant. Tests of the transports add their
	// own tools with it.
	Extend func(*server.MCPServer)
}

// HTTP serves the protocol to many clients of many tenants. It is an
// [http.Handler].
type HTTP struct {
	opts  HTTPOptions
	mux   *http.ServeMux
	queue *fairQueue
	held  *allowance // unanswered messages of all tenants
	ready readiness

	mu      sync.Mutex
	tenants map[string]*tenantServer

	draining atomic.Bool
	calls    atomic.Int64
	timeouts timeouts
}

// maxQueuedCalls is how many calls of one tenant may wait in the queue.
const maxQueuedCalls = 512

// NewHTTP returns a handler. The server of a tenant is created at its first
// request.
func NewHTTP(o HTTPOptions) *HTTP {
	h := &HTTP{
		opts: o, mux: http.NewServeMux(), queue: newFairQueue(cmp.Or(o.MaxCalls, 256), maxQueuedCalls),
		held:    &allowance{refusal: errServerHeld, maxBytes: maxServerHeld},
		tenants: map[string]*tenantServer{}, timeouts: defaultTimeouts,
	}
	h.ready.check = o.Ready
	h.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, "ok") })
	h.mux.HandleFunc("GET /readyz", h.serveReady)
	if o.Metadata != nil {
		h.mux.HandleFunc("GET "+metadataPath, h.serveMetadata)
		h.mux.HandleFunc("GET "+metadataPath+"/", h.serveMetadata)
	}
	if o.Streamable {
		h.mux.HandleFunc("/mcp", h.forTenant(transportHTTP, h.serveStreamable))
	}
	if o.SSE {
		h.mux.HandleFunc("GET /sse", h.forTenant(transportSSE, h.serveSSE))
		h.mux.HandleFunc("POST /message", h.forTenant(transportSSE, h.serveMessage))
	}
	if o.Approve != nil {
		h.mux.HandleFunc(ApprovePath, h.serveApprove)
		h.mux.HandleFunc(ApprovePath+"/", h.serveApprove)
	}
	return h
}

// Handle adds a path to those of the protocol, behind the same [Guard].
func (h *HTTP) Handle(pattern string, handler http.Handler) { h.mux.Handle(pattern, handler) }

// ServeHTTP implements [http.Handler].
func (h *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, by contract
				panic(p)
			}
			logPanic(r.Context(), h.opts.Logger, p, "path", r.URL.Path)
			respond(w, http.StatusInternalServerError, "internal error in this server")
		}
	}()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	allowed := h.opts.Guard.allow
	if h.isApproval(r) {
		allowed = h.opts.Guard.allowHost
	}
	if allowed(w, r) {
		h.mux.ServeHTTP(w, r)
	}
}

// metadataPath is where RFC 9728 has the metadata of a host, and before the path of a
// resource those of the resource.
const metadataPath = "/.well-known/oauth-protected-resource"

// serveMetadata serves the metadata of the host and of both transports, at the paths that
// clients know.
func (h *HTTP) serveMetadata(w http.ResponseWriter, r *http.Request) {
	public := strings.TrimSuffix(h.opts.PublicPath, "/")
	beside := path.Dir("/" + public)
	paths := []string{"", "/mcp", "/sse", public, path.Join(beside, "mcp"), path.Join(beside, "sse")}
	if resource := strings.TrimPrefix(r.URL.Path, metadataPath); !slices.Contains(paths, strings.TrimSuffix(resource, "/")) {
		respond(w, http.StatusNotFound, "there is no such resource")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(h.opts.Metadata)
}

// forTenant authenticates a request and passes it on with the server of its
// tenant.
func (h *HTTP) forTenant(transport string, next func(http.ResponseWriter, *http.Request, *tenantServer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			w.Header().Set("Retry-After", "5")
			respond(w, http.StatusServiceUnavailable, "this server is shutting down")
			return
		}
		login, err := h.opts.Auth.Authenticate(r)
		if err != nil {
			h.refuseCredentials(w, err)
			return
		}
		// Nothing after this needs the credentials.
		r.Header.Del("Authorization")
		ctx := withOrigin(withNarrowing(r.Context(), r), origin{login, transport})
		next(w, r.WithContext(ctx), h.tenant(login.Tenant.Name))
	}
}

// refuseCredentials responds to a request whose authentication failed. Only the
// log says why: the response goes to someone unknown.
func (h *HTTP) refuseCredentials(w http.ResponseWriter, err error) {
	status, challenge := h.opts.Auth.Refuse(err)
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	switch status {
	case http.StatusUnauthorized:
		h.opts.Logger.Info("authentication failed", "status", status, "err", err)
		respond(w, status, "this server requires a valid bearer token in the Authorization header")
	case http.StatusForbidden:
		h.opts.Logger.Info("authentication failed", "status", status, "err", err)
		respond(w, status, "these credentials give no access to this server")
	default:
		h.opts.Logger.Error("credentials cannot be checked", "status", status, "err", err)
		respond(w, status, "this server cannot check credentials now; try again in a minute")
	}
}

// tenant returns the server of a tenant. It is created when first needed.
func (h *HTTP) tenant(name string) *tenantServer {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tenants[name]
	if t == nil {
		t = h.newTenant(name)
		h.tenants[name] = t
	}
	return t
}

func (h *HTTP) newTenant(name string) *tenantServer {
	t := &tenantServer{name: name, sessions: newSessionTable(), largeSlots: make(chan struct{}, maxLargeMessages)}
	t.held = &allowance{refusal: errTenantHeld, maxBytes: maxTenantHeld, within: h.held}
	t.sessions.forget = t.forget
	asks := &asker{wait: askWait{cmp.Or(h.opts.QuestionTimeout, questionTimeout), t.sessions.bindQuestion}, unable: t.sessions}
	t.mcp = newServer(currentBox, h.opts.Version, h.opts.Logger, h.opts.Metrics, name, cachedFor(reloadedListTTL), server.WithToolFilter(t.filterTools),
		server.WithToolHandlerMiddleware(t.holdSession), server.WithToolHandlerMiddleware(asks.middleware),
		server.WithToolHandlerMiddleware((&pageOpener{wait: askWait{approveURLTimeout, t.sessions.bindQuestion}}).middleware), server.WithToolHandlerMiddleware(h.queueCalls(t)),
		features{current: currentBox, logger: h.opts.Logger, metrics: h.opts.Metrics, tenant: name, acquire: h.acquireHeld(t)}.option())
	if h.opts.Extend != nil {
		h.opts.Extend(t.mcp)
		t.extraTools = t.mcp.ListTools()
		for _, tool := range tools.Catalogue() {
			delete(t.extraTools, tool.Name())
		}
	}
	options := []server.StreamableHTTPOption{
		server.WithStreamableHTTPLogger(discardLogger), server.WithDisableLocalhostProtection(true),
		server.WithHeartbeatInterval(h.timeouts.silence),
	}
	if h.opts.Stateless {
		options = append(options, server.WithStateLess(true))
	} else {
		options = append(options, server.WithSessionIdManagerResolver(t.sessions), server.WithSessionIdleTTL(sessionIdle))
	}
	t.http = server.NewStreamableHTTPServer(t.mcp, options...)
	t.sse = server.NewSSEServer(t.mcp, server.WithSSEDisableLocalhostProtection(true), server.WithMessageEndpoint("/message"),
		server.WithKeepAliveInterval(h.timeouts.silence), server.WithKeepAlive(true),
		server.WithSessionIDGenerator(func(_ context.Context, r *http.Request) (string, error) {
			return t.sessions.ResolveSessionIdManager(r).Generate(), nil
		}))
	return t
}

// queueCalls makes tool calls wait in the queue, and counts them for the
// shutdown.
func (h *HTTP) queueCalls(t *tenantServer) server.ToolHandlerMiddleware {
	acquire := h.acquireCall(t)
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			ctx, release, err := acquire(ctx)
			if err != nil {
				if errors.Is(err, errBusy) {
					h.opts.Metrics.refuse(boundQueue, t.name)
				}
				return notRun(err), nil
			}
			defer release()
			return next(ctx, r)
		}
	}
}

// serveStreamable serves /mcp.
func (h *HTTP) serveStreamable(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	out := &deadlineWriter{ResponseWriter: w, timeout: h.timeouts.write}
	id := r.Header.Get(server.HeaderKeySessionID)
	switch r.Method {
	case http.MethodPost:
		h.postStreamable(out, r, t, id)
	case http.MethodGet:
		// The library opens a stream for any session id, even without one.
		if h.opts.Stateless {
			respond(out, http.StatusMethodNotAllowed, "this server has no sessions, and thus no streams")
			return
		}
		h.serveStream(out, r, t, id)
	case http.MethodDelete:
		if !h.opts.Stateless && !t.sessions.exists(id, originOf(r.Context()).Owner) {
			h.refuseSession(out, id)
			return
		}
		t.http.ServeHTTP(idWriter{flushWriter: out}, r)
	default:
		out.Header().Set("Allow", "GET, POST, DELETE")
		respond(out, http.StatusMethodNotAllowed, "use POST, GET or DELETE")
	}
}

// serveSSE opens a stream of the older transport, and with it a session.
func (h *HTTP) serveSSE(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	r, s, ok := h.newSession(w, r, t)
	if !ok {
		return
	}
	defer t.sessions.end(s.id)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	defer s.unanswered.end()
	s.unanswered.allowance = &allowance{refusal: errSessionHeld, maxBytes: maxSessionHeld, maxCount: maxUnanswered, within: t.held}
	out := &deadlineWriter{ResponseWriter: w, timeout: h.timeouts.write, replaceAnyOrigin: true, origin: w.Header().Get("Access-Control-Allow-Origin")}
	t.sse.SSEHandler().ServeHTTP(idWriter{out, s.unanswered.written}, r.WithContext(ctx))
}

func (h *HTTP) serveMessage(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	id := r.URL.Query().Get("sessionId")
	if t.sessions.touch(id, originOf(r.Context()).Owner) != nil {
		h.refuseSession(w, id)
		return
	}
	m, ok := h.readPost(w, r, t)
	if !ok {
		return
	}
	if m.batch {
		rpcError(w, mcp.INVALID_REQUEST, errBatch.Error())
		return
	}
	if err := t.sessions.expectAnswer(id, m); err != nil {
		h.refuseHeld(w, err, t)
		return
	}
	t.sse.MessageHandler().ServeHTTP(w, r)
}
