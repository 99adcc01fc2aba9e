package tools

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// filter is one parameter of a list that Kombo filters by.
type filter[A, F any] struct {
	param string
	// column holds what the parameter compares, exactly; "" where no column
	// does.
	column string
	// values are the parameter's in the arguments; set puts values into the
	// request.
	values func(*A) []string
	set    func(*F, []string)
	// known closes the set of values, in Kombo's spelling.
	known []string
	// pushed is the column whose comparison in where may be sent upstream as
	// this filter, though the filter keeps more than the column tells.
	pushed string
	// day marks a filter that keeps what is on that day or later.
	day bool
	// mask is the category of personal data that the filter compares where no
	// column of the list does.
	mask privacy.Category
	// pushes tells which values of where may be sent; nil takes all.
	pushes func([]string) bool
}

// equal is a filter that keeps records whose column has one of the values.
func equal[A, F any](param, column string, values func(*A) []string, set func(*F, []string)) filter[A, F] {
	return filter[A, F]{param: param, column: column, values: func(a *A) []string { return names.SplitCommas(values(a)) }, set: set}
}

// only is a filter that no column can stand for.
func only[A, F any](param string, values func(*A) []string, set func(*F, []string)) filter[A, F] {
	return filter[A, F]{param: param, values: values, set: set}
}

// of closes the set of values.
func (f filter[A, F]) of(values ...string) filter[A, F] { f.known = values; return f }

// narrows names the column whose comparison may be sent as this filter.
func (f filter[A, F]) narrows(column string) filter[A, F] { f.pushed = column; return f }

// when limits what of where is sent.
func (f filter[A, F]) when(pushes func([]string) bool) filter[A, F] { f.pushes = pushes; return f }

// masked declares the category of personal data that the filter compares.
func (f filter[A, F]) masked(category privacy.Category) filter[A, F] { f.mask = category; return f }

// maskOf is the category of personal data that the filter compares.
func (f filter[A, F]) maskOf(of *resource) privacy.Category {
	return cmp.Or(f.mask, of.maskOf(f.column), of.maskOf(f.pushed))
}

// oneAddress is what a filter takes that wants a single e-mail address.
func oneAddress(values []string) bool {
	if len(values) != 1 {
		return false
	}
	_, err := mail.ParseAddress("<" + values[0] + ">")
	return err == nil
}

