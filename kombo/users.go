package kombo

import (
	"context"
	"iter"
)

var opGetUsers = listOperation("get_users", "/ats/users")

// GetUsers returns one page of the users that match filter.
func (c *Client) GetUsers(ctx context.Context, filter UserFilter) (Page[User], error) {
	return fetch[User](ctx, c, opGetUsers, &filter)
}

// UserPages iterates over the pages of GetUsers, from filter.Cursor to the last.
func (c *Client) UserPages(ctx context.Context, filter UserFilter) iter.Seq2[Page[User], error] {
	return walk(filter, func(f UserFilter) (Page[User], error) { return c.GetUsers(ctx, f) })
}

// AllUsers iterates over the records of GetUsers.
func (c *Client) AllUsers(ctx context.Context, filter UserFilter) iter.Seq2[User, error] {
	return records(c.UserPages(ctx, filter))
}
