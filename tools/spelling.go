package tools

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

const (
	// maxSpellings is how many values of a column are looked at.
	maxSpellings = 2000
	// nearestSpellings is how many a note names.
	nearestSpellings = 5
)

// spellingNotes name, where nothing matched, the names in where that no record
// has, with the most similar ones: without them an empty answer to a misspelled
// name looks like a fact.
func (w *walk) spellingNotes(ctx context.Context) []string {
	notes := w.umlautNotes()
	var conditions []digest.Condition
	seen := map[int]map[string]string{}
	for _, c := range w.plan.Conditions() {
		i := w.tool.of.column(c.Column)
		if i < 0 || !w.tool.of.columns[i].recalled || w.tool.of.columns[i].lookup != nil || len(w.comparedNames(c)) == 0 {
			continue
		}
		conditions = append(conditions, c)
		seen[i] = map[string]string{}
	}
	if len(conditions) == 0 {
		return notes
	}
	// The walk of the answer is cached where it can be; it may be wider than the
	// request.
	again := newWalk(w.listDeps, w.request)
	o := again.options(ctx)
	complete, err := digest.Scan(ctx, again.rows, digest.Options{Limits: o.Limits, Cache: o.Cache, CacheKeys: o.CacheKeys}, func(r *digest.Row) {
		for i, values := range seen {
			for _, name := range r.Values[i].Elements() {
				if len(values) < maxSpellings {
					values[digest.Fold(name)] = name
				}
			}
		}
	})
	if err != nil || !complete {
		return notes
	}
	w.addNamesOfJobs(ctx, seen)
	for _, c := range conditions {
		for _, name := range w.comparedNames(c) {
			if note := unlike(c.Column, name, seen[w.tool.of.column(c.Column)]); note != "" {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// transcriptions are umlauts as people write them on a keyboard without them.
var transcriptions = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

// umlautNotes are about names written with ae, oe and ue, which may be ä, ö and ü
// in the ATS: Mueller does not find Müller, because Samuel must not find Samul.
func (w *walk) umlautNotes() []string {
	var notes []string
	for _, c := range w.plan.Conditions() {
		i := w.tool.of.column(c.Column)
		if i < 0 || !w.tool.of.columns[i].transcribed || len(c.Values) != 1 {
			continue
		}
		name := digest.Fold(c.Values[0].Str())
		if other := transcriptions.Replace(name); other != name {
			notes = append(notes, fmt.Sprintf("%q may be spelt with ä, ö or ü: try contains %q", wording.Clip(c.Values[0].Str(), 60), wording.Clip(other, 60)))
		}
	}
	return notes
}

// comparedNames are the names of which a record must have one.
func (w *walk) comparedNames(c digest.Condition) []string {
	if c.Op == "contains" && w.tool.of.columns[w.tool.of.column(c.Column)].Kind == digest.KindList {
		return []string{c.Values[0].Str()}
	}
	return constants(c)
}

// addNamesOfJobs adds the jobs and stages that no record may have to the values of
// the columns that show them.
func (w *walk) addNamesOfJobs(ctx context.Context, seen map[int]map[string]string) {
	for i, values := range seen {
		list, column := w.tool.of.origin(i)
		if list != inStages && (list != inJobs || column != "job") {
			continue
		}
		all, err := w.directories.allJobs(ctx)
		if err != nil {
			return // the records' own names do
		}
		for _, j := range all {
			if list == inJobs {
				values[digest.Fold(j.Name)] = digest.Clean(j.Name)
				continue
			}
			for _, s := range j.Stages {
				values[digest.Fold(s.Name)] = digest.Clean(s.Name)
			}
		}
	}
}

// origin is the list and the column whose value a column shows in the end, by way
// of all that it is joined to.
func (r *resource) origin(i int) (list listName, column string) {
	c := r.columns[i]
	if c.join == nil || c.join.column == "" {
		return listName(r.table.Name), c.Name
	}
	of := listTools[c.join.list].of
	return of.origin(of.column(c.join.column))
}

// unlike says that no value is the name, with those most like it.
func unlike(column, name string, values map[string]string) string {
	folded := digest.Fold(name)
	if _, found := values[folded]; found || len(values) == 0 {
		return ""
	}
	near := names.Nearest(slices.Collect(maps.Values(values)), name, nearestSpellings)
	for i := range near {
		near[i] = fmt.Sprintf("%q", wording.Clip(near[i], 60))
	}
	return fmt.Sprintf("%s is never %q; nearest: %s", column, wording.Clip(name, 60), strings.Join(near, ", "))
}
