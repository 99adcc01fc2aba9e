package kombo

import (
	"context"
	"iter"
)

var opGetOffers = listOperation("get_offers", "/ats/offers")

// GetOffers returns one page of the offers that match filter.
func (c *Client) GetOffers(ctx context.Context, filter OfferFilter) (Page[Offer], error) {
	return fetch[Offer](ctx, c, opGetOffers, &filter)
}

// OfferPages iterates over the pages of GetOffers, from filter.Cursor to the last.
func (c *Client) OfferPages(ctx context.Context, filter OfferFilter) iter.Seq2[Page[Offer], error] {
	return walk(filter, func(f OfferFilter) (Page[Offer], error) { return c.GetOffers(ctx, f) })
}

// AllOffers iterates over the records of GetOffers.
func (c *Client) AllOffers(ctx context.Context, filter OfferFilter) iter.Seq2[Offer, error] {
	return records(c.OfferPages(ctx, filter))
}
