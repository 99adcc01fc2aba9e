package kombo

import (
	"context"
	"iter"
)

var opGetCandidates = listOperation("get_candidates", "/ats/candidates")

// GetCandidates returns one page of the candidates that match filter.
func (c *Client) GetCandidates(ctx context.Context, filter CandidateFilter) (Page[Candidate], error) {
	return fetch[Candidate](ctx, c, opGetCandidates, &filter)
}

// CandidatePages iterates over the pages of GetCandidates, from filter.Cursor to
// the last.
func (c *Client) CandidatePages(ctx context.Context, filter CandidateFilter) iter.Seq2[Page[Candidate], error] {
	return walk(filter, func(f CandidateFilter) (Page[Candidate], error) { return c.GetCandidates(ctx, f) })
}

// AllCandidates iterates over the records of GetCandidates.
func (c *Client) AllCandidates(ctx context.Context, filter CandidateFilter) iter.Seq2[Candidate, error] {
	return records(c.CandidatePages(ctx, filter))
}
