// Package approvalstest tests that an implementation of approvals.Store satisfies its contract.
package approvalstest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// Open creates an empty store and opens it several times, as several processes would. The clock is now.
type Open func(t *testing.T, now func() time.Time) []approvals.Store

// Request returns a request of a tenant. Requests with equal hashes are the same call.
func Request(tenant, hash string) approvals.Request {
	return approvals.Request{
		Tenant: tenant, Subject: "recruiting-bot", Client: "claude-code 2.1", Integration: "greenhouse:1",
		Tool: "reject_application", Hash: hash,
		Statement: "Reject \"Jane Doe\"'s application for \"Accountant\".\n  note: \"Thank you.\"\nAgainst it: is HIRED already.",
	}
}

// Yes and No are decisions.
var (
	Yes = approvals.Decision{Approve: true, By: "anna", How: "terminal"}
	No  = approvals.Decision{By: "ben", How: "page"}
)

// Run tests an implementation.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, *world){
		"what was asked comes back whole":             comesBackWhole,
		"the same call finds its approval":            sameCallFindsIt,
		"a decision stands":                           decisionStands,
		"an approval is spent once":                   spentOnce,
		"nothing is spent that nobody approved":       notApproved,
		"tenants never see one another's":             tenantsApart,
		"after an hour it is as if it were not there": expires,
		"what expired is swept once":                  sweptOnce,
		"two hundred of a tenant may wait":            bounded,
		"what cannot be shown is refused":             refusesRequests,
		"a decision says who and how":                 refusesDecisions,
		"of many at once one is first":                races,
	} {
		t.Run(name, func(t *testing.T) {
			clock := fake.NewClock(time.Now().UTC())
			w := &world{Clock: clock, stores: open(t, clock.Now)}
			require.GreaterOrEqual(t, len(w.stores), 2)
			w.a, w.b = w.stores[0], w.stores[1]
			test(t, w)
		})
	}
	t.Run("any steps in any order", func(t *testing.T) { anySteps(t, open) })
}

type world struct {
	*fake.Clock
	stores []approvals.Store
	a, b   approvals.Store
}

func put(t *testing.T, s approvals.Store, r approvals.Request) approvals.Approval {
	t.Helper()
	a, created, err := s.Put(t.Context(), r)
	require.NoError(t, err)
	require.True(t, created)
	return a
}

func decide(t *testing.T, s approvals.Store, a approvals.Approval, d approvals.Decision) approvals.Approval {
	t.Helper()
	a, err := s.Decide(t.Context(), approvals.OfTenant(a.Tenant), a.ID, d)
	require.NoError(t, err)
	return a
}

func find(t *testing.T, s approvals.Store, r approvals.Request) (approvals.Approval, bool) {
	t.Helper()
	a, found, err := s.Find(t.Context(), r.Tenant, r.Hash)
	require.NoError(t, err)
	return a, found
}

func list(t *testing.T, s approvals.Store, scope approvals.Scope) []approvals.Approval {
	t.Helper()
	all, err := s.List(t.Context(), scope)
	require.NoError(t, err)
	return all
}

func comesBackWhole(t *testing.T, w *world) {
	for i, statement := range []string{
		"x", " leading and trailing \n", "<b>&amp;\"'`\\ \u2028 \u0000 \u202e 𝕏 é", strings.Repeat("\x01", approvals.MaxStatement),
		strings.Repeat("ü", approvals.MaxStatement/2),
	} {
		r := Request("acme", fmt.Sprint("hash ", i))
		r.Statement, r.Client = statement, "client \u202e <script>"
		a := put(t, w.a, r)
		assert.Equal(t, r, a.Request)
		assert.Equal(t, approvals.Waiting, a.State)
		assert.True(t, approvals.IsID(a.ID))
		assert.Equal(t, w.Now().Truncate(time.Millisecond), a.Created)
		assert.Equal(t, a.Created.Add(time.Hour), a.Expires)
		for _, s := range w.stores {
			got, err := s.Get(t.Context(), approvals.AllTenants(), a.ID)
			require.NoError(t, err)
			assert.Equal(t, a, got)
			got, found := find(t, s, r)
			assert.True(t, found)
			assert.Equal(t, a, got)
		}
		w.Advance(time.Millisecond)
	}
	all := list(t, w.b, approvals.OfTenant("acme"))
	require.Len(t, all, 5)
	for i, a := range all {
		assert.Equal(t, fmt.Sprint("hash ", i), a.Hash, "oldest first")
	}
	long := Request("acme", "long client")
	long.Client = strings.Repeat("é", 10_000) + "\xff"
	a := put(t, w.a, long)
	assert.Less(t, len(a.Client), 300)
	assert.True(t, strings.HasSuffix(a.Client, "é…"))
	got, _ := find(t, w.b, long)
	assert.Equal(t, a, got)
}

