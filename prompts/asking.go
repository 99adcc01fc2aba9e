package prompts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// People start prompts with the first argument alone: hosts split what they type at
// spaces, and forms are long. What is missing the agent asks for.

// placeholder stands for the value of an argument that is missing.
func placeholder(param string) string { return "<" + param + ">" }

// notReadYet is in the place of data that depend on a missing argument.
const notReadYet = "Not read yet: it depends on what you are to ask for."

// maxAskedChoices is how many values a question offers.
const maxAskedChoices = 12

// missing is an argument to ask the user for, and the line that does.
type missing struct{ param, line string }

// ask makes the prompt begin with a question for an argument, and the page have a
// placeholder in its place.
func (g *gatherer) ask(param, what, choices string) {
	g.page.Is[param], g.page.Is[param+"_id"] = placeholder(param), placeholder(param)
	g.missing = append(g.missing, missing{param, fmt.Sprintf("- %s: %s.%s\n", placeholder(param), what, choices)})
}

// chooseOrAsk is choose, and asks for the argument if it is missing. The choice is a
// placeholder then.
func (g *gatherer) chooseOrAsk(param string, kind tools.ChoiceKind, jobID string) (tools.Choice, error) {
	if g.values[param] != "" {
		return g.choose(param, kind, jobID)
	}
	all, err := g.box.Choices(g.ctx, g.caller, kind, jobID)
	if err != nil {
		return tools.Choice{}, err
	}
	var b strings.Builder
	for _, c := range all[:min(len(all), maxAskedChoices)] {
		fmt.Fprintf(&b, "\n> %s (%s)", oneLine(c.Name, 20), oneLine(c.ID, 40))
	}
	if more := len(all) - maxAskedChoices; more > 0 {
		fmt.Fprintf(&b, "\n> and %d more, by %s", more, kind.Tool())
	}
	g.ask(param, "which "+string(kind)+", by its id", b.String())
	return tools.Choice{ID: placeholder(param), Name: placeholder(param)}, nil
}

// questions are what the prompt begins with: what to ask for, "" if nothing is missing.
func (g *gatherer) questions() string {
	if len(g.missing) == 0 {
		return ""
	}
	var lines strings.Builder
	for _, m := range g.missing {
		lines.WriteString(m.line)
	}
	return "This was started without all that it needs. First ask the user, in one question, for:\n\n" + lines.String() +
		"\nBelow, the names in angle brackets stand for the answers. Once you have them, send the calls that wait for them, and then do what follows.\n\n"
}

// waitsFor reports whether a part depends on an argument that is missing.
func (g *gatherer) waitsFor(p part) bool {
	return slices.ContainsFunc(g.missing, func(m missing) bool {
		return strings.Contains(encodeJSON(p.args), placeholder(m.param))
	})
}

const quotes = "\"'“”„‘’«»"

// rejoined returns the arguments with quotes taken off, and values put together that a
// host split at spaces in quotes: of "Backend Engineer" Interview it makes three
// arguments. Free text stays as it is.
func (p *Prompt) rejoined(arguments map[string]string) map[string]string {
	out := maps.Clone(arguments)
	var values []string
	for _, a := range p.arguments {
		v := strings.TrimSpace(arguments[a.Name])
		if v == "" {
			continue
		}
		if a.complete == nil {
			break
		}
		if last := len(values) - 1; last >= 0 && opensQuote(values[last]) {
			values[last] += " " + v
			continue
		}
		values = append(values, v)
	}
	for _, a := range p.arguments {
		if arguments[a.Name] == "" {
			continue
		}
		if a.complete == nil {
			break
		}
		delete(out, a.Name)
		if len(values) > 0 {
			out[a.Name], values = strings.Trim(values[0], quotes+" "), values[1:]
		}
	}
	return out
}

// opensQuote reports whether a value begins with a quote that is not closed.
func opensQuote(v string) bool {
	trimmed := strings.TrimLeft(v, quotes)
	return trimmed != v && trimmed == strings.TrimRight(trimmed, quotes) && trimmed != ""
}
