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

// spelled are the columns with few values, which agents write down from memory.
// None of them tells anything about a person.
var spelled = []string{"job", "stage", "rejection_reason", "tags", "source", "department", "job_location", "location", "employment_type", "category", "role"}

const (
	// maxSpellings is how many values of a column are looked at.
	maxSpellings = 2000
	// likeSpellings is how many are told.
	likeSpellings = 5
)

// misspelt tells, where nothing matched, which compared names no record read
// has, with the names most like them: an empty answer to a name that there is
// not looks like a fact.
func (l *listing[A, F, T]) misspelt(ctx context.Context) []string {
	values := map[string]map[string]string{}
	var conditions []digest.Condition
	for _, c := range l.plan.Conditions() {
		i := columnIndex(&l.of.table, c.Column)
		if i < 0 || !slices.Contains(spelled, c.Column) || l.of.columns[i].needs != 0 || len(comparedNames(c)) == 0 {
			continue
		}
		if l.mask != nil && c.Column == "location" { // it may be a candidate's
			continue
		}
		conditions = append(conditions, c)
		values[c.Column] = map[string]string{}
	}
	notes := l.umlauts()
	if len(conditions) == 0 {
		return notes
	}
	o := l.runOptions(ctx)
	// What the walk kept costs nothing; it may be wider than the question.
	complete, err := digest.Scan(ctx, l.source, digest.Options{Limits: o.Limits, Cache: o.Cache, CacheKeys: o.CacheKeys}, func(r *digest.Row) {
		for column, seen := range values {
			v := r.Values[columnIndex(&l.of.table, column)]
			for _, name := range append(v.Elements(), v.Str()) {
				if name != "" && len(seen) < maxSpellings {
					seen[digest.Fold(name)] = name
				}
			}
		}
	})
	if err != nil || !complete {
		return notes
	}
	l.jobNames(ctx, values)
	for _, c := range conditions {
		for _, name := range comparedNames(c) {
			if note := unlike(c.Column, name, values[c.Column]); note != "" {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// transcribed are umlauts as those write them who have no key for them.
var transcribed = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u")

// umlauts tells of names written with ae, oe and ue, which may be ä, ö and ü in
// the ATS: Mueller does not find Müller, for Samuel must not find Samul.
func (l *listing[A, F, T]) umlauts() []string {
	var notes []string
	for _, c := range l.plan.Conditions() {
		if !slices.Contains([]string{"candidate", "name", "interviewers"}, c.Column) || len(c.Values) != 1 {
			continue
		}
		name := digest.Fold(c.Values[0].Str())
		if other := transcribed.Replace(name); other != name {
			notes = append(notes, fmt.Sprintf("%q may be spelt with ä, ö or ü: try contains %q", wording.Clip(c.Values[0].Str(), 60), wording.Clip(other, 60)))
		}
	}
	return notes
}

// comparedNames are the names that a record must have one of.
func comparedNames(c digest.Condition) []string {
	if c.Op == "contains" && c.Column == "tags" {
		return []string{c.Values[0].Str()}
	}
	return constants(c)
}

// jobNames adds the jobs and stages that no record may have.
func (l *listing[A, F, T]) jobNames(ctx context.Context, values map[string]map[string]string) {
	if values["job"] == nil && values["stage"] == nil {
		return
	}
	list, err := l.directories.allJobs(ctx)
	if err != nil {
		return // the records' own names do
	}
	for _, j := range list {
		if seen := values["job"]; seen != nil {
			seen[digest.Fold(j.Name)] = digest.Clean(j.Name)
		}
		for _, s := range j.Stages {
			if seen := values["stage"]; seen != nil {
				seen[digest.Fold(s.Name)] = digest.Clean(s.Name)
			}
		}
	}
}

// unlike says that no value is the name, with those most like it.
func unlike(column, name string, values map[string]string) string {
	folded := digest.Fold(name)
	if _, found := values[folded]; found || len(values) == 0 {
		return ""
	}
	near := names.Nearest(slices.Collect(maps.Values(values)), name, likeSpellings)
	for i := range near {
		near[i] = fmt.Sprintf("%q", wording.Clip(near[i], 60))
	}
	return fmt.Sprintf("%s is never %q; nearest: %s", column, wording.Clip(name, 60), strings.Join(near, ", "))
}
