package tools

import (
	"context"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// maskPage removes from a page of records what must not show, and gives the
// identity behind each record.
func maskPage[T any](ctx context.Context, b *Toolbox, of *records[T], facts *lookup, page []T) ([]privacy.Identity, error) {
	people := make([]privacy.Identity, len(page))
	if of.mask != nil && b.mask != nil {
		var ids []string
		for i := range page {
			if id := of.owner(&page[i]); id != "" && of.lacks(b.mask, &page[i]) {
				ids = append(ids, id)
			}
		}
		found, err := b.identities.Of(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i := range page {
			people[i] = found[of.owner(&page[i])]
		}
	}
	for i := range page {
		of.hide(facts, b.mask, &page[i], &people[i])
	}
	return people, nil
}
