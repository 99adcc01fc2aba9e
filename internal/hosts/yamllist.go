package hosts

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// yamlListFormat is YAML whose servers are a list, each with its name in it. Like
// yamlFormat it edits blocks of lines.
type yamlListFormat struct {
	// preamble is what a file that has nothing else must begin with.
	preamble object
}

// decode returns the document as if it had a mapping of servers by name.
func (f yamlListFormat) decode(doc string) (map[string]any, error) {
	out, err := yamlFormat{}.decode(doc)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(doc) == "" {
		for _, field := range f.preamble {
			out[field.key] = field.value
		}
	}
	const container = "mcpServers"
	switch list := out[container].(type) {
	case nil:
	case []any:
		servers := map[string]any{}
		for _, item := range list {
			key, err := listKey(item)
			if err != nil {
				return nil, err
			}
			if _, twice := servers[key]; twice {
				return nil, fmt.Errorf("%q occurs twice in %s", key, container)
			}
			servers[key] = item
		}
		out[container] = servers
	default:
		return nil, fmt.Errorf("%s is not a list", container)
	}
	return out, nil
}

// listKey returns the name of an item, or all of it if it has none, as those have that
// refer to a server elsewhere.
func listKey(item any) (string, error) {
	if m, ok := item.(map[string]any); ok {
		if name, ok := m["name"].(string); ok {
			return name, nil
		}
	}
	raw, err := plainjson.Marshal(item)
	if err != nil {
		return "", errors.New("mcpServers has an item that is not readable")
	}
	return string(raw), nil
}

func (f yamlListFormat) render(container, _ string, entry object) (string, error) {
	return encodeYAML(append(append(object{}, f.preamble...), field{key: container, value: []object{entry}}))
}

func (f yamlListFormat) put(doc, container, name string, entry object) (string, error) {
	lines := splitLines(doc)
	key, list, err := findKey(doc, container)
	switch {
	case err != nil:
		return "", err
	case strings.TrimSpace(doc) == "":
		return f.render(container, name, entry)
	case key == nil:
		text, err := encodeYAML(object{{key: container, value: []object{entry}}})
		return strings.Join(lines, "") + text, err
	}
	text, err := listItem(entry)
	if err != nil {
		return "", err
	}
	if list.Tag == "!!null" || list.Kind == yaml.SequenceNode && len(list.Content) == 0 {
		if list.Line != key.Line && list.Tag != "!!null" {
			return "", fmt.Errorf("%s is empty in an unusual way in this file", container)
		}
		lines[key.Line-1] = withValue(lines[key.Line-1], key, "[]", "") + indentLines(text, "  ")
		return strings.Join(lines, ""), nil
	}
	blocks, margin, err := listBlocks(lines, list, container)
	if err != nil {
		return "", err
	}
	at := block{name: name, from: blocks[len(blocks)-1].to, to: blocks[len(blocks)-1].to}
	for _, b := range blocks {
		if b.name == name {
			at = b
		}
	}
	return strings.Join(lines[:at.from], "") + indentLines(text, margin) + strings.Join(lines[at.to:], ""), nil
}

func (f yamlListFormat) remove(doc, container, name string) (string, error) {
	key, list, err := findKey(doc, container)
	if err != nil {
		return "", err
	}
	lines := splitLines(doc)
	blocks, _, err := listBlocks(lines, list, container)
	if err != nil {
		return "", err
	}
	if len(blocks) == 1 {
		// Nothing at all would not be a list.
		lines[key.Line-1] = withValue(lines[key.Line-1], key, "", "[]")
	}
	for _, b := range blocks {
		if b.name == name {
			return strings.Join(lines[:b.from], "") + strings.Join(lines[b.to:], ""), nil
		}
	}
	return "", fmt.Errorf("%s is not written as a block in this file", container)
}

// block is the lines of a list's item.
type block struct {
	name     string
	from, to int
}

// listBlocks returns the lines of each item of a list, and what they are indented by.
func listBlocks(lines []string, list *yaml.Node, container string) (blocks []block, margin string, err error) {
	unusual := fmt.Errorf("%s is not written as a list of blocks in this file", container)
	if list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 {
		return nil, "", unusual
	}
	margin = strings.Repeat(" ", list.Column-1)
	for _, item := range list.Content {
		b := block{from: item.Line - 1, to: blockEnd(lines, item.Line-1, len(margin))}
		if !strings.HasPrefix(lines[b.from], margin+"- ") {
			return nil, "", unusual
		}
		if name := childValue(item, "name"); name != nil {
			b.name = name.Value
		}
		blocks = append(blocks, b)
	}
	return blocks, margin, nil
}

func childValue(n *yaml.Node, name string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// listItem returns an entry as an item of a list, without an indent.
func listItem(entry object) (string, error) {
	text, err := encodeYAML(entry)
	return "- " + strings.TrimPrefix(indentLines(text, "  "), "  "), err
}

// withValue returns the line of a key with another value on it; a comment stays.
func withValue(line string, key *yaml.Node, had, want string) string {
	colon := strings.Index(line[key.Column-1:], ":") + key.Column - 1
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line[colon+1:]), had))
	return strings.TrimRight(line[:colon+1]+" "+strings.TrimSpace(want+" "+rest), " ") + "\n"
}
