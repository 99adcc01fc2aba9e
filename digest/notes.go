package digest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// notes are in the order of their weight: where they are too long, the last
// ones go.
func (r *run) notes(done walked, complete bool) []string {
	notes := slices.Clone(r.opts.Notes)
	if r.opts.LateNotes != nil {
		notes = append(notes, r.opts.LateNotes()...)
	}
	if !complete {
		notes = append(notes, r.incomplete(done))
		if r.p.sortSet && r.groups == nil {
			notes = append(notes, "sort was dropped: rows come in the order of the source, since not all records were read")
		}
		if r.groups != nil {
			notes = append(notes, "groups count only the records read; next pages these groups and reads no further")
		}
	}
	notes = append(notes, r.severalGroups()...)
	notes = append(notes, r.p.notes...)
	notes = append(append(notes, r.missing()...), r.unasked()...)
	if r.showsMinutes() {
		notes = append(notes, "times of day are in "+r.p.loc.String())
	}
	return notes
}

// severalGroups says that the counts of groups sum up to more than the records,
// where they do: of a list each element counts.
func (r *run) severalGroups() []string {
	if r.groups == nil {
		return nil
	}
	sum := 0
	for _, g := range r.groups.groups {
		sum += g.count
	}
	for _, g := range r.p.groups {
		if sum > r.matched && r.p.table.Columns[g.column].Kind == KindList {
			return []string{fmt.Sprintf("a record with several %s counts in each of their groups", r.p.table.Columns[g.column].Name)}
		}
	}
	return nil
}

// showsMinutes tells whether a shown column has times of day.
func (r *run) showsMinutes() bool {
	return r.groups == nil && r.p.limit != 0 && slices.ContainsFunc(r.p.fields, func(i int) bool {
		return i < len(r.p.table.Columns) && r.p.table.Columns[i].ShowTime
	})
}

func (r *run) narrow() string {
	if r.opts.NarrowHint != "" {
		return r.opts.NarrowHint
	}
	s := "narrow with where or a filter"
	if r.p.date >= 0 {
		name := r.p.table.Columns[r.p.date].Name
		s += fmt.Sprintf(", such as %s > date(%q)", name, showDay(dayOf(r.p.now.In(r.p.loc))-90))
	}
	return s
}

// incomplete says which stretch was read, why no more, and what to do.
func (r *run) incomplete(done walked) string {
	from := "counts cover the first"
	if r.p.from.mode == delivered {
		from = "this page and its counts cover, from where the last page ended,"
	}
	s := fmt.Sprintf("%s %d records read", from, done.read)
	if !r.stretch.first.IsMissing() {
		first, last := r.stretch.first.show(r.p.loc, false, maxCell), r.stretch.last.show(r.p.loc, false, maxCell)
		s += fmt.Sprintf(" (%s %s to %s)", r.p.table.Columns[r.p.date].Name, first, last)
	}
	switch done.end {
	case atRecords:
		s += ", the most for one walk"
	case atTime:
		s += "; then the time for one walk was over"
	case atFailure:
		s += "; then the source failed: " + shorten(Clean(done.cause.Error()), 200)
	case atEnd:
		return s + ", the last there are"
	case atEnough:
		return s
	}
	return s + "; " + r.narrow()
}

// missing says how many records where left out because a value was missing.
func (r *run) missing() []string {
	var parts []string
	for _, label := range slices.SortedFunc(maps.Keys(r.leftOut), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.leftOut[b], r.leftOut[a]), strings.Compare(a, b))
	}) {
		if !slices.Contains(r.opts.PushedDown, label) {
			parts = append(parts, fmt.Sprintf("%s (%d)", label, r.leftOut[label]))
		}
	}
	var out []string
	if len(parts) > 0 {
		out = append(out, "where left out records without a value for "+strings.Join(parts, ", "))
	}
	var uncounted []string
	for _, l := range r.p.where.leaves {
		if slices.Contains(r.opts.PushedDown, l.label) && !slices.Contains(uncounted, l.label) {
			uncounted = append(uncounted, l.label)
		}
	}
	if len(uncounted) > 0 {
		out = append(out, "records without a value for "+strings.Join(uncounted, ", ")+" are left out and not counted")
	}
	return out
}

// unasked names some questions when no record answers the one asked for.
func (r *run) unasked() []string {
	for _, question := range r.p.asked {
		if r.asked.answered[question] || r.asked.answered == nil {
			continue
		}
		s := fmt.Sprintf("no record read answers %q", shorten(question, labelRunes))
		if len(r.asked.titles) > 0 {
			s += "; questions are, for example: " + strings.Join(r.asked.titles, "; ")
		}
		return []string{s}
	}
	return nil
}
