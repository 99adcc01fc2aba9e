package names

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// MaxEntries is the most records that a directory holds, and MaxBytes the most memory
// that their ids, names and notes take.
const (
	MaxEntries = 20_000
	MaxBytes   = 16 << 20
)

const (
	// maxChoices is how many entries an error offers.
	maxChoices = 10
	// nameLength and noteLength bound names and notes in errors, in characters.
	nameLength = 60
	noteLength = 80
	// maxReference is the longest name, in bytes, that is looked up; every name of an
	// entry is shorter.
	maxReference = 8 << 10
)

// Entry is a record that references can mean.
type Entry struct {
	ID, Name string
	// Open puts the entry before others among choices; set for open jobs.
	Open bool
	// Note tells entries of the same name apart for a person, such as a job's
	// status and place.
	Note string
	// Masked says that Name is a pseudonym or holds one.
	Masked bool
}

// Directory is the list in which references are resolved. Directories are cached
// and shared: once filled, they must not be changed.
type Directory struct {
	// Noun is what errors call the entries, in the plural.
	Noun    string
	Entries []Entry
	// Truncated says that there were more records than MaxEntries, or than fit into
	// MaxBytes.
	Truncated bool
	// Ordered says that the order of the entries has a meaning, so that choices
	// keep it; others are sorted by name.
	Ordered bool

	// index finds entries by id and by folded name, so that many references cost no
	// more than reading them. Find makes it.
	index  sync.Once
	byID   map[string]int
	byName map[string][]int
}

// Collect fills a directory from the records that walk yields, up to [MaxEntries] and
// [MaxBytes]. The error is that of the walk.
func Collect[T any](noun string, walk iter.Seq2[T, error], entry func(T) Entry) (*Directory, error) {
	d, room := &Directory{Noun: noun}, MaxBytes
	for rec, err := range walk {
		if err != nil {
			return nil, err
		}
		e := entry(rec)
		room -= SizeOf(e)
		if len(d.Entries) == MaxEntries || room < 0 {
			d.Truncated = true
			break
		}
		d.Entries = append(d.Entries, e)
	}
	return d, nil
}

// Find gives the entries that a reference means: the one with that id, or all with
// that name.
func (d *Directory) Find(ref string) []Entry {
	d.index.Do(d.makeIndex)
	if i, ok := d.byID[ref]; ok {
		return d.Entries[i : i+1 : i+1]
	}
	if len(ref) > maxReference {
		return nil
	}
	var out []Entry
	for _, i := range d.byName[digest.Fold(strings.TrimSpace(ref))] {
		out = append(out, d.Entries[i])
	}
	return out
}

func (d *Directory) makeIndex() {
	d.byID, d.byName = make(map[string]int, len(d.Entries)), make(map[string][]int, len(d.Entries))
	for i, e := range d.Entries {
		if _, twice := d.byID[e.ID]; !twice {
			d.byID[e.ID] = i
		}
		if e.Name != "" {
			name := digest.Fold(e.Name)
			d.byName[name] = append(d.byName[name], i)
		}
	}
}

// OpenFirst lists the entries, open ones before others.
func (d *Directory) OpenFirst() []Entry {
	out := slices.Clone(d.Entries)
	slices.SortStableFunc(out, openFirst)
	return out
}

// Choices words up to ten of the entries for an error: those most similar to the
// reference first, then open ones.
func (d *Directory) Choices(ref string, among []Entry) string {
	list := slices.Clone(among)
	byName := func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) }
	if d.Ordered {
		byName = func(Entry, Entry) int { return 0 }
	}
	sortBySimilarity(list, ref, byName)
	// Where names repeat, as those of all jobs' stages do, each is shown once.
	sharing := map[string]int{}
	if once := uniqueNames(list); len(list) > maxChoices && len(once) > 1 {
		for _, e := range list {
			sharing[digest.Fold(e.Name)]++
		}
		list = once
	}
	parts := make([]string, 0, maxChoices)
	for _, e := range list[:min(len(list), maxChoices)] {
		if n := sharing[digest.Fold(e.Name)]; n > 1 {
			parts = append(parts, fmt.Sprintf("%q (%d of that name)", wording.Clip(e.Name, nameLength), n))
			continue
		}
		s := fmt.Sprintf("%q %s", wording.Clip(e.Name, nameLength), e.ID)
		if e.Note != "" {
			s += " (" + wording.Clip(digest.Clean(e.Note), noteLength) + ")"
		}
		parts = append(parts, s)
	}
	more := ""
	if len(list) > maxChoices {
		more = fmt.Sprintf(" and %d more", len(list)-maxChoices)
	}
	return strings.Join(parts, "; ") + more
}

// Nearest gives up to n of the names, those most similar to ref first, then by
// name.
func Nearest(all []string, ref string, n int) []string {
	list := make([]Entry, len(all))
	for i, name := range all {
		list[i].Name = name
	}
	sortBySimilarity(list, ref, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	out := make([]string, 0, n)
	for _, e := range list[:min(len(list), n)] {
		out = append(out, e.Name)
	}
	return out
}

// sortBySimilarity puts entries that share more with the beginning of the reference
// first, then open ones; then decides between the rest.
func sortBySimilarity(list []Entry, ref string, then func(a, b Entry) int) {
	folded := digest.Fold(wording.Clip(ref, nameLength))
	similar := make(map[string]int, len(list))
	for _, e := range list {
		if _, known := similar[e.Name]; !known {
			similar[e.Name] = similarity(e, folded)
		}
	}
	slices.SortStableFunc(list, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(similar[b.Name], similar[a.Name]), openFirst(a, b), then(a, b))
	})
}

// similarity is 2 for each word of the folded name that an entry's name contains,
// or 1 if it contains none but is spelled almost the same.
func similarity(e Entry, folded string) int {
	n := 0
	name := digest.Fold(e.Name)
	for w := range strings.FieldsSeq(folded) {
		if strings.Contains(name, w) {
			n += 2
		}
	}
	if n == 0 && digest.EditDistance(name, folded) <= 1+len(folded)/3 {
		n = 1
	}
	return n
}

// openFirst compares entries so that open ones sort before others.
func openFirst(a, b Entry) int {
	switch {
	case a.Open == b.Open:
		return 0
	case a.Open:
		return -1
	}
	return 1
}

// uniqueNames keeps the first entry of each name.
func uniqueNames(list []Entry) []Entry {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(list), func(e Entry) bool {
		name := digest.Fold(e.Name)
		again := seen[name]
		seen[name] = true
		return again
	})
}
