package args

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/jsonlimit"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

var (
	jsonType  = reflect.TypeFor[JSON]()
	namedType = reflect.TypeFor[Named]()
)

// Decode reads arguments, as encoding/json decodes them into an any, into a new A,
// which must be a struct. Null counts as absent, at every level. The error is an
// [*Error] with every problem, unknown and missing parameters included, or the cause
// of the context's end.
//
// JSON in strings is read under the limits of a message, see package jsonlimit, all of
// it together, and so are lists in strings.
func Decode[A any](ctx context.Context, arguments any) (A, error) {
	var out A
	d := decoder{ctx: ctx, values: jsonlimit.MaxValues}
	if arguments == nil {
		arguments = map[string]any{}
	}
	d.value(arguments, reflect.ValueOf(&out).Elem(), nil, field{})
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if len(d.problems) > 0 {
		return out, &Error{d.problems}
	}
	return out, nil
}

// maxObjects is how many objects a list may have; no tool has use for as many.
const maxObjects = 1000

// decoder collects problems; its methods set dst where v can be read and note a
// problem where it cannot. The path names the parameter in problems.
type decoder struct {
	ctx      context.Context //nolint:containedctx // a decoder lives for one Decode
	problems []string
	// values is how many more values there may be in strings.
	values int
}

func (d *decoder) fail(format string, a ...any) {
	d.problems = append(d.problems, fmt.Sprintf(format, a...))
}

// stopped reports whether to decode no more: nobody waits for the result any more, or
// there are more problems than an Error shows.
func (d *decoder) stopped() bool { return len(d.problems) > MaxProblems || d.ctx.Err() != nil }

// within counts the values of a string that holds a list or JSON. It notes a problem
// and returns false if there are too many.
func (d *decoder) within(s string, at *place) bool {
	n, err := jsonlimit.Count(s, d.values)
	d.values -= n
	if err != nil {
		d.fail("The text of %s cannot be read: %v. Send less of it in one call.", orTheArguments(at.String()), err)
		return false
	}
	return true
}

// looksLikeJSON reports whether a text could be a JSON object or list.
func looksLikeJSON(s string) bool {
	s = strings.TrimLeft(s, " \t\r\n")
	return s != "" && (s[0] == '{' || s[0] == '[')
}

func (d *decoder) value(v any, dst reflect.Value, at *place, f field) {
	if v == nil {
		return
	}
	if dst.Kind() == reflect.Pointer {
		fresh := reflect.New(dst.Type().Elem())
		before := len(d.problems)
		d.value(v, fresh.Elem(), at, f)
		if len(d.problems) == before {
			dst.Set(fresh)
		}
		return
	}
	if dst.Type() == jsonType {
		d.text(v, dst, at)
		return
	}
	if dst.Type() == namedType {
		v, f = d.nameIn(v, at), field{}
	}
	switch dst.Kind() {
	case reflect.Struct:
		d.object(v, dst, at)
	case reflect.Slice:
		d.list(v, dst, at, f)
	case reflect.String:
		d.str(v, dst, at, f)
	case reflect.Bool:
		d.boolean(v, dst, at)
	case reflect.Int, reflect.Int64:
		d.integer(v, dst, at)
	case reflect.Float64:
		d.float(v, dst, at)
	default:
		d.fail("%s: this server cannot read parameters of type %s.", at, dst.Kind())
	}
}

func (d *decoder) text(v any, dst reflect.Value, at *place) {
	if s, ok := v.(string); ok {
		// Tools decode it again.
		if !looksLikeJSON(s) || d.within(s, at) {
			dst.SetString(s)
		}
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		d.fail("A value could not be encoded as JSON: %v.", err)
		return
	}
	dst.SetString(string(raw))
}