func sameCallFindsIt(t *testing.T, w *world) {
	r := Request("", "h")
	_, found := find(t, w.a, r)
	assert.False(t, found)
	again := func(want approvals.Approval) {
		t.Helper()
		got, created, err := w.b.Put(t.Context(), r)
		require.NoError(t, err)
		assert.False(t, created)
		assert.Equal(t, want, got)
		got, found := find(t, w.b, r)
		assert.True(t, found)
		assert.Equal(t, want, got)
	}
	a := put(t, w.a, r)
	again(a)
	a = decide(t, w.a, a, Yes)
	again(a)
	a, err := w.a.Spend(t.Context(), a)
	require.NoError(t, err)
	got, found := find(t, w.b, r)
	assert.True(t, found)
	assert.Equal(t, a, got, "what was spent is found while nothing newer is there")
	w.Advance(time.Second)
	second := put(t, w.b, r)
	assert.NotEqual(t, a.ID, second.ID, "what was spent is asked for anew")
	again(second)
	w.Advance(time.Second)
	second = decide(t, w.b, second, No)
	again(second)

	other := Request("", "other")
	b := put(t, w.a, other)
	b = decide(t, w.a, b, Yes)
	_, err = w.a.Spend(t.Context(), b)
	require.NoError(t, err)
	w.Advance(time.Second)
	c := decide(t, w.a, put(t, w.b, other), Yes)
	w.Advance(time.Second)
	c, err = w.b.Spend(t.Context(), c)
	require.NoError(t, err)
	got, _ = find(t, w.a, other)
	assert.Equal(t, c, got, "the one spent last")
}

