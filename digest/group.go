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

// groupColumn is one column that group_by names.
type groupColumn struct {
	column int
	bucket string // "", "day", "week" or "month"
	id     int    // column that keeps groups of one name apart, or -1
	rank   int    // column that orders the groups, or -1
}

// part is what a group has in one of its columns.
type part struct {
	name, id string
	num      int64
	missing  bool
}

type groupKey [maxGroupKeys]part

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
	g := groupColumn{column: i, bucket: bucket, id: -1, rank: t.index(c.RankColumn)}
	if c.DistinctByID {
		g.id = t.index(c.IDColumn)
	}
	return g, nil
}

func (g groupColumn) label(t *Table) string {
	if g.bucket != "" {
		return t.Columns[g.column].Name + "." + g.bucket
	}
	return t.Columns[g.column].Name
}

// natural tells whether the groups of the column have an order of their own.
func (g groupColumn) natural(t *Table) bool {
	c := t.Columns[g.column]
	return g.bucket != "" || g.rank >= 0 || len(c.Enum) > 0 ||
		c.Kind == KindNumber || c.Kind == KindCount
}

// grouper counts records by group.
type grouper struct {
	p      *Plan
	groups map[groupKey]*group
	ranks  [maxGroupKeys]map[string]int64
	spread int
}

var errManyGroups = fmt.Errorf("group_by: these are more than %d groups; group by something coarser (a month, not a day; a job, not a candidate) or narrow with where", maxGroups)

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

// addFrom fills the key from column i on; a list column makes one group for
// each of its elements.
func (g *grouper) addFrom(r *Row, i int, key groupKey) error {
	if i == len(g.p.groups) {
		return g.count(key, r)
	}
	col := g.p.groups[i]
	v := g.p.value(r, col.column)
	if v.kind == KindList {
		for item := range strings.SplitSeq(v.str, listSep) {
			key[i] = part{name: boundName(item)}
			if err := g.addFrom(r, i+1, key); err != nil {
				return err
			}
		}
		return nil
	}
	key[i] = g.part(r, i, v)
	return g.addFrom(r, i+1, key)
}

func (g *grouper) part(r *Row, i int, v Value) part {
	col := g.p.groups[i]
	if v.IsMissing() {
		return part{missing: true}
	}
	if col.bucket != "" {
		return part{num: bucketStart(v.dayIn(g.p.loc), col.bucket)}
	}
	if v.kind != KindText {
		return part{name: v.show(g.p.loc, false, maxCell), num: int64(keyOf(v).num ^ 1<<63)} // #nosec G115 -- keeps the order of the key
	}
	out := part{name: boundName(v.str)}
	if col.id >= 0 {
		out.id = boundName(r.Values[col.id].str)
	}
	if col.rank >= 0 {
		if rank := r.Values[col.rank]; rank.kind == KindNumber {
			g.rank(i, out.name, int64(rank.Float()))
		}
	}
	return out
}

// rank remembers the highest place that a name was seen at: of the jobs that
// share a stage the longest has all that come before it.
func (g *grouper) rank(i int, name string, rank int64) {
	if old, ok := g.ranks[i][name]; !ok || rank > old {
		g.ranks[i][name] = rank
	}
}

func (g *grouper) count(key groupKey, r *Row) error {
	at, err := g.at(key)
	if err != nil {
		return err
	}
	at.count++
	if m := g.p.measure; m != nil {
		if v, ok := m.value(g.p, r); ok {
			if at.hist == nil {
				at.hist = &histogram{}
			}
			if at.hist.add(v) {
				g.spread++
			}
			if g.spread > maxCells {
				return errTooSpread
			}
		}
	}
	return nil
}

// at finds the group of the key, or makes it.
func (g *grouper) at(key groupKey) (*group, error) {
	if at, ok := g.groups[key]; ok {
		return at, nil
	}
	if len(g.groups) >= maxGroups {
		return nil, errManyGroups
	}
	for i := range key {
		// The group outlives the page that its first record came with.
		key[i].name, key[i].id = strings.Clone(key[i].name), strings.Clone(key[i].id)
	}
	at := &group{key: key}
	g.groups[key] = at
	return at, nil
}

// bucketStart is the first day of the day's week (a Monday) or month.
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

func (g groupColumn) show(p part) string {
	switch {
	case p.missing:
		return ""
	case g.bucket == "month":
		return showDay(p.num)[:7]
	case g.bucket != "":
		return showDay(p.num)
	default:
		return shorten(p.name, maxCell)
	}
}

// ordered gives the groups in the order of the answer: by each column in turn,
// dates, stages and closed sets in their own order, others largest first.
func (g *grouper) ordered() []*group {
	var totals [maxGroupKeys]map[part]int
	for i := range g.p.groups {
		totals[i] = map[part]int{}
		for key, at := range g.groups {
			totals[i][key[i]] += at.count
		}
	}
	out := make([]*group, 0, len(g.groups))
	for _, at := range g.groups {
		out = append(out, at)
	}
	slices.SortFunc(out, func(a, b *group) int {
		for i, col := range g.p.groups {
			pa, pb := a.key[i], b.key[i]
			if pa == pb {
				continue
			}
			if col.natural(g.p.table) {
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

// compareNatural puts missing values and names without a place last.
func (g *grouper) compareNatural(i int, a, b part) int {
	place := func(p part) (int64, int64) {
		switch {
		case p.missing:
			return 2, 0
		case g.p.groups[i].rank < 0 && len(g.p.table.Columns[g.p.groups[i].column].Enum) == 0:
			return 0, p.num
		}
		if rank, ok := g.ranks[i][p.name]; ok {
			return 0, rank
		}
		return 1, 0
	}
	classA, rankA := place(a)
	classB, rankB := place(b)
	return cmp.Or(cmp.Compare(classA, classB), cmp.Compare(rankA, rankB))
}
