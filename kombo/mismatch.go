package kombo

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
)

// maxMismatches is how many kinds of mismatches one response may have.
const maxMismatches = 100

// decodeDroppingMismatches decodes body with values of the wrong type replaced by
// null, starting with mismatch. Ignoring the error of encoding/json would not do:
// it leaves pointers to zero values behind, and 0 hours does not mean "unknown".
func decodeDroppingMismatches[T any](body []byte, mismatch *json.UnmarshalTypeError, log *slog.Logger) (envelope[T], error) {
	tree, err := asObject(body)
	if err != nil {
		return envelope[T]{}, err
	}
	for range maxMismatches {
		log.Warn("ignored a value of an unexpected type", "field", mismatch.Field, "want", mismatch.Type.String())
		if !nullify(tree, strings.Split(mismatch.Field, "."), mismatch.Value) {
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

// nullify replaces by null the values at path in node that are of the JSON type
// value, in every element of the lists on the way. It reports whether there was
// any.
func nullify(node any, path []string, value string) bool {
	found := false
	switch node := node.(type) {
	case []any:
		for i, element := range node {
			if len(path) == 0 && hasJSONType(element, value) {
				node[i], found = nil, true
				continue
			}
			found = nullify(element, path, value) || found
		}
	case map[string]any:
		if len(path) == 0 {
			return false
		}
		for key, element := range node {
			if !strings.EqualFold(key, path[0]) {
				continue
			}
			if len(path) == 1 && hasJSONType(element, value) {
				node[key], found = nil, true
				continue
			}
			found = nullify(element, path[1:], value) || found
		}
	}
	return found
}

// hasJSONType reports whether element is of the JSON type in the Value of a
// json.UnmarshalTypeError, where a number may be followed by its text.
func hasJSONType(element any, value string) bool {
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
