package serve

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Tenant is whom a request is served for: its tools and its limits.
type Tenant struct {
	// Name tells tenants apart; sessions, limits and metrics go by it.
	Name string
	Box  *tools.Toolbox
	// MaxSessions and MaxCalls bound sessions and calls in flight; zero means
	// DefaultSessions and DefaultCalls.
	MaxSessions, MaxCalls int
}

// What a tenant may use unless told otherwise.
const (
	DefaultSessions = 2000
	DefaultCalls    = 64
)

// narrowing is what a caller asked to be kept from, by headers: it can only
// take away.
type narrowing struct {
	readOnly bool
	only     []string
}

type narrowKey struct{}

// The headers by which a caller narrows a request.
const (
	headerReadOnly = "X-Kombo-Read-Only"
	headerTools    = "X-Kombo-Tools"
)

func narrow(ctx context.Context, r *http.Request) context.Context {
	var n narrowing
	if v := strings.TrimSpace(r.Header.Get(headerReadOnly)); v != "" {
		// Anything but a plain no narrows: a typo must not widen.
		n.readOnly = !slices.Contains([]string{"false", "0", "no"}, strings.ToLower(v))
	}
	if values := r.Header.Values(headerTools); len(values) > 0 {
		n.only = []string{}
		for name := range strings.SplitSeq(strings.Join(values, ","), ",") {
			if name = strings.TrimSpace(name); name != "" {
				n.only = append(n.only, name)
			}
		}
	}
	return context.WithValue(ctx, narrowKey{}, n)
}

func (n narrowing) allows(t *tools.Tool) bool {
	return (!n.readOnly || t.ReadOnly()) && (n.only == nil || slices.Contains(n.only, t.Name()))
}

func narrowed(ctx context.Context) narrowing {
	n, _ := ctx.Value(narrowKey{}).(narrowing)
	return n
}

// tenantServer is the protocol's server of one tenant. Sessions belong to it,
// so that an id of one tenant means nothing to another. The toolbox is replaced
// when settings are read again; sessions stay.
type tenantServer struct {
	name     string
	box      atomic.Pointer[tools.Toolbox]
	maxCalls atomic.Int64
	sessions *sessionTable
	mcp      *server.MCPServer
	http     *server.StreamableHTTPServer
	sse      *server.SSEServer
	streams  streams
	// large are the places for large messages that arrive: of each tenant, so
	// that one whose own come slowly keeps nobody else's waiting.
	large chan struct{}
	// extra are the tools of HTTPOptions.Extend, which nothing narrows.
	extra map[string]*server.ServerTool
}

// update takes over what was read again.
func (t *tenantServer) update(now *Tenant) {
	t.box.Store(now.Box)
	t.maxCalls.Store(int64(orDefault(now.MaxCalls, DefaultCalls)))
	t.sessions.mu.Lock()
	defer t.sessions.mu.Unlock()
	t.sessions.most = orDefault(now.MaxSessions, DefaultSessions)
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// listed keeps the tools that the tenant has now and the caller did not narrow
// away. The library asks it for lists and for calls alike.
func (t *tenantServer) listed(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	n := narrowed(ctx)
	usable := slices.DeleteFunc(t.box.Load().Tools(), func(tool *tools.Tool) bool { return !n.allows(tool) })
	whole := offered(list, usable)
	for _, m := range list {
		if t.extra[m.Name] != nil {
			whole = append(whole, m)
		}
	}
	return whole
}

// streams are the contexts of SSE streams by session: what a session asked for
// ends with its stream, which the library does not see to.
type streams struct {
	mu   sync.Mutex
	live map[string]context.Context
}

func (s *streams) open(id string, ctx context.Context) { //nolint:revive // the session comes first
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		s.live = map[string]context.Context{}
	}
	s.live[id] = ctx
}

func (s *streams) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, id)
}

// bind ends ctx when the stream of its session does.
func (s *streams) bind(ctx context.Context) (context.Context, func()) {
	session := server.ClientSessionFromContext(ctx)
	if session == nil {
		return ctx, func() {}
	}
	s.mu.Lock()
	stream := s.live[session.SessionID()]
	s.mu.Unlock()
	if stream == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(stream, cancel)
	return ctx, func() { stop(); cancel() }
}

// discardLogger keeps the library from writing session ids anywhere.
var discardLogger = slog.New(slog.DiscardHandler)
