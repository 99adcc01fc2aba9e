package kombo

import (
	"context"
	"iter"
)

var opGetRoles = listOperation("get_roles", "/ats/roles")

// GetRoles returns one page of the roles that match filter.
func (c *Client) GetRoles(ctx context.Context, filter RoleFilter) (Page[Role], error) {
	return fetch[Role](ctx, c, opGetRoles, &filter)
}

// RolePages iterates over the pages of GetRoles, from filter.Cursor to the last.
func (c *Client) RolePages(ctx context.Context, filter RoleFilter) iter.Seq2[Page[Role], error] {
	return walk(filter.ListOptions, func(o ListOptions) (Page[Role], error) {
		next := filter
		next.ListOptions = o
		return c.GetRoles(ctx, next)
	})
}

// AllRoles iterates over the records of GetRoles.
func (c *Client) AllRoles(ctx context.Context, filter RoleFilter) iter.Seq2[Role, error] {
	return records(c.RolePages(ctx, filter))
}
