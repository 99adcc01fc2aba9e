package args

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// field is one parameter as its struct tags declare it.
type field struct {
	name     string
	aliases  []string
	enum     []string
	required bool
	index    []int
}

// fieldCache holds the parameters of every struct decoded so far, since reading the
// tags takes longer than the rest of decoding.
var fieldCache sync.Map // reflect.Type to []field

// fieldsOf lists the parameters of a struct in order, those of embedded structs
// included. The list is shared and must not be changed.
func fieldsOf(t reflect.Type) []field {
	if cached, ok := fieldCache.Load(t); ok {
		list, _ := cached.([]field)
		return list
	}
	list := readFields(t)
	fieldCache.Store(t, list)
	return list
}

func readFields(t reflect.Type) []field {
	var out []field
	for f := range t.Fields() {
		if f.Anonymous {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append(slices.Clone(f.Index), inner.index...)
				out = append(out, inner)
			}
			continue
		}
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		p := field{name: name, index: f.Index, required: !strings.Contains(opts, "omitempty"), enum: valuesOf(f.Type)}
		if a := f.Tag.Get("alias"); a != "" {
			p.aliases = strings.Split(a, ",")
		}
		for part := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
			if v, ok := strings.CutPrefix(part, "enum="); ok {
				p.enum = append(p.enum, v)
			}
		}
		out = append(out, p)
	}
	return out
}

// valuesOf are the values of a string type that has them, or of a list of such.
func valuesOf(t reflect.Type) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if set, ok := reflect.TypeAssert[interface{ Values() []string }](reflect.Zero(t)); ok && t.Kind() == reflect.String {
		return set.Values()
	}
	return nil
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// find gives the field that a key means: by its exact name, else by another
// spelling of it (jobIds for job_ids) or by an alias that the field declares.
func find(fields []field, key string) (field, bool) {
	for _, f := range fields {
		if f.name == key {
			return f, true
		}
	}
	plain := plainKey(key)
	for _, f := range fields {
		if plainKey(f.name) == plain || slices.ContainsFunc(f.aliases, func(a string) bool { return plainKey(a) == plain }) {
			return f, true
		}
	}
	return field{}, false
}

// maxKeyBytes is more than any key or value of an enum has.
const maxKeyBytes = 200

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// plainKey is a key without case and word separators, and without what follows
// maxKeyBytes.
func plainKey(s string) string {
	return strings.ToLower(separators.Replace(s[:min(len(s), maxKeyBytes)]))
}
