package digest

import (
	"slices"
)

// fill adds the groups that exist although no record is in them: the known
// ones, the values of a closed set, and the dates between. Only a single
// column is filled; the product of two would be mostly empty.
func (g *grouper) fill(known map[string][]KnownGroup) error {
	for i, col := range g.p.groups {
		for _, k := range known[g.p.table.Columns[col.column].Name] {
			g.rank(i, boundName(Clean(k.Name)), int64(k.Rank))
		}
	}
	if len(g.p.groups) != 1 {
		return nil
	}
	col := g.p.groups[0]
	c := g.p.table.Columns[col.column]
	if col.bucket != "" {
		return g.fillDates(col, c.Kind)
	}
	for _, k := range known[c.Name] {
		pt := part{name: boundName(Clean(k.Name))}
		if col.id >= 0 {
			pt.id = boundName(Clean(k.ID))
		}
		if err := g.fillName(c.Name, pt); err != nil {
			return err
		}
	}
	for _, name := range c.Enum {
		if err := g.fillName(c.Name, part{name: name}); err != nil {
			return err
		}
	}
	return nil
}

// fillName adds an empty group unless where leaves its name out.
func (g *grouper) fillName(column string, pt part) error {
	if pt.name == "" || !g.p.admits(column, pt.name) {
		return nil
	}
	_, err := g.at(groupKey{pt})
	return err
}

// admits tells whether where's conditions on the column let the text pass.
func (p *Plan) admits(column, text string) bool {
	for _, cond := range p.where.conds {
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

// fillDates adds the dates without a record between the first and the last,
// and those that where asks about at either end; a lower bound alone reaches
// to today.
func (g *grouper) fillDates(col groupColumn, kind Kind) error {
	first, last, found := int64(0), int64(0), false
	widen := func(day int64) {
		if !found {
			first, last, found = day, day, true
		}
		first, last = min(first, day), max(last, day)
	}
	for key := range g.groups {
		if !key[0].missing {
			widen(key[0].num)
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
		if _, err := g.at(groupKey{{num: day}}); err != nil {
			return err
		}
	}
	return nil
}

// dateBounds are the first and last day that where's conditions on the column
// let pass; nil where they set none.
func (p *Plan) dateBounds(column string, kind Kind) (lower, upper *int64) {
	for _, cond := range p.where.conds {
		if cond.Column != column || cond.Values[0].IsMissing() {
			continue
		}
		v := cond.Values[0]
		day := v.dayIn(p.loc)
		// For a date column the day of the bound itself is out or in; for an
		// instant the bound is a moment within or at the start of its day.
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
