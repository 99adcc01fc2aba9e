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
	return walk(filter, func(f RoleFilter) (Page[Role], error) { return c.GetRoles(ctx, f) })
}

// AllRoles iterates over the records of GetRoles.
func (c *Client) AllRoles(ctx context.Context, filter RoleFilter) iter.Seq2[Role, error] {
	return records(c.RolePages(ctx, filter))
}
