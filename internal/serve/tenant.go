package serve

import (
	"cmp"
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

// Tenant is the toolbox and the limits of the callers that authenticate as one
// tenant.
type Tenant struct {
	// Name identifies the tenant: sessions, limits and metrics are by name.
	Name string
	Box  *tools.Toolbox
	// MaxSessions and MaxCalls limit sessions and calls in flight; zero means
	// [DefaultSessions] and [DefaultCalls].
	MaxSessions, MaxCalls int
}

// The limits of a tenant without its own.
const (
	DefaultSessions = 2000
	DefaultCalls    = 64
)

// narrowing is what a request excludes by its headers, for itself. It can only
// restrict what the tenant may do.
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

func withNarrowing(ctx context.Context, r *http.Request) context.Context {
	var n narrowing
	if v := strings.TrimSpace(r.Header.Get(headerReadOnly)); v != "" {
		// Anything but an explicit no restricts: a typo must not give access.
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

func narrowingOf(ctx context.Context) narrowing {
	n, _ := ctx.Value(narrowKey{}).(narrowing)
	return n
}

// tenantServer is the protocol server of one tenant, with its own sessions: the
// session id of one tenant is not valid for another. If settings are reloaded, the
// toolbox is replaced and sessions stay.
type tenantServer struct {
	name     string
	box      atomic.Pointer[tools.Toolbox]
	maxCalls atomic.Int64
	sessions *sessionTable
	mcp      *server.MCPServer
	http     *server.StreamableHTTPServer
	sse      *server.SSEServer
	streams  streams
	// largeSlots limit how many large messages are read concurrently: for each
	// tenant, so that a slow client of one does not delay another.
	largeSlots chan struct{}
	// extraTools are those of HTTPOptions.Extend, which are always offered.
	extraTools map[string]*server.ServerTool
}

// update replaces toolbox and limits by those of reloaded settings.
func (t *tenantServer) update(current *Tenant) {
	t.box.Store(current.Box)
	t.maxCalls.Store(int64(cmp.Or(current.MaxCalls, DefaultCalls)))
	t.sessions.mu.Lock()
	defer t.sessions.mu.Unlock()
	t.sessions.max = cmp.Or(current.MaxSessions, DefaultSessions)
}

// filterTools returns the tools that the tenant has now and the request does not
// exclude. The library calls it for lists and for calls.
func (t *tenantServer) filterTools(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	n := narrowingOf(ctx)
	usable := slices.DeleteFunc(t.box.Load().Tools(), func(tool *tools.Tool) bool { return !n.allows(tool) })
	offered := offeredTools(list, usable)
	for _, m := range list {
		if t.extraTools[m.Name] != nil {
			offered = append(offered, m)
		}
	}
	return offered
}

// streams are the contexts of SSE streams by session id. With them, calls end when
// the stream of their session does, which the library does not take care of.
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

// bind returns a context that also ends with the stream of its session.
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

// discardLogger is for the library, which would log session ids.
var discardLogger = slog.New(slog.DiscardHandler)
