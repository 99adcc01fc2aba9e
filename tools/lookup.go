package tools

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// lookups are the columns that a question needs looked up, by their places, with
// what was found in other lists.
type lookups struct {
	columns map[int]*lookup
	values  map[int]map[string]digest.Value
	counts  map[int]map[string]int
	// truncated are the lists whose walk did not reach the end: counts over them
	// are lower bounds.
	truncated []listName
	loaded    bool
}

// lookups are the looked-up columns that a question uses, nil if it uses none.
func (r *resource) lookups(used func(string) bool) *lookups {
	l := &lookups{columns: map[int]*lookup{}, values: map[int]map[string]digest.Value{}, counts: map[int]map[string]int{}}
	for i, c := range r.columns {
		if c.lookup != nil && used(c.Name) {
			l.columns[i], l.values[i], l.counts[i] = c.lookup, map[string]digest.Value{}, map[string]int{}
		}
	}
	if len(l.columns) == 0 {
		return nil
	}
	return l
}

// fill puts what was found into rows of the list.
func (l *lookups) fill(of *resource, rows []digest.Row) {
	for i, col := range l.columns {
		by := of.column(col.by)
		for _, r := range rows {
			key := col.key(r.Values[by].Str())
			if col.take != "" {
				r.Values[i] = l.values[i][key]
			} else {
				r.Values[i] = digest.Number(float64(l.counts[i][key]))
			}
		}
	}
}

// take looks at one row of a list in which columns are looked up.
func (l *lookups) take(of *resource, row *digest.Row) {
	for i, col := range l.columns {
		if string(col.list) != of.table.Name {
			continue
		}
		if col.column != "" && row.Values[of.column(col.column)].Str() != col.value {
			continue
		}
		var seen []string
		for _, s := range row.Values[of.column(col.match)].Elements() {
			key := col.key(s)
			if slices.Contains(seen, key) {
				continue // a record counts once
			}
			seen = append(seen, key)
			if col.take != "" {
				l.values[i][key] = row.Values[of.column(col.take)]
			} else {
				l.counts[i][key]++
			}
		}
	}
}

// load walks the lists in which columns are looked up, once. The walks are those of
// the lists' own tools, so that what one caches the other finds.
func (l *lookups) load(ctx context.Context, d *listDeps) error {
	if l.loaded {
		return nil
	}
	for _, s := range lookupSources {
		if !l.needs(s.list) {
			continue
		}
		complete, err := s.walk(ctx, d, l)
		if err != nil {
			return fmt.Errorf("%s: %w", s.failed, err)
		}
		if !complete {
			l.truncated = append(l.truncated, s.list)
		}
	}
	l.loaded = true
	return nil
}

func (l *lookups) needs(list listName) bool {
	for _, col := range l.columns {
		if col.list == list {
			return true
		}
	}
	return false
}

// lookupSources are the lists in which columns are looked up.
var lookupSources = []struct {
	list listName
	// failed says what could not be done.
	failed string
	walk   func(context.Context, *listDeps, *lookups) (complete bool, err error)
}{
	{inJobs, "the columns of the job could not be read", lookUpInJobs},
	{inStages, "the stages of the jobs could not be read", lookUpInStages},
	{inApplications, "the applications could not be counted", lookUpIn(inApplications)},
	{inCandidates, "the candidates could not be counted", lookUpIn(inCandidates)},
}

// lookUpIn looks at all records of a list.
func lookUpIn(list listName) func(context.Context, *listDeps, *lookups) (complete bool, err error) {
	return func(ctx context.Context, d *listDeps, l *lookups) (bool, error) {
		t := listTools[list]
		r := reader{listDeps: d}
		source := func(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
			return t.read(ctx, &r, nil, kombo.ListOptions{Cursor: start})
		}
		all := new(pushdown)
		o := digest.Options{Limits: d.limits, Cache: d.cache, CacheKeys: all.cacheKeys(walkName(t.name, all.options))}
		return digest.Scan(ctx, source, o, func(row *digest.Row) { l.take(t.of, row) })
	}
}

// lookUpInJobs looks at the jobs that are cached for names, deleted ones included.
func lookUpInJobs(ctx context.Context, d *listDeps, l *lookups) (complete bool, err error) {
	list, err := d.directories.readJobs(ctx)
	for i := range list.records {
		row := jobs.row(&list.records[i], d.now, false)
		l.take(&jobs.resource, &row)
	}
	return !list.truncated, err
}

// lookUpInStages looks at the stages of these jobs.
func lookUpInStages(ctx context.Context, d *listDeps, l *lookups) (complete bool, err error) {
	list, err := d.directories.readJobs(ctx)
	for _, j := range list.records {
		for _, s := range j.Stages {
			row := stages.row(&stage{ID: s.ID, Name: s.Name, Status: s.Status}, d.now, false)
			l.take(&stages.resource, &row)
		}
	}
	return !list.truncated, err
}

// truncatedNote says which of the columns rest on a list that could not all be
// read, "" if none does.
func (l *lookups) truncatedNote(of *resource) string {
	if l == nil {
		return ""
	}
	var parts []string
	for _, list := range l.truncated {
		var counts, others []string
		for i, col := range of.columns {
			switch {
			case l.columns[i] == nil || col.lookup.list != list:
			case col.Kind == digest.KindCount:
				counts = append(counts, col.Name)
			default:
				others = append(others, col.Name)
			}
		}
		var what []string
		if len(counts) > 0 {
			what = append(what, strings.Join(counts, ", ")+": read as at least")
		}
		if len(others) > 0 {
			what = append(what, strings.Join(others, ", ")+" may be missing")
		}
		parts = append(parts, fmt.Sprintf("%s, since not all %s could be read", strings.Join(what, "; "), list))
	}
	return strings.Join(parts, "; ")
}
