package kombo

import (
	"context"
	"iter"
)

var opGetApplications = listOperation("get_applications", "/ats/applications")

// GetApplications returns one page of the applications that match filter.
func (c *Client) GetApplications(ctx context.Context, filter ApplicationFilter) (Page[Application], error) {
	return fetch[Application](ctx, c, opGetApplications, &filter)
}

// ApplicationPages iterates over the pages of GetApplications, from filter.Cursor to
// the last.
func (c *Client) ApplicationPages(ctx context.Context, filter ApplicationFilter) iter.Seq2[Page[Application], error] {
	return walk(filter, func(f ApplicationFilter) (Page[Application], error) { return c.GetApplications(ctx, f) })
}

// AllApplications iterates over the records of GetApplications.
func (c *Client) AllApplications(ctx context.Context, filter ApplicationFilter) iter.Seq2[Application, error] {
	return records(c.ApplicationPages(ctx, filter))
}
