package kombo

import (
	"context"
	"iter"
)

var opGetCandidates = listOperation("get_candidates", "/ats/candidates")

// GetCandidates returns one page of the candidates that filter lets through.
func (c *Client) GetCandidates(ctx context.Context, filter CandidateFilter) (Page[Candidate], error) {
	return fetch[Candidate](ctx, c, opGetCandidates, &filter)
}

// CandidatePages walks the pages of GetCandidates from filter.Cursor to the last.
func (c *Client) CandidatePages(ctx context.Context, filter CandidateFilter) iter.Seq2[Page[Candidate], error] {
	return walk(filter.ListOptions, func(o ListOptions) (Page[Candidate], error) {
		next := filter
		next.ListOptions = o
		return c.GetCandidates(ctx, next)
	})
}

// AllCandidates walks the records of GetCandidates.
func (c *Client) AllCandidates(ctx context.Context, filter CandidateFilter) iter.Seq2[Candidate, error] {
	return each(c.CandidatePages(ctx, filter))
}
