package digest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	maxGroups    = 10_000
	maxGroupKeys = 3
)

// groupColumn is one column of group_by.
type groupColumn struct {
	column     int
	bucket     string // "", "day", "week" or "month"
	idColumn   int    // column by which groups of the same name are distinct, or -1
	rankColumn int    // column that orders the groups, or -1
}

// keyPart is the value of a group in one of its columns.
type keyPart struct {
	name, id string
	order    int64
	missing  bool
}

type groupKey [maxGroupKeys]keyPart

type group struct {
	key   groupKey
	count int
	hist  *histogram
}

func (p *Plan) setGroups(q Query) (err error) {
	if p.measure, err = parseMeasure(p.table, q.Measure); err != nil {
		return err
	}
	for _, name := range splitNames(q.GroupBy) {
		g, err := parseGroup(p.table, name)
		if err != nil {
			return err
		}
		if len(p.groups) == maxGroupKeys {
			return fmt.Errorf("group_by: at most %d columns", maxGroupKeys)
		}
		p.groups = append(p.groups, g)
	}
	return nil
}

func parseGroup(t *Table, text string) (groupColumn, error) {
	name, bucket, dotted := text, "", false
	if !isAnswer(text) {
		name, bucket, dotted = strings.Cut(text, ".")
	}
	i, err := usableColumn(t, "group_by", name)
	if err != nil {
		return groupColumn{}, err
	}
	c := t.Columns[i]
	isDate := c.Kind == KindInstant || c.Kind == KindDate
	switch {
	case isDate && !slices.Contains([]string{"day", "week", "month"}, bucket):
		return groupColumn{}, fmt.Errorf("group_by: %s is a date; write %s.day, %s.week or %s.month", c.Name, c.Name, c.Name, c.Name)
	case dotted && !isDate:
		return groupColumn{}, fmt.Errorf("group_by: %s is %s and has no .%s; write %s alone", c.Name, c.Kind, clip(bucket), c.Name)
	case i == t.index(t.ID):
		return groupColumn{}, errors.New("group_by: every record has an id of its own, so these groups say nothing; group by another column")
	}
	g := groupColumn{column: i, bucket: bucket, idColumn: -1, rankColumn: t.index(c.RankColumn)}
	if c.DistinctByID {
		g.idColumn = t.index(c.IDColumn)
	}
	return g, nil
}

func (g groupColumn) label(t *Table) string {
	if g.bucket != "" {
		return t.Columns[g.column].Name + "." + g.bucket
	}
	return t.Columns[g.column].Name
}

// hasNaturalOrder reports whether the column's groups have an order of their
// own, such as dates and stages.
func (g groupColumn) hasNaturalOrder(t *Table) bool {
	c := t.Columns[g.column]
	return g.bucket != "" || g.rankColumn >= 0 || len(c.Enum) > 0 ||
		c.Kind == KindNumber || c.Kind == KindCount
}

// grouper counts records by group.
type grouper struct {
	p        *Plan
	groups   map[groupKey]*group
	ranks    [maxGroupKeys]map[string]int64
	distinct int
}

var errTooManyGroups = fmt.Errorf("group_by: there are more than %d groups; group by something coarser (a month, not a day; a job, not a candidate) or narrow with where", maxGroups)

func newGrouper(p *Plan) *grouper {
	g := &grouper{p: p, groups: map[groupKey]*group{}}
	for i, c := range p.groups {
		g.ranks[i] = map[string]int64{}
		for rank, name := range p.table.Columns[c.column].Enum {
			g.ranks[i][name] = int64(rank)
		}
	}
	return g
}

func (g *grouper) add(r *Row) error { return g.addFrom(r, 0, groupKey{}) }

// addFrom fills in the key from column i on and counts the row; a list column
// counts it once for each element.
func (g *grouper) addFrom(r *Row, i int, key groupKey) error {
	if i == len(g.p.groups) {
		return g.count(key, r)
	}
	col := g.p.groups[i]
	v := g.p.value(r, col.column)
	if v.kind == KindList {
		for element := range strings.SplitSeq(v.str, listSep) {
			key[i] = keyPart{name: truncateName(element)}
			if err := g.addFrom(r, i+1, key); err != nil {
				return err
			}
		}
		return nil
	}
	key[i] = g.part(r, i, v)
	return g.addFrom(r, i+1, key)
}

