package kombo

import (
	"context"
	"iter"
)

var opGetRejectionReasons = listOperation("get_rejection_reasons", "/ats/rejection-reasons")

// GetRejectionReasons returns one page of the rejection reasons that match
// filter.
func (c *Client) GetRejectionReasons(ctx context.Context, filter RejectionReasonFilter) (Page[RejectionReason], error) {
	return fetch[RejectionReason](ctx, c, opGetRejectionReasons, &filter)
}

// RejectionReasonPages iterates over the pages of GetRejectionReasons, from filter.Cursor to
// the last.
func (c *Client) RejectionReasonPages(ctx context.Context, filter RejectionReasonFilter) iter.Seq2[Page[RejectionReason], error] {
	return walk(filter, func(f RejectionReasonFilter) (Page[RejectionReason], error) { return c.GetRejectionReasons(ctx, f) })
}

// AllRejectionReasons iterates over the records of GetRejectionReasons.
func (c *Client) AllRejectionReasons(ctx context.Context, filter RejectionReasonFilter) iter.Seq2[RejectionReason, error] {
	return records(c.RejectionReasonPages(ctx, filter))
}
