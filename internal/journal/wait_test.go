package journal

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestLookingClaimsNothing(t *testing.T) {
	c := newClock()
	m := newShared(c.Now)
	for name, o := range map[string]Options{
		"in the file":        {Path: t.TempDir(), Now: c.Now},
		"in a shared memory": {Path: t.TempDir(), Now: c.Now, Shared: m},
	} {
		t.Run(name, func(t *testing.T) {
			j := open(t, o)
			look := func() (once.State, bool) {
				e, found, err := j.Look(t.Context(), "a")
				require.NoError(t, err)
				return e.Outcome.State, found
			}
			expect := func(state once.State, want bool) {
				t.Helper()
				got, found := look()
				assert.Equal(t, state, got)
				assert.Equal(t, want, found)
			}
			expect("", false)
			expect("", false)
			p := fresh(t, j, intent("a"))
			expect(once.InFlight, true)
			c.Advance(5 * time.Minute)
			expect(once.Unknown, true)
			require.NoError(t, p.Done(once.Outcome{State: once.Done}))
			expect(once.Done, true)
			c.Advance(10 * time.Minute)
			expect("", false)
			send(t, j, intent("a"), once.Refused)
			expect("", false)
		})
	}
	m.down = errors.New("connection refused")
	_, _, err := open(t, Options{Path: t.TempDir(), Shared: m}).Look(t.Context(), "a")
	require.ErrorIs(t, err, ErrMemory)
}
