// Package serve puts a toolbox behind the transports of the protocol.
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

// New makes the MCP server of a toolbox. The version is what clients are told.
func New(box *tools.Toolbox, version string, logger *slog.Logger) *server.MCPServer {
	s := server.NewMCPServer(tools.ServerName, version,
		server.WithToolCapabilities(false),
		server.WithElicitation(),
		server.WithRecovery(),
		server.WithInstructions(tools.Instructions),
	)
	list := make([]server.ServerTool, 0, len(box.Tools()))
	for _, t := range box.Tools() {
		list = append(list, server.ServerTool{Tool: t.MCP(), Handler: func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return callTool(ctx, box, r, logger)
		}})
	}
	s.AddTools(list...)
	return s
}

// callTool runs one tool for whoever the request came from. Neither arguments
// nor answer are logged: both hold personal data.
func callTool(ctx context.Context, box *tools.Toolbox, r mcp.CallToolRequest, logger *slog.Logger) (*mcp.CallToolResult, error) {
	who := callerOf(ctx)
	who.Responses, who.State = r.Params.InputResponses, r.Params.RequestState
	p := progressOf(ctx, r)
	if p != nil {
		who.Progress = p.tell
	}
	began := time.Now()
	result := box.Call(ctx, who, r.Params.Name, r.Params.Arguments)
	p.settle()
	logger.InfoContext(ctx, "tool call", "tool", r.Params.Name, "request_id", who.RequestID, "client", who.Client,
		"error", result.IsError, "asks", result.NeedsInput(), "took", time.Since(began).Round(time.Millisecond))
	return result, nil
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
	}
	who.Client = info.Name
	if info.Version != "" {
		who.Client += " " + info.Version
	}
	who.CanAsk = able.Elicitation != nil
	return who
}
