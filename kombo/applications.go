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
	return walk(filter.ListOptions, func(o ListOptions) (Page[Application], error) {
		next := filter
		next.ListOptions = o
		return c.GetApplications(ctx, next)
	})
}

// AllApplications iterates over the records of GetApplications.
func (c *Client) AllApplications(ctx context.Context, filter ApplicationFilter) iter.Seq2[Application, error] {
	return records(c.ApplicationPages(ctx, filter))
}
