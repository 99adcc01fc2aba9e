package kombo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// overlay encodes known and lays extra over it: objects are merged, anything
// else in extra wins. It is how a tool's parameter that the types here do not
// name still reaches the wire.
func overlay(known any, extra map[string]any) ([]byte, error) {
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

// underlay decodes data into known and returns what known could not hold, so
// that overlay restores data. Names are matched without regard to case and
// then written as the wire wants them.
func underlay(data []byte, known any) (map[string]any, error) {
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
	// Ids of some tools are integers beyond what a float64 holds.
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	return object, nil
}

func merge(base, extra map[string]any) {
	for key, value := range extra {
		under, isObject := base[key].(map[string]any)
		over, isToo := value.(map[string]any)
		if isObject && isToo {
			merge(under, over)
			continue
		}
		base[key] = value
	}
}

func remainder(original, held map[string]any) map[string]any {
	rest := map[string]any{}
	for key, value := range original {
		name, found := foldedKey(held, key)
		if !found {
			rest[key] = value
			continue
		}
		object, isObject := value.(map[string]any)
		heldObject, isToo := held[name].(map[string]any)
		switch {
		case isObject && isToo:
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