func (g *grouper) part(r *Row, i int, v Value) keyPart {
	col := g.p.groups[i]
	if v.IsMissing() {
		return keyPart{missing: true}
	}
	if col.bucket != "" {
		return keyPart{order: bucketStart(v.dayIn(g.p.loc), col.bucket)}
	}
	if v.kind != KindText {
		return keyPart{name: v.format(g.p.loc, false, maxCellRunes), order: int64(keyOf(v).num ^ 1<<63)} // #nosec G115 -- keeps the order of the key
	}
	out := keyPart{name: truncateName(v.str)}
	if col.idColumn >= 0 {
		out.id = truncateName(r.Values[col.idColumn].str)
	}
	if col.rankColumn >= 0 {
		if rank := r.Values[col.rankColumn]; rank.kind == KindNumber {
			g.raiseRank(i, out.name, int64(rank.Float()))
		}
	}
	return out
}

// raiseRank records the highest rank seen for a name. If jobs share a stage, the
// one with the most stages has all the stages that come before it.
func (g *grouper) raiseRank(i int, name string, rank int64) {
	if old, ok := g.ranks[i][name]; !ok || rank > old {
		g.ranks[i][name] = rank
	}
}

func (g *grouper) count(key groupKey, r *Row) error {
	grp, err := g.groupFor(key)
	if err != nil {
		return err
	}
	grp.count++
	if m := g.p.measure; m != nil {
		if v, ok := m.value(g.p, r); ok {
			if grp.hist == nil {
				grp.hist = &histogram{}
			}
			if grp.hist.add(v) {
				g.distinct++
			}
			if g.distinct > maxHistogramEntries {
				return errTooManyDistinct
			}
		}
	}
	return nil
}

// groupFor returns the group of the key; it adds it if it is new.
func (g *grouper) groupFor(key groupKey) (*group, error) {
	if grp, ok := g.groups[key]; ok {
		return grp, nil
	}
	if len(g.groups) >= maxGroups {
		return nil, errTooManyGroups
	}
	for i := range key {
		// Copied, since the group outlives the page of its first record.
		key[i].name, key[i].id = strings.Clone(key[i].name), strings.Clone(key[i].id)
	}
	grp := &group{key: key}
	g.groups[key] = grp
	return grp, nil
}

// bucketStart returns the first day of the week (a Monday) or month of day.
func bucketStart(day int64, bucket string) int64 {
	switch bucket {
	case "week":
		// 1970-01-01 was a Thursday.
		return floorDiv(day+3, 7)*7 - 3
	case "month":
		t := time.Unix(day*secondsOfDay, 0).UTC()
		return day - int64(t.Day()) + 1
	default:
		return day
	}
}

func nextBucket(start int64, bucket string) int64 {
	switch bucket {
	case "week":
		return start + 7
	case "month":
		return bucketStart(start+31, "month")
	default:
		return start + 1
	}
}

func (g groupColumn) format(p keyPart) string {
	switch {
	case p.missing:
		return ""
	case g.bucket == "month":
		return formatDay(p.order)[:7]
	case g.bucket != "":
		return formatDay(p.order)
	default:
		return shorten(p.name, maxCellRunes)
	}
}

// sorted returns the groups in the order of the answer: by each column in turn,
// those with a natural order (dates, stages, enums) in that, others largest
// first.
func (g *grouper) sorted() []*group {
	var totals [maxGroupKeys]map[keyPart]int
	for i := range g.p.groups {
		totals[i] = map[keyPart]int{}
		for key, grp := range g.groups {
			totals[i][key[i]] += grp.count
		}
	}
	out := make([]*group, 0, len(g.groups))
	for _, grp := range g.groups {
		out = append(out, grp)
	}
	slices.SortFunc(out, func(a, b *group) int {
		for i, col := range g.p.groups {
			pa, pb := a.key[i], b.key[i]
			if pa == pb {
				continue
			}
			if col.hasNaturalOrder(g.p.table) {
				if c := g.compareNatural(i, pa, pb); c != 0 {
					return c
				}
			} else if c := cmp.Compare(totals[i][pb], totals[i][pa]); c != 0 {
				return c
			}
			return cmp.Or(strings.Compare(Fold(pa.name), Fold(pb.name)),
				strings.Compare(pa.name, pb.name), strings.Compare(pa.id, pb.id))
		}
		return 0
	})
	return out
}

// compareNatural compares by natural order, with names without a rank and then
// missing values last.
func (g *grouper) compareNatural(i int, a, b keyPart) int {
	rankOf := func(p keyPart) (class, rank int64) {
		switch {
		case p.missing:
			return 2, 0
		case g.p.groups[i].rankColumn < 0 && len(g.p.table.Columns[g.p.groups[i].column].Enum) == 0:
			return 0, p.order
		}
		if rank, ok := g.ranks[i][p.name]; ok {
			return 0, rank
		}
		return 1, 0
	}
	classA, rankA := rankOf(a)
	classB, rankB := rankOf(b)
	return cmp.Or(cmp.Compare(classA, classB), cmp.Compare(rankA, rankB))
}
