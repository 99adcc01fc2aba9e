package privacy

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// StripFields removes the custom fields about protected topics from a record, at
// whatever depth, and returns their number. A field is recognized by its key, by the
// name that its value carries ({"name": "Gender", "value": …}), or by a value that can
// mean nothing else. The record is a pointer.
func StripFields(record any) int {
	s := fieldStripper{}
	s.walk(reflect.ValueOf(record))
	return s.count
}

type fieldStripper struct{ count int }

var freeForm = reflect.TypeFor[map[string]any]()

func (s *fieldStripper) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			s.walk(v.Elem())
		}
	case reflect.Slice:
		if canHoldFields(v.Type().Elem()) {
			for i := range v.Len() {
				s.walk(v.Index(i))
			}
		}
	case reflect.Struct:
		for f, value := range v.Fields() {
			if f.IsExported() && canHoldFields(f.Type) {
				s.walk(value)
			}
		}
	case reflect.Map:
		if fields, ok := reflect.TypeAssert[map[string]any](v); ok {
			s.count += stripMap(fields)
		}
	default:
	}
}

// canHoldFields reports whether custom fields may be somewhere in a value of a type.
func canHoldFields(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return canHoldFields(t.Elem())
	case reflect.Struct:
		return true
	case reflect.Map:
		return t == freeForm
	default:
		return false
	}
}

// stripMap removes protected fields from an object and returns their number.
func stripMap(fields map[string]any) int {
	count := 0
	for key, value := range fields {
		if isProtectedText(key) || isProtectedValue(value) {
			delete(fields, key)
			count++
			continue
		}
		if stripped, n := stripValue(value); n > 0 {
			fields[key] = stripped
			count += n
		}
	}
	return count
}

// stripValue gives a value of free form without the protected fields in it, and their
// number.
func stripValue(v any) (any, int) {
	switch t := v.(type) {
	case map[string]any:
		return t, stripMap(t)
	case []any:
		count := 0
		kept := make([]any, 0, len(t))
		for _, item := range t {
			if isProtectedValue(item) {
				count++
				continue
			}
			item, n := stripValue(item)
			kept = append(kept, item)
			count += n
		}
		return kept, count
	case string:
		return stripJSON(t)
	}
	return v, 0
}

// stripJSON does the same to JSON in a text.
func stripJSON(text string) (any, int) {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return text, 0
	}
	var v any
	if json.Unmarshal([]byte(trimmed), &v) != nil {
		return text, 0
	}
	stripped, n := stripValue(v)
	if isProtectedValue(v) {
		return "", 1
	}
	if n == 0 {
		return text, 0
	}
	return stripped, n
}

// nameKeys are the keys under which an object says what its value is of.
var nameKeys = []string{"name", "label", "title", "key", "field", "fieldname", "question", "displayname", "caption", "type", "id", "code", "text"}

// separators are left out where keys are compared with nameKeys.
var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// isProtectedValue reports whether a value says by itself that it is about a protected
// topic.
func isProtectedValue(v any) bool {
	switch t := v.(type) {
	case string:
		return isProtectedChoice(t) || isProtectedLine(t)
	case []any:
		if len(t) == 2 {
			// A name and its value.
			if name, ok := t[0].(string); ok && isProtectedText(name) {
				return true
			}
		}
		return slices.ContainsFunc(t, func(item any) bool {
			text, ok := item.(string)
			return ok && isProtectedChoice(text)
		})
	case map[string]any:
		for key, value := range t {
			name, ok := value.(string)
			inner, _ := value.(map[string]any)
			plain := strings.ToLower(separators.Replace(key))
			if inner != nil && slices.Contains(nameKeys, plain) && isProtectedValue(inner) {
				return true // {"field": {"label": "Gender"}, "value": …}
			}
			if ok && (slices.Contains(nameKeys, plain) && isProtectedText(name) || isProtectedChoice(name)) {
				return true
			}
		}
	}
	return false
}

// maxLine is the longest text, in bytes, that is taken for a name with its value.
const maxLine = 200

// isProtectedLine reports whether a text is a name and a value, such as "Gender: …".
func isProtectedLine(s string) bool {
	name, _, found := strings.Cut(s, ":")
	return found && len(s) <= maxLine && !strings.ContainsAny(name, "{[") && isProtectedText(name)
}
