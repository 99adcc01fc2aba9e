package serve

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// completion suggests arguments of prompts and of resource addresses. What cannot
// be suggested gives no error: somebody is typing.
type completion struct{ offers }

// CompletePromptArgument implements the library's PromptCompletionProvider.
func (c *completion) CompletePromptArgument(ctx context.Context, prompt string, argument mcp.CompleteArgument, so mcp.CompleteContext) (*mcp.Completion, error) {
	i := slices.IndexFunc(prompts.Catalogue(), func(p *prompts.Prompt) bool { return p.Name() == prompt })
	if i < 0 {
		return &mcp.Completion{}, nil
	}
	p := prompts.Catalogue()[i]
	return c.suggest(ctx, func(ctx context.Context, who tools.Caller) ([]string, int) {
		return p.Complete(ctx, c.current(), who, argument.Name, argument.Value, so.Arguments)
	})
}

// CompleteResourceArgument implements the library's ResourceCompletionProvider;
// uri is a template as it was listed.
func (c *completion) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, so mcp.CompleteContext) (*mcp.Completion, error) {
	i := slices.IndexFunc(resources, func(r resource) bool { return r.template == uri })
	if i < 0 {
		return &mcp.Completion{}, nil
	}
	return c.suggest(ctx, func(ctx context.Context, who tools.Caller) ([]string, int) {
		return resources[i].complete(ctx, c.current(), who, argument, so.Arguments)
	})
}

func (c *completion) suggest(ctx context.Context, list func(context.Context, tools.Caller) ([]string, int)) (*mcp.Completion, error) {
	out := &mcp.Completion{}
	_, err := c.serve(ctx, "completion/complete", func(ctx context.Context, who tools.Caller) (string, error) {
		out.Values, out.Total = list(ctx, who)
		out.HasMore = out.Total > len(out.Values)
		return strings.Join(out.Values, "\n"), nil
	})
	if err != nil {
		return &mcp.Completion{}, nil //nolint:nilerr // it is logged; nobody waits for an error in the middle of a word
	}
	return out, nil
}
