package names

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// maxNamesakes is the most entries of one name that a note lists: the ids of a
// stage that every job has would say nothing.
const maxNamesakes = 4

// idPattern is what Kombo's ids look like. Old ones may look different, so an entry
// is also found by its id.
var idPattern = regexp.MustCompile(`^[0-9A-Za-z]{24}$`)

// IsID reports whether a reference looks like one of Kombo's ids.
func IsID(ref string) bool { return idPattern.MatchString(ref) }

// Resolve gives the one entry that the reference of a write means. The error begins
// with the parameter's name and offers choices.
func (d *Directory) Resolve(param, ref string) (Entry, error) {
	found := d.Find(ref)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Entry{}, fmt.Errorf("%s: %d %s are called %q; give the id of the one you mean: %s", param, len(found), d.Noun, wording.Clip(ref, nameLength), d.Choices(ref, found))
	case len(d.Entries) == 0:
		return Entry{}, fmt.Errorf("%s: there are no %s to choose from", param, d.Noun)
	}
	return Entry{}, fmt.Errorf("%s: no %s have the name or id %q. Choices: %s", param, d.Noun, wording.Clip(ref, nameLength), d.Choices(ref, d.Entries))
}

// ResolveAll gives the ids that the references of a filter mean, without
// duplicates, and a note for each name that several entries share. What looks like
// an id is taken even if no entry has it, since applications name jobs that the list
// no longer shows. The error is that of [Directory.Resolve].
func (d *Directory) ResolveAll(param string, refs []string) (ids, notes []string, err error) {
	asked, given := map[string]bool{}, map[string]bool{}
	for _, ref := range d.Split(refs) {
		if asked[ref] {
			continue
		}
		asked[ref] = true
		found := d.Find(ref)
		switch {
		case len(found) == 0 && (IsID(ref) || d.Truncated):
			found = []Entry{{ID: ref}}
		case len(found) == 0:
			_, err := d.Resolve(param, ref)
			return nil, nil, err
		case len(found) > 1:
			note := fmt.Sprintf("%d %s are called %q; all are meant", len(found), d.Noun, wording.Clip(ref, nameLength))
			if len(found) <= maxNamesakes {
				note += ": " + d.Choices(ref, found)
			}
			notes = append(notes, note)
		}
		for _, e := range found {
			if !given[e.ID] {
				given[e.ID] = true
				ids = append(ids, e.ID)
			}
		}
	}
	return ids, notes, nil
}

// ResolveFilter replaces the references in refs with the ids that they mean and
// gives the notes. If all look like ids, load is not called. The error is that of
// load or of [Directory.ResolveAll].
func ResolveFilter(ctx context.Context, param string, refs *[]string, load func(context.Context) (*Directory, error)) (notes []string, err error) {
	list := SplitCommas(*refs)
	if !slices.ContainsFunc(list, func(s string) bool { return !IsID(s) }) {
		*refs = list
		return nil, nil
	}
	d, err := load(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: look up names: %w", param, err)
	}
	ids, notes, err := d.ResolveAll(param, *refs)
	if err != nil {
		return nil, err
	}
	*refs = ids
	return notes, nil
}

// Split takes references apart that are separated by commas in one string, unless
// the whole string is a name or id of an entry.
func (d *Directory) Split(refs []string) []string {
	var out []string
	for _, ref := range refs {
		if !strings.Contains(ref, ",") || len(d.Find(ref)) > 0 {
			out = append(out, strings.TrimSpace(ref))
			continue
		}
		for part := range strings.SplitSeq(ref, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// SplitCommas takes values apart that are separated by commas in one string, as
// Kombo does.
func SplitCommas(list []string) []string { return (&Directory{}).Split(list) }