// createdAfter is Kombo's filter by the day of creation.
func createdAfter[A, F any](column string, value func(*A) *string, set func(*F, string)) filter[A, F] {
	return filter[A, F]{
		param: "remote_created_after", column: column, day: true,
		values: func(a *A) []string {
			// What is no date is refused when the arguments are resolved.
			if s, err := wireDate("remote_created_after", *value(a)); err == nil {
				return one(s)
			}
			return one(*value(a))
		},
		set: func(f *F, v []string) { set(f, v[0]) },
	}
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// narrowed is a filter with its values, from a parameter or from where.
type narrowed[F any] struct {
	key    string
	column int
	values []string
	day    bool
	set    func(*F, []string)
	// explicit filters stand in the arguments, so that where does not hold
	// what they hold.
	explicit bool
}

// keeps reports whether a record of a wider walk is one that the filter keeps.
func (n narrowed[F]) keeps(row *digest.Row) bool {
	v := row.Values[n.column]
	if !n.day {
		return slices.Contains(n.values, v.Str())
	}
	from, err := time.Parse(time.DateOnly, n.values[0][:len(time.DateOnly)])
	return err == nil && !v.IsMissing() && !v.Time(time.UTC).Before(from)
}

// narrowing is what a question sends upstream.
type narrowing[F any] struct {
	// fixed are in every walk of the question; loose ones a wider kept walk
	// can do without.
	fixed, loose []narrowed[F]
	// upstream are the columns that where compares and Kombo filters by.
	upstream []string
	// ids and after are what where lets be sent of the options of every list.
	ids   []string
	after string
}

// mostIDs bounds the ids that are sent, for they stand in an address.
const mostIDs = 100

// shared finds in where what every list can filter by: ids and the time of the
// last change. Kombo's filter by time also keeps records of which only
// something nested changed.
func (n *narrowing[F]) shared(o kombo.ListOptions, table *digest.Table, conditions []digest.Condition, loc *time.Location) {
	for _, c := range conditions {
		switch {
		case c.Column == table.ID && len(o.IDs)+len(n.ids) == 0:
			if ids := constants(c); sendable(ids) && len(ids) <= mostIDs {
				n.ids = ids
				n.loose = append(n.loose, narrowed[F]{key: filterKey("ids", ids)})
			}
		case c.Column == "changed" && o.UpdatedAfter+n.after == "" && hasLowerBound(c):
			n.after = kombo.FormatTime(c.Values[0].Time(loc).Add(-time.Millisecond))
			n.upstream = append(n.upstream, c.Column)
			n.loose = append(n.loose, narrowed[F]{key: filterKey("updated_after", []string{n.after})})
		}
	}
}

// onto puts what where narrows into the options of a request.
func (n *narrowing[F]) onto(o kombo.ListOptions) kombo.ListOptions {
	if len(n.ids) > 0 {
		o.IDs = n.ids
	}
	if n.after != "" {
		o.UpdatedAfter = n.after
	}
	return o
}

func (n *narrowing[F]) apply(f *F) {
	for _, list := range [][]narrowed[F]{n.fixed, n.loose} {
		for _, one := range list {
			if one.set != nil {
				one.set(f, one.values)
			}
		}
	}
}

// keys name the kept walks that can serve the question, the narrowest first.
func (n *narrowing[F]) keys(base string) []string {
	for _, f := range n.fixed {
		base += "\x01" + f.key
	}
	loose := make([]string, len(n.loose))
	for i, f := range n.loose {
		loose[i] = f.key
	}
	return digest.CacheKeys(base, loose)
}

// keep is the test that a record of a wider walk must pass.
func (n *narrowing[F]) keep(row *digest.Row) bool {
	for _, f := range n.loose {
		if f.explicit && !f.keeps(row) {
			return false
		}
	}
	return true
}

// narrow collects the filters of the arguments and what where allows to send
// upstream as well.
func narrow[A, F any](filters []filter[A, F], args *A, table *digest.Table, plan *digest.Plan, loc *time.Location, resolve func(digest.Condition) ([]string, string)) narrowing[F] {
	var out narrowing[F]
	given := map[string]bool{}
	for _, f := range filters {
		values := f.values(args)
		if len(values) == 0 {
			continue
		}
		given[f.param] = true
		n := narrowed[F]{key: filterKey(f.param, values), values: values, day: f.day, set: f.set, explicit: true, column: columnIndex(table, f.column)}
		if n.column < 0 {
			out.fixed = append(out.fixed, n)
		} else {
			out.loose = append(out.loose, n)
		}
	}
	for _, c := range plan.Conditions() {
		column, values := c.Column, constants(c)
		if ids, idColumn := resolve(c); idColumn != "" {
			column, values = idColumn, ids
		}
		for _, f := range filters {
			if f.column != column && f.pushed != column || given[f.param] {
				continue
			}
			sent := values
			if f.day {
				sent = dayAfter(c, loc)
			}
			if len(f.known) > 0 {
				sent = upper(f.known, sent)
			}
			if !sendable(sent) || f.pushes != nil && !f.pushes(sent) {
				continue
			}
			given[f.param] = true
			out.upstream = append(out.upstream, c.Column)
			out.loose = append(out.loose, narrowed[F]{key: filterKey(f.param, sent), values: sent, set: f.set, column: columnIndex(table, column)})
		}
	}
	return out
}

// sendable tells whether the wire can carry the values: they are joined by
// commas there.
func sendable(values []string) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v string) bool {
		return strings.TrimSpace(v) == "" || strings.Contains(v, ",")
	})
}

func filterKey(param string, values []string) string {
	return param + "=" + strings.Join(slices.Sorted(slices.Values(values)), ",")
}

func columnIndex(t *digest.Table, name string) int {
	return slices.IndexFunc(t.Columns, func(c digest.Column) bool { return c.Name == name })
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

// hasLowerBound tells whether the condition keeps nothing before a moment.
func hasLowerBound(c digest.Condition) bool {
	return (c.Op == ">" || c.Op == ">=" || c.Op == "==") && len(c.Values) == 1 && !c.Values[0].Time(time.UTC).IsZero()
}

// upper sends values of a closed set in the spelling that Kombo wants, and
// nothing where one is none of the set: an open set may hold anything.
func upper(known []string, values []string) []string {
	var out []string
	for _, v := range values {
		i := slices.IndexFunc(known, func(k string) bool { return digest.Fold(k) == digest.Fold(v) })
		if i < 0 {
			return nil
		}
		out = append(out, known[i])
	}
	return out
}

// single is the one value that a filter is narrowed to, "" if it is none or
// several.
func (n *narrowing[F]) single(param string) string {
	for _, f := range n.loose {
		if strings.HasPrefix(f.key, param+"=") && len(f.values) == 1 {
			return f.values[0]
		}
	}
	return ""
}
