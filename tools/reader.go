package tools

import (
	"context"
	"iter"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// reader turns pages of records into pages of rows in which nothing shows that must
// not. It belongs to one walk.
type reader struct {
	*listDeps
	// protected are the questions whose answers must not show, nil to read no answers.
	protected *privacy.Protected
	// whole adds a last value with the whole record as text.
	whole bool
	// stripped and fields are the numbers of protected answers and of custom fields
	// about protected topics that were taken out of the page being read.
	stripped, fields int
}

// takeNotes are about what was taken out of the page that was just read.
func (r *reader) takeNotes() []string {
	var notes []string
	if r.stripped > 0 {
		notes = append(notes, "answers to equal-opportunity questions are left out: they must not serve decisions")
	}
	if r.fields > 0 {
		notes = append(notes, "custom fields about age, gender, health and the like are left out: they must not serve decisions")
	}
	r.stripped, r.fields = 0, 0
	return notes
}

// readRows turns pages of records into pages of rows.
func readRows[T any](ctx context.Context, r *reader, of *records[T], pages iter.Seq2[kombo.Page[T], error]) iter.Seq2[digest.Page, error] {
	return func(yield func(digest.Page, error) bool) {
		for page, err := range pages {
			var rows []digest.Row
			if err == nil {
				rows, err = readPage(ctx, r, of, page.Results)
			}
			if err != nil {
				// A walk that fails later has the words in a note.
				yield(digest.Page{}, r.mask.Withhold(err, privacy.Concern{SomeoneUnknown: true}))
				return
			}
			if !yield(digest.Page{Cursor: page.Cursor, Next: page.Next, Rows: rows, Notes: r.takeNotes()}, nil) {
				return
			}
		}
	}
}

func readPage[T any](ctx context.Context, r *reader, of *records[T], page []T) ([]digest.Row, error) {
	people, err := identitiesOf(ctx, r, of, page)
	if err != nil {
		return nil, err
	}
	rows := make([]digest.Row, len(page))
	for i := range page {
		if r.whole {
			r.fields += privacy.StripFields(&page[i])
		}
		r.stripped += of.hide(r.protected, r.mask, &page[i], &people[i])
		rows[i] = of.row(&page[i], r.now, r.protected != nil)
		if r.whole {
			rows[i].Values = append(rows[i].Values, wholeRecord(&page[i], of.author, r.html, r.mask.Hider(people[i])))
		}
	}
	r.recent.Observe(&of.resource, rows)
	return rows, nil
}

// identitiesOf gives the identity behind each record, as far as masking takes more
// than the record says.
func identitiesOf[T any](ctx context.Context, r *reader, of *records[T], page []T) ([]privacy.Identity, error) {
	people := make([]privacy.Identity, len(page))
	if of.candidateID == nil || r.mask == nil {
		return people, nil
	}
	var ids []string
	for i := range page {
		if id := of.candidateID(&page[i]); id != "" && of.needsIdentity(r.mask, &page[i]) {
			ids = append(ids, id)
		}
	}
	found, err := r.identities.Of(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range page {
		people[i] = found[of.candidateID(&page[i])]
	}
	return people, nil
}
