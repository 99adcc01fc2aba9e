package tenants

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

var (
	// ErrNoTenant says that a valid access token stands for no tenant.
	ErrNoTenant = errors.New("the access token stands for no tenant of this server")
	// ErrSeveralTenants says that it stands for more than one.
	ErrSeveralTenants = errors.New("the access token stands for more than one tenant of this server")
)

// Set is the tenants of a server. It does not change and is safe for concurrent use; nor may the
// tenants that it hands out be changed.
type Set struct {
	entries  []entry
	tokens   []known
	warnings []string
}

type entry struct {
	tenant *Tenant
	// key is the hash of the tenant's API key, so that a new key shows as a change.
	key [sha256.Size]byte
}

// known is a token by its hash, with the place of its tenant among the entries.
type known struct {
	hash [sha256.Size]byte
	of   int
}

// Single is the set of one tenant with one token. No token at all, "", stands for nobody. The
// tenant is named default if it has no name.
func Single(token string, t Tenant) *Set {
	if t.Name == "" {
		t.Name = "default"
	}
	t.TokenSHA256 = nil
	if token != "" {
		t.TokenSHA256 = []string{Hash(token)}
	}
	return newSet([]entry{{tenant: &t}}, nil)
}

// newSet takes tenants that were checked.
func newSet(entries []entry, warnings []string) *Set {
	s := &Set{entries: entries, warnings: warnings}
	for i, e := range entries {
		for _, h := range e.tenant.TokenSHA256 {
			k := known{of: i}
			if n, err := hex.Decode(k.hash[:], []byte(h)); err == nil && n == len(k.hash) {
				s.tokens = append(s.tokens, k)
			}
		}
	}
	return s
}

// ByToken finds the tenant that a bearer token stands for. How long it takes tells nothing about
// the tokens: the hash of the one presented is compared with every other, each to its end.
func (s *Set) ByToken(token string) (*Tenant, bool) {
	sum := sha256.Sum256([]byte(token))
	found := -1
	for i := range s.tokens {
		same := subtle.ConstantTimeCompare(s.tokens[i].hash[:], sum[:])
		found = subtle.ConstantTimeSelect(same, s.tokens[i].of, found)
	}
	if found < 0 {
		return nil, false
	}
	return s.entries[found].tenant, true
}

// ByClaims finds the tenant that a verified access token stands for. The error is ErrNoTenant or
// ErrSeveralTenants; the latter names tenants and so is for the log.
func (s *Set) ByClaims(claims map[string]any) (*Tenant, error) {
	var found []*Tenant
	for _, e := range s.entries {
		if e.tenant.matches(claims) {
			found = append(found, e.tenant)
		}
	}
	switch len(found) {
	case 0:
		return nil, ErrNoTenant
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("%w: %s", ErrSeveralTenants, strings.Join(names(found), ", "))
}

// ByName finds a tenant by its name.
func (s *Set) ByName(name string) (*Tenant, bool) {
	for _, e := range s.entries {
		if e.tenant.Name == name {
			return e.tenant, true
		}
	}
	return nil, false
}

// Tenants lists the tenants in the order of their file.
func (s *Set) Tenants() []*Tenant {
	all := make([]*Tenant, len(s.entries))
	for i, e := range s.entries {
		all[i] = e.tenant
	}
	return all
}

// UsesTokens tells whether any tenant has a bearer token.
func (s *Set) UsesTokens() bool { return len(s.tokens) > 0 }

// UsesClaims tells whether any tenant is chosen by claims, which takes an issuer.
func (s *Set) UsesClaims() bool {
	return slices.ContainsFunc(s.entries, func(e entry) bool { return e.tenant.usesClaims() })
}

// Warnings are sentences for the log about files that others may read or write.
func (s *Set) Warnings() []string { return slices.Clone(s.warnings) }

func names(tenants []*Tenant) []string {
	out := make([]string, len(tenants))
	for i, t := range tenants {
		out[i] = t.Name
	}
	return out
}

// Changes names the tenants that differ between two sets, each list in order.
type Changes struct {
	Added, Removed, Changed []string
}

// Empty tells whether nothing changed.
func (c Changes) Empty() bool {
	return len(c.Added)+len(c.Removed)+len(c.Changed) == 0
}

func compare(before, after *Set) Changes {
	var c Changes
	was := make(map[string]entry, len(before.entries))
	for _, e := range before.entries {
		was[e.tenant.Name] = e
	}
	for _, e := range after.entries {
		old, there := was[e.tenant.Name]
		delete(was, e.tenant.Name)
		switch {
		case !there:
			c.Added = append(c.Added, e.tenant.Name)
		case old.key != e.key || !reflect.DeepEqual(old.tenant, e.tenant):
			c.Changed = append(c.Changed, e.tenant.Name)
		}
	}
	for name := range was {
		c.Removed = append(c.Removed, name)
	}
	for _, list := range [][]string{c.Added, c.Removed, c.Changed} {
		slices.Sort(list)
	}
	return c
}
