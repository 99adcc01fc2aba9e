package journal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func confirmation(token string, c *fake.Clock) once.Confirmation {
	return once.Confirmation{Token: token, How: "form", Answer: "confirm: true", By: "host 1.0", Statement: "h", Expires: c.Now().Add(10 * time.Minute)}
}

func TestAConfirmationIsUsedUpOnce(t *testing.T) {
	c := newClock()
	j := open(t, Options{Path: t.TempDir(), Now: c.Now})
	require.NoError(t, j.Spend(t.Context(), intent(""), confirmation("a", c)))
	require.ErrorIs(t, j.Spend(t.Context(), intent(""), confirmation("a", c)), once.ErrSpent)
	require.NoError(t, j.Spend(t.Context(), intent(""), confirmation("b", c)))
	j = reopen(t, j)
	require.ErrorIs(t, j.Spend(t.Context(), intent(""), confirmation("a", c)), once.ErrSpent)
	c.Advance(20 * time.Minute)
	require.ErrorIs(t, j.Spend(t.Context(), intent(""), confirmation("a", c)), once.ErrSpent, "even if somebody made it good for longer")

	for name, bad := range map[string]once.Confirmation{
		"without a token":      {},
		"that has expired":     {Token: "x", Expires: c.Now()},
		"good for a very long": {Token: "x", Expires: c.Now().Add(24 * time.Hour)},
	} {
		err := j.Spend(t.Context(), intent(""), bad)
		require.Error(t, err, name)
		require.NotErrorIs(t, err, once.ErrSpent, name)
	}
	require.Error(t, j.Spend(t.Context(), once.Intent{}, confirmation("c", c)), "without a tool")
}

func TestWhatWasSentUnderAConfirmationIsFound(t *testing.T) {
	c := newClock()
	j := open(t, Options{Path: t.TempDir(), Now: c.Now})
	under := func(key, token string) once.Intent {
		in := intent(key)
		in.Confirmation = confirmation(token, c)
		return in
	}
	require.NoError(t, j.Spend(t.Context(), intent(""), confirmation("a", c)))
	send(t, j, under("done", "a"), once.Done)
	send(t, j, under("refused", "a"), once.Refused)
	fresh(t, j, under("in flight", "a"))
	found := func(key, token string) once.State {
		t.Helper()
		e, err := j.LookConfirmed(t.Context(), key, token)
		require.NoError(t, err)
		return e.Outcome.State
	}
	for range 2 {
		assert.Equal(t, once.Done, found("done", "a"))
		assert.Equal(t, once.Refused, found("refused", "a"))
		assert.Empty(t, found("done", "b"))
		assert.Empty(t, found("done", ""))
		assert.Empty(t, found("other", "a"))
		j = reopen(t, j)
	}
	assert.Equal(t, once.Unknown, found("in flight", "a"), "its process has ended")
	c.Advance(15 * time.Minute)
	assert.Equal(t, once.Done, found("done", "a"), "as long as the confirmation")
	_, remembered, err := j.Look(t.Context(), "done")
	require.NoError(t, err)
	assert.False(t, remembered, "the write itself may be sent again")
}
