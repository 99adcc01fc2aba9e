package prompts

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// MaxTokens is the token budget of a prompt, by [digest.CountTokens]: its text, its data
// and the arguments in it.
const MaxTokens = 6000

// Argument is a parameter of a prompt. As the protocol requires, values are texts.
type Argument struct {
	Name, Title, Description string
	Required                 bool
	// complete suggests values; nil means none.
	complete func(*completion) ([]string, error)
}

// spec is the declaration of a prompt.
type spec struct {
	name, title, description string
	arguments                []Argument
	// needs are the tools with which it reads and those that it leads to. If one of
	// them is not offered, neither is the prompt.
	needs []string
	// gather reads the data and fills the page.
	gather func(*gatherer) error
}

// Prompt is one workflow.
type Prompt struct{ spec }

// Name returns the prompt's name in the protocol.
func (p *Prompt) Name() string { return p.name }

// Title returns the prompt's name for people.
func (p *Prompt) Title() string { return p.title }

// Description returns a sentence about what the prompt is for.
func (p *Prompt) Description() string { return p.description }

// Arguments returns the prompt's parameters, in the order in which to ask for them.
func (p *Prompt) Arguments() []Argument { return slices.Clone(p.arguments) }

// Needs returns the names of the tools without which the prompt is not offered.
func (p *Prompt) Needs() []string { return slices.Clone(p.needs) }

var declared []*Prompt

// register adds a declaration to the catalogue. It is called only to initialize
// variables of the package.
//
//nolint:unparam // a declaration is a package variable, and that needs a value
func register(s spec) *Prompt {
	p := &Prompt{s}
	declared = append(declared, p)
	return p
}

// Catalogue returns every prompt, sorted by name.
func Catalogue() []*Prompt {
	out := slices.Clone(declared)
	slices.SortFunc(out, func(a, b *Prompt) int { return strings.Compare(a.name, b.name) })
	return out
}

// CheckAvailable returns an error if a caller cannot use the prompt. It names the missing
// tool and the reason.
func (p *Prompt) CheckAvailable(box *tools.Toolbox, caller tools.Caller) error {
	for _, name := range p.needs {
		if err := box.Allows(caller, name); err != nil {
			return fmt.Errorf("the prompt %s needs the tool %s: %w", p.name, name, err)
		}
	}
	return nil
}

// Get returns the text of the prompt with its data, of at most [MaxTokens]. An unknown
// or invalid argument is a [tools.ArgumentError] that names the valid ones. Other errors
// are those of the toolbox; [tools.Explain] turns all of them into sentences.
func (p *Prompt) Get(ctx context.Context, box *tools.Toolbox, caller tools.Caller, arguments map[string]string) (string, error) {
	if err := p.CheckAvailable(box, caller); err != nil {
		return "", err
	}
	given, err := p.checkArguments(arguments)
	if err != nil {
		return "", err
	}
	now := box.Today()
	g := &gatherer{ctx: ctx, box: box, caller: caller, values: given, tokensLeft: dataTokens, page: page{
		Today: now.Format("Monday, 2006-01-02") + " (" + now.Location().String() + ")", Data: map[string]string{}, Is: map[string]string{},
	}}
	if err := p.gather(g); err != nil {
		return "", err
	}
	g.page.Coverage = g.coverage()
	var b strings.Builder
	if err := texts().ExecuteTemplate(&b, p.name+".md", g.page); err != nil {
		return "", fmt.Errorf("render the prompt %s: %w", p.name, err)
	}
	text := g.questions() + strings.TrimSpace(b.String()) + "\n"
	if n := digest.CountTokens(text); n > MaxTokens {
		// Each part is within its budget, so the text of the prompt is too long.
		return "", fmt.Errorf("the prompt %s has %d tokens, more than %d", p.name, n, MaxTokens)
	}
	return text, nil
}

// checkArguments returns the arguments without white space at the ends, or an error if
// one is unknown or missing. An empty argument counts as missing, since forms send it.
func (p *Prompt) checkArguments(arguments map[string]string) (map[string]string, error) {
	var problems []string
	arguments = p.rejoined(arguments)
	given := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if !slices.ContainsFunc(p.arguments, func(a Argument) bool { return a.Name == name }) {
			problems = append(problems, fmt.Sprintf("%s has no argument %q; it takes %s.", p.name, digest.TokenPrefix(digest.Clean(name), 20), p.argumentNames()))
			continue
		}
		if v := strings.TrimSpace(arguments[name]); v != "" {
			given[name] = v
		}
	}
	for _, a := range p.arguments {
		if a.Required && given[a.Name] == "" {
			problems = append(problems, fmt.Sprintf("%s is missing: %s.", a.Name, a.Description))
		}
	}
	if len(problems) > 0 {
		return nil, &tools.ArgumentError{Problems: problems}
	}
	return given, nil
}

func (p *Prompt) argumentNames() string {
	names := make([]string, len(p.arguments))
	for i, a := range p.arguments {
		names[i] = a.Name
	}
	return strings.Join(names, ", ")
}

//go:embed text/*.md
var files embed.FS

// texts are parsed at the first prompt, so that the start does not take longer.
var texts = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Option("missingkey=error").ParseFS(files, "text/*.md"))
})
