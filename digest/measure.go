package digest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// measureColumn is the measure of a query: a number column, or the days since a
// time or date column.
type measureColumn struct {
	column    int
	daysSince bool
}

func parseMeasure(t *Table, text string) (*measureColumn, error) {
	name := strings.TrimSpace(text)
	if name == "" {
		return nil, nil
	}
	m := &measureColumn{}
	if inner, ok := strings.CutPrefix(name, "days_since("); ok && strings.HasSuffix(inner, ")") {
		name, m.daysSince = strings.TrimSpace(strings.TrimSuffix(inner, ")")), true
	}
	i, err := usableColumn(t, "measure", name)
	if err != nil {
		return nil, err
	}
	m.column = i
	c := t.Columns[i]
	isDate := c.Kind == KindInstant || c.Kind == KindDate
	switch {
	case m.daysSince && !isDate:
		return nil, fmt.Errorf("measure: days_since() takes a date column, %s is %s", c.Name, c.Kind)
	case m.daysSince || c.Kind == KindNumber || c.Kind == KindCount:
		return m, nil
	case isDate:
		return nil, fmt.Errorf("measure: %s is a date; write days_since(%s)", c.Name, c.Name)
	}
	return nil, fmt.Errorf("measure: %s is %s; measure takes a number or days_since(a date); columns: %s", c.Name, c.Kind, t.columnsByKind())
}

func (m *measureColumn) value(p *Plan, r *Row) (int64, bool) {
	v := r.Values[m.column]
	if m.daysSince {
		v = daysBetween(v, p.now.UnixMicro(), dayOf(p.now.In(p.loc)))
		if v.kind == KindNumber {
			return int64(math.Floor(v.Float())), true
		}
	}
	if v.kind != KindNumber {
		return 0, false
	}
	f := math.Round(v.Float())
	return int64(max(min(f, 1<<62), -(1 << 62))), true
}

func (m *measureColumn) label(t *Table) string {
	if m.daysSince {
		return "days_since(" + t.Columns[m.column].Name + ")"
	}
	return t.Columns[m.column].Name
}

// maxHistogramEntries bounds the entries of all histograms of an answer together.
const maxHistogramEntries = 500_000

var errTooManyDistinct = errors.New("measure: there are too many different values to count them for each group; group more coarsely, or narrow with where")

// histogram counts how often each whole number occurs.
type histogram struct {
	counts map[int64]int
	total  int
}

// add counts a value and reports whether it is new.
func (h *histogram) add(v int64) bool {
	if h.counts == nil {
		h.counts = map[int64]int{}
	}
	h.total++
	h.counts[v]++
	return h.counts[v] == 1
}

// figures returns the median, the 90th percentile, the least and the most, or
// empty texts if nothing was measured. The median of an even number of values
// is the mean of the middle two; the 90th percentile is the least value that at
// least nine tenths of the values do not exceed.
func (h *histogram) figures() [4]string {
	if h.total == 0 {
		return [4]string{}
	}
	keys := slices.Sorted(maps.Keys(h.counts))
	at := func(rank int) int64 {
		for _, k := range keys {
			if rank -= h.counts[k]; rank <= 0 {
				return k
			}
		}
		return keys[len(keys)-1]
	}
	low, high := at((h.total+1)/2), at(h.total/2+1)
	median := strconv.FormatInt(low, 10)
	if low != high {
		median = formatNumber((float64(low) + float64(high)) / 2)
	}
	p90 := at((h.total*9 + 9) / 10)
	whole := func(v int64) string { return strconv.FormatInt(v, 10) }
	return [4]string{median, whole(p90), whole(keys[0]), whole(keys[len(keys)-1])}
}

var figureNames = []string{"median", "p90", "least", "most"}

// line formats the figures for the summary.
func (h *histogram) line(label string, matched int) string {
	if h.total == 0 {
		return label + ": no value"
	}
	var b strings.Builder
	b.WriteString(label + ":")
	for i, f := range h.figures() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + figureNames[i] + " " + f)
	}
	if h.total < matched {
		fmt.Fprintf(&b, " (of %d; %d without)", h.total, matched-h.total)
	}
	return b.String()
}
