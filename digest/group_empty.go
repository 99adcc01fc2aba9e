package digest

import (
	"slices"
)

// addEmptyGroups adds groups that exist although no record is in them: the known
// ones, the values of an enum, and the dates in between. It does so only for a
// single column; the product of two would be mostly empty.
func (g *grouper) addEmptyGroups(known map[string][]KnownGroup) error {
	for i, col := range g.p.groups {
		for _, k := range known[g.p.table.Columns[col.column].Name] {
			g.raiseRank(i, truncateName(Clean(k.Name)), int64(k.Rank))
		}
	}
	if len(g.p.groups) != 1 {
		return nil
	}
	col := g.p.groups[0]
	c := g.p.table.Columns[col.column]
	if col.bucket != "" {
		return g.addEmptyDates(col, c.Kind)
	}
	for _, k := range known[c.Name] {
		pt := keyPart{name: truncateName(Clean(k.Name))}
		if col.idColumn >= 0 {
			pt.id = truncateName(Clean(k.ID))
		}
		if err := g.addEmptyGroup(c.Name, pt); err != nil {
			return err
		}
	}
	for _, name := range c.Enum {
		if err := g.addEmptyGroup(c.Name, keyPart{name: name}); err != nil {
			return err
		}
	}
	return nil
}

// addEmptyGroup adds an empty group unless where excludes its name.
func (g *grouper) addEmptyGroup(column string, pt keyPart) error {
	if pt.name == "" || !g.p.allows(column, pt.name) {
		return nil
	}
	_, err := g.groupFor(groupKey{pt})
	return err
}

// allows reports whether the conditions of where on the column accept the text.
func (p *Plan) allows(column, text string) bool {
	for _, cond := range p.where.conditions {
		if cond.Column != column {
			continue
		}
		equal := func(v Value) bool { return !v.IsMissing() && equalFolded(text, Fold(v.str)) }
		pass := true
		switch cond.Op {
		case "==", "in":
			pass = slices.ContainsFunc(cond.Values, equal)
		case "!=":
			pass = !slices.ContainsFunc(cond.Values, equal)
		case "contains":
			pass = containsFolded(text, Fold(cond.Values[0].str))
		}
		if !pass {
			return false
		}
	}
	return true
}

// addEmptyDates adds the dates without a record between the first and the last
// one, and on to the bounds that where sets at either end. With a lower bound
// alone, today is the upper one.
func (g *grouper) addEmptyDates(col groupColumn, kind Kind) error {
	first, last, found := int64(0), int64(0), false
	widen := func(day int64) {
		if !found {
			first, last, found = day, day, true
		}
		first, last = min(first, day), max(last, day)
	}
	for key := range g.groups {
		if !key[0].missing {
			widen(key[0].order)
		}
	}
	lower, upper := g.p.dateBounds(g.p.table.Columns[col.column].Name, kind)
	if lower != nil {
		today := dayOf(g.p.now.In(g.p.loc))
		if upper == nil && *lower <= today {
			upper = &today
		}
		if found || upper != nil {
			widen(bucketStart(*lower, col.bucket))
		}
	}
	if found && upper != nil && *upper >= first {
		widen(bucketStart(*upper, col.bucket))
	}
	if !found {
		return nil
	}
	for day := first; day <= last; day = nextBucket(day, col.bucket) {
		if _, err := g.groupFor(groupKey{{order: day}}); err != nil {
			return err
		}
	}
	return nil
}

// dateBounds returns the first and the last day that the conditions of where on
// the column accept; nil for a bound that they do not set.
func (p *Plan) dateBounds(column string, kind Kind) (lower, upper *int64) {
	for _, cond := range p.where.conditions {
		if cond.Column != column || cond.Values[0].IsMissing() {
			continue
		}
		v := cond.Values[0]
		day := v.dayIn(p.loc)
		// In a date column the day of the bound is excluded or included as a
		// whole; for an instant the bound is a moment within its day, or the
		// start of it.
		wholeDay := kind == KindDate || v.kind == KindDate
		switch cond.Op {
		case ">":
			if kind == KindDate {
				day++
			}
			lower = &day
		case ">=":
			lower = &day
		case "<":
			if wholeDay {
				day--
			}
			upper = &day
		case "<=":
			if kind == KindInstant && wholeDay {
				day--
			}
			upper = &day
		}
	}
	return lower, upper
}
