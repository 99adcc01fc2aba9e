package serve

import (
	"context"
	"log/slog"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// New returns a protocol server of one toolbox, for [Stdio]. Clients see the
// version.
func New(box *tools.Toolbox, version string, logger *slog.Logger) *server.MCPServer {
	return newServer(always(box), version, logger, nil, "", cachedFor(listTTL), server.WithToolHandlerMiddleware(stdioAsker().middleware), server.WithToolFilter(
		func(ctx context.Context, list []mcp.Tool) []mcp.Tool {
			return offeredTools(list, box.Tools(), formsFor(ctx, box.Structured()))
		}),
		features{current: always(box), logger: logger}.option())
}

// website is the address of the project.
const website = "https://github.com/kombo-mcp/kombo-mcp"

const (
	// listTTL is how long a client may keep a list that does not change while the server
	// runs.
	listTTL = time.Hour
	// reloadedListTTL is the same for a list that changes when the settings are read
	// again, or with the headers of a request. A call of a tool that is left out since is
	// refused.
	reloadedListTTL = 5 * time.Minute
)

// cachedFor lets clients of protocol version 2026-07-28 keep the lists for a while. They
// differ by caller.
func cachedFor(lists time.Duration) server.ServerOption {
	return func(s *server.MCPServer) {
		for method, ttl := range map[mcp.MCPMethod]time.Duration{
			mcp.MethodServerDiscover: listTTL, mcp.MethodToolsList: lists, mcp.MethodPromptsList: lists,
			mcp.MethodResourcesList: lists, mcp.MethodResourcesTemplatesList: lists,
		} {
			server.WithMethodCacheHints(method, ttl.Milliseconds(), mcp.CacheScopePrivate)(s)
		}
	}
}

// offeredTools returns the usable ones of the listed tools, with their schemas, for a
// client that gets these forms.
func offeredTools(list []mcp.Tool, usable []*tools.Tool, f forms) []mcp.Tool {
	byName := make(map[string]*tools.Tool, len(usable))
	for _, t := range usable {
		byName[t.Name()] = t
	}
	offered := make([]mcp.Tool, 0, len(list))
	for _, m := range list {
		if t := byName[m.Name]; t != nil {
			offered = append(offered, f.listed(t.MCP()))
		}
	}
	return offered
}

// currentFunc returns the toolbox for a request as it is now, or why there is none.
type currentFunc func(ctx context.Context) (*tools.Toolbox, error)

func always(box *tools.Toolbox) currentFunc {
	return func(context.Context) (*tools.Toolbox, error) { return box, nil }
}

// newServer returns a server that calls the toolbox that is current at the time of
// each call.
func newServer(current currentFunc, version string, logger *slog.Logger, metrics *Metrics, tenant string, opts ...server.ServerOption) *server.MCPServer {
	s := server.NewMCPServer(tools.ServerName, version, append([]server.ServerOption{
		server.WithToolCapabilities(false),
		server.WithToolHandlerMiddleware(formAnswers(current)),
		server.WithTitle(tools.ServerTitle), server.WithWebsiteURL(website),
		server.WithToolHandlerMiddleware(recoverPanics(logger)),
		server.WithInstructions(tools.Instructions),
	}, opts...)...)
	// The library gets only the names. A host waits for initialize, which needs no
	// schemas, and reflecting all of them took a quarter of the start time.
	// offeredTools adds them when tools are listed.
	var list []server.ServerTool
	for _, t := range tools.Catalogue() {
		list = append(list, server.ServerTool{Tool: mcp.Tool{Name: t.Name()}, Handler: func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			box, err := current(ctx)
			if err != nil {
				return notRun(err), nil
			}
			return callTool(ctx, box, r, logger, metrics, tenant), nil
		}})
	}
	s.AddTools(list...)
	return s
}

// recoverPanics turns a panic into a tool error. The library would close the
// connection, or send the panic's value to the client.
func recoverPanics(logger *slog.Logger) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, r mcp.CallToolRequest) (result *mcp.CallToolResult, err error) {
			defer func() {
				if p := recover(); p != nil {
					logPanic(ctx, logger, p, "tool", r.Params.Name)
					result, err = mcp.NewToolResultError("Internal error in this server. If this was a write, it is not known whether it was done: check before you try again."), nil
				}
			}()
			return next(ctx, r)
		}
	}
}

// callTool runs one tool for the caller of the request. It logs neither arguments
// nor answer, since both contain personal data.
func callTool(ctx context.Context, box *tools.Toolbox, r mcp.CallToolRequest, logger *slog.Logger, metrics *Metrics, tenant string) *mcp.CallToolResult {
	caller := callerOf(ctx)
	caller.Responses, caller.State = r.Params.InputResponses, r.Params.RequestState
	p := progressOf(ctx, r)
	if p != nil {
		caller.Progress = p.report
	}
	start := time.Now()
	ctx, end := traceCall(ctx, r.Params.Name, caller.RequestID)
	result := box.Call(ctx, caller, r.Params.Name, r.Params.Arguments)
	p.waitUntilSent()
	outcome := outcomeOf(result)
	end(outcome)
	took := time.Since(start)
	metrics.observeCall(r.Params.Name, tenant, outcome, took, metrics.countTokens(r.Params.Name, textOf(result)))
	logger.InfoContext(ctx, "tool call", "tool", r.Params.Name, "request_id", caller.RequestID, "client", caller.Client, "tenant", tenant,
		"outcome", outcome, "took", took.Round(time.Millisecond))
	return result
}

// notRun is the result of a call that was refused before it reached its tool.
func notRun(err error) *mcp.CallToolResult {
	return mcp.NewToolResultError("The call was not run: " + err.Error() + ".")
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
