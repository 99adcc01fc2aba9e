package args

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

var jsonType = reflect.TypeFor[JSON]()

// Decode reads arguments, as encoding/json decodes them into an any, into a new A,
// which must be a struct. Null counts as absent, at every level. The error is an
// [*Error] with every problem, unknown and missing parameters included.
func Decode[A any](arguments any) (A, error) {
	var out A
	d := decoder{}
	if arguments == nil {
		arguments = map[string]any{}
	}
	d.value(arguments, reflect.ValueOf(&out).Elem(), "", field{})
	if len(d.problems) > 0 {
		return out, &Error{d.problems}
	}
	return out, nil
}

// decoder collects problems; its methods set dst where v can be read and note a
// problem where it cannot. The path names the parameter in problems.
type decoder struct{ problems []string }

func (d *decoder) fail(format string, a ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, a...))
}

func (d *decoder) value(v any, dst reflect.Value, path string, f field) {
	if v == nil {
		return
	}
	if dst.Kind() == reflect.Pointer {
		fresh := reflect.New(dst.Type().Elem())
		before := len(d.problems)
		d.value(v, fresh.Elem(), path, f)
		if len(d.problems) == before {
			dst.Set(fresh)
		}
		return
	}
	if dst.Type() == jsonType {
		d.text(v, dst)
		return
	}
	switch dst.Kind() {
	case reflect.Struct:
		d.object(v, dst, path)
	case reflect.Slice:
		d.list(v, dst, path, f)
	case reflect.String:
		d.str(v, dst, path, f)
	case reflect.Bool:
		d.boolean(v, dst, path)
	case reflect.Int, reflect.Int64:
		d.integer(v, dst, path)
	case reflect.Float64:
		d.float(v, dst, path)
	default:
		d.fail("%s: this server cannot read parameters of type %s.", path, dst.Kind())
	}
}

func (d *decoder) text(v any, dst reflect.Value) {
	if s, ok := v.(string); ok {
		dst.SetString(s)
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		d.fail("A value could not be encoded as JSON: %v.", err)
		return
	}
	dst.SetString(string(raw))
}

func (d *decoder) object(v any, dst reflect.Value, path string) {
	if s, ok := v.(string); ok {
		var inner any
		if json.Unmarshal([]byte(s), &inner) == nil {
			v = inner
		}
	}
	fields := fieldsOf(dst.Type())
	if s, ok := v.(string); ok && len(fields) == 1 {
		// A bare value for an object with one field, such as a tag's name.
		v = map[string]any{fields[0].name: s}
	}
	m, ok := v.(map[string]any)
	if !ok {
		d.fail("%s must be an object with %s, not %s.", orTheArguments(path), strings.Join(fieldNames(fields), ", "), describe(v))
		return
	}
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if m[key] == nil {
			continue
		}
		f, ok := find(fields, key)
		if !ok {
			d.unknown(path, key, fields)
			continue
		}
		if seen[f.name] {
			if key != f.name {
				d.fail("%s and %s are the same parameter: send one of them.", join(path, f.name), key)
			}
			continue
		}
		if key != f.name && m[f.name] != nil {
			d.fail("%s and %s are the same parameter: send one of them.", join(path, f.name), key)
			continue
		}
		seen[f.name] = true
		d.value(m[key], dst.FieldByIndex(f.index), join(path, f.name), f)
	}
	for _, f := range fields {
		if f.required && !seen[f.name] {
			d.fail("%s is required and missing.", join(path, f.name))
		}
	}
}

func (d *decoder) unknown(path, key string, fields []field) {
	names := fieldNames(fields)
	hint := ""
	if near := nearest(key, names); near != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	d.fail("Unknown parameter %s%s; valid here: %s.", strconv.Quote(join(path, key)), hint, strings.Join(names, ", "))
}

