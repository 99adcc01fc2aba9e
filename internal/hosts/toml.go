package hosts

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// tomlFormat edits whole tables. It does not edit a server that is an inline table or
// has dotted keys.
type tomlFormat struct{}

func (tomlFormat) decode(doc string) (map[string]any, error) {
	out := map[string]any{}
	if err := toml.Unmarshal([]byte(doc), &out); err != nil {
		return nil, fmt.Errorf("it is not valid TOML (%s)", strings.TrimPrefix(err.Error(), "toml: "))
	}
	return out, nil
}

func (tomlFormat) render(container, name string, entry object) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "[%s.%s]\n", container, name)
	for _, f := range entry {
		value, err := tomlValue(f.value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s = %s\n", tomlKey(f.key), value)
	}
	return b.String(), nil
}

func (f tomlFormat) put(doc, container, name string, entry object) (string, error) {
	text, err := f.render(container, name, entry)
	if err != nil {
		return "", err
	}
	spans, err := tableSpans(doc, container, name)
	if err != nil {
		return "", err
	}
	if len(spans) == 0 {
		if doc != "" && !strings.HasSuffix(doc, "\n") {
			doc += "\n"
		}
		if doc != "" {
			doc += "\n"
		}
		return doc + text, nil
	}
	for i, s := range slices.Backward(spans) {
		if i > 0 {
			doc = removeSpan(doc, s)
			continue
		}
		doc = doc[:s.from] + text + doc[s.to:]
	}
	return doc, nil
}

func (tomlFormat) remove(doc, container, name string) (string, error) {
	spans, err := tableSpans(doc, container, name)
	if err != nil {
		return "", err
	}
	if len(spans) == 0 {
		return "", fmt.Errorf("%s.%s is not written as a table of its own in this file", container, name)
	}
	for _, s := range slices.Backward(spans) {
		doc = removeSpan(doc, s)
	}
	return doc, nil
}

// span is a range of bytes of a text.
type span struct{ from, to int }

// removeSpan removes a span, and the empty line before it.
func removeSpan(doc string, s span) string {
	if strings.HasSuffix(doc[:s.from], "\n\n") || doc[:s.from] == "\n" {
		s.from--
	}
	return doc[:s.from] + doc[s.to:]
}

// tableSpans returns the spans of a server's table and its subtables: from the line of
// the header to the last line before the next header that is neither empty nor a
// comment.
func tableSpans(doc, container, name string) ([]span, error) {
	raw := []byte(doc)
	var p unstable.Parser
	p.Reset(raw)
	var spans []span
	open := false
	end := func(at int) {
		if open {
			spans[len(spans)-1].to = contentEnd(doc, spans[len(spans)-1].from, at)
		}
		open = false
	}
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.Table && e.Kind != unstable.ArrayTable {
			continue
		}
		var path []string
		at := -1
		for keys := e.Key(); keys.Next(); {
			k := keys.Node()
			if at < 0 {
				at = bytes.LastIndexByte(raw[:k.Raw.Offset], '\n') + 1
			}
			path = append(path, string(k.Data))
		}
		end(at)
		if len(path) >= 2 && path[0] == container && path[1] == name {
			spans, open = append(spans, span{from: at}), true
		}
	}
	end(len(doc))
	if err := p.Error(); err != nil {
		return nil, err
	}
	return spans, nil
}

// contentEnd returns the end of the last line between from and to that is neither
// empty nor a comment.
func contentEnd(doc string, from, to int) int {
	end := from
	at := from
	for line := range strings.Lines(doc[from:to]) {
		at += len(line)
		if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "#") {
			end = at
		}
	}
	return end
}

func tomlKey(k string) string {
	if validName.MatchString(k) {
		return k
	}
	return tomlString(k)
}

func tomlString(s string) string {
	raw, err := plainjson.Marshal(s)
	if err != nil {
		return `""`
	}
	// The only character that JSON allows in a string and TOML does not.
	return strings.ReplaceAll(string(raw), "\x7f", `\u007f`)
}

// tomlValue returns a value on one line.
func tomlValue(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return tomlString(v), nil
	case bool, int, int64, float64:
		return fmt.Sprint(v), nil
	case []string:
		var parts []string
		for _, s := range v {
			parts = append(parts, tomlString(s))
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case object:
		var parts []string
		for _, f := range v {
			s, err := tomlValue(f.value)
			if err != nil {
				return "", err
			}
			parts = append(parts, tomlKey(f.key)+" = "+s)
		}
		return "{ " + strings.Join(parts, ", ") + " }", nil
	case []any:
		var parts []string
		for _, e := range v {
			s, err := tomlValue(e)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case map[string]any:
		var o object
		for _, k := range slices.Sorted(maps.Keys(v)) {
			o = append(o, field{key: k, value: v[k]})
		}
		return tomlValue(o)
	}
	return "", fmt.Errorf("the entry has a %T, which cannot be rewritten", v)
}
