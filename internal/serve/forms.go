package serve

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// clientForms is what the host of a client does with the forms of an answer.
type clientForms struct {
	// prefix is what the client's name begins with, in lower case.
	prefix string
	// concatenates is set if the model gets text and structured content, thus every
	// answer twice; inlines if it gets the base64 of pictures as text.
	concatenates, inlines bool
}

// knownForms are the hosts that pass on answers in ways that cost. What they pass on was
// seen in runs with a script in place of the model (make check-hosts), LangChain apart. The
// names are those that the clients send at initialize, as far as they could be found.
var knownForms = []clientForms{
	// Cline 3.0.65: text, JSON, and 8,000 characters of base64. The name is the
	// extension's; that of the command line was not seen.
	{"cline", true, true},
	// Continue 1.5.47: the text alone, and all of the base64. The command line is
	// continue-cli-client (MCPService.ts), the editor continue-client (MCPConnection.ts).
	{"continue-", false, true},
	// Copilot CLI 1.0.102: text and JSON. It announces MCP apps and shows none in a terminal.
	// The name is that of versions 1.0.78 and 1.0.84.
	{"github-copilot-developer", true, false},
	// Qwen Code 0.24.4: text and JSON. qwen-code-mcp-client or qwen-cli-mcp-client-SERVER
	// (mcp-client.ts).
	{"qwen-", true, false},
	// LangChain JS 1.1.4: text and JSON. The name is assumed to be that of the package.
	{"@langchain/mcp-adapters", true, false},
}

// appsExtension is announced by hosts with MCP apps, whose views draw the structured form.
const appsExtension = "io.modelcontextprotocol/ui"

// structuredSince is the first protocol version with structured content.
const structuredSince = mcp.ProtocolVersion20250618

// forms are the forms of answers that a client gets beside the text.
type forms struct{ structured, pictures bool }

// formsFor returns the forms for the client of a request.
func formsFor(ctx context.Context, setting tools.Structured) forms {
	info, able := declared(ctx)
	return formsOf(info.Name, server.RequestProtocolVersion(ctx), able, setting)
}

// formsOf returns the forms for a client of this name, protocol version and abilities,
// each of which may be unknown.
func formsOf(name, version string, able mcp.ClientCapabilities, setting tools.Structured) forms {
	var known clientForms
	if i := slices.IndexFunc(knownForms, func(k clientForms) bool { return strings.HasPrefix(strings.ToLower(name), k.prefix) }); i >= 0 {
		known = knownForms[i]
	}
	f := forms{pictures: !known.inlines}
	_, apps := able.Extensions[appsExtension]
	switch {
	case setting != tools.StructuredAuto:
		f.structured = setting == tools.StructuredAlways
	case known.concatenates:
	case apps, version == "":
		f.structured = true
	default:
		f.structured = version >= structuredSince // they are dates
	}
	return f
}

// listed is a tool as these forms allow: clients refuse a result without the structured
// content that an output schema announces, and a view has nothing to draw without it.
func (f forms) listed(m mcp.Tool) mcp.Tool {
	if f.structured {
		return m
	}
	m.RawOutputSchema = nil
	if m.Meta != nil {
		delete(m.Meta.AdditionalFields, "ui")
		delete(m.Meta.AdditionalFields, "ui/resourceUri")
	}
	return m
}

// pictureLeftOut is for the model, which asked for the picture.
const pictureLeftOut = "note\tthe picture is left out, since this host would pass it on as text"

// result is a result in these forms.
func (f forms) result(r *mcp.CallToolResult) *mcp.CallToolResult {
	if r == nil || f.structured && f.pictures {
		return r
	}
	out := *r
	if !f.structured {
		out.StructuredContent = nil
	}
	if !f.pictures {
		out.Content = nil
		for _, c := range r.Content {
			if _, picture := c.(mcp.ImageContent); picture {
				c = mcp.NewTextContent(pictureLeftOut)
			}
			out.Content = append(out.Content, c)
		}
	}
	return &out
}

// formAnswers gives clients the forms of answers that are of use to them. It must be
// outside of whatever reads the structured form.
func formAnswers(current currentFunc) server.ToolHandlerMiddleware {
	return func(next server.ToolHandlerFunc) server.ToolHandlerFunc {
		return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			result, err := next(ctx, r)
			box, gone := current(ctx)
			if err != nil || gone != nil {
				return result, err
			}
			return formsFor(ctx, box.Structured()).result(result), nil
		}
	}
}
