package kombo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// marshalWithExtra encodes known with extra merged into it: objects are merged,
// and any other value in extra wins. It sends parameters of an ATS that the types
// of this package do not have.
func marshalWithExtra(known any, extra map[string]any) ([]byte, error) {
	encoded, err := json.Marshal(known)
	if err != nil || len(extra) == 0 {
		return encoded, err
	}
	base, err := asObject(encoded)
	if err != nil {
		return nil, err
	}
	merge(base, extra)
	return json.Marshal(base)
}

// unmarshalWithExtra decodes data into known and returns what known cannot hold,
// so that marshalWithExtra restores data. Names are matched without regard to
// case and written back with the case that Kombo expects.
func unmarshalWithExtra(data []byte, known any) (map[string]any, error) {
	if err := json.Unmarshal(data, known); err != nil {
		return nil, fmt.Errorf("remote_fields: %w", err)
	}
	original, err := asObject(data)
	if err != nil {
		return nil, fmt.Errorf("remote_fields: %w", err)
	}
	encoded, err := json.Marshal(known)
	if err != nil {
		return nil, err
	}
	held, err := asObject(encoded)
	if err != nil {
		return nil, err
	}
	return remainder(original, held), nil
}

func asObject(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	// Some ATS have integer ids that a float64 cannot hold.
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	return object, nil
}

func merge(base, extra map[string]any) {
	for key, value := range extra {
		lower, lowerIsObject := base[key].(map[string]any)
		upper, upperIsObject := value.(map[string]any)
		if lowerIsObject && upperIsObject {
			merge(lower, upper)
			continue
		}
		base[key] = value
	}
}

// remainder returns the parts of original that held lacks or has otherwise, nil
// if there are none.
func remainder(original, held map[string]any) map[string]any {
	rest := map[string]any{}
	for key, value := range original {
		name, found := foldedKey(held, key)
		if !found {
			rest[key] = value
			continue
		}
		object, isObject := value.(map[string]any)
		heldObject, heldIsObject := held[name].(map[string]any)
		switch {
		case isObject && heldIsObject:
			if inner := remainder(object, heldObject); inner != nil {
				rest[name] = inner
			}
		case !reflect.DeepEqual(value, held[name]):
			rest[name] = value
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

func foldedKey(object map[string]any, key string) (string, bool) {
	if _, found := object[key]; found {
		return key, true
	}
	for name := range object {
		if strings.EqualFold(name, key) {
			return name, true
		}
	}
	return "", false
}
