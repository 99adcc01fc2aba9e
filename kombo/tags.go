package kombo

import (
	"context"
	"iter"
)

var opGetTags = listOperation("get_tags", "/ats/tags")

// GetTags returns one page of the tags that match filter.
func (c *Client) GetTags(ctx context.Context, filter TagFilter) (Page[Tag], error) {
	return fetch[Tag](ctx, c, opGetTags, &filter)
}

// TagPages iterates over the pages of GetTags, from filter.Cursor to the last.
func (c *Client) TagPages(ctx context.Context, filter TagFilter) iter.Seq2[Page[Tag], error] {
	return walk(filter, func(f TagFilter) (Page[Tag], error) { return c.GetTags(ctx, f) })
}

// AllTags iterates over the records of GetTags.
func (c *Client) AllTags(ctx context.Context, filter TagFilter) iter.Seq2[Tag, error] {
	return records(c.TagPages(ctx, filter))
}
