package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Authenticator tells for whom a request is, by its credentials. It decides on
// everything a tenant may do; nothing else in the request does.
type Authenticator interface {
	Authenticate(r *http.Request) (*Tenant, error)
	// Refuse gives the status of the answer to a request that was not let in,
	// and its WWW-Authenticate header, "" for none.
	Refuse(err error) (status int, challenge string)
}

// HTTPOptions configures NewHTTP.
type HTTPOptions struct {
	Auth  Authenticator
	Guard Guard
	// Streamable serves /mcp, SSE serves /sse and /message.
	Streamable, SSE bool
	// Stateless gives no sessions, so that any of several servers can take any
	// request.
	Stateless bool
	// MaxCalls bounds the calls in flight of all tenants together; 256 if zero.
	MaxCalls int
	// Metadata is the protected-resource document, nil where there is none.
	Metadata []byte
	// Version is what clients are told.
	Version string
	Logger  *slog.Logger
	Metrics *Metrics
	// Ready tells whether calls can be served.
	Ready func(context.Context) error
	// Extend adds to each tenant's server, for tests of the transports with
	// tools of their own.
	Extend func(*server.MCPServer)
}

// HTTP serves the protocol to many clients of many tenants. It is an
// http.Handler.
type HTTP struct {
	opts  HTTPOptions
	mux   *http.ServeMux
	queue *fairQueue
	ready readiness

	mu      sync.Mutex
	tenants map[string]*tenantServer

	draining atomic.Bool
	calls    atomic.Int64
	times    times
}

// maxWaiting is how many calls of one tenant may wait for a place.
const maxWaiting = 512

// NewHTTP makes the handler. Tenants come to be with their first request.
func NewHTTP(o HTTPOptions) *HTTP {
	h := &HTTP{
		opts: o, mux: http.NewServeMux(), queue: newFairQueue(orDefault(o.MaxCalls, 256), maxWaiting),
		tenants: map[string]*tenantServer{}, times: patience,
	}
	h.ready.check = o.Ready
	h.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusOK, "ok") })
	h.mux.HandleFunc("GET /readyz", h.serveReady)
	if o.Metadata != nil {
		h.mux.HandleFunc("GET /.well-known/oauth-protected-resource", h.serveMetadata)
		h.mux.HandleFunc("GET /.well-known/oauth-protected-resource/mcp", h.serveMetadata)
	}
	if o.Streamable {
		h.mux.HandleFunc("/mcp", h.forTenant(h.serveStreamable))
	}
	if o.SSE {
		h.mux.HandleFunc("GET /sse", h.forTenant(h.serveSSE))
		h.mux.HandleFunc("POST /message", h.forTenant(h.serveMessage))
	}
	return h
}

// Handle adds a path beside the protocol's, behind the same guard.
func (h *HTTP) Handle(pattern string, handler http.Handler) { h.mux.Handle(pattern, handler) }

// ServeHTTP implements http.Handler.
func (h *HTTP) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, by contract
				panic(p)
			}
			logPanic(r.Context(), h.opts.Logger, p, "path", r.URL.Path)
			refuse(w, http.StatusInternalServerError, "this server failed on that request")
		}
	}()
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h.opts.Guard.allow(w, r) {
		h.mux.ServeHTTP(w, r)
	}
}

func (h *HTTP) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(h.opts.Metadata)
}

// forTenant finds out for whom a request is.
func (h *HTTP) forTenant(next func(http.ResponseWriter, *http.Request, *tenantServer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			w.Header().Set("Retry-After", "5")
			refuse(w, http.StatusServiceUnavailable, "this server is shutting down")
			return
		}
		tenant, err := h.opts.Auth.Authenticate(r)
		if err != nil {
			h.turnAway(w, err)
			return
		}
		// The credentials have served: nothing behind needs to see them.
		r.Header.Del("Authorization")
		next(w, r.WithContext(narrow(r.Context(), r)), h.tenant(tenant))
	}
}

