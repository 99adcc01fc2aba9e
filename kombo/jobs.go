package kombo

import (
	"context"
	"iter"
)

var opGetJobs = listOperation("get_jobs", "/ats/jobs")

// GetJobs returns one page of the jobs that filter lets through.
func (c *Client) GetJobs(ctx context.Context, filter JobFilter) (Page[Job], error) {
	return fetch[Job](ctx, c, opGetJobs, filter.ListOptions, filter.query())
}

func (filter JobFilter) query() query {
	q := newQuery()
	anyOf(&q, "job_codes", filter.JobCodes)
	q.text("post_url", filter.PostURL)
	anyOf(&q, "statuses", filter.Statuses)
	anyOf(&q, "employment_types", filter.EmploymentTypes)
	anyOf(&q, "visibilities", filter.Visibilities)
	q.date("remote_created_after", filter.RemoteCreatedAfter)
	q.text("name_contains", filter.NameContains)
	return q
}

// JobPages walks the pages of GetJobs from filter.Cursor to the last.
func (c *Client) JobPages(ctx context.Context, filter JobFilter) iter.Seq2[Page[Job], error] {
	return walk(filter.ListOptions, func(o ListOptions) (Page[Job], error) {
		next := filter
		next.ListOptions = o
		return c.GetJobs(ctx, next)
	})
}

// AllJobs walks the records of GetJobs.
func (c *Client) AllJobs(ctx context.Context, filter JobFilter) iter.Seq2[Job, error] {
	return each(c.JobPages(ctx, filter))
}
