package serve

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// completion suggests values for the arguments of prompts and the variables of
// resource URIs. If it fails, it suggests nothing: the person is still typing.
type completion struct{ features }

// CompletePromptArgument implements the library's PromptCompletionProvider.
func (c *completion) CompletePromptArgument(ctx context.Context, prompt string, argument mcp.CompleteArgument, so mcp.CompleteContext) (*mcp.Completion, error) {
	i := slices.IndexFunc(prompts.Catalogue(), func(p *prompts.Prompt) bool { return p.Name() == prompt })
	if i < 0 {
		return &mcp.Completion{}, nil
	}
	p := prompts.Catalogue()[i]
	return c.suggest(ctx, func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) ([]string, int) {
		return p.Complete(ctx, box, caller, argument.Name, argument.Value, so.Arguments)
	})
}

// CompleteResourceArgument implements the library's ResourceCompletionProvider; uri is
// a listed template.
func (c *completion) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, so mcp.CompleteContext) (*mcp.Completion, error) {
	i := slices.IndexFunc(resources, func(r resource) bool { return r.template == uri })
	if i < 0 {
		return &mcp.Completion{}, nil
	}
	return c.suggest(ctx, func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) ([]string, int) {
		return resources[i].complete(ctx, box, caller, argument, so.Arguments)
	})
}

func (c *completion) suggest(ctx context.Context, list func(context.Context, *tools.Toolbox, tools.Caller) ([]string, int)) (*mcp.Completion, error) {
	out := &mcp.Completion{}
	_, err := c.serve(ctx, "completion/complete", func(ctx context.Context, box *tools.Toolbox, caller tools.Caller) (string, error) {
		out.Values, out.Total = list(ctx, box, caller)
		out.HasMore = out.Total > len(out.Values)
		return strings.Join(out.Values, "\n"), nil
	})
	if err != nil {
		return &mcp.Completion{}, nil //nolint:nilerr // it is logged, and the client cannot use it while a person types
	}
	return out, nil
}
