package schemas

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MaxDepth is the deepest nesting of objects and arrays that every known router
// takes.
const MaxDepth = 10

// MaxQualifiedName is the longest server name plus tool name, in bytes, that
// every known client shows.
const MaxQualifiedName = 60

// Problem is one place where a schema leaves the portable subset.
type Problem struct {
	// Rule is the short name of the rule that is broken; Rules lists them.
	Rule string
	// Path leads to the place, "$" is the root.
	Path string
	// Says tells what is wrong and which client it breaks.
	Says string
}

// Error gives path, rule and reason in one line.
func (p Problem) Error() string { return p.Path + ": " + p.Rule + ": " + p.Says }

func asErrors(problems []Problem) []error {
	out := make([]error, len(problems))
	for i, p := range problems {
		out[i] = p
	}
	return out
}

// node is one schema within the schema, as the rules see it.
type node struct {
	path  string
	depth int
	// boolean is set where the schema is a bare true or false.
	boolean bool
	// notSchema is set where neither an object nor a boolean stands.
	notSchema bool
	keys      map[string]any
}

func (n node) root() bool { return n.path == "$" }

// rule is one line of what clients refuse.
type rule struct {
	name, says string
	broken     func(node) bool
}

var keyPattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,64}$`)

var rules = []rule{
	{"ref", "$ref, $defs and definitions break Gemini CLI, Copilot CLI, Cursor and Claude Code: inline them", func(n node) bool {
		return n.has("$ref", "$defs", "definitions", "$dynamicRef", "$anchor")
	}},
	{"union", "oneOf, anyOf, allOf and not are refused by the Anthropic API at the top and lost by others below it", func(n node) bool {
		return n.has("oneOf", "anyOf", "allOf", "not", "if", "then", "else")
	}},
	{"null-type", "a list of types and nullable break Gemini and truncate arguments in Claude Code: an optional key is absent", func(n node) bool {
		_, list := n.keys["type"].([]any)
		return list || n.has("nullable") || n.keys["type"] == "null"
	}},
	{"untyped", "a schema without one plain type is read differently by every client", func(n node) bool {
		if n.boolean || n.notSchema {
			return false
		}
		_, union := n.keys["type"].([]any)
		_, single := n.keys["type"].(string)
		return !single && !union
	}},
	{"array-items", "an array without items is refused by VS Code, OpenAI and Gemini", func(n node) bool {
		return n.keys["type"] == "array" && !n.has("items")
	}},
	{"object-properties", "an object without properties is refused by OpenAI and Gemini", func(n node) bool {
		_, ok := n.keys["properties"].(map[string]any)
		return n.keys["type"] == "object" && !ok
	}},
	{"boolean-schema", "a bare true or false makes Claude Desktop lose all tools and Fireworks answer 500", func(n node) bool {
		return n.boolean || n.notSchema
	}},
	{"format", "Gemini takes no format but date-time and enum: say the form in the description", func(n node) bool {
		f, ok := n.keys["format"]
		return ok && f != "date-time" && f != "enum"
	}},
	{"additional-properties", "Gemini takes additionalProperties only as false at the top", func(n node) bool {
		v, ok := n.keys["additionalProperties"]
		return ok && (!n.root() || v != false)
	}},
	{"exclusive-pattern", "exclusiveMinimum, exclusiveMaximum, patternProperties and propertyNames break Gemini", func(n node) bool {
		return n.has("exclusiveMinimum", "exclusiveMaximum", "patternProperties", "propertyNames")
	}},
	{"enum", "an enum holds non-empty strings only, or Gemini refuses it", func(n node) bool {
		values, ok := n.keys["enum"].([]any)
		if !ok {
			return n.has("enum")
		}
		return len(values) == 0 || slices.ContainsFunc(values, func(v any) bool { s, ok := v.(string); return !ok || s == "" })
	}},
	{"const", "const breaks Gemini: use an enum of one", func(n node) bool { return n.has("const") }},
	{"look-around", "OpenAI refuses look-around in a pattern", func(n node) bool {
		p, _ := n.keys["pattern"].(string)
		return strings.Contains(p, "(?=") || strings.Contains(p, "(?!") || strings.Contains(p, "(?<")
	}},
	{"key", "the Anthropic API takes property keys of 1 to 64 letters, digits, dot, dash and underscore", func(n node) bool {
		props, _ := n.keys["properties"].(map[string]any)
		for k := range props {
			if !keyPattern.MatchString(k) {
				return true
			}
		}
		return false
	}},
	{"schema-draft", "$schema and $id inside a tool schema break old Gemini CLI", func(n node) bool { return n.has("$schema", "$id") }},
	{"root-object", "the root of an input or output schema is an object, or Claude Code drops the tool", func(n node) bool {
		return n.root() && n.keys["type"] != "object"
	}},
	{"depth", fmt.Sprintf("some routers stop at %d levels: stay flat", MaxDepth), func(n node) bool { return n.depth > MaxDepth }},
}

// Rules lists the names of the rules in the order they are checked.
func Rules() []string {
	out := make([]string, len(rules), len(rules)+1)
	for i, r := range rules {
		out[i] = r.name
	}
	return append(out, nameRule)
}

const nameRule = "name-length"

// LintName checks that the name of a tool under the name of a server is short
// enough for every client.
func LintName(server, tool string) []Problem {
	if len(server)+len(tool) <= MaxQualifiedName {
		return nil
	}
	return []Problem{{nameRule, "$", fmt.Sprintf("%s and %s have %d characters together, Cursor drops a tool over %d", server, tool, len(server)+len(tool), MaxQualifiedName)}}
}

// Lint lists every place where the JSON Schema raw leaves the portable subset,
// in the order of the paths. Text that is no JSON is one problem.
func Lint(raw []byte) []Problem {
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return []Problem{{"json", "$", errors.Unwrap(fmt.Errorf("%w", err)).Error()}}
	}
	var out []Problem
	walk(doc, "$", 1, func(n node) {
		for _, r := range rules {
			if r.broken(n) {
				out = append(out, Problem{r.name, n.path, r.says})
			}
		}
	})
	return out
}

// maxWalk bounds the descent into a hostile schema, well past MaxDepth.
const maxWalk = 64

func walk(v any, path string, depth int, visit func(node)) {
	n := node{path: path, depth: depth}
	switch t := v.(type) {
	case bool:
		n.boolean = true
	case map[string]any:
		n.keys = t
	default:
		n.notSchema = true
	}
	visit(n)
	if depth > maxWalk {
		return
	}
	props, _ := n.keys["properties"].(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(props)) {
		walk(props[k], path+"."+k, depth+1, visit)
	}
	for _, k := range []string{"items", "not", "if", "then", "else", "additionalProperties", "contains"} {
		child, ok := n.keys[k]
		if _, flag := child.(bool); ok && (k == "items" || !flag) {
			walk(child, path+"."+k, depth+1, visit)
		}
	}
	for _, k := range []string{"oneOf", "anyOf", "allOf", "prefixItems"} {
		list, _ := n.keys[k].([]any)
		for i, child := range list {
			walk(child, fmt.Sprintf("%s.%s[%d]", path, k, i), depth+1, visit)
		}
	}
}

func (n node) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { _, ok := n.keys[k]; return ok })
}
