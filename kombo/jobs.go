package kombo

import (
	"context"
	"iter"
)

var opGetJobs = listOperation("get_jobs", "/ats/jobs")

// GetJobs returns one page of the jobs that match filter.
func (c *Client) GetJobs(ctx context.Context, filter JobFilter) (Page[Job], error) {
	return fetch[Job](ctx, c, opGetJobs, &filter)
}

// JobPages iterates over the pages of GetJobs, from filter.Cursor to the last.
func (c *Client) JobPages(ctx context.Context, filter JobFilter) iter.Seq2[Page[Job], error] {
	return walk(filter, func(f JobFilter) (Page[Job], error) { return c.GetJobs(ctx, f) })
}

// AllJobs iterates over the records of GetJobs.
func (c *Client) AllJobs(ctx context.Context, filter JobFilter) iter.Seq2[Job, error] {
	return records(c.JobPages(ctx, filter))
}