// turnAway answers a request that was not let in. What exactly was wrong is for
// the log: the answer goes to a stranger.
func (h *HTTP) turnAway(w http.ResponseWriter, err error) {
	status, challenge := h.opts.Auth.Refuse(err)
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	h.opts.Logger.Info("authentication failed", "status", status, "err", err)
	switch status {
	case http.StatusUnauthorized:
		refuse(w, status, "this server wants a bearer token that it knows, in the header Authorization")
	case http.StatusForbidden:
		refuse(w, status, "these credentials do not open this server")
	default:
		h.opts.Logger.Error("credentials cannot be checked", "err", err)
		refuse(w, status, "this server cannot check credentials now; try again in a minute")
	}
}

// tenant is the server of a tenant, made when first needed.
func (h *HTTP) tenant(now *Tenant) *tenantServer {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tenants[now.Name]
	if t == nil {
		t = h.newTenant(now.Name)
		h.tenants[now.Name] = t
	}
	if t.box.Load() != now.Box {
		t.update(now)
	}
	return t
}

func (h *HTTP) newTenant(name string) *tenantServer {
	t := &tenantServer{name: name, sessions: newSessionTable(DefaultSessions), large: make(chan struct{}, largeBodies)}
	t.mcp = newServer(t.box.Load, h.opts.Version, h.opts.Logger, h.opts.Metrics, name,
		server.WithToolFilter(t.listed), server.WithToolHandlerMiddleware(h.bounded(t)),
		offers{current: t.box.Load, logger: h.opts.Logger, metrics: h.opts.Metrics, tenant: name, turn: h.turn(t)}.option())
	if h.opts.Extend != nil {
		h.opts.Extend(t.mcp)
		t.extra = t.mcp.ListTools()
		for _, tool := range tools.Catalogue() {
			delete(t.extra, tool.Name())
		}
	}
	options := []server.StreamableHTTPOption{
		server.WithStreamableHTTPLogger(discardLogger), server.WithDisableLocalhostProtection(true),
		server.WithHeartbeatInterval(20 * time.Second),
	}
	if h.opts.Stateless {
		options = append(options, server.WithStateLess(true))
	} else {
		options = append(options, server.WithSessionIdManager(t.sessions), server.WithSessionIdleTTL(sessionIdle))
	}
	t.http = server.NewStreamableHTTPServer(t.mcp, options...)
	t.sse = server.NewSSEServer(t.mcp, server.WithSSEDisableLocalhostProtection(true), server.WithMessageEndpoint("/message"),
		server.WithKeepAliveInterval(20*time.Second), server.WithKeepAlive(true),
		server.WithSessionIDGenerator(func(_ context.Context, r *http.Request) (string, error) {
			id := t.sessions.pinned()
			t.streams.open(id, r.Context())
			context.AfterFunc(r.Context(), func() {
				t.streams.end(id)
				_, _ = t.sessions.Terminate(id)
			})
			return id, nil
		}))
	return t
}

// bounded runs a tool when it is its turn, and counts it for shutdown.
func (h *HTTP) bounded(t *tenantServer) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			h.calls.Add(1)
			defer h.calls.Add(-1)
			ctx, unbind := t.streams.bind(ctx)
			defer unbind()
			release, err := h.queue.acquire(ctx, t.name, int(t.maxCalls.Load()))
			if err != nil {
				return mcp.NewToolResultError("Nothing was done: " + err.Error() + "."), nil
			}
			defer release()
			return next(ctx, r)
		}
	}
}

// serveStreamable serves /mcp.
func (h *HTTP) serveStreamable(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	w = &patient{ResponseWriter: w, within: h.times.write}
	id := r.Header.Get(server.HeaderKeySessionID)
	switch r.Method {
	case http.MethodPost:
		h.postStreamable(w, r, t, id)
	case http.MethodGet:
		// The library opens a stream for any id, and for none.
		if h.opts.Stateless {
			refuse(w, http.StatusMethodNotAllowed, "this server keeps no sessions, so there is no stream to open")
			return
		}
		if !t.sessions.known(id) {
			h.noSession(w, id)
			return
		}
		h.standing(w, r, t)
	case http.MethodDelete:
		if !h.opts.Stateless && !t.sessions.known(id) {
			h.noSession(w, id)
			return
		}
		t.http.ServeHTTP(w, r)
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		refuse(w, http.StatusMethodNotAllowed, "use POST, GET or DELETE")
	}
}

