package digest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
)

// sortKey is the value by which a row is sorted. Text is folded and cut, so that
// a cursor stays short: rows whose first 48 bytes are equal are sorted by id.
type sortKey struct {
	text    string
	num     uint64
	missing bool
}

const (
	keyBytes = 48

	keyMissing = 1
	keyHasText = 2
)

func (k sortKey) flags() byte {
	var f byte
	if k.missing {
		f |= keyMissing
	}
	if k.text != "" {
		f |= keyHasText
	}
	return f
}

// order is the order of rows: by a column, with missing values last, and by id
// among equal values.
type order struct {
	column     int
	descending bool
}

func (o order) key(r *Row) sortKey {
	if o.column < 0 {
		return sortKey{}
	}
	return keyOf(r.Values[o.column])
}

func keyOf(v Value) sortKey {
	switch v.kind {
	case KindMissing:
		return sortKey{missing: true}
	case KindText, KindList:
		return sortKey{text: strings.Clone(cutBytes(Fold(cutBytes(v.str, 4*keyBytes)), keyBytes))}
	case KindNumber:
		bits := math.Float64bits(v.Float() + 0) // adding 0 makes -0 equal 0
		if bits>>63 == 1 {
			return sortKey{num: ^bits}
		}
		return sortKey{num: bits | 1<<63}
	default:
		return sortKey{num: uint64(v.num) ^ 1<<63} // #nosec G115 -- keeps the order of signed numbers
	}
}

// compare is a three-way comparison of two rows by key, then by id.
func (o order) compare(a, b sortKey, idA, idB string) int {
	if a.missing != b.missing {
		if a.missing {
			return 1
		}
		return -1
	}
	c := cmp.Compare(a.num, b.num)
	if c == 0 {
		c = strings.Compare(a.text, b.text)
	}
	if c == 0 {
		return strings.Compare(idA, idB)
	}
	if o.descending {
		return -c
	}
	return c
}

// parseSort reads "created", "-created", "created desc" or "created asc".
func parseSort(t *Table, text string) (order, error) {
	name := strings.TrimSpace(text)
	if name == "" {
		return order{column: t.index(t.DateColumn), descending: true}, nil
	}
	var o order
	if rest, ok := strings.CutPrefix(name, "-"); ok {
		name, o.descending = strings.TrimSpace(rest), true
	}
	if fields := strings.Fields(name); len(fields) == 2 {
		switch strings.ToLower(fields[1]) {
		case "desc":
			name, o.descending = fields[0], true
		case "asc":
			name, o.descending = fields[0], false
		}
	}
	i, err := usableColumn(t, "sort", name)
	if err != nil {
		return o, err
	}
	c := t.Columns[i]
	if c.Kind == KindList {
		return o, fmt.Errorf("sort: %s is a list and has no order; sort by a text, number or date column, such as -%s", c.Name, cmp.Or(t.DateColumn, t.ID))
	}
	if j := t.index(c.RankColumn); j >= 0 {
		i = j
	}
	o.column = i
	return o, nil
}

// usableColumn returns the index of the column that an argument names, or an
// error that lists the valid ones.
func usableColumn(t *Table, argument, name string) (int, error) {
	i, ok := t.column(name)
	if !ok {
		return 0, errors.New(argument + ": " + t.withColumns(t.unknownColumn(name)))
	}
	if why := t.Columns[i].Unavailable; why != "" {
		return 0, fmt.Errorf("%s: %s cannot be used: %s", argument, t.Columns[i].Name, why)
	}
	if why := t.Columns[i].Masked; why != "" && argument != "fields" {
		return 0, fmt.Errorf("%s: %s can only be shown: %s", argument, t.Columns[i].Name, why)
	}
	return i, nil
}
