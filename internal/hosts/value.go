package hosts

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// field is one key of an entry. With keepExisting, an existing value stays.
type field struct {
	key          string
	value        any
	keepExisting bool
}

// object is an entry of a configuration, with its keys in order. Values are strings,
// numbers, booleans, []string, objects, or decoded values that someone else wrote.
type object []field

func (o object) get(key string) (any, bool) {
	for _, f := range o {
		if f.key == key {
			return f.value, true
		}
	}
	return nil, false
}

// MarshalJSON implements [json.Marshaler]. It keeps the order of the keys.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{f.key, f.value} {
			raw, err := plainjson.Marshal(part)
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

// normalize returns v as a JSON decoder would, for comparisons.
func normalize(v any) any {
	raw, err := plainjson.Marshal(v)
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

// ownKeys are the keys of entries that this package writes for some kind of server.
// Those of another kind are removed from an entry.
var ownKeys = []string{
	"type", "source", "name", "command", "cmd", "args", "env", "envs", "environment", "env_keys", "env_vars",
	"url", "uri", "serverUrl", "httpUrl", "headers", "requestOptions", "bearer_token_env_var",
}

// variableKeys are the keys under which hosts keep a server's environment.
var variableKeys = []string{"env", "envs", "environment"}

// merge returns the entry with what is kept of the old one: keys and variables that
// this package never writes, which someone added.
func merge(old map[string]any, entry object) object {
	out := object{}
	for _, f := range entry {
		had, exists := old[f.key]
		if f.keepExisting && exists {
			f.value = had
		}
		switch value := f.value.(type) {
		case object:
			if m, ok := had.(map[string]any); ok && slices.Contains(variableKeys, f.key) {
				f.value = mergeVariables(m, value)
			}
		case []string:
			if l, ok := had.([]any); ok && (f.key == "env_keys" || f.key == "env_vars") {
				f.value = mergeNames(l, value)
			}
		}
		out = append(out, field{key: f.key, value: f.value})
	}
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if _, written := out.get(key); !written && !slices.Contains(ownKeys, key) {
			out = append(out, field{key: key, value: old[key]})
		}
	}
	return out
}

// ownVariables are the environment variables that this package writes or removes.
var ownVariables = []string{VarKey, VarKeyFile, VarIntegration, VarRegion, VarBaseURL, VarToken}

func mergeVariables(old map[string]any, entry object) object {
	out := slices.Clone(entry)
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, written := out.get(name); !written && !slices.Contains(ownVariables, name) {
			out = append(out, field{key: name, value: old[name]})
		}
	}
	return out
}

func mergeNames(old []any, entry []string) []string {
	out := slices.Clone(entry)
	for _, v := range old {
		if name, ok := v.(string); ok && !slices.Contains(out, name) && !slices.Contains(ownVariables, name) {
			out = append(out, name)
		}
	}
	return out
}

// indentLines adds the prefix to every line of text that is not empty.
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
