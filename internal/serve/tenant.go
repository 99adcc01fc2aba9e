package serve

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
	// ApproveURL is the page where the tenant's approvers sign in, to which clients send
	// people when a write waits; "" for none. It has no secret in it.
	ApproveURL string
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

// maxSessions and maxCalls return the limits in force.
func (t *Tenant) maxSessions() int { return cmp.Or(t.MaxSessions, DefaultSessions) }
func (t *Tenant) maxCalls() int    { return cmp.Or(t.MaxCalls, DefaultCalls) }

// tenantServer is the protocol server of one tenant, with its own sessions: the
// session id of one tenant is not valid for another. It has neither toolbox nor limits:
// each request takes those that are current when it is served, see [Login].
type tenantServer struct {
	name     string
	sessions *sessionTable
	mcp      *server.MCPServer
	http     *server.StreamableHTTPServer
	sse      *server.SSEServer
	held     *allowance // unanswered messages of the tenant
	// largeSlots limit how many large messages are read concurrently: for each
	// tenant, so that a slow client of one does not delay another.
	largeSlots chan struct{}
	// extraTools are those of HTTPOptions.Extend, which are always offered.
	extraTools map[string]*server.ServerTool
}

// filterTools returns the tools that the tenant has now and the request does not
// exclude. The library calls it for lists and for calls.
func (t *tenantServer) filterTools(ctx context.Context, list []mcp.Tool) []mcp.Tool {
	box, err := currentBox(ctx)
	if err != nil {
		return nil
	}
	n := narrowingOf(ctx)
	usable := slices.DeleteFunc(box.Tools(), func(tool *tools.Tool) bool { return !n.allows(tool) })
	offered := offeredTools(list, usable, formsFor(ctx, box.Structured()))
	for _, m := range list {
		if t.extraTools[m.Name] != nil {
			offered = append(offered, m)
		}
	}
	return offered
}

// forget makes the library forget what it keeps of a session. It has no other way to end
// just one.
func (t *tenantServer) forget(id string) {
	r := &http.Request{Method: http.MethodDelete, URL: &url.URL{Path: "/mcp"}, Header: http.Header{}, Body: http.NoBody}
	r.Header.Set(server.HeaderKeySessionID, id)
	t.http.ServeHTTP(noResponse{http.Header{}}, r)
}

// noResponse is the response to a request that nobody sent.
type noResponse struct{ header http.Header }

// Header implements [http.ResponseWriter].
func (n noResponse) Header() http.Header { return n.header }

// Write implements [http.ResponseWriter].
func (noResponse) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader implements [http.ResponseWriter].
func (noResponse) WriteHeader(int) {}

// discardLogger is for the library, which would log session ids.
var discardLogger = slog.New(slog.DiscardHandler)
