package sandbox

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	defaultPage = 100
	largestPage = 250
)

// filterKind is how the value of a query parameter is checked.
type filterKind int

const (
	anyText filterKind = iota
	textList
	enumList
	oneEnum
	instant
	mail
)

// filter is a query parameter of one list, in addition to the common ones.
type filter struct {
	name   string
	kind   filterKind
	values []string // of an enumeration
}

// common are the filters of every list.
var common = []filter{{name: "ids", kind: textList}, {name: "remote_ids", kind: textList}, {name: "updated_after", kind: instant}}

// query is a validated query of a list. The maps contain only the filters that are
// set.
type query struct {
	page    int
	from    int // the smallest index to return
	deleted bool
	// nothing is set if a filter is on a field that the ATS does not deliver.
	nothing bool
	lists   map[string][]string
	texts   map[string]string
	times   map[string]ms
}

var datePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$`)

// parseDate parses a date as Kombo accepts it: without a time, or with one in UTC.
func parseDate(s string) (ms, bool) {
	if !datePattern.MatchString(s) {
		return 0, false
	}
	s = strings.TrimSuffix(s, "Z")
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return ms(t.UnixMilli()), true
		}
	}
	return 0, false
}

// parseQuery validates a query. All issues are in one refusal. As in Kombo, unknown
// parameters are ignored.
func (s *Sandbox) parseQuery(c *call, l *list) (*query, *refusal) {
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return nil, invalid("query: Invalid encoding")
	}
	q := &query{page: defaultPage, lists: map[string][]string{}, texts: map[string]string{}, times: map[string]ms{}}
	var issues issueList
	ignore := q.parseSwitches(values, &issues)
	for _, f := range slices.Concat(common, l.filters) {
		given, ok := values[f.name]
		if !ok {
			continue
		}
		if len(given) > 1 {
			issues.add(f.name, "Expected string, received array")
			continue
		}
		if given[0] == "" && f.kind != instant && f.kind != mail {
			continue
		}
		if s.unsupported[c.op+"."+f.name] {
			q.nothing = q.nothing || !ignore
			continue
		}
		q.parseFilter(f, given[0], &issues)
	}
	if cursor := values.Get("cursor"); cursor != "" {
		position, ok := s.readCursor(c.op, values, cursor)
		if !ok {
			issues.add("cursor", "Invalid cursor")
		}
		q.from = position
	}
	return q, issues.refusal()
}

// parseSwitches parses the parameters that are not filters, and reports whether to
// ignore unsupported filters.
func (q *query) parseSwitches(values url.Values, issues *issueList) bool {
	if given, ok := values["page_size"]; ok {
		n, err := strconv.Atoi(given[0])
		switch {
		case err != nil:
			issues.add("page_size", "Expected integer, received "+strconv.Quote(given[0]))
		case n < 1:
			issues.add("page_size", "Number must be greater than or equal to 1")
		case n > largestPage:
			issues.add("page_size", "Number must be less than or equal to 250")
		}
		q.page = n
	}
	flag := func(name string) bool {
		given, ok := values[name]
		if ok && given[0] != "true" && given[0] != "false" {
			issues.add(name, "Invalid enum value. Expected 'true' | 'false', received "+strconv.Quote(given[0]))
		}
		return ok && given[0] == "true"
	}
	q.deleted = flag("include_deleted")
	return flag("ignore_unsupported_filters")
}

func (q *query) parseFilter(f filter, value string, issues *issueList) {
	switch f.kind {
	case anyText:
		q.texts[f.name] = value
	case mail:
		if !emailPattern.MatchString(value) {
			issues.add(f.name, "Invalid email")
		}
		q.texts[f.name] = value
	case instant:
		t, ok := parseDate(value)
		if !ok {
			issues.add(f.name, "Invalid date. Expected YYYY-MM-DD or an ISO 8601 date-time in UTC that ends in Z")
		}
		q.times[f.name] = t
	case textList, enumList, oneEnum:
		list := []string{value}
		if f.kind != oneEnum {
			list = slices.DeleteFunc(strings.Split(value, ","), func(v string) bool { return v == "" })
		}
		for _, v := range list {
			if f.kind != textList && !slices.Contains(f.values, v) {
				issues.add(f.name, "Invalid enum value. Expected "+quoted(f.values)+", received "+strconv.Quote(v))
			}
		}
		if len(list) > 0 {
			q.lists[f.name] = list
		}
	}
}

func quoted(values []string) string { return "'" + strings.Join(values, "' | '") + "'" }
