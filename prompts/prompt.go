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

// MaxTokens is what a prompt may cost, by digest.CountTokens: words, data and what of
// its arguments it repeats.
const MaxTokens = 6000

// Argument is a parameter of a prompt. Values are texts, as the protocol has it.
type Argument struct {
	Name, Title, About string
	Required           bool
	// complete suggests values; nil suggests none.
	complete func(*completing) ([]string, error)
}

// spec is the declaration of a prompt.
type spec struct {
	name, title, about string
	arguments          []Argument
	// needs are the tools that it reads with and those that it leads to. One
	// that is not offered takes the prompt away.
	needs []string
	// gather reads the data and fills the page.
	gather func(*gathering) error
}

// Prompt is one workflow.
type Prompt struct{ spec }

// Name is the prompt's name, as hosts send it.
func (p *Prompt) Name() string { return p.name }

// Title is the prompt's name for people.
func (p *Prompt) Title() string { return p.title }

// Description says in a sentence what the prompt is for.
func (p *Prompt) Description() string { return p.about }

// Arguments are the prompt's parameters, in the order to ask for them.
func (p *Prompt) Arguments() []Argument { return slices.Clone(p.arguments) }

// Needs names the tools without which the prompt is of no use.
func (p *Prompt) Needs() []string { return slices.Clone(p.needs) }

var declared []*Prompt

// register adds a declaration to the catalogue; it runs while the package's
// variables are set and never after.
//
//nolint:unparam // a declaration is a package variable, and that needs a value
func register(s spec) *Prompt {
	p := &Prompt{s}
	declared = append(declared, p)
	return p
}

// Catalogue lists every prompt, in the order of their names.
func Catalogue() []*Prompt {
	out := slices.Clone(declared)
	slices.SortFunc(out, func(a, b *Prompt) int { return strings.Compare(a.name, b.name) })
	return out
}

// Refuses is nil where a caller can use the prompt, else an error that names the
// tool that is missing and why.
func (p *Prompt) Refuses(box *tools.Toolbox, who tools.Caller) error {
	for _, name := range p.needs {
		if err := box.Allows(who, name); err != nil {
			return fmt.Errorf("the prompt %s needs the tool %s: %w", p.name, name, err)
		}
	}
	return nil
}

// Get words the prompt with its data, at most MaxTokens long. Arguments are as
// the protocol sends them; an unknown or wrong one is a *tools.ArgumentError that
// names the valid ones. Other errors are the toolbox's; tools.Explain words all.
func (p *Prompt) Get(ctx context.Context, box *tools.Toolbox, who tools.Caller, arguments map[string]string) (string, error) {
	if err := p.Refuses(box, who); err != nil {
		return "", err
	}
	given, err := p.given(arguments)
	if err != nil {
		return "", err
	}
	now := box.Today()
	g := &gathering{ctx: ctx, box: box, who: who, given: given, left: dataTokens, page: page{
		Today: now.Format("Monday, 2006-01-02") + " (" + now.Location().String() + ")", Data: map[string]string{}, Is: map[string]string{},
	}}
	if err := p.gather(g); err != nil {
		return "", err
	}
	g.page.Coverage = g.coverage()
	var b strings.Builder
	if err := texts().ExecuteTemplate(&b, p.name+".md", g.page); err != nil {
		return "", fmt.Errorf("word the prompt %s: %w", p.name, err)
	}
	text := strings.TrimSpace(b.String()) + "\n"
	if n := digest.CountTokens(text); n > MaxTokens {
		// The parts are bounded one by one, so that this is a mistake in the text.
		return "", fmt.Errorf("the prompt %s came to %d tokens, more than %d", p.name, n, MaxTokens)
	}
	return text, nil
}

// given checks the arguments: none unknown, none missing. White space at the
// ends goes, and an empty one counts as left out, as forms send it.
func (p *Prompt) given(arguments map[string]string) (map[string]string, error) {
	var problems []string
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
			problems = append(problems, fmt.Sprintf("%s is missing: %s.", a.Name, a.About))
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

// texts are read when the first prompt is asked for: a start does not wait for
// them.
var texts = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Option("missingkey=error").ParseFS(files, "text/*.md"))
})

// Markdown is the table of the prompts for the README.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| prompt | does | arguments |\n| --- | --- | --- |\n")
	for _, p := range Catalogue() {
		var args []string
		for _, a := range p.arguments {
			name := "`" + a.Name + "`"
			if !a.Required {
				name += " (optional)"
			}
			args = append(args, name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.name, p.about, strings.Join(args, ", "))
	}
	return b.String()
}
