package hosts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlFormat edits blocks of lines, because re-encoding a document loses its empty
// lines and its indentation.
type yamlFormat struct{}

func (yamlFormat) decode(doc string) (map[string]any, error) {
	out := map[string]any{}
	dec := yaml.NewDecoder(strings.NewReader(doc))
	if err := dec.Decode(&out); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("it is not a valid YAML mapping (%s)", strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " "))
	}
	if dec.Decode(&yaml.Node{}) == nil {
		return nil, errors.New("it has several YAML documents")
	}
	return out, nil
}

func (yamlFormat) render(container, name string, entry object) (string, error) {
	return encodeYAML(object{{key: container, value: object{{key: name, value: entry}}}})
}

func (f yamlFormat) put(doc, container, name string, entry object) (string, error) {
	text, err := encodeYAML(object{{key: name, value: entry}})
	if err != nil {
		return "", err
	}
	lines := splitLines(doc)
	key, servers, err := findKey(doc, container)
	switch {
	case err != nil:
		return "", err
	case key == nil:
		whole, err := f.render(container, name, entry)
		if err != nil {
			return "", err
		}
		if len(lines) > 0 {
			whole = "\n" + whole
		}
		return strings.Join(lines, "") + whole, nil
	case isEmpty(servers):
		// "extensions: {}" and "extensions:" mean the same.
		head := lines[key.Line-1]
		if servers.Line != key.Line && servers.Tag != "!!null" {
			return "", fmt.Errorf("%s is empty in an unusual way in this file", container)
		}
		lines[key.Line-1] = withValue(head, key, "{}", "") + indentLines(text, strings.Repeat(" ", key.Column+1))
		return strings.Join(lines, ""), nil
	case servers.Kind != yaml.MappingNode || servers.Style&yaml.FlowStyle != 0:
		return "", fmt.Errorf("%s is not written as a block in this file", container)
	}
	margin := servers.Column - 1
	text = indentLines(text, strings.Repeat(" ", margin))
	if old := childKey(servers, name); old != nil {
		from, to := old.Line-1, blockEnd(lines, old.Line-1, margin)
		return strings.Join(lines[:from], "") + text + strings.Join(lines[to:], ""), nil
	}
	to := blockEnd(lines, key.Line-1, key.Column-1)
	return strings.Join(lines[:to], "") + text + strings.Join(lines[to:], ""), nil
}

func (f yamlFormat) remove(doc, container, name string) (string, error) {
	_, servers, err := findKey(doc, container)
	if err != nil {
		return "", err
	}
	old := childKey(servers, name)
	if old == nil || servers.Style&yaml.FlowStyle != 0 {
		return "", fmt.Errorf("%s is not written as a block in this file", container)
	}
	lines := splitLines(doc)
	from, to := old.Line-1, blockEnd(lines, old.Line-1, servers.Column-1)
	return strings.Join(lines[:from], "") + strings.Join(lines[to:], ""), nil
}

// splitLines returns the lines of a text, each with its line end.
func splitLines(doc string) []string {
	if doc != "" && !strings.HasSuffix(doc, "\n") {
		doc += "\n"
	}
	return slices.Collect(strings.Lines(doc))
}

// findKey returns the nodes of a key of the outermost mapping and of its value; nil if
// the key does not exist.
func findKey(doc, container string) (key, value *yaml.Node, err error) {
	if strings.ContainsAny(doc, "\r\u0085\u2028\u2029") {
		// YAML treats these as line ends, and splitLines does not.
		return nil, nil, errors.New("this file has unusual line ends")
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(doc), &root); err != nil {
		return nil, nil, err
	}
	if root.Kind == 0 || root.Content[0].Tag == "!!null" {
		return nil, nil, nil
	}
	top := root.Content[0]
	if top.Style&yaml.FlowStyle != 0 || top.Column != 1 {
		return nil, nil, errors.New("this file is not a single mapping that begins in the first column")
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		if top.Content[i].Value == container {
			return top.Content[i], top.Content[i+1], nil
		}
	}
	return nil, nil, nil
}

func isEmpty(n *yaml.Node) bool {
	return n.Tag == "!!null" || n.Kind == yaml.MappingNode && len(n.Content) == 0
}

func childKey(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i]
		}
	}
	return nil
}

// blockEnd returns the index after the last line of the block that begins at line
// first with a key indented by margin. Empty lines and comments after it are not part
// of it.
func blockEnd(lines []string, first, margin int) int {
	end := first + 1
	for i := first + 1; i < len(lines); i++ {
		text := strings.TrimLeft(lines[i], " ")
		if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if len(lines[i])-len(text) <= margin {
			break
		}
		end = i + 1
	}
	return end
}

// encodeYAML returns an object as a YAML block, with its keys in order.
func encodeYAML(o object) (string, error) {
	n, err := yamlNode(o)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(n), enc.Close()); err != nil {
		return "", err
	}
	return b.String(), nil
}

func yamlNode(v any) (*yaml.Node, error) {
	o, ok := v.(object)
	if !ok {
		if l, isList := v.([]object); isList {
			return yamlList(l)
		}
		n := &yaml.Node{}
		return n, n.Encode(v)
	}
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, f := range o {
		value, err := yamlNode(f.value)
		if err != nil {
			return nil, err
		}
		key := &yaml.Node{}
		if err := key.Encode(f.key); err != nil {
			return nil, err
		}
		n.Content = append(n.Content, key, value)
	}
	return n, nil
}

func yamlList(l []object) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, o := range l {
		item, err := yamlNode(o)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, item)
	}
	return n, nil
}
