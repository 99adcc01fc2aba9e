package kombo

import (
	"context"
	"iter"
)

var opGetApplications = listOperation("get_applications", "/ats/applications")

// GetApplications returns one page of the applications that filter lets through.
func (c *Client) GetApplications(ctx context.Context, filter ApplicationFilter) (Page[Application], error) {
	return fetch[Application](ctx, c, opGetApplications, filter.ListOptions, filter.query())
}

func (filter ApplicationFilter) query() query {
	q := newQuery()
	anyOf(&q, "outcomes", filter.Outcomes)
	anyOf(&q, "job_ids", filter.JobIDs)
	anyOf(&q, "job_remote_ids", filter.JobRemoteIDs)
	anyOf(&q, "current_stage_ids", filter.CurrentStageIDs)
	q.date("remote_created_after", filter.RemoteCreatedAfter)
	return q
}

// ApplicationPages walks the pages of GetApplications from filter.Cursor to the last.
func (c *Client) ApplicationPages(ctx context.Context, filter ApplicationFilter) iter.Seq2[Page[Application], error] {
	return walk(filter.ListOptions, func(o ListOptions) (Page[Application], error) {
		next := filter
		next.ListOptions = o
		return c.GetApplications(ctx, next)
	})
}

// AllApplications walks the records of GetApplications.
func (c *Client) AllApplications(ctx context.Context, filter ApplicationFilter) iter.Seq2[Application, error] {
	return each(c.ApplicationPages(ctx, filter))
}
