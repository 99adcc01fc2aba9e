package args

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Named is a name or an id. Its schema is a plain string, since hosts check arguments
// before they send them, and not all of them read a schema with alternatives. It may come
// as the object that Kombo has in its place, too: {"name": "vip"} or {"id": "…"}.
type Named string

// nameIn returns the name or id in an object that has nothing else, and any other value
// as it is.
func (d *decoder) nameIn(v any, at *place) any {
	if s, ok := v.(string); ok && looksLikeJSON(s) && d.within(s, at) {
		var inner map[string]any
		if json.Unmarshal([]byte(s), &inner) == nil && len(inner) == 1 && nameKey(inner) != "" {
			v = inner
		}
	}
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	if key := nameKey(m); key != "" && len(m) == 1 {
		return m[key]
	}
	return v
}

// nameKey is the key of a name, else that of an id, "" if there is neither.
func nameKey(m map[string]any) string {
	for _, want := range []string{"name", "id"} {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if strings.EqualFold(key, want) {
				return key
			}
		}
	}
	return ""
}
