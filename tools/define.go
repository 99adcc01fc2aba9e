package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/schemas"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
)

// ServerName is the name that the server gives itself; hosts put it before the
// names of the tools.
const ServerName = "kombo"

// ServerTitle is its name for people.
const ServerTitle = "Kombo ATS"

// kind says what a tool does to the ATS. It alone determines the four annotations.
type kind int

const (
	// read changes nothing.
	read kind = iota
	// add creates something and removes nothing.
	add
	// set brings about a state and removes nothing: doing it twice is the same as doing it
	// once.
	set
	// replace brings about a state in the place of another, which is not kept.
	replace
	// remove takes away something that can be given back; doing it twice is the same as
	// doing it once.
	remove
	// destroy ends something for good.
	destroy
)

// ends reports whether the tool ends or removes something.
func (k kind) ends() bool { return k == remove || k == destroy }

// isDestructive reports whether something is gone afterwards.
func (k kind) isDestructive() bool { return k == replace || k.ends() }

func (k kind) annotations(title string) mcp.ToolAnnotation {
	return mcp.ToolAnnotation{
		Title:           title,
		ReadOnlyHint:    new(k == read),
		DestructiveHint: new(k.isDestructive()),
		IdempotentHint:  new(k != add && k != destroy),
		OpenWorldHint:   new(true),
	}
}

// Answer is what a tool returns. It is the structured content itself, encoded as JSON.
type Answer interface {
	// Text has the same facts as text, for hosts that pass on nothing else.
	Text() string
	// Size says in numbers alone how much the answer holds. It is recorded where reads
	// are; see Config.RecordRead.
	Size() string
}

// pictured is an answer that can be shown as a picture too.
type pictured interface {
	// Picture is a PNG.
	Picture() []byte
}

// spec is the declaration of a tool.
type spec struct {
	name, title string
	kind        kind
	// weighty marks a write that changes where a person stands; see PolicyConfirm.
	weighty bool
	// about is the description: when to use the tool, when not, what the answer
	// means.
	about string
	// hint is what a model may search for that neither name nor title says, in a host
	// that shows tools only once they are searched for. It is "" for a main tool, which
	// such a host should show at once.
	hint string
}

// Tool is one operation as an MCP tool.
type Tool struct {
	spec
	input, output reflect.Type
	// run decodes the arguments and does the work.
	run     func(ctx context.Context, c *call, arguments any) (Answer, error)
	schemas func() (in, out json.RawMessage)
	// view is the URI of the page that shows answers in hosts with MCP apps, "" for
	// none.
	view string
}

// Name is the tool's name in the protocol.
func (t *Tool) Name() string { return t.name }

// Title is the tool's name for people.
func (t *Tool) Title() string { return t.title }

// Description says for an agent when to use the tool and what its answer means.
func (t *Tool) Description() string { return t.about }

// ReadOnly reports whether the tool changes nothing in the ATS.
func (t *Tool) ReadOnly() bool { return t.kind == read }

// Destructive reports whether the tool ends, removes or replaces something.
func (t *Tool) Destructive() bool { return t.kind.isDestructive() }

// InputSchema is the JSON Schema of the arguments; it passes schemas.Lint.
func (t *Tool) InputSchema() json.RawMessage { in, _ := t.schemas(); return in }

// OutputSchema is the JSON Schema of the structured content.
func (t *Tool) OutputSchema() json.RawMessage { _, out := t.schemas(); return out }

// MCP is the tool as the protocol lists it.
func (t *Tool) MCP() mcp.Tool {
	in, out := t.schemas()
	m := mcp.Tool{
		Name: t.name, Title: t.title, Description: t.about,
		RawInputSchema: in, RawOutputSchema: out,
		Annotations: t.kind.annotations(t.title),
	}
	meta := map[string]any{}
	if t.view != "" {
		// The second key is for hosts older than the standard.
		meta["ui"], meta["ui/resourceUri"] = map[string]any{"resourceUri": t.view}, t.view
	}
	// Claude Code defers the tools of servers: it shows their names alone.
	if t.hint == "" {
		meta["anthropic/alwaysLoad"] = true
	} else {
		meta["anthropic/searchHint"] = t.hint
	}
	if t.kind.ends() {
		// Claude Code never runs such a tool without asking a person.
		meta["anthropic/requiresUserInteraction"] = true
	}
	m.Meta = &mcp.Meta{AdditionalFields: meta}
	return m
}

// define makes a tool of an argument struct A, the type O of its answers and a
// typed function.
func define[A any, O Answer](s spec, fn func(context.Context, *call, A) (O, error)) *Tool {
	return defineAs[A, O](s, func(ctx context.Context, c *call, in A) (Answer, error) { return fn(ctx, c, in) })
}

// defineAs is define for a function whose answers have the schema of O, without all
// being of that type.
func defineAs[A any, O Answer](s spec, fn func(context.Context, *call, A) (Answer, error)) *Tool {
	t := &Tool{
		spec:  s,
		input: reflect.TypeFor[A](), output: reflect.TypeFor[O](),
		run: func(ctx context.Context, c *call, arguments any) (Answer, error) {
			in, err := args.Decode[A](ctx, arguments)
			if err != nil {
				return nil, err
			}
			return fn(ctx, c, in)
		},
	}
	t.schemas = sync.OnceValues(func() (json.RawMessage, json.RawMessage) {
		return t.mustReflect(t.input), t.mustReflect(t.output)
	})
	return t
}

// mustReflect panics on a type without a portable schema: that is a mistake in the
// declaration, and every test that lists the tools finds it.
func (t *Tool) mustReflect(typ reflect.Type) json.RawMessage {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	raw, err := schemas.Of(typ)
	if err != nil {
		panic(fmt.Sprintf("tool %s: %v", t.name, err))
	}
	return raw
}

var declared []*Tool

// register adds a declaration to the catalogue. It runs while the package's variables
// are initialized, and never after.
//
//nolint:unparam // a declaration is a package variable, and that needs a value
func register(t *Tool) *Tool {
	declared = append(declared, t)
	return t
}

// Catalogue lists every tool, sorted by name.
func Catalogue() []*Tool {
	out := slices.Clone(declared)
	slices.SortFunc(out, func(a, b *Tool) int { return strings.Compare(a.name, b.name) })
	return out
}

// ErrUnknownTool is returned for a name that no tool has, and for a tool that this
// server or this caller leaves out.
var ErrUnknownTool = errors.New("unknown tool")

// ArgumentError says what is wrong with the arguments of a call: every problem at
// once, each a whole sentence with the valid choices.
type ArgumentError = args.Error
