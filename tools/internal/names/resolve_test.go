package names_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
)

func jobs() *names.Directory {
	return &names.Directory{Noun: "jobs", Entries: []names.Entry{
		{ID: "1", Name: "Office Manager", Note: "closed, Berlin"},
		{ID: "2", Name: "Office Manager", Open: true, Note: "open, Bonn"},
		{ID: "3", Name: "Ingénieur Logiciel"},
		{ID: "4", Name: "Sales, EMEA"},
	}}
}

func TestAReferenceOfAWriteMeansExactlyOne(t *testing.T) {
	for ref, id := range map[string]string{"3": "3", "ingenieur logiciel": "3", " INGÉNIEUR LOGICIEL ": "3", "2": "2", "Sales, EMEA": "4"} {
		got, err := jobs().Resolve("job_id", ref)
		require.NoError(t, err, ref)
		assert.Equal(t, id, got.ID, ref)
	}
	for ref, want := range map[string]string{
		"office manager": `job_id: 2 jobs are called "office manager"; give the id of the one you mean: "Office Manager" 2 (open, Bonn); "Office Manager" 1 (closed, Berlin)`,
		"Ingenieur":      `job_id: no jobs have the name or id "Ingenieur". Choices: "Ingénieur Logiciel" 3; "Office Manager" 2 (open, Bonn); "Office Manager" 1 (closed, Berlin); "Sales, EMEA" 4`,
	} {
		_, err := jobs().Resolve("job_id", ref)
		assert.EqualError(t, err, want)
	}
	_, err := (&names.Directory{Noun: "tags"}).Resolve("tag", "x")
	assert.EqualError(t, err, "tag: there are no tags to choose from")
}

func TestManyReferencesCostNoMoreThanReadingThem(t *testing.T) {
	d := &names.Directory{Noun: "jobs"}
	for i := range names.MaxEntries {
		d.Entries = append(d.Entries, names.Entry{ID: fmt.Sprintf("%024d", i), Name: fmt.Sprintf("Job %d", i/2)})
	}
	refs := make([]string, 0, 40_000)
	for i := range cap(refs) {
		refs = append(refs, fmt.Sprintf("%024d", i+names.MaxEntries/2))
	}
	refs = append(refs, slices.Repeat([]string{"job 5"}, 10_000)...)
	start := time.Now()
	ids, notes, err := d.ResolveAll("job_ids", refs)
	require.NoError(t, err)
	assert.Len(t, ids, 40_002)
	assert.Len(t, notes, 1, "one note for one name")
	_, err = d.Resolve("job_ids", strings.Repeat("Job 5 ", 200_000))
	require.ErrorContains(t, err, "Choices: ")
	assert.Less(t, time.Since(start), soon, "it took minutes when each reference was compared with each entry")
}

// soon is far more than a test takes, on a busy machine.
const soon = 20 * time.Second

func TestANameOfAFilterMeansAllWhoHaveIt(t *testing.T) {
	ids, notes, err := jobs().ResolveAll("job_ids", []string{"office manager, 3", "3"})
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", "3"}, ids)
	assert.Equal(t, []string{`2 jobs are called "office manager"; all are meant: "Office Manager" 2 (open, Bonn); "Office Manager" 1 (closed, Berlin)`}, notes)

	ids, notes, err = jobs().ResolveAll("job_ids", []string{"Sales, EMEA"})
	require.NoError(t, err)
	assert.Equal(t, []string{"4"}, ids, "a name may hold a comma")
	assert.Empty(t, notes)

	_, _, err = jobs().ResolveAll("job_ids", []string{"Nobody"})
	assert.ErrorContains(t, err, "job_ids: no jobs")

	cut := jobs()
	cut.Truncated = true
	ids, _, err = cut.ResolveAll("job_ids", []string{"Nobody"})
	require.NoError(t, err, "it may be in what was cut")
	assert.Equal(t, []string{"Nobody"}, ids)
}

func TestIDsNeedNoDirectory(t *testing.T) {
	id := "3PJ8PZhZZa1eEdd2DtPNtVup"
	refs := []string{id + ", " + id}
	_, err := names.ResolveFilter(t.Context(), "job_ids", &refs, func(context.Context) (*names.Directory, error) {
		return nil, errors.New("was loaded")
	})
	require.NoError(t, err)
	assert.Equal(t, []string{id, id}, refs)

	refs = []string{id, "office manager"}
	_, err = names.ResolveFilter(t.Context(), "job_ids", &refs, func(context.Context) (*names.Directory, error) {
		return nil, errors.New("was loaded")
	})
	require.EqualError(t, err, "job_ids: look up names: was loaded")
	notes, err := names.ResolveFilter(t.Context(), "job_ids", &refs, func(context.Context) (*names.Directory, error) { return jobs(), nil })
	require.NoError(t, err)
	assert.Equal(t, []string{id, "1", "2"}, refs, "an unknown id is taken as it is")
	assert.Len(t, notes, 1)
}

func TestChoicesAreFewAndEachNameOnce(t *testing.T) {
	d := &names.Directory{Noun: "stages", Ordered: true}
	for i := range 12 {
		d.Entries = append(d.Entries, names.Entry{ID: fmt.Sprint("i", i), Name: "Interview"}, names.Entry{ID: fmt.Sprint("o", i), Name: "Offer"})
	}
	assert.Equal(t, `"Offer" (12 of that name); "Interview" (12 of that name)`, d.Choices("the offer", d.Entries))
	assert.Equal(t, `"Interview" (12 of that name); "Offer" (12 of that name)`, d.Choices("x", d.Entries), "else in their order")

	many := &names.Directory{Noun: "users"}
	for i := range 15 {
		many.Entries = append(many.Entries, names.Entry{ID: fmt.Sprint(i), Name: fmt.Sprint("User ", string(rune('a'+i)))})
	}
	got := many.Choices("x", many.Entries)
	assert.True(t, strings.HasPrefix(got, `"User a" 0; "User b" 1;`), got)
	assert.True(t, strings.HasSuffix(got, ` and 5 more`), got)
}

func TestNearestNames(t *testing.T) {
	all := []string{"Onsite", "Phone Screen", "Offer", "Telephone Interview"}
	assert.Equal(t, []string{"Phone Screen", "Telephone Interview"}, names.Nearest(all, "phone screening", 2))
	assert.Equal(t, []string{"Offer", "Onsite", "Phone Screen", "Telephone Interview"}, names.Nearest(all, "Ofer", 9))
	assert.Empty(t, names.Nearest(nil, "x", 3))
}

func TestCollectStopsAtItsBoundAndAtAnError(t *testing.T) {
	count := func(n int, err error) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			if err != nil {
				yield(0, err)
			}
		}
	}
	entry := func(i int) names.Entry { return names.Entry{ID: fmt.Sprint(i)} }
	d, err := names.Collect("tags", count(names.MaxEntries+1, nil), entry)
	require.NoError(t, err)
	assert.Len(t, d.Entries, names.MaxEntries)
	assert.True(t, d.Truncated)
	d, err = names.Collect("tags", count(names.MaxEntries, nil), entry)
	require.NoError(t, err)
	assert.False(t, d.Truncated)
	_, err = names.Collect("tags", count(3, errors.New("gone")), entry)
	assert.EqualError(t, err, "gone")
}

func TestOpenOnesComeFirst(t *testing.T) {
	d := jobs()
	got := d.OpenFirst()
	assert.Equal(t, "2", got[0].ID)
	assert.Equal(t, "1", got[1].ID)
	assert.Equal(t, "1", d.Entries[0].ID, "the directory itself is shared")
}
