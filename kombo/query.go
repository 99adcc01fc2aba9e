package kombo

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// query collects parameters and the first error in them.
type query struct {
	values url.Values
	err    error
}

// queryOf returns the parameters of a filter: each field of its struct that is set,
// under the name in the field's tag.
func queryOf(filter listFilter) query {
	q := query{values: url.Values{}}
	if n := filter.Options().PageSize; n < 0 || n > MaxPageSize {
		q.fail(fmt.Errorf("page_size must be from 1 to %d, but is %d", MaxPageSize, n))
	}
	q.fields(reflect.ValueOf(filter).Elem())
	return q
}

func (q *query) fields(v reflect.Value) {
	for f, value := range v.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("query"), ",")
		switch {
		case f.Anonymous:
			q.fields(value)
		case value.IsZero() || name == "":
		case value.Kind() == reflect.Slice:
			q.anyOf(name, value)
		default:
			text := fmt.Sprint(value)
			if option == "date" {
				if err := CheckDate(text); err != nil {
					q.fail(fmt.Errorf("%s: %w", name, err))
				}
			}
			q.values.Set(name, text)
		}
	}
}

// anyOf sets a list, which is sent as one value joined by commas. A value with a
// comma of its own would be split, and a blank one would disable the filter, so
// both are rejected.
func (q *query) anyOf(name string, values reflect.Value) {
	if values.Len() == 0 {
		return
	}
	parts := make([]string, values.Len())
	for i := range parts {
		parts[i] = values.Index(i).String()
		if strings.TrimSpace(parts[i]) == "" || strings.Contains(parts[i], ",") {
			q.fail(fmt.Errorf("%s: cannot filter by %q, because it is blank or contains a comma", name, parts[i]))
		}
	}
	q.values.Set(name, strings.Join(parts, ","))
}

func (q *query) fail(err error) {
	if q.err == nil {
		q.err = err
	}
}
