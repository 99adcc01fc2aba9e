package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// offers are what a server has beside its tools: prompts, resources and what
// completes their arguments. They read through the toolbox that is current when
// a request comes, for the caller that sent it, so that whatever restricts tools
// restricts them.
type offers struct {
	current func() *tools.Toolbox
	logger  *slog.Logger
	metrics *Metrics
	tenant  string
	// turn waits for a place among the calls in flight and binds the context to
	// the stream that the request came by; nil where nothing is to be waited for.
	turn func(context.Context) (_ context.Context, release func(), err error)
}

// option adds them to a server.
func (o offers) option() server.ServerOption {
	return func(s *server.MCPServer) {
		completion := &completion{o}
		hooks := &server.Hooks{}
		hooks.AddAfterListPrompts(o.listPrompts)
		hooks.AddAfterListResources(o.listResources)
		hooks.AddAfterListResourceTemplates(o.listTemplates)
		for _, set := range []server.ServerOption{
			server.WithPromptCapabilities(false), server.WithResourceCapabilities(false, false), server.WithCompletions(),
			server.WithPromptCompletionProvider(completion), server.WithResourceCompletionProvider(completion), server.WithHooks(hooks),
		} {
			set(s)
		}
		for _, p := range prompts.Catalogue() {
			s.AddPrompt(promptOf(p), func(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
				return o.prompt(ctx, p, r)
			})
		}
		o.addResources(s)
	}
}

// promptOf is a prompt as the protocol lists it.
func promptOf(p *prompts.Prompt) mcp.Prompt {
	out := mcp.Prompt{Name: p.Name(), Title: p.Title(), Description: p.Description()}
	for _, a := range p.Arguments() {
		out.Arguments = append(out.Arguments, mcp.PromptArgument{Name: a.Name, Title: a.Title, Description: a.About, Required: a.Required})
	}
	return out
}

// listPrompts keeps those that the caller can use. The library's own filter would
// answer a request for another one with "not found", without the reason.
func (o offers) listPrompts(ctx context.Context, _ any, _ *mcp.ListPromptsRequest, result *mcp.ListPromptsResult) {
	box, who := o.current(), callerOf(ctx)
	usable := map[string]bool{}
	for _, p := range prompts.Catalogue() {
		usable[p.Name()] = p.Refuses(box, who) == nil
	}
	result.Prompts = slices.DeleteFunc(result.Prompts, func(p mcp.Prompt) bool { return !usable[p.Name] })
}

func (o offers) prompt(ctx context.Context, p *prompts.Prompt, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	text, err := o.serve(ctx, "prompts/get "+p.Name(), func(ctx context.Context, who tools.Caller) (string, error) {
		return p.Get(ctx, o.current(), who, r.Params.Arguments)
	})
	if err != nil {
		return nil, err
	}
	return mcp.NewGetPromptResult(p.Title(), []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
}

// errInside stands for what went wrong inside: what a panic says may be anything.
var errInside = errors.New("this server failed inside; nothing was changed. Try again, and if it stays, tell the person who runs this server")

// serve answers one request that is no tool call: in its turn, counted, traced
// and logged as those are. What is the kind of request, one of a few; neither
// arguments nor answer are logged. Errors are worded for whoever reads them.
func (o offers) serve(ctx context.Context, what string, answer func(context.Context, tools.Caller) (string, error)) (text string, err error) {
	if o.turn != nil {
		var release func()
		if ctx, release, err = o.turn(ctx); err != nil {
			return "", fmt.Errorf("nothing was read: %w", err)
		}
		defer release()
	}
	who := callerOf(ctx)
	ctx, span := tracer().Start(ctx, what, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("request.id", who.RequestID)))
	defer span.End()
	began := time.Now()
	defer func() {
		if p := recover(); p != nil {
			logPanic(ctx, o.logger, p, "request", what)
			text, err = "", errInside
		}
		outcome := "ok"
		if err != nil {
			outcome = "error"
			span.SetStatus(codes.Error, "refused or failed")
		}
		took := time.Since(began)
		o.metrics.call(what, o.tenant, outcome, took, digest.CountTokens(text))
		o.logger.InfoContext(ctx, "request", "request", what, "request_id", who.RequestID, "client", who.Client, "tenant", o.tenant,
			"outcome", outcome, "took", took.Round(time.Millisecond))
	}()
	if text, err = answer(ctx, who); err != nil {
		return "", errors.New(tools.Explain(err))
	}
	return text, nil
}

// turn takes a place in the queue for a request of the tenant, and counts it for
// shutdown.
func (h *HTTP) turn(t *tenantServer) func(context.Context) (context.Context, func(), error) {
	return func(ctx context.Context) (context.Context, func(), error) {
		h.calls.Add(1)
		ctx, unbind := t.streams.bind(ctx)
		release, err := h.queue.acquire(ctx, t.name, int(t.maxCalls.Load()))
		if err != nil {
			unbind()
			h.calls.Add(-1)
			return ctx, nil, err
		}
		return ctx, func() { release(); unbind(); h.calls.Add(-1) }, nil
	}
}
