// Package serve puts toolboxes behind the transports of the protocol.
package serve

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// New makes the protocol's server of one toolbox. The version is what clients
// are told.
func New(box *tools.Toolbox, version string, logger *slog.Logger) *server.MCPServer {
	return newServer(func() *tools.Toolbox { return box }, version, logger, nil, "", server.WithToolFilter(
		func(_ context.Context, list []mcp.Tool) []mcp.Tool { return offered(list, box.Tools()) }),
		offers{current: func() *tools.Toolbox { return box }, logger: logger}.option())
}

// offered are those of the list that a caller may use, whole.
func offered(list []mcp.Tool, usable []*tools.Tool) []mcp.Tool {
	byName := make(map[string]*tools.Tool, len(usable))
	for _, t := range usable {
		byName[t.Name()] = t
	}
	kept := make([]mcp.Tool, 0, len(list))
	for _, m := range list {
		if t := byName[m.Name]; t != nil {
			kept = append(kept, t.MCP())
		}
	}
	return kept
}

// newServer makes a server of whatever toolbox is current when a call comes.
func newServer(current func() *tools.Toolbox, version string, logger *slog.Logger, metrics *Metrics, tenant string, opts ...server.ServerOption) *server.MCPServer {
	s := server.NewMCPServer(tools.ServerName, version, append([]server.ServerOption{
		server.WithToolCapabilities(false),
		server.WithElicitation(),
		server.WithToolHandlerMiddleware(sheltered(logger)),
		server.WithInstructions(tools.Instructions),
	}, opts...)...)
	// The library gets names alone: a host waits for the greeting, which needs
	// no schema, and reflecting all of them took a quarter of a start. Whoever
	// lists the tools gets them from offered.
	var list []server.ServerTool
	for _, t := range tools.Catalogue() {
		list = append(list, server.ServerTool{Tool: mcp.Tool{Name: t.Name()}, Handler: func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return callTool(ctx, current(), r, logger, metrics, tenant), nil
		}})
	}
	s.AddTools(list...)
	return s
}

// sheltered turns a panic into an answer: the library would drop the
// connection, or tell the client what the panic said.
func sheltered(logger *slog.Logger) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, r mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
			defer func() {
				if p := recover(); p != nil {
					logPanic(ctx, logger, p, "tool", r.Params.Name)
					result, err = mcp.NewToolResultError("This server failed inside. If this was a write, it is not known whether it was done: look before you try again."), nil
				}
			}()
			return next(ctx, r)
		}
	}
}

// callTool runs one tool for whoever the request came from. Neither arguments
// nor answer are logged: both hold personal data.
func callTool(ctx context.Context, box *tools.Toolbox, r mcp.CallToolRequest, logger *slog.Logger, metrics *Metrics, tenant string) *mcp.CallToolResult {
	who := callerOf(ctx)
	who.Responses, who.State = r.Params.InputResponses, r.Params.RequestState
	p := progressOf(ctx, r)
	if p != nil {
		who.Progress = p.tell
	}
	began := time.Now()
	ctx, end := traceCall(ctx, r.Params.Name, who.RequestID)
	result := box.Call(ctx, who, r.Params.Name, r.Params.Arguments)
	p.settle()
	outcome := outcomeOf(result)
	end(outcome)
	took := time.Since(began)
	metrics.call(r.Params.Name, tenant, outcome, took, metrics.count(r.Params.Name, textOf(result)))
	logger.InfoContext(ctx, "tool call", "tool", r.Params.Name, "request_id", who.RequestID, "client", who.Client, "tenant", tenant,
		"outcome", outcome, "took", took.Round(time.Millisecond))
	return result
}

func outcomeOf(r *mcp.CallToolResult) string {
	switch {
	case r.IsError:
		return "error"
	case r.NeedsInput():
		return "asks"
	}
	return "ok"
}

func textOf(r *mcp.CallToolResult) string {
	if len(r.Content) > 0 { // a picture may follow
		if t, ok := r.Content[0].(mcp.TextContent); ok {
			return t.Text
		}
	}
	return ""
}

// callerOf tells who calls: by the request itself in the stateless era of the
// protocol, else by what the session was told when it began.
func callerOf(ctx context.Context) tools.Caller {
	who := tools.Caller{RequestID: rand.Text()[:12]}
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
			// The library asks nobody over SSE; a call would end in a protocol
			// error where the fallback does what can be done.
			able.Elicitation = nil
		}
	}
	who.Client = info.Name
	if info.Version != "" {
		who.Client += " " + info.Version
	}
	who.CanAsk = able.Elicitation != nil
	n := narrowed(ctx)
	who.ReadOnly, who.Only = n.readOnly, n.only
	return who
}
