package schemas

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/invopop/jsonschema"
)

// ErrRecursive is returned for a type that contains itself: inlining it would
// never end, and references break several clients.
var ErrRecursive = errors.New("schemas: recursive type")

// Of reflects the struct type t into a portable JSON Schema with the properties
// in the order of the struct's fields. A field is required unless its json tag
// says omitempty; its description comes from the tag jsonschema_description, its
// enum from the tag jsonschema, or from its type: a string type with a method
// Values() []string is an enum of these.
//
// The error is ErrRecursive, or lists what Lint finds wrong with the outcome:
// maps, interfaces and raw JSON have no portable schema.
//
// What a type gave is kept: many tools share the type of their answers, and a
// server reflects all of them while its host waits.
func Of(t reflect.Type) (json.RawMessage, error) {
	if known, ok := kept.Load(t); ok {
		raw, _ := known.(json.RawMessage)
		return raw, nil
	}
	raw, err := reflected(t)
	if err == nil {
		kept.Store(t, raw)
	}
	return raw, err
}

// kept are the schemas made so far, by reflect.Type.
var kept sync.Map

func reflected(t reflect.Type) (json.RawMessage, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("schemas: %s is no struct, the root of a tool schema is an object", t)
	}
	if err := checkRecursion(t, nil); err != nil {
		return nil, err
	}
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, ExpandedStruct: true, Mapper: enum}
	s := r.ReflectFromType(t)
	s.Version = ""
	s.ID = ""
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		simplify(p.Value)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("schemas: marshal %s: %w", t, err)
	}
	if problems := Lint(raw); len(problems) > 0 {
		return nil, fmt.Errorf("schemas: %s: %w", t, errors.Join(asErrors(problems)...))
	}
	return raw, nil
}

// enum is the schema of a string type that has its values, nil for other types.
func enum(t reflect.Type) *jsonschema.Schema {
	if t.Kind() != reflect.String {
		return nil
	}
	set, ok := reflect.Zero(t).Interface().(interface{ Values() []string })
	if !ok {
		return nil
	}
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range set.Values() {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// simplify drops from everything below the root what only the root may carry.
func simplify(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	s.AdditionalProperties = nil
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			simplify(p.Value)
		}
	}
	simplify(s.Items)
}

// checkRecursion walks the Go types, since the reflector itself overflows the
// stack on a type that contains itself.
func checkRecursion(t reflect.Type, above []reflect.Type) error {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return checkRecursion(t.Elem(), above)
	case reflect.Struct:
	default:
		return nil
	}
	if slices.Contains(above, t) {
		return fmt.Errorf("%w: %s", ErrRecursive, t)
	}
	above = append(above, t)
	for f := range t.Fields() {
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		if err := checkRecursion(f.Type, above); err != nil {
			return err
		}
	}
	return nil
}
