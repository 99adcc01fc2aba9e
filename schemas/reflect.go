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

// ErrRecursive is matched by the error for a type that contains itself: it cannot
// be inlined, and references break several clients.
var ErrRecursive = errors.New("schemas: recursive type")

// Of reflects the struct type t into a portable JSON Schema, with properties in the
// order of the fields. A field is required unless its json tag says omitempty. Its
// description comes from the tag jsonschema_description. Its enum comes from the tag
// jsonschema, or from its type: a string type with a method Values() []string is an
// enum of these values.
//
// The error matches ErrRecursive, or lists the violations that Lint finds in the
// result: maps, interfaces and raw JSON have no portable schema.
//
// Schemas are cached, because many tools share the type of their answers and a
// server reflects all of them while its host waits.
func Of(t reflect.Type) (json.RawMessage, error) {
	if cached, ok := cache.Load(t); ok {
		raw, _ := cached.(json.RawMessage)
		return raw, nil
	}
	raw, err := reflectSchema(t)
	if err == nil {
		cache.Store(t, raw)
	}
	return raw, err
}

var cache sync.Map // of reflect.Type to json.RawMessage

func reflectSchema(t reflect.Type) (json.RawMessage, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("schemas: %s is not a struct; the root of a tool schema must be an object", t)
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
	if violations := Lint(raw); len(violations) > 0 {
		return nil, fmt.Errorf("schemas: %s: %w", t, errors.Join(asErrors(violations)...))
	}
	return raw, nil
}

// enum is the schema of a string type that has its values, nil for other types.
func enum(t reflect.Type) *jsonschema.Schema {
	if t.Kind() != reflect.String {
		return nil
	}
	set, ok := reflect.TypeAssert[interface{ Values() []string }](reflect.Zero(t))
	if !ok {
		return nil
	}
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range set.Values() {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// simplify removes from s and all below it what only the root may have.
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

// checkRecursion looks at the Go types, because the reflector overflows the stack
// on a type that contains itself.
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