// standing serves a stream that stands open, if there is room for one more.
func (h *HTTP) standing(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	leave, ok := t.sessions.listen()
	if !ok {
		tooMany(w, "streams")
		return
	}
	defer leave()
	t.http.ServeHTTP(w, r)
}

func tooMany(w http.ResponseWriter, what string) {
	w.Header().Set("Retry-After", "60")
	refuse(w, http.StatusServiceUnavailable, "there are too many "+what+"; end some, or wait until idle ones end")
}

func (h *HTTP) noSession(w http.ResponseWriter, id string) {
	if id == "" {
		refuse(w, http.StatusBadRequest, "the header Mcp-Session-Id is missing; initialize a session first")
		return
	}
	refuse(w, http.StatusNotFound, errNoSession.Error())
}

func (h *HTTP) postStreamable(w http.ResponseWriter, r *http.Request, t *tenantServer, id string) {
	m, ok := h.read(w, r, t)
	if !ok {
		return
	}
	sessionless := m.modern || h.opts.Stateless
	switch {
	case sessionless && m.method == string(mcp.MethodNotificationCancelled):
		// Without a session the library knows calls by their id alone, and
		// would end a stranger's. Whoever hangs up ends her own.
		w.WriteHeader(http.StatusAccepted)
		return
	case sessionless:
		r.Header.Del(server.HeaderKeySessionID)
	case m.method == string(mcp.MethodInitialize):
		if t.sessions.full() {
			tooMany(w, "sessions")
			return
		}
	case !t.sessions.known(id):
		h.noSession(w, id)
		return
	}
	t.http.ServeHTTP(w, r)
}

// read reads the message of a POST and gives it back to the request.
func (h *HTTP) read(w http.ResponseWriter, r *http.Request, t *tenantServer) (*message, bool) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		refuse(w, http.StatusUnsupportedMediaType, "the Content-Type of a message is application/json")
		return nil, false
	}
	m, err := readMessage(w, r, t.large, h.times.body)
	switch {
	case err == nil:
	case errors.Is(err, errTooLarge):
		// What is left of it is not worth reading.
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestEntityTooLarge, err.Error())
		return nil, false
	case errors.Is(err, errBatch), errors.Is(err, errTooDeep), errors.Is(err, errTooMany):
		rpcError(w, mcp.INVALID_REQUEST, err.Error())
		return nil, false
	case errors.Is(err, errNoJSON):
		rpcError(w, mcp.PARSE_ERROR, err.Error())
		return nil, false
	default:
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestTimeout, "the message did not arrive whole and in time")
		return nil, false
	}
	r.Body = io.NopCloser(bytes.NewReader(m.raw))
	return m, true
}

// rpcError answers a message that is none with the protocol's error.
func rpcError(w http.ResponseWriter, code int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": code, "message": why}})
}

// serveSSE opens a stream of the older transport.
func (h *HTTP) serveSSE(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	if t.sessions.full() {
		tooMany(w, "sessions")
		return
	}
	t.sse.SSEHandler().ServeHTTP(&patient{ResponseWriter: w, within: h.times.write, noAnyOrigin: true, origin: w.Header().Get("Access-Control-Allow-Origin")}, r)
}

func (h *HTTP) serveMessage(w http.ResponseWriter, r *http.Request, t *tenantServer) {
	if id := r.URL.Query().Get("sessionId"); !t.sessions.known(id) {
		h.noSession(w, id)
		return
	}
	if _, ok := h.read(w, r, t); ok {
		t.sse.MessageHandler().ServeHTTP(w, r)
	}
}
