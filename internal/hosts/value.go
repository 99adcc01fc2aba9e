package hosts

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// field is one key of an entry. A weak one gives way to what stands there.
type field struct {
	key   string
	value any
	weak  bool
}

// object is an entry of a configuration: keys in the order in which they are
// written, values that are texts, numbers, booleans, []string, objects, or what
// a decoder made of things that someone else wrote.
type object []field

func (o object) get(key string) (any, bool) {
	for _, f := range o {
		if f.key == key {
			return f.value, true
		}
	}
	return nil, false
}

// MarshalJSON implements json.Marshaler, in the object's order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{f.key, f.value} {
			raw, err := compactJSON(part)
			if err != nil {
				return nil, err
			}
			if j == 1 {
				b.WriteByte(':')
			}
			b.Write(raw)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// compactJSON is JSON without the escapes that only browsers need.
func compactJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// plain is v as a decoder would give it, for comparing.
func plain(v any) any {
	raw, err := compactJSON(v)
	if err != nil {
		return v
	}
	var out any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&out); err != nil {
		return v
	}
	return out
}

// ours are the keys of entries that this package writes in some form: what an
// earlier form left behind goes when another is written.
var ours = []string{
	"type", "source", "name", "command", "cmd", "args", "env", "envs", "env_keys", "env_vars",
	"url", "uri", "serverUrl", "httpUrl", "headers", "requestOptions", "bearer_token_env_var",
}

// merge lays an entry over what stands there: keys and variables that this
// package never writes are someone's own, and stay.
func merge(old map[string]any, entry object) object {
	out := object{}
	for _, f := range entry {
		had, there := old[f.key]
		switch value := f.value.(type) {
		case object:
			if m, ok := had.(map[string]any); ok && (f.key == "env" || f.key == "envs") {
				f.value = mergeVariables(m, value)
			}
		case []string:
			if l, ok := had.([]any); ok && (f.key == "env_keys" || f.key == "env_vars") {
				f.value = mergeNames(l, value)
			}
		default:
			if f.weak && there {
				f.value = had
			}
		}
		out = append(out, field{key: f.key, value: f.value})
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if _, written := out.get(key); !written && !slices.Contains(ours, key) {
			out = append(out, field{key: key, value: old[key]})
		}
	}
	return out
}

// chosen are the variables that this package decides on; others in an entry
// are someone's own.
var chosen = []string{VarKey, VarKeyFile, VarIntegration, VarRegion, VarBaseURL, VarToken}

func mergeVariables(old map[string]any, entry object) object {
	out := slices.Clone(entry)
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, written := out.get(name); !written && !slices.Contains(chosen, name) {
			out = append(out, field{key: name, value: old[name]})
		}
	}
	return out
}

func mergeNames(old []any, entry []string) []string {
	out := slices.Clone(entry)
	for _, v := range old {
		if name, ok := v.(string); ok && !slices.Contains(out, name) && !slices.Contains(chosen, name) {
			out = append(out, name)
		}
	}
	return out
}

// indentLines puts prefix before every line of text that is not empty.
func indentLines(text, prefix string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(prefix)
		}
		b.WriteString(line)
	}
	return b.String()
}