func decisionStands(t *testing.T, w *world) {
	for _, d := range []approvals.Decision{Yes, No} {
		r := Request("acme", fmt.Sprint(d))
		a := put(t, w.a, r)
		w.Advance(time.Minute)
		got := decide(t, w.b, a, d)
		want := a
		want.State = map[bool]approvals.State{true: approvals.Approved, false: approvals.Declined}[d.Approve]
		want.DecidedAt, want.DecidedBy, want.DecidedHow = w.Now().Truncate(time.Millisecond), d.By, d.How
		assert.Equal(t, want, got)
		w.Advance(time.Minute)
		for _, s := range w.stores {
			for _, later := range []approvals.Decision{Yes, No} {
				got, err := s.Decide(t.Context(), approvals.AllTenants(), a.ID, later)
				require.ErrorIs(t, err, approvals.ErrDecided)
				assert.Equal(t, want, got, "as it stands")
			}
		}
	}
	_, err := w.a.Decide(t.Context(), approvals.AllTenants(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Yes)
	require.ErrorIs(t, err, approvals.ErrNotFound)
	for _, id := range []string{"", "x", "../../../etc/passwd", "*", strings.Repeat("A", 26) + "\n"} {
		for _, scope := range []approvals.Scope{approvals.AllTenants(), approvals.OfTenant("acme")} {
			_, err := w.a.Decide(t.Context(), scope, id, Yes)
			require.ErrorIs(t, err, approvals.ErrNotFound, id)
			_, err = w.a.Get(t.Context(), scope, id)
			require.ErrorIs(t, err, approvals.ErrNotFound, id)
		}
	}
}

func spentOnce(t *testing.T, w *world) {
	a := decide(t, w.a, put(t, w.a, Request("acme", "h")), Yes)
	w.Advance(time.Minute)
	spent, err := w.b.Spend(t.Context(), a)
	require.NoError(t, err)
	want := a
	want.State, want.SpentAt = approvals.Spent, w.Now().Truncate(time.Millisecond)
	assert.Equal(t, want, spent)
	w.Advance(time.Minute)
	for _, s := range w.stores {
		for _, as := range []approvals.Approval{a, spent} {
			got, err := s.Spend(t.Context(), as)
			require.ErrorIs(t, err, approvals.ErrSpent)
			assert.Equal(t, want, got)
		}
		_, err := s.Decide(t.Context(), approvals.AllTenants(), a.ID, No)
		require.ErrorIs(t, err, approvals.ErrDecided)
	}
	assert.Equal(t, []approvals.Approval{want}, list(t, w.a, approvals.AllTenants()))
}

func notApproved(t *testing.T, w *world) {
	waits, declined := put(t, w.a, Request("acme", "waits")), put(t, w.a, Request("acme", "declined"))
	declined = decide(t, w.a, declined, No)
	for _, a := range []approvals.Approval{waits, declined} {
		// What the caller says of the state counts for nothing.
		claims := a
		claims.State, claims.DecidedBy = approvals.Approved, "the agent"
		for _, as := range []approvals.Approval{a, claims} {
			got, err := w.b.Spend(t.Context(), as)
			require.ErrorIs(t, err, approvals.ErrNotApproved)
			assert.Equal(t, a, got)
		}
	}
	approved := decide(t, w.a, put(t, w.a, Request("acme", "approved")), Yes)
	for name, spoil := range map[string]func(*approvals.Approval){
		"of another tenant": func(a *approvals.Approval) { a.Tenant = "globex" },
		"of no tenant":      func(a *approvals.Approval) { a.Tenant = "" },
		"for another write": func(a *approvals.Approval) { a.Hash = "waits" },
		"for no write":      func(a *approvals.Approval) { a.Hash = "" },
		"of another ID":     func(a *approvals.Approval) { a.ID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		"without an ID":     func(a *approvals.Approval) { a.ID = "" },
	} {
		a := approved
		spoil(&a)
		_, err := w.b.Spend(t.Context(), a)
		require.ErrorIs(t, err, approvals.ErrNotFound, name)
	}
	_, err := w.b.Spend(t.Context(), approved)
	require.NoError(t, err)
}

func tenantsApart(t *testing.T, w *world) {
	tenants := []string{"", "acme", "Acme", "acme ", "*", "acme-", "../acme", "acme\x00", strings.Repeat("t", 256)}
	made := map[string]approvals.Approval{}
	for _, tenant := range tenants {
		made[tenant] = put(t, w.a, Request(tenant, "the same hash"))
		w.Advance(time.Millisecond)
	}
	for _, tenant := range tenants {
		assert.Equal(t, []approvals.Approval{made[tenant]}, list(t, w.b, approvals.OfTenant(tenant)), "%q", tenant)
		for other, a := range made {
			_, err := w.b.Get(t.Context(), approvals.OfTenant(tenant), a.ID)
			if other == tenant {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, approvals.ErrNotFound)
			got, err := w.b.Decide(t.Context(), approvals.OfTenant(tenant), a.ID, Yes)
			require.ErrorIs(t, err, approvals.ErrNotFound)
			assert.Zero(t, got, "nothing of another's is told")
		}
	}
	assert.Empty(t, list(t, w.a, approvals.OfTenant("globex")))
	all := list(t, w.a, approvals.AllTenants())
	require.Len(t, all, len(tenants))
	for i, tenant := range tenants {
		assert.Equal(t, tenant, all[i].Tenant)
		assert.Equal(t, approvals.Waiting, all[i].State)
		_, err := w.a.Decide(t.Context(), approvals.AllTenants(), made[tenant].ID, No)
		require.NoError(t, err)
	}
	var zero approvals.Scope
	assert.Len(t, list(t, w.a, zero), 1, "the zero scope has the tenant without a name, not all")
}

func expires(t *testing.T, w *world) {
	waits, approved := put(t, w.a, Request("acme", "waits")), put(t, w.a, Request("acme", "approved"))
	w.Advance(time.Hour - time.Second)
	approved = decide(t, w.b, approved, Yes)
	assert.Len(t, list(t, w.b, approvals.AllTenants()), 2)
	w.Advance(time.Second)
	for _, s := range w.stores {
		for _, a := range []approvals.Approval{waits, approved} {
			_, found := find(t, s, a.Request)
			assert.False(t, found)
			_, err := s.Get(t.Context(), approvals.AllTenants(), a.ID)
			require.ErrorIs(t, err, approvals.ErrNotFound)
			_, err = s.Decide(t.Context(), approvals.AllTenants(), a.ID, Yes)
			require.ErrorIs(t, err, approvals.ErrNotFound)
			_, err = s.Spend(t.Context(), a)
			require.ErrorIs(t, err, approvals.ErrNotFound)
		}
		assert.Empty(t, list(t, s, approvals.AllTenants()))
	}
	again := put(t, w.b, waits.Request)
	assert.NotEqual(t, waits.ID, again.ID)
	got, _ := find(t, w.a, waits.Request)
	assert.Equal(t, again, got)
}

func sweptOnce(t *testing.T, w *world) {
	r := func(hash string) approvals.Request { return Request("acme", hash) }
	waits := put(t, w.a, r("waits"))
	w.Advance(time.Millisecond)
	approved := decide(t, w.a, put(t, w.a, r("approved")), Yes)
	decide(t, w.a, put(t, w.a, r("declined")), No)
	_, err := w.a.Spend(t.Context(), decide(t, w.a, put(t, w.a, r("spent")), Yes))
	require.NoError(t, err)
	w.Advance(30 * time.Minute)
	young := put(t, w.a, Request("globex", "young"))
	swept, err := w.b.Sweep(t.Context())
	require.NoError(t, err)
	assert.Empty(t, swept)
	assert.Len(t, list(t, w.b, approvals.AllTenants()), 5)

	w.Advance(30 * time.Minute)
	swept, err = w.b.Sweep(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []approvals.Approval{waits, approved}, swept, "what was declined or spent has had its end")
	for _, s := range w.stores {
		swept, err := s.Sweep(t.Context())
		require.NoError(t, err)
		assert.Empty(t, swept)
		assert.Equal(t, []approvals.Approval{young}, list(t, s, approvals.AllTenants()))
	}
}

func bounded(t *testing.T, w *world) {
	var all []approvals.Approval
	for i := range approvals.MaxWaiting {
		all = append(all, put(t, w.stores[i%len(w.stores)], Request("acme", fmt.Sprint(i))))
	}
	full := func() {
		t.Helper()
		for _, s := range w.stores {
			a, created, err := s.Put(t.Context(), Request("acme", "one more"))
			require.ErrorIs(t, err, approvals.ErrFull)
			assert.ErrorContains(t, err, "200")
			assert.False(t, created)
			assert.Zero(t, a)
		}
	}
	full()
	got, created, err := w.b.Put(t.Context(), all[7].Request)
	require.NoError(t, err)
	assert.False(t, created)
	assert.Equal(t, all[7], got, "the same call is no more")
	put(t, w.a, Request("globex", "one more"))
	assert.Len(t, list(t, w.b, approvals.OfTenant("acme")), approvals.MaxWaiting)

	decide(t, w.a, all[0], Yes)
	one := put(t, w.b, Request("acme", "in its place"))
	decide(t, w.a, one, No)
	put(t, w.b, Request("acme", "in the other's place"))
	full()
	w.Advance(time.Hour)
	put(t, w.a, Request("acme", "one more"))
}

func refusesRequests(t *testing.T, w *world) {
	r := Request("acme", "h")
	r.Statement = strings.Repeat("x", approvals.MaxStatement+1)
	_, _, err := w.a.Put(t.Context(), r)
	require.ErrorIs(t, err, approvals.ErrTooLarge)
	assert.ErrorContains(t, err, "64 KB")
	for name, spoil := range map[string]func(*approvals.Request){
		"without a hash":           func(r *approvals.Request) { r.Hash = "" },
		"without a tool":           func(r *approvals.Request) { r.Tool = "" },
		"without a statement":      func(r *approvals.Request) { r.Statement = "" },
		"that cannot be shown":     func(r *approvals.Request) { r.Statement = "a\xffb" },
		"of a tenant without end":  func(r *approvals.Request) { r.Tenant = strings.Repeat("t", 257) },
		"of a tenant not in UTF-8": func(r *approvals.Request) { r.Tenant = "\xff" },
		"of a subject without end": func(r *approvals.Request) { r.Subject = strings.Repeat("t", 257) },
		"with a hash without end":  func(r *approvals.Request) { r.Hash = strings.Repeat("t", 257) },
		"to an ATS without end":    func(r *approvals.Request) { r.Integration = strings.Repeat("t", 257) },
		"of a tool not in UTF-8":   func(r *approvals.Request) { r.Tool = "\xff" },
	} {
		r := Request("acme", "h")
		spoil(&r)
		_, created, err := w.a.Put(t.Context(), r)
		require.Error(t, err, name)
		assert.False(t, created, name)
		assert.NotContains(t, err.Error(), "Jane", name)
	}
	assert.Empty(t, list(t, w.a, approvals.AllTenants()))
}

func refusesDecisions(t *testing.T, w *world) {
	a := put(t, w.a, Request("acme", "h"))
	for _, d := range []approvals.Decision{{}, {Approve: true}, {Approve: true, By: "anna"}, {Approve: true, How: "page"}} {
		_, err := w.a.Decide(t.Context(), approvals.AllTenants(), a.ID, d)
		require.Error(t, err)
	}
	got, _ := find(t, w.b, a.Request)
	assert.Equal(t, a, got)
}
