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
	// ErrNoTenant means that a valid access token selects no tenant.
	ErrNoTenant = errors.New("the access token matches no tenant of this server")
	// ErrSeveralTenants means that it selects more than one.
	ErrSeveralTenants = errors.New("the access token matches more than one tenant of this server")
)

// Set is the tenants of a server. It is immutable and safe for concurrent use; the tenants that it
// returns must not be changed.
type Set struct {
	entries []entry
	// tokens are those of callers, approvers those of approvers.
	tokens, approvers []tokenHash
	warnings          []string
}

type entry struct {
	tenant *Tenant
	// key is the hash of the tenant's API key, by which a new key counts as a change.
	key [sha256.Size]byte
}

// tokenHash is the hash of a token and the index of its tenant's entry.
type tokenHash struct {
	hash  [sha256.Size]byte
	entry int
}

// Single returns the set of one tenant whose callers have one token. With an empty token, no token
// selects the tenant. It is named default if it has no name.
func Single(token string, t Tenant) *Set {
	if t.Name == "" {
		t.Name = "default"
	}
	t.TokenSHA256, t.Tokens = nil, nil
	if token != "" {
		t.TokenSHA256 = []string{Hash(token)}
	}
	return newSet([]entry{{tenant: &t}}, nil)
}

// newSet returns the set of tenants that are already checked.
func newSet(entries []entry, warnings []string) *Set {
	s := &Set{entries: entries, warnings: warnings}
	for i, e := range entries {
		for _, h := range e.tenant.hashes() {
			s.tokens = appendHash(s.tokens, h, i)
		}
		for _, a := range e.tenant.Approvers {
			s.approvers = appendHash(s.approvers, a.SHA256, i)
		}
	}
	return s
}

// appendHash appends a hash in hex unless it is malformed.
func appendHash(list []tokenHash, hash string, entry int) []tokenHash {
	k := tokenHash{entry: entry}
	if n, err := hex.Decode(k.hash[:], []byte(hash)); err != nil || n != len(k.hash) {
		return list
	}
	return append(list, k)
}

// ByToken returns the tenant of a caller's bearer token.
func (s *Set) ByToken(token string) (*Tenant, bool) {
	return s.find(s.tokens, sha256.Sum256([]byte(token)))
}

// ByTokenHash is ByToken for the hash of a token, by [Hash].
func (s *Set) ByTokenHash(hash string) (*Tenant, bool) {
	var sum [sha256.Size]byte
	if n, err := hex.Decode(sum[:], []byte(hash)); err != nil || n != len(sum) {
		return nil, false
	}
	return s.find(s.tokens, sum)
}

// ByApprover returns the tenant and the name of an approver's token. A caller's token is none.
func (s *Set) ByApprover(token string) (t *Tenant, name string, ok bool) {
	if t, ok = s.find(s.approvers, sha256.Sum256([]byte(token))); !ok {
		return nil, "", false
	}
	hash := Hash(token)
	for _, a := range t.Approvers {
		if a.SHA256 == hash {
			name = a.Name
		}
	}
	return t, name, true
}

// find returns the tenant of a token's hash. It takes the same time for every token, so that timing reveals
// nothing: the hash is compared with every other, each in full.
func (s *Set) find(list []tokenHash, sum [sha256.Size]byte) (*Tenant, bool) {
	found := -1
	for i := range list {
		same := subtle.ConstantTimeCompare(list[i].hash[:], sum[:])
		found = subtle.ConstantTimeSelect(same, list[i].entry, found)
	}
	if found < 0 {
		return nil, false
	}
	return s.entries[found].tenant, true
}

// TokenName returns the name of a bearer token, or the first 8 digits of its hash if it has none.
func (s *Set) TokenName(token string) string {
	hash := Hash(token)
	if t, ok := s.ByToken(token); ok {
		for _, named := range t.Tokens {
			if named.SHA256 == hash {
				return named.Name
			}
		}
	}
	return hash[:8]
}

// ByClaims returns the tenant that a verified access token selects. The error is [ErrNoTenant] or
// [ErrSeveralTenants]; the latter names the tenants, so log it and do not send it to the caller.
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

// ByName returns the tenant of that name.
func (s *Set) ByName(name string) (*Tenant, bool) {
	for _, e := range s.entries {
		if e.tenant.Name == name {
			return e.tenant, true
		}
	}
	return nil, false
}

// Tenants returns the tenants in the order of their file.
func (s *Set) Tenants() []*Tenant {
	all := make([]*Tenant, len(s.entries))
	for i, e := range s.entries {
		all[i] = e.tenant
	}
	return all
}

// UsesTokens reports whether any tenant has a bearer token.
func (s *Set) UsesTokens() bool { return len(s.tokens) > 0 }

// UsesApprovers reports whether any tenant has approvers.
func (s *Set) UsesApprovers() bool { return len(s.approvers) > 0 }

// UsesClaims reports whether any tenant is selected by claims, which requires an issuer.
func (s *Set) UsesClaims() bool {
	return slices.ContainsFunc(s.entries, func(e entry) bool { return e.tenant.usesClaims() })
}

// Warnings returns sentences for the log about files that others may read or write.
func (s *Set) Warnings() []string { return slices.Clone(s.warnings) }

func names(tenants []*Tenant) []string {
	out := make([]string, len(tenants))
	for i, t := range tenants {
		out[i] = t.Name
	}
	return out
}

// Changes are the names of the tenants that differ between two sets. Each list is sorted.
type Changes struct {
	Added, Removed, Changed []string
}

// Empty reports whether nothing changed.
func (c Changes) Empty() bool {
	return len(c.Added)+len(c.Removed)+len(c.Changed) == 0
}

func diff(before, after *Set) Changes {
	var c Changes
	was := make(map[string]entry, len(before.entries))
	for _, e := range before.entries {
		was[e.tenant.Name] = e
	}
	for _, e := range after.entries {
		old, ok := was[e.tenant.Name]
		delete(was, e.tenant.Name)
		switch {
		case !ok:
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
