package schemas

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MaxDepth is the deepest nesting of objects and arrays that every known router
// accepts.
const MaxDepth = 10

// MaxQualifiedName is the greatest length of a server name plus a tool name, in
// bytes, that every known client accepts.
const MaxQualifiedName = 60

// Violation is one place where a schema is outside the portable subset.
type Violation struct {
	// Rule is the short name of the rule, one of Rules or "json".
	Rule string
	// Path is the place in the schema, where "$" is the root.
	Path string
	// Message says what is wrong and which client it breaks.
	Message string
}

// Error returns path, rule and message on one line.
func (v Violation) Error() string { return v.Path + ": " + v.Rule + ": " + v.Message }

func asErrors(violations []Violation) []error {
	out := make([]error, len(violations))
	for i, v := range violations {
		out[i] = v
	}
	return out
}

// node is one schema within the schema, as rules check it.
type node struct {
	path  string
	depth int
	// boolean is set if the schema is a bare true or false.
	boolean bool
	// notSchema is set if it is neither an object nor a boolean.
	notSchema bool
	keys      map[string]any
}

func (n node) root() bool { return n.path == "$" }

// rule is something that some client rejects.
type rule struct {
	name, message string
	broken        func(node) bool
}

var keyPattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,64}$`)

var rules = []rule{
	{"ref", "$ref, $defs and definitions break Gemini CLI, Copilot CLI, Cursor and Claude Code: inline them", func(n node) bool {
		return n.has("$ref", "$defs", "definitions", "$dynamicRef", "$anchor")
	}},
	{"union", "the Anthropic API rejects oneOf, anyOf, allOf and not at the root, and other clients lose them below it", func(n node) bool {
		return n.has("oneOf", "anyOf", "allOf", "not", "if", "then", "else")
	}},
	{"null-type", "a list of types and nullable break Gemini and truncate arguments in Claude Code: make the key optional", func(n node) bool {
		_, list := n.keys["type"].([]any)
		return list || n.has("nullable") || n.keys["type"] == "null"
	}},
	{"untyped", "every client interprets a schema without a single type differently", func(n node) bool {
		if n.boolean || n.notSchema {
			return false
		}
		_, union := n.keys["type"].([]any)
		_, single := n.keys["type"].(string)
		return !single && !union
	}},
	{"array-items", "VS Code, OpenAI and Gemini reject an array without items", func(n node) bool {
		return n.keys["type"] == "array" && !n.has("items")
	}},
	{"object-properties", "OpenAI and Gemini reject an object without properties", func(n node) bool {
		_, ok := n.keys["properties"].(map[string]any)
		return n.keys["type"] == "object" && !ok
	}},
	{"boolean-schema", "a bare true or false makes Claude Desktop lose all tools and Fireworks return a 500", func(n node) bool {
		return n.boolean || n.notSchema
	}},
	{"format", "Gemini accepts no format but date-time and enum: give the format in the description", func(n node) bool {
		f, ok := n.keys["format"]
		return ok && f != "date-time" && f != "enum"
	}},
	{"additional-properties", "Gemini accepts additionalProperties only as false at the root", func(n node) bool {
		v, ok := n.keys["additionalProperties"]
		return ok && (!n.root() || v != false)
	}},
	{"exclusive-pattern", "exclusiveMinimum, exclusiveMaximum, patternProperties and propertyNames break Gemini", func(n node) bool {
		return n.has("exclusiveMinimum", "exclusiveMaximum", "patternProperties", "propertyNames")
	}},
	{"enum", "Gemini rejects an enum that is empty or has values other than non-empty strings", func(n node) bool {
		values, ok := n.keys["enum"].([]any)
		if !ok {
			return n.has("enum")
		}
		return len(values) == 0 || slices.ContainsFunc(values, func(v any) bool { s, ok := v.(string); return !ok || s == "" })
	}},
	{"const", "const breaks Gemini: use an enum with one value", func(n node) bool { return n.has("const") }},
	{"look-around", "OpenAI rejects look-around in a pattern", func(n node) bool {
		p, _ := n.keys["pattern"].(string)
		return strings.Contains(p, "(?=") || strings.Contains(p, "(?!") || strings.Contains(p, "(?<")
	}},
	{"key", "the Anthropic API accepts only property keys of 1 to 64 letters, digits, dots, dashes and underscores", func(n node) bool {
		props, _ := n.keys["properties"].(map[string]any)
		for k := range props {
			if !keyPattern.MatchString(k) {
				return true
			}
		}
		return false
	}},
	{"schema-draft", "$schema and $id in a tool schema break old versions of Gemini CLI", func(n node) bool { return n.has("$schema", "$id") }},
	{"root-object", "Claude Code drops a tool if the root of a schema is not an object", func(n node) bool {
		return n.root() && n.keys["type"] != "object"
	}},
	{"depth", fmt.Sprintf("some routers support only %d levels: flatten the schema", MaxDepth), func(n node) bool { return n.depth > MaxDepth }},
}

// Rules returns the names of the rules in the order in which they are checked.
func Rules() []string {
	out := make([]string, len(rules), len(rules)+1)
	for i, r := range rules {
		out[i] = r.name
	}
	return append(out, nameRule)
}

const nameRule = "name-length"

// LintName checks that the names of a server and one of its tools are together
// short enough for every client.
func LintName(server, tool string) []Violation {
	if len(server)+len(tool) <= MaxQualifiedName {
		return nil
	}
	return []Violation{{nameRule, "$", fmt.Sprintf("Cursor drops a tool if the names together are longer than %d bytes; %s and %s have %d",
		MaxQualifiedName, server, tool, len(server)+len(tool))}}
}

// Lint returns every place where a JSON Schema is outside the portable subset, in
// the order of the paths. Text that is not valid JSON is one violation.
func Lint(raw []byte) []Violation {
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return []Violation{{"json", "$", err.Error()}}
	}
	var out []Violation
	visit(doc, "$", 1, func(n node) {
		for _, r := range rules {
			if r.broken(n) {
				out = append(out, Violation{r.name, n.path, r.message})
			}
		}
	})
	return out
}

// maxVisitDepth limits the recursion into a hostile schema, well above MaxDepth.
const maxVisitDepth = 64

// visit calls check for v and every schema in it.
func visit(v any, path string, depth int, check func(node)) {
	n := node{path: path, depth: depth}
	switch t := v.(type) {
	case bool:
		n.boolean = true
	case map[string]any:
		n.keys = t
	default:
		n.notSchema = true
	}
	check(n)
	if depth > maxVisitDepth {
		return
	}
	props, _ := n.keys["properties"].(map[string]any)
	for _, k := range slices.Sorted(maps.Keys(props)) {
		visit(props[k], path+"."+k, depth+1, check)
	}
	for _, k := range []string{"items", "not", "if", "then", "else", "additionalProperties", "contains"} {
		child, ok := n.keys[k]
		if _, flag := child.(bool); ok && (k == "items" || !flag) {
			visit(child, path+"."+k, depth+1, check)
		}
	}
	for _, k := range []string{"oneOf", "anyOf", "allOf", "prefixItems"} {
		list, _ := n.keys[k].([]any)
		for i, child := range list {
			visit(child, fmt.Sprintf("%s.%s[%d]", path, k, i), depth+1, check)
		}
	}
}

func (n node) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { _, ok := n.keys[k]; return ok })
}
