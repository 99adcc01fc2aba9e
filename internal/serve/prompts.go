package serve

import (
	"context"
	"errors"
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

// features are what a server offers besides tools: prompts, resources and
// completion of their arguments. They read through the current toolbox, for the
// caller of the request, so that whatever restricts tools restricts them as well.
type features struct {
	current currentFunc
	logger  *slog.Logger
	metrics *Metrics
	tenant  string
	// acquire waits in the queue of calls and binds the context to the stream of the
	// request; nil if there is no queue.
	acquire func(context.Context) (_ context.Context, release func(), err error)
}

// option returns the option that adds them to a server.
func (o features) option() server.ServerOption {
	return func(s *server.MCPServer) {
		completion := &completion{o}
		hooks := &server.Hooks{}
		hooks.AddAfterInitialize(shortenClientInfo)
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

// promptOf returns a prompt as the protocol lists it.
func promptOf(p *prompts.Prompt) mcp.Prompt {
	out := mcp.Prompt{Name: p.Name(), Title: p.Title(), Description: p.Description()}
	for _, a := range p.Arguments() {
		out.Arguments = append(out.Arguments, mcp.PromptArgument{Name: a.Name, Title: a.Title, Description: a.Description, Required: a.Required})
	}
	return out
}

// listPrompts removes those that the caller cannot use. With the library's own
// filter, a request for such a prompt would fail with "not found", without the
// reason.
func (o features) listPrompts(ctx context.Context, _ any, _ *mcp.ListPromptsRequest, result *mcp.ListPromptsResult) {
	caller, usable := callerOf(ctx), map[string]bool{}
	if box, err := o.current(ctx); err == nil {
		for _, p := range prompts.Catalogue() {
			usable[p.Name()] = p.CheckAvailable(box, caller) == nil
		}
	}
	result.Prompts = slices.DeleteFunc(result.Prompts, func(p mcp.Prompt) bool { return !usable[p.Name] })
}

func (o features) prompt(ctx context.Context, p *prompts.Prompt, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	text, err := o.serve(ctx, "prompts/get "+p.Name(), func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) (string, error) {
		return p.Get(ctx, box, caller, r.Params.Arguments)
	})
	if err != nil {
		return nil, err
	}
	return mcp.NewGetPromptResult(p.Title(), []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
}

// errInternal is returned instead of a panic, whose value might contain anything.
var errInternal = errors.New("internal error in this server; nothing was changed. Try again, and if it happens again, tell whoever runs this server")

// answerFunc answers a request with the toolbox that is current when it runs.
type answerFunc func(context.Context, *tools.Toolbox, tools.Caller) (string, error)

// serve answers one request that is not a tool call. Like those, it waits in the
// queue and is counted, traced and logged, under the name in request, which must
// contain no arguments. Its errors are sentences for the caller.
func (o features) serve(ctx context.Context, request string, answer answerFunc) (text string, err error) {
	if o.acquire != nil {
		var release func()
		if ctx, release, err = o.acquire(ctx); err != nil {
			return "", err
		}
		defer release()
	}
	box, err := o.current(ctx)
	if err != nil {
		return "", err
	}
	caller := callerOf(ctx)
	ctx, span := tracer().Start(ctx, request, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.String("request.id", caller.RequestID)))
	defer span.End()
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			logPanic(ctx, o.logger, p, "request", request)
			text, err = "", errInternal
		}
		outcome := "ok"
		if err != nil {
			outcome = "error"
			span.SetStatus(codes.Error, "refused or failed")
		}
		took := time.Since(start)
		o.metrics.observeCall(request, o.tenant, outcome, took, digest.CountTokens(text))
		o.logger.InfoContext(ctx, "request", "request", request, "request_id", caller.RequestID, "client", caller.Client, "tenant", o.tenant,
			"outcome", outcome, "took", took.Round(time.Millisecond))
	}()
	if text, err = answer(ctx, box, caller); err != nil {
		return "", errors.New(tools.Explain(err))
	}
	return text, nil
}

// acquireCall returns a function that waits in the queue for a request of the
// tenant, and counts the request for the shutdown until it is released.
func (h *HTTP) acquireCall(t *tenantServer) func(context.Context) (context.Context, func(), error) {
	return func(ctx context.Context) (context.Context, func(), error) {
		current := originOf(ctx).current()
		if current == nil {
			return ctx, nil, errWithdrawn
		}
		h.calls.Add(1)
		ctx, unbind := t.sessions.bindCall(ctx)
		release, err := h.queue.acquire(ctx, t.name, originOf(ctx).Owner, current.maxCalls())
		if err != nil {
			unbind()
			h.calls.Add(-1)
			return ctx, nil, err
		}
		return ctx, func() { release(); unbind(); h.calls.Add(-1) }, nil
	}
}

// acquireHeld is acquireCall, and keeps the session of the request in use.
func (h *HTTP) acquireHeld(t *tenantServer) func(context.Context) (context.Context, func(), error) {
	acquire := h.acquireCall(t)
	return func(ctx context.Context) (context.Context, func(), error) {
		done, err := t.sessions.hold(originOf(ctx), sessionID(ctx))
		if err != nil {
			return ctx, nil, err
		}
		ctx, release, err := acquire(ctx)
		if err != nil {
			done()
			return ctx, nil, err
		}
		return ctx, func() { release(); done() }, nil
	}
}
