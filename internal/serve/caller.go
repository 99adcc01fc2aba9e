package serve

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Login is who sends a request, by its credentials.
type Login struct {
	Tenant *Tenant
	// Subject names the caller in the journal and in confirmations: the OAuth
	// subject or the token's name. It is "" if the server requires no credentials.
	Subject string
	// Owner identifies the caller: sessions belong to the owner that opened them. It
	// must not contain a secret.
	Owner string
}

// The transports, as [tools.Caller] names them.
const (
	transportStdio = "stdio"
	transportHTTP  = "http"
	transportSSE   = "sse"
)

// origin is where a request over HTTP comes from.
type origin struct {
	Login
	transport string
}

type originKey struct{}

func withOrigin(ctx context.Context, o origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// originOf returns the zero origin for a request on stdio.
func originOf(ctx context.Context) origin {
	o, _ := ctx.Value(originKey{}).(origin)
	return o
}

// maxNameChars bounds what names a caller.
const maxNameChars = 200

// cut shortens a name to maxNameChars, without keeping the memory of the rest.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxNameChars {
		return s
	}
	return string([]rune(s)[:maxNameChars])
}

// callerOf returns the caller: from the request itself in the stateless versions
// of the protocol, else from what the client said at initialize.
func callerOf(ctx context.Context) tools.Caller {
	caller := tools.Caller{RequestID: rand.Text()[:12], Transport: transportStdio}
	if o := originOf(ctx); o.Tenant != nil {
		caller.Tenant, caller.Subject, caller.Transport = o.Tenant.Name, cut(o.Subject), o.transport
	}
	var info mcp.Implementation
	var able mcp.ClientCapabilities
	if p := server.RequestProtocolInfoFromContext(ctx); p != nil && p.Modern {
		if p.ClientInfo != nil {
			info = *p.ClientInfo
		}
		if p.ClientCapabilities != nil {
			able = *p.ClientCapabilities
		}
	} else if s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		info, able = s.GetClientInfo(), s.GetClientCapabilities()
		if _, ok := s.(server.SessionWithElicitation); !ok {
			// The library cannot elicit over SSE.
			able.Elicitation = nil
		}
	}
	caller.Client = cut(strings.TrimSpace(cut(info.Name) + " " + cut(info.Version)))
	caller.Asked, _ = ctx.Value(askedKey{}).(tools.Asked)
	caller.CanAsk = canAsk(able) && caller.Asked != tools.AskFailed
	n := narrowingOf(ctx)
	caller.ReadOnly, caller.Only = n.readOnly, n.only
	return caller
}

// shortenClientInfo keeps a session from holding a client's name of megabytes.
func shortenClientInfo(ctx context.Context, _ any, _ *mcp.InitializeRequest, _ *mcp.InitializeResult) {
	if s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		info := s.GetClientInfo()
		s.SetClientInfo(mcp.Implementation{Name: cut(info.Name), Version: cut(info.Version)})
	}
}
