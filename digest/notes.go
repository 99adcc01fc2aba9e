package digest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// notes returns the notes in order of importance: if they are too long, the
// last ones are dropped.
func (r *run) notes(walked walkResult, complete bool) []string {
	notes := slices.Concat(r.opts.Notes, r.pageNotes)
	if r.opts.LateNotes != nil {
		notes = append(notes, r.opts.LateNotes()...)
	}
	if !complete {
		notes = append(notes, r.incompleteNote(walked))
		if r.p.sortRequested && r.groups == nil {
			notes = append(notes, "sort was dropped: rows come in the order of the source, since not all records were read")
		}
		if r.groups != nil {
			notes = append(notes, "groups count only the records read; next pages these groups and reads no further")
		}
	}
	notes = append(notes, r.listGroupsNote()...)
	notes = append(notes, r.p.notes...)
	notes = append(append(notes, r.missingValueNotes()...), r.unansweredNote()...)
	if r.showsTimes() {
		notes = append(notes, "times of day are in "+r.p.loc.String())
	}
	return notes
}

// listGroupsNote explains, if needed, why the counts of the groups add up to more
// than the records: each element of a list counts.
func (r *run) listGroupsNote() []string {
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

// showsTimes reports whether a shown column has times of day.
func (r *run) showsTimes() bool {
	return r.groups == nil && r.p.limit != 0 && slices.ContainsFunc(r.p.fields, func(i int) bool {
		return i < len(r.p.table.Columns) && r.p.table.Columns[i].ShowTime
	})
}

func (r *run) narrowHint() string {
	if r.opts.NarrowHint != "" {
		return r.opts.NarrowHint
	}
	s := "narrow with where or a filter"
	if r.p.dateColumn >= 0 {
		name := r.p.table.Columns[r.p.dateColumn].Name
		s += fmt.Sprintf(", such as %s > date(%q)", name, formatDay(dayOf(r.p.now.In(r.p.loc))-90))
	}
	return s
}

// incompleteNote says which records were read, why no more of them, and what to
// do.
func (r *run) incompleteNote(walked walkResult) string {
	from := "counts cover the first"
	if r.p.resumeFrom.mode == modeSourceOrder {
		from = "this page and its counts cover, from where the last page ended,"
	}
	s := fmt.Sprintf("%s %d records read", from, walked.read)
	if !r.datesRead.first.IsMissing() {
		first, last := r.datesRead.first.format(r.p.loc, false, maxCellRunes), r.datesRead.last.format(r.p.loc, false, maxCellRunes)
		s += fmt.Sprintf(" (%s %s to %s)", r.p.table.Columns[r.p.dateColumn].Name, first, last)
	}
	switch walked.stop {
	case stopAtRecordLimit:
		s += ", the limit for one walk"
	case stopAtTimeLimit:
		s += "; then the time for one walk was up"
	case stopAtFailure:
		s += "; then the source failed: " + shorten(Clean(walked.cause.Error()), 200)
	case stopAtEnd:
		return s + ", the last ones"
	case stopByReader:
		return s
	}
	return s + "; " + r.narrowHint()
}

// missingValueNotes says how many records where left out because a value was
// missing.
func (r *run) missingValueNotes() []string {
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

// unansweredNote names some questions if no record answers the one asked for.
func (r *run) unansweredNote() []string {
	for _, question := range r.p.questions {
		if r.questions.answered[question] || r.questions.answered == nil {
			continue
		}
		s := fmt.Sprintf("no record read answers %q", shorten(question, labelRunes))
		if len(r.questions.titles) > 0 {
			s += "; questions are, for example: " + strings.Join(r.questions.titles, "; ")
		}
		return []string{s}
	}
	return nil
}
