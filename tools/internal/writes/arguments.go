package writes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ResolvedArguments are the arguments of a change as they are sent: in, which must
// encode as a JSON object, and pairs of a name and a value that identify the record.
// Files are replaced by their length and hash, and the query of their addresses,
// which may hold a signature, by a hash. Numbers keep their digits: they are shown and
// compared as they are sent, and some ids are more than a float64 holds.
func ResolvedArguments(in any, pairs ...string) map[string]any {
	out := map[string]any{}
	f := &files{}
	if raw, err := json.Marshal(f.without(reflect.ValueOf(in)).Interface()); err == nil { // otherwise sending it fails in the same way
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.UseNumber()
		_ = decoder.Decode(&out) // cannot fail: it was just encoded
	}
	f.replace(out)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// replace replaces the files in decoded arguments by what is shown of them.
func (f *files) replace(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			f.replace(e)
		}
	case map[string]any:
		if data, ok := t["data"].(string); ok && data != "" {
			delete(t, "data")
			t["bytes"], t["sha256"] = measure(f.get(data))
		}
		if address, ok := t["data_url"].(string); ok && address != "" {
			t["sha256_of_url"] = hash([]byte(address))
			if u, err := url.Parse(address); err == nil {
				t["data_url"] = u.Scheme + "://" + u.Host + u.EscapedPath()
			}
		}
		for _, e := range t {
			f.replace(e)
		}
	}
}

func hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Fields lists everything that the change sends, for a person to read: one field for
// each value of the arguments, sorted by its label, whole. null and what is empty are
// sent as well, and an ATS may clear a field for them.
func (c *Change) Fields() []Field { return appendFields(nil, "", c.Arguments) }

func appendFields(to []Field, path string, v any) []Field {
	switch t := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			label := labelOf(key)
			if path != "" {
				label = path + "." + label
			}
			to = appendFields(to, label, t[key])
		}
		if len(t) == 0 && path != "" {
			return append(to, Field{Label: path, Value: "{}", Literal: true})
		}
		return to
	case []any:
		for i, e := range t {
			to = appendFields(to, fmt.Sprintf("%s[%d]", path, i+1), e)
		}
		if len(t) == 0 {
			return append(to, Field{Label: path, Value: "[]", Literal: true})
		}
		return to
	case nil:
		return append(to, Field{Label: path, Value: "null", Literal: true})
	case string:
		return append(to, Field{Label: path, Value: t})
	case json.Number:
		return append(to, Field{Label: path, Value: t.String(), Literal: true})
	case float64:
		return append(to, Field{Label: path, Value: strconv.FormatFloat(t, 'f', -1, 64), Literal: true})
	}
	return append(to, Field{Label: path, Value: fmt.Sprint(v), Literal: true})
}

// labelOf is a key as part of a label: in quotes if it could pass for several.
func labelOf(key string) string {
	if key == "" || strings.ContainsAny(key, `.[]"`) {
		return strconv.Quote(key)
	}
	return key
}

// keyOf names a write: the same integration, tool and resolved arguments are the same
// write, as far as they make a difference in the ATS.
func keyOf(integration, tool string, arguments map[string]any) (string, error) {
	raw, err := json.Marshal(canonical(arguments))
	if err != nil {
		return "", fmt.Errorf("encode the arguments: %w", err)
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(integration), []byte(tool), raw} {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}