func (d *decoder) object(v any, dst reflect.Value, at *place) {
	if s, ok := v.(string); ok {
		if !d.within(s, at) {
			return
		}
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
		d.fail("%s must be an object with %s, not %s.", orTheArguments(at.String()), strings.Join(fieldNames(fields), ", "), describe(v))
		return
	}
	seen := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if m[key] == nil {
			continue
		}
		if d.stopped() {
			return
		}
		f, ok := find(fields, key)
		if !ok {
			d.unknown(at, key, fields)
			continue
		}
		if seen[f.name] {
			if key != f.name {
				d.fail("%s and %s are the same parameter: send one of them.", at.field(f.name), key)
			}
			continue
		}
		if key != f.name && m[f.name] != nil {
			d.fail("%s and %s are the same parameter: send one of them.", at.field(f.name), key)
			continue
		}
		seen[f.name] = true
		d.value(m[key], dst.FieldByIndex(f.index), at.field(f.name), f)
	}
	for _, f := range fields {
		if f.required && !seen[f.name] {
			d.fail("%s is required and missing.", at.field(f.name))
		}
	}
}

func (d *decoder) unknown(at *place, key string, fields []field) {
	names := fieldNames(fields)
	hint := ""
	if near := Nearest(key, names); near != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", near)
	}
	d.fail("Unknown parameter %s%s; valid here: %s.", strconv.Quote(wording.Clip(at.field(key).String(), maxQuoted)), hint, strings.Join(names, ", "))
}

func (d *decoder) list(v any, dst reflect.Value, at *place, f field) {
	if s, ok := v.(string); ok {
		if v = d.stringAsList(s, at, dst.Type().Elem(), f); v == nil {
			return
		}
	}
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	if elem := dst.Type().Elem(); elem.Kind() == reflect.Struct && len(items) > maxObjects {
		d.fail("%s takes at most %d elements, not %d.", at, maxObjects, len(items))
		return
	}
	out := reflect.MakeSlice(dst.Type(), len(items), len(items))
	n, element := 0, &place{in: at, element: true}
	for i, item := range items {
		if item == nil {
			continue
		}
		if d.stopped() {
			return
		}
		element.index = i
		d.value(item, out.Index(n), element, f)
		n++
	}
	dst.Set(out.Slice(0, n))
}

// stringAsList reads a string where a list is wanted: a list as JSON, the members
// of an enum separated by commas, or a single element. It is nil if there was a problem.
func (d *decoder) stringAsList(s string, at *place, elem reflect.Type, f field) any {
	if !d.within(s, at) {
		return nil
	}
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

func (d *decoder) str(v any, dst reflect.Value, at *place, f field) {
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
				d.fail("%s must be one string, not %s.", at, describe(v))
				return
			}
			parts = append(parts, p)
		}
		s = strings.Join(parts, ",")
	default:
		d.fail("%s must be a string, not %s.", at, describe(v))
		return
	}
	if len(f.enum) > 0 && s != "" {
		plain := plainKey(strings.TrimSpace(s))
		i := slices.IndexFunc(f.enum, func(e string) bool { return plainKey(e) == plain })
		if i < 0 {
			d.fail("%s must be one of %s, not %s.", at, strings.Join(f.enum, ", "), describe(s))
			return
		}
		s = f.enum[i]
	}
	dst.SetString(s)
}

func (d *decoder) boolean(v any, dst reflect.Value, at *place) {
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
	d.fail("%s must be true or false, not %s.", at, describe(v))
}

func (d *decoder) number(v any, at *place, want string) (float64, bool) {
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
	d.fail("%s must be %s, not %s.", at, want, describe(v))
	return 0, false
}

func (d *decoder) integer(v any, dst reflect.Value, at *place) {
	n, ok := d.number(v, at, "a whole number")
	if !ok {
		return
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		d.fail("%s must be a whole number, not %s.", at, describe(v))
		return
	}
	dst.SetInt(int64(n))
}

func (d *decoder) float(v any, dst reflect.Value, at *place) {
	if n, ok := d.number(v, at, "a number"); ok {
		dst.SetFloat(n)
	}
}

// place is where in the arguments a value stands. Its text is made only for problems;
// nil is the arguments themselves.
type place struct {
	in *place
	// name is that of a field, index that of an element of a list.
	name    string
	element bool
	index   int
}

func (p *place) field(name string) *place { return &place{in: p, name: name} }

// String is the place as problems name it: candidate.social_links[0].url.
func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.element:
		return fmt.Sprintf("%s[%d]", p.in, p.index)
	case p.in == nil:
		return p.name
	}
	return p.in.String() + "." + p.name
}

func orTheArguments(name string) string {
	if name == "" {
		return "The arguments"
	}
	return name
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
