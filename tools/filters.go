package tools

import (
	"fmt"
	"net/mail"
	"reflect"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// filter is a parameter of a list by which Kombo filters. The field of the list's
// argument struct declares all of it:
//
//	Outcomes []kombo.Outcome `json:"outcomes,omitempty" alias:"outcome,status" filter:"exact=outcome"`
//
// The tags json and alias name the parameter, and its type has the closed set of
// its values, if there is one. The same name in the tag query of Kombo's filter says
// where the values go. The tag filter says how the parameter relates to a column:
//
//	exact=C  it keeps the records whose column C has one of the values
//	since=C  it keeps the records whose column C is on that day or later
//	wider=C  it keeps all that exact=C would, and more
//	about=C  it compares something else that belongs to column C
//
// The first three let a condition in where on that column be sent as this filter;
// the first two let a cached walk without the filter answer. All four take the mask
// and the fields of the ATS from the column. After that may follow
//
//	names=jobs, names=stages  it takes names for ids
//	address                   it takes one valid e-mail address
type filter struct {
	param    string
	relation relation
	column   string
	// names is the list in whose directory names are resolved, "" for none.
	names   listName
	address bool
	// closed are the values that the parameter can have, nil for any.
	closed []string
	// index is the place of the parameter in the argument struct.
	index []int
}

// relation is how a filter relates to a column.
type relation string

const (
	relationExact relation = "exact"
	relationSince relation = "since"
	relationWider relation = "wider"
	relationAbout relation = "about"
)

// filtersOf reads the filters that an argument struct declares. The error names
// the field that is declared wrongly.
func filtersOf(t reflect.Type, of *resource) ([]*filter, error) {
	var out []*filter
	for _, field := range reflect.VisibleFields(t) {
		tag, declared := field.Tag.Lookup("filter")
		if !declared {
			continue
		}
		param, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		f := &filter{param: param, index: field.Index, closed: valuesOf(field.Type)}
		if err := f.parse(tag); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, field.Name, err)
		}
		switch at := of.column(f.column); {
		case at < 0:
			return nil, fmt.Errorf("%s.%s: %s has no column %q", t, field.Name, of.table.Name, f.column)
		case of.columns[at].lookup != nil:
			return nil, fmt.Errorf("%s.%s: %s is looked up, so Kombo cannot filter by it", t, field.Name, f.column)
		}
		out = append(out, f)
	}
	return out, nil
}

func (f *filter) parse(tag string) error {
	for i, part := range strings.Split(tag, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch {
		case i == 0 && slices.Contains([]relation{relationExact, relationSince, relationWider, relationAbout}, relation(key)):
			f.relation, f.column = relation(key), value
		case i > 0 && key == "names" && slices.Contains([]listName{inJobs, inStages}, listName(value)):
			f.names = listName(value)
		case i > 0 && part == "address":
			f.address = true
		default:
			return fmt.Errorf("%q in the tag filter has no meaning", part)
		}
	}
	return nil
}

// valuesOf are the values of a type that has them, or of a list of such.
func valuesOf(t reflect.Type) []string {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if set, ok := reflect.TypeAssert[interface{ Values() []string }](reflect.Zero(t)); ok {
		return set.Values()
	}
	return nil
}

// given is a filter with the values that the arguments give it.
type given struct {
	*filter
	values []string
}

// givenIn are the filters with the values of an argument struct, in the order of
// their declaration, those without a value included.
func givenIn(filters []*filter, arguments reflect.Value) []given {
	out := make([]given, 0, len(filters))
	for _, f := range filters {
		g := given{filter: f}
		v := arguments.FieldByIndex(f.index)
		if v.Kind() != reflect.Slice {
			g.values = one(v.String())
		} else {
			for i := range v.Len() {
				g.values = append(g.values, v.Index(i).String())
			}
		}
		if f.names == "" {
			g.values = names.SplitCommas(g.values)
		}
		out = append(out, g)
	}
	return out
}

// mask is the category of personal data that the filter compares.
func (f *filter) mask(of *resource) privacy.Category { return of.columns[of.column(f.column)].mask }

// field is what the ATS must deliver for the filter to match anything, in Kombo's
// name.
func (f *filter) field(of *resource) string {
	fields := of.columns[of.column(f.column)].fields
	if slices.Contains(fields, f.param) {
		return f.param
	}
	return fields[0]
}

// takes reports whether the filter can be sent values from where.
func (f *filter) takes(values []string) bool {
	if !f.address {
		return sendable(values)
	}
	if len(values) != 1 {
		return false
	}
	_, err := mail.ParseAddress("<" + values[0] + ">")
	return err == nil
}

// sendable reports whether the wire can carry the values, which are separated by
// commas there.
func sendable(values []string) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool {
		return strings.TrimSpace(v) == "" || strings.Contains(v, ",")
	})
}

// filterTargets are the places of filters in one of Kombo's filter types, by their
// parameters. The error names a filter that Kombo does not have, or one of Kombo's
// that has no parameter.
func filterTargets(t reflect.Type, filters []*filter) (map[string][]int, error) {
	targets := map[string][]int{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("query"), ",")
		if _, ofAll := reflect.TypeFor[kombo.ListOptions]().FieldByName(field.Name); name != "" && !ofAll {
			targets[name] = field.Index
		}
	}
	for name := range targets {
		if !slices.ContainsFunc(filters, func(f *filter) bool { return f.param == name }) {
			return nil, fmt.Errorf("%s filters by %s, for which there is no parameter", t, name)
		}
	}
	for _, f := range filters {
		if targets[f.param] == nil {
			return nil, fmt.Errorf("%s has no field with the tag query:%q", t, f.param)
		}
	}
	return targets, nil
}

// setFilter puts values into a field of one of Kombo's filters: a text, or a list
// of texts of any type.
func setFilter(v reflect.Value, values []string) {
	if v.Kind() == reflect.String {
		v.SetString(values[0])
		return
	}
	list := reflect.MakeSlice(v.Type(), len(values), len(values))
	for i, s := range values {
		list.Index(i).SetString(s)
	}
	v.Set(list)
}