func (d *decoder) list(v any, dst reflect.Value, path string, f field) {
	if s, ok := v.(string); ok {
		v = d.stringAsList(s, dst.Type().Elem(), f)
	}
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	out := reflect.MakeSlice(dst.Type(), 0, len(items))
	for i, item := range items {
		if item == nil {
			continue
		}
		e := reflect.New(dst.Type().Elem()).Elem()
		d.value(item, e, fmt.Sprintf("%s[%d]", path, i), f)
		out = reflect.Append(out, e)
	}
	dst.Set(out)
}

// stringAsList reads a string where a list is wanted: a list as JSON, the members
// of an enum separated by commas, or a single element.
func (d *decoder) stringAsList(s string, elem reflect.Type, f field) any {
	var parsed any
	if t := strings.TrimSpace(s); strings.HasPrefix(t, "[") && json.Unmarshal([]byte(t), &parsed) == nil {
		return parsed
	}
	if s == "" && elem.Kind() == reflect.String {
		return []any{}
	}
	if len(f.enum) == 0 {
		return []any{s}
	}
	var out []any
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (d *decoder) str(v any, dst reflect.Value, path string, f field) {
	var s string
	switch t := v.(type) {
	case string:
		s = t
	case float64:
		s = strconv.FormatFloat(t, 'f', -1, 64)
	case bool:
		s = strconv.FormatBool(t)
	case []any:
		parts := make([]string, 0, len(t))
		for _, e := range t {
			p, ok := e.(string)
			if !ok || len(f.enum) > 0 {
				d.fail("%s must be one string, not %s.", path, describe(v))
				return
			}
			parts = append(parts, p)
		}
		s = strings.Join(parts, ",")
	default:
		d.fail("%s must be a string, not %s.", path, describe(v))
		return
	}
	if len(f.enum) > 0 && s != "" {
		i := slices.IndexFunc(f.enum, func(e string) bool { return plainKey(e) == plainKey(strings.TrimSpace(s)) })
		if i < 0 {
			d.fail("%s must be one of %s, not %s.", path, strings.Join(f.enum, ", "), describe(s))
			return
		}
		s = f.enum[i]
	}
	dst.SetString(s)
}

func (d *decoder) boolean(v any, dst reflect.Value, path string) {
	switch t := v.(type) {
	case bool:
		dst.SetBool(t)
		return
	case string:
		word := strings.ToLower(strings.TrimSpace(t))
		if b, err := strconv.ParseBool(word); err == nil || word == "yes" || word == "no" {
			dst.SetBool(b || word == "yes")
			return
		}
	case float64:
		if t == 0 || t == 1 {
			dst.SetBool(t == 1)
			return
		}
	}
	d.fail("%s must be true or false, not %s.", path, describe(v))
}

func (d *decoder) number(v any, path, want string) (float64, bool) {
	switch t := v.(type) {
	case float64:
		return t, true
	case int:
		return float64(t), true
	case string:
		if n, err := strconv.ParseFloat(strings.TrimSpace(t), 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n, true
		}
	}
	d.fail("%s must be %s, not %s.", path, want, describe(v))
	return 0, false
}

func (d *decoder) integer(v any, dst reflect.Value, path string) {
	n, ok := d.number(v, path, "a whole number")
	if !ok {
		return
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		d.fail("%s must be a whole number, not %s.", path, describe(v))
		return
	}
	dst.SetInt(int64(n))
}

func (d *decoder) float(v any, dst reflect.Value, path string) {
	if n, ok := d.number(v, path, "a number"); ok {
		dst.SetFloat(n)
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func orTheArguments(path string) string {
	if path == "" {
		return "The arguments"
	}
	return path
}

// describe words a value briefly; a long one is cut.
func describe(v any) string {
	switch t := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(wording.Clip(t, 60))
	case map[string]any:
		return "an object"
	case []any:
		return fmt.Sprintf("a list of %d", len(t))
	default:
		return fmt.Sprint(t)
	}
}
