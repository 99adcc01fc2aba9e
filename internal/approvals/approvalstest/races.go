package approvalstest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// atOnce runs fn with every store several times at the same moment.
func atOnce(w *world, fn func(i int, s approvals.Store)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range 4 * len(w.stores) {
		all.Go(func() {
			<-start
			fn(i, w.stores[i%len(w.stores)])
		})
	}
	close(start)
	all.Wait()
}

func races(t *testing.T, w *world) {
	for round := range 8 {
		r := Request("acme", fmt.Sprint("round ", round))
		var created, decided, approved, spent atomic.Int32
		atOnce(w, func(_ int, s approvals.Store) {
			_, first, err := s.Put(t.Context(), r)
			assert.NoError(t, err)
			if first {
				created.Add(1)
			}
		})
		assert.EqualValues(t, 1, created.Load())
		a, found := find(t, w.a, r)
		require.True(t, found)
		atOnce(w, func(i int, s approvals.Store) {
			d := approvals.Decision{Approve: i%2 == 0, By: fmt.Sprint("approver ", i), How: "page"}
			got, err := s.Decide(t.Context(), approvals.AllTenants(), a.ID, d)
			if err == nil {
				decided.Add(1)
				assert.Equal(t, d.By, got.DecidedBy)
				if d.Approve {
					approved.Add(1)
				}
				return
			}
			assert.ErrorIs(t, err, approvals.ErrDecided)
			assert.NotEmpty(t, got.DecidedBy)
		})
		assert.EqualValues(t, 1, decided.Load())
		atOnce(w, func(_ int, s approvals.Store) {
			if _, err := s.Spend(t.Context(), a); err == nil {
				spent.Add(1)
			}
		})
		assert.Equal(t, approved.Load(), spent.Load())
	}

	w.Advance(time.Hour)
	want := len(list(t, w.a, approvals.AllTenants()))
	assert.Zero(t, want)
	for i := range 20 {
		put(t, w.a, Request("acme", fmt.Sprint("lapses ", i)))
	}
	_, err := w.a.Sweep(t.Context())
	require.NoError(t, err)
	w.Advance(time.Hour)
	var swept atomic.Int64
	atOnce(w, func(_ int, s approvals.Store) {
		ended, err := s.Sweep(t.Context())
		assert.NoError(t, err)
		swept.Add(int64(len(ended)))
	})
	assert.EqualValues(t, 20, swept.Load())
}

// model is what a store should hold: the approvals by ID, without those that were swept.
type model struct {
	approvals map[string]approvals.Approval
	order     []string
}

// alive returns the approvals of a scope, oldest first.
func (m *model) alive(scope approvals.Scope, now time.Time) []approvals.Approval {
	var out []approvals.Approval
	for _, id := range m.order {
		if a, held := m.approvals[id]; held && scope.Covers(a.Tenant) && !a.Expired(now) {
			out = append(out, a)
		}
	}
	return out
}

// anySteps compares a store with a simple model of it, over random steps by random processes.
func anySteps(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		clock := fake.NewClock(time.Now().UTC())
		stores := open(t, clock.Now)
		m := &model{approvals: map[string]approvals.Approval{}}
		tenant := rapid.SampledFrom([]string{"", "acme", "globex"})
		hash := rapid.SampledFrom([]string{"h1", "h2", "h3"})
		store := func() approvals.Store { return rapid.SampledFrom(stores).Draw(rt, "process") }
		scope := func() approvals.Scope {
			if rapid.Bool().Draw(rt, "all") {
				return approvals.AllTenants()
			}
			return approvals.OfTenant(tenant.Draw(rt, "tenant"))
		}
		id := func() string {
			if len(m.order) == 0 {
				return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			}
			return rapid.SampledFrom(m.order).Draw(rt, "id")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				r := Request(tenant.Draw(rt, "tenant"), hash.Draw(rt, "hash"))
				got, created, err := store().Put(t.Context(), r)
				require.NoError(rt, err)
				want, found := m.open(r, clock.Now())
				require.Equal(rt, !found, created)
				if found {
					require.Equal(rt, want, got)
					return
				}
				m.approvals[got.ID] = got
				m.order = append(m.order, got.ID)
			},
			"decide": func(rt *rapid.T) {
				s, id, d := scope(), id(), rapid.SampledFrom([]approvals.Decision{Yes, No}).Draw(rt, "decision")
				got, err := store().Decide(t.Context(), s, id, d)
				m.step(rt, s, id, clock.Now(), got, err, func(a approvals.Approval) (approvals.Approval, error) {
					return a.Decide(d, clock.Now())
				})
			},
			"spend": func(rt *rapid.T) {
				id := id()
				a := m.approvals[id]
				got, err := store().Spend(t.Context(), a)
				m.step(rt, approvals.OfTenant(a.Tenant), id, clock.Now(), got, err, func(a approvals.Approval) (approvals.Approval, error) {
					return a.Spend(clock.Now())
				})
			},
			"find": func(rt *rapid.T) {
				r := Request(tenant.Draw(rt, "tenant"), hash.Draw(rt, "hash"))
				got, found, err := store().Find(t.Context(), r.Tenant, r.Hash)
				require.NoError(rt, err)
				want, open := m.open(r, clock.Now())
				switch {
				case open:
					require.Equal(rt, want, got)
				case found:
					require.Equal(rt, approvals.Spent, got.State)
					require.Equal(rt, m.approvals[got.ID], got)
				}
			},
			"time": func(rt *rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(1, int(20*time.Minute)).Draw(rt, "passes")))
			},
			"sweep": func(rt *rapid.T) {
				ended, err := store().Sweep(t.Context())
				require.NoError(rt, err)
				require.ElementsMatch(rt, m.sweep(clock.Now()), ended)
			},
			"": func(rt *rapid.T) {
				s := scope()
				got, err := store().List(t.Context(), s)
				require.NoError(rt, err)
				require.ElementsMatch(rt, m.alive(s, clock.Now()), got)
			},
		})
	})
}

// open returns the approval that the same call finds, unless it was spent.
func (m *model) open(r approvals.Request, now time.Time) (approvals.Approval, bool) {
	for _, a := range m.alive(approvals.OfTenant(r.Tenant), now) {
		if a.Hash == r.Hash && a.State != approvals.Spent {
			return a, true
		}
	}
	return approvals.Approval{}, false
}

// step compares what a store made of an approval with what the approval itself would become.
func (m *model) step(rt *rapid.T, s approvals.Scope, id string, now time.Time, got approvals.Approval, err error,
	become func(approvals.Approval) (approvals.Approval, error),
) {
	a, held := m.approvals[id]
	if !held || !s.Covers(a.Tenant) || a.Expired(now) {
		require.ErrorIs(rt, err, approvals.ErrNotFound)
		return
	}
	want, wantErr := become(a)
	require.True(rt, errors.Is(err, wantErr), "%v where %v was expected", err, wantErr)
	require.Equal(rt, want, got)
	m.approvals[id] = want
}

func (m *model) sweep(now time.Time) []approvals.Approval {
	ended := []approvals.Approval{}
	for id, a := range m.approvals {
		if !a.Expired(now) {
			continue
		}
		if a.State == approvals.Waiting || a.State == approvals.Approved {
			ended = append(ended, a)
		}
		delete(m.approvals, id)
	}
	return ended
}
