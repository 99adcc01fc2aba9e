package tools

import (
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// sent is a filter that goes upstream, from a parameter or from where.
type sent struct {
	// filter is nil for ids and the time of the last change, which are options
	// of every list.
	*filter
	// key distinguishes walks with the filter from others.
	key    string
	values []string
	// column is the place of the column that a record of a wider walk is tested by,
	// -1 if none can.
	column int
	// explicit filters are in the arguments, so that where does not test what
	// they test.
	explicit bool
}

// keeps reports whether a record of a wider walk is one that the filter keeps.
func (s sent) keeps(row *digest.Row) bool {
	v := row.Values[s.column]
	if s.relation != relationSince {
		return slices.Contains(s.values, v.Str())
	}
	from, err := time.Parse(time.DateOnly, s.values[0][:len(time.DateOnly)])
	return err == nil && !v.IsMissing() && !v.Time(time.UTC).Before(from)
}

// pushdown is what a question sends upstream.
type pushdown struct {
	// fixed filters are in every walk of the question; a cached walk without the
	// loose ones is wider and serves as well.
	fixed, loose []sent
	// columns are those that where compares and Kombo filters by.
	columns []string
	// options are those of every list, with what where adds to them.
	options kombo.ListOptions
}

// maxIDs bounds the ids that where sends, because they are part of an address.
const maxIDs = 100

// pushDown collects the filters of the arguments and what where allows to be sent
// upstream as well. jobIDs gives the ids of the jobs with one of the names.
func pushDown(of *resource, filters []given, options kombo.ListOptions, conditions []digest.Condition, loc *time.Location, jobIDs func(wanted []string) []string) pushdown {
	p := pushdown{options: options}
	for _, g := range filters {
		if len(g.values) == 0 {
			continue
		}
		s := sent{filter: g.filter, key: filterKey(g.param, g.values), values: g.values, explicit: true, column: -1}
		if g.relation == relationExact || g.relation == relationSince {
			s.column = of.column(g.column)
			p.loose = append(p.loose, s)
		} else {
			p.fixed = append(p.fixed, s)
		}
	}
	for _, c := range conditions {
		for _, g := range filters {
			if len(g.values) > 0 || p.sends(g.param) {
				continue
			}
			if values := g.fromCondition(of, c, loc, jobIDs); len(values) > 0 {
				p.columns = append(p.columns, c.Column)
				p.loose = append(p.loose, sent{filter: g.filter, key: filterKey(g.param, values), values: values, column: of.column(g.column)})
			}
		}
	}
	p.addShared(of, conditions, loc)
	return p
}

// sends reports whether a loose filter is the parameter.
func (p *pushdown) sends(param string) bool {
	return slices.ContainsFunc(p.loose, func(s sent) bool { return s.filter != nil && s.param == param })
}

// fromCondition gives the values with which the filter drops nothing that the
// condition keeps, nil if there are none.
func (f *filter) fromCondition(of *resource, c digest.Condition, loc *time.Location, jobIDs func([]string) []string) []string {
	var values []string
	switch at := of.column(c.Column); {
	case f.relation == relationAbout || at < 0:
		return nil
	case f.relation == relationSince:
		if c.Column == f.column {
			values = dayAfter(c, loc)
		}
	case c.Column == f.column:
		values = constants(c)
	case f.names == inJobs && of.columns[at].IDColumn == f.column:
		if wanted := constants(c); len(wanted) > 0 {
			values = jobIDs(wanted)
		}
	}
	if len(f.closed) > 0 {
		values = spelledAsIn(f.closed, values)
	}
	if !f.takes(values) {
		return nil
	}
	return values
}

// addShared finds in where what every list can filter by: ids and the time of the
// last change. Kombo's filter by time also keeps records of which only something
// nested changed.
func (p *pushdown) addShared(of *resource, conditions []digest.Condition, loc *time.Location) {
	for _, c := range conditions {
		switch {
		case c.Column == of.table.ID && len(p.options.IDs) == 0:
			if ids := constants(c); sendable(ids) && len(ids) <= maxIDs {
				p.options.IDs = ids
				p.loose = append(p.loose, sent{key: filterKey("ids", ids)})
			}
		case c.Column == "changed" && p.options.UpdatedAfter == "" && hasLowerBound(c):
			after := kombo.FormatTime(c.Values[0].Time(loc).Add(-time.Millisecond))
			p.options.UpdatedAfter = after
			p.columns = append(p.columns, c.Column)
			p.loose = append(p.loose, sent{key: filterKey("updated_after", []string{after})})
		}
	}
}

// filters are those that are sent as such, in the order in which they were found.
func (p *pushdown) filters() []sent {
	return slices.DeleteFunc(slices.Concat(p.fixed, p.loose), func(s sent) bool { return s.filter == nil })
}

// cacheKeys name the cached walks that can serve the question, the narrowest
// first.
func (p *pushdown) cacheKeys(base string) []string {
	for _, s := range p.fixed {
		base += "\x01" + s.key
	}
	loose := make([]string, len(p.loose))
	for i, s := range p.loose {
		loose[i] = s.key
	}
	return digest.CacheKeys(base, loose)
}

// keeps is the test that a record of a wider walk must pass.
func (p *pushdown) keeps(row *digest.Row) bool {
	for _, s := range p.loose {
		if s.explicit && !s.keeps(row) {
			return false
		}
	}
	return true
}

// single is the one value that is sent as a filter on a column, "" if it is none
// or several.
func (p *pushdown) single(column string) string {
	for _, s := range p.loose {
		if s.filter != nil && s.filter.column == column && len(s.values) == 1 {
			return s.values[0]
		}
	}
	return ""
}

func filterKey(param string, values []string) string {
	return param + "=" + strings.Join(slices.Sorted(slices.Values(values)), ",")
}

// constants are the texts that the column of a condition must equal one of, in
// the spelling of its closed set where it has one.
func constants(c digest.Condition) []string {
	if c.Op != "==" && c.Op != "in" {
		return nil
	}
	var out []string
	for _, v := range c.Values {
		s := v.Str()
		if s == "" {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// dayAfter is the day from which Kombo's filter by day drops nothing that the
// condition keeps.
func dayAfter(c digest.Condition, loc *time.Location) []string {
	if !hasLowerBound(c) {
		return nil
	}
	return []string{c.Values[0].Time(loc).UTC().Format(time.DateOnly)}
}

// hasLowerBound reports whether the condition keeps nothing before a moment.
func hasLowerBound(c digest.Condition) bool {
	return (c.Op == ">" || c.Op == ">=" || c.Op == "==") && len(c.Values) == 1 && !c.Values[0].Time(time.UTC).IsZero()
}

// spelledAsIn gives values in the spelling of a closed set, and none if one is not
// in the set: a column may hold more values than a filter takes.
func spelledAsIn(set, values []string) []string {
	var out []string
	for _, v := range values {
		i := slices.IndexFunc(set, func(k string) bool { return digest.Fold(k) == digest.Fold(v) })
		if i < 0 {
			return nil
		}
		out = append(out, set[i])
	}
	return out
}
