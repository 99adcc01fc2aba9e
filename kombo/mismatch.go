package kombo

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
)

// mostMismatches bounds how many kinds of odd values one answer may have.
const mostMismatches = 100

// decodeWithout decodes body with the values that do not fit taken for null,
// from the first mismatch on. Just ignoring the mismatch would not do: decoding
// leaves a pointer to zero behind, and 0 hours is not "unknown".
func decodeWithout[T any](body []byte, mismatch *json.UnmarshalTypeError, log *slog.Logger) (envelope[T], error) {
	tree, err := asObject(body)
	if err != nil {
		return envelope[T]{}, err
	}
	for range mostMismatches {
		log.Warn("left out a value of an unexpected type", "field", mismatch.Field, "want", mismatch.Type.String())
		if !blank(tree, strings.Split(mismatch.Field, "."), mismatch.Value) {
			return envelope[T]{}, mismatch
		}
		reduced, err := json.Marshal(tree)
		if err != nil {
			return envelope[T]{}, err
		}
		var got envelope[T]
		err = json.Unmarshal(reduced, &got)
		next, ok := errors.AsType[*json.UnmarshalTypeError](err)
		if !ok {
			return got, err
		}
		mismatch = next
	}
	return envelope[T]{}, mismatch
}

// blank sets to null what stands at path in node and is of the JSON type that
// value names, in all elements of the lists on the way. It tells whether there
// was any.
func blank(node any, path []string, value string) bool {
	found := false
	switch node := node.(type) {
	case []any:
		for i, element := range node {
			if len(path) == 0 && isOf(element, value) {
				node[i], found = nil, true
				continue
			}
			found = blank(element, path, value) || found
		}
	case map[string]any:
		if len(path) == 0 {
			return false
		}
		for key, element := range node {
			if !strings.EqualFold(key, path[0]) {
				continue
			}
			if len(path) == 1 && isOf(element, value) {
				node[key], found = nil, true
				continue
			}
			found = blank(element, path[1:], value) || found
		}
	}
	return found
}

// isOf tells whether element is of the JSON type that json.UnmarshalTypeError
// names in its Value: a number may come with its text.
func isOf(element any, value string) bool {
	kind, text, hasText := strings.Cut(value, " ")
	switch element := element.(type) {
	case string:
		return kind == "string"
	case bool:
		return kind == "bool"
	case json.Number:
		return kind == "number" && (!hasText || element.String() == text)
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	}
	return false
}
