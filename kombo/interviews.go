package kombo

import (
	"context"
	"iter"
)

var opGetInterviews = listOperation("get_interviews", "/ats/interviews")

// GetInterviews returns one page of the interviews that match filter.
func (c *Client) GetInterviews(ctx context.Context, filter InterviewFilter) (Page[Interview], error) {
	return fetch[Interview](ctx, c, opGetInterviews, &filter)
}

// InterviewPages iterates over the pages of GetInterviews, from filter.Cursor to
// the last.
func (c *Client) InterviewPages(ctx context.Context, filter InterviewFilter) iter.Seq2[Page[Interview], error] {
	return walk(filter, func(f InterviewFilter) (Page[Interview], error) { return c.GetInterviews(ctx, f) })
}

// AllInterviews iterates over the records of GetInterviews.
func (c *Client) AllInterviews(ctx context.Context, filter InterviewFilter) iter.Seq2[Interview, error] {
	return records(c.InterviewPages(ctx, filter))
}
