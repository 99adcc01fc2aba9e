package sandbox

import (
	"slices"
	"strings"
)

// list is what is specific to one list endpoint.
type list struct {
	model   model
	filters []filter
	// prepare resolves the list's own filters and returns a function that tests a
	// row. If a filter selects a small subset of the rows, it returns that as well,
	// in any order; nil means that all rows must be tested.
	prepare func(st *store, q *query) (matches func(i int) bool, subset []int)
	// nested reports whether nested data of a row changed after that time.
	nested func(st *store, i int, after ms) bool
	render func(e *enc, st *store, i int)
}

func (s *Sandbox) serveList(c *call, l *list) ([]byte, *refusal) {
	q, r := s.parseQuery(c, l)
	if r != nil {
		return nil, r
	}
	e := enc{b: make([]byte, 0, 64<<10)}
	e.open()
	e.str("status", "success")
	e.object("data")
	s.view(func(st *store) {
		rows, more := l.page(st, q)
		if more {
			e.str("next", s.makeCursor(c.op, c.r.URL.Query(), rows[len(rows)-1]+1))
		} else {
			e.null("next")
		}
		e.list("results")
		for _, i := range rows {
			l.render(&e, st, i)
		}
		e.closeList()
	})
	e.close()
	e.close()
	return e.b, nil
}

// page returns the rows of one page, ordered by index, and whether there are more.
// New rows have higher indexes, so a walk neither misses nor repeats a row while
// others are added and deleted.
func (l *list) page(st *store, q *query) ([]int, bool) {
	if q.nothing {
		return nil, false
	}
	matches, subset := l.test(st, q)
	var rows []int
	add := func(i int) bool {
		if !matches(i) {
			return true
		}
		if len(rows) == q.page {
			rows = append(rows, i)
			return false
		}
		rows = append(rows, i)
		return true
	}
	if subset != nil {
		subset = slices.Clone(subset)
		slices.Sort(subset)
		for _, i := range slices.Compact(subset) {
			if i >= q.from && !add(i) {
				break
			}
		}
	} else {
		for i := q.from; i < st.size(l.model); i++ {
			if !add(i) {
				break
			}
		}
	}
	if len(rows) > q.page {
		return rows[:q.page], true
	}
	return rows, false
}

// test combines the common filters with those of the list.
func (l *list) test(st *store, q *query) (func(i int) bool, []int) {
	own := func(int) bool { return true }
	var subset []int
	if l.prepare != nil {
		own, subset = l.prepare(st, q)
	}
	after, filtered := q.times["updated_after"]
	ids, byID := q.lists["ids"]
	remotes, byRemote := q.lists["remote_ids"]
	if byID {
		subset = st.indexes(l.model, ids, st.find)
	} else if byRemote {
		subset = st.indexes(l.model, remotes, st.findRemote)
	}
	wanted := []map[int]bool{}
	if byID {
		wanted = append(wanted, setOf(subset))
	}
	if byRemote {
		wanted = append(wanted, setOf(st.indexes(l.model, remotes, st.findRemote)))
	}
	return func(i int) bool {
		r := st.at(l.model, i)
		if r.deleted != 0 && !q.deleted {
			return false
		}
		for _, w := range wanted {
			if !w[i] {
				return false
			}
		}
		if !own(i) {
			return false
		}
		return !filtered || r.changed > after || r.nestedChanged > after || (l.nested != nil && l.nested(st, i, after))
	}, subset
}

// indexes resolves ids, ignoring unknown ones. The result is never nil.
func (st *store) indexes(m model, ids []string, find func(model, string) (int, bool)) []int {
	out := make([]int, 0, len(ids))
	for _, id := range ids {
		if i, ok := find(m, strings.TrimSpace(id)); ok {
			out = append(out, i)
		}
	}
	return out
}

func setOf(list []int) map[int]bool {
	out := make(map[int]bool, len(list))
	for _, i := range list {
		out[i] = true
	}
	return out
}
