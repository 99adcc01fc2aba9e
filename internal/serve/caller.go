package serve

import (
	"context"
	"crypto/rand"
	"errors"
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
	// Current returns the caller's tenant under the settings in force now, nil if the
	// caller has no access any more. It is nil itself if that cannot happen.
	Current func() *Tenant
}

// current returns the caller's tenant as it is now, nil if the caller may not use it any
// more.
func (l Login) current() *Tenant {
	if l.Current == nil {
		return l.Tenant
	}
	if t := l.Current(); t != nil && t.Name == l.Tenant.Name {
		return t
	}
	return nil
}

// errWithdrawn is for what was on its way when its caller lost access.
var errWithdrawn = errors.New("this server's settings changed, and these credentials give no access any more. Nothing was run or sent")

// currentBox returns the toolbox for a request as it is now. The error is errWithdrawn.
func currentBox(ctx context.Context) (*tools.Toolbox, error) {
	if t := originOf(ctx).current(); t != nil {
		return t.Box, nil
	}
	return nil, errWithdrawn
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
	info, able := declared(ctx)
	caller.Client = cut(strings.TrimSpace(cut(info.Name) + " " + cut(info.Version)))
	caller.Asked, _ = ctx.Value(askedKey{}).(tools.Asked)
	caller.CanAsk = canAsk(able) && caller.Asked != tools.AskFailed
	n := narrowingOf(ctx)
	caller.ReadOnly, caller.Only = n.readOnly, n.only
	return caller
}

// declared returns what the client says of itself and of what it can do.
func declared(ctx context.Context) (info mcp.Implementation, able mcp.ClientCapabilities) {
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
	return info, able
}

// shortenClientInfo keeps a session from holding a client's name of megabytes.
func shortenClientInfo(ctx context.Context, _ any, _ *mcp.InitializeRequest, _ *mcp.InitializeResult) {
	if s, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		info := s.GetClientInfo()
		s.SetClientInfo(mcp.Implementation{Name: cut(info.Name), Version: cut(info.Version)})
	}
}
