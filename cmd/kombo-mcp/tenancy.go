package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// errNoCredentials is for a request that carries none.
var errNoCredentials = errors.New("the request carries no credentials")

// tenancy tells for whom a request is. It implements serve.Authenticator.
type tenancy struct {
	// open lets everyone in as the one tenant: only on loopback.
	open      bool
	verifier  *tenants.Verifier
	challenge tenants.Challenge
	build     func(*tenants.Tenant) (*tools.Toolbox, error)
	state     atomic.Pointer[tenantState]
}

// tenantState is the tenants in force with their toolboxes.
type tenantState struct {
	set   *tenants.Set
	built map[string]*serve.Tenant
}

// install puts a set in force. Tenants that did not change keep their toolbox,
// and with it their kept walks and open questions. On an error the old set
// stays.
func (t *tenancy) install(set *tenants.Set, changed func(name string) bool) error {
	next := &tenantState{set: set, built: map[string]*serve.Tenant{}}
	old := t.state.Load()
	for _, one := range set.Tenants() {
		if old != nil && old.built[one.Name] != nil && !changed(one.Name) {
			next.built[one.Name] = old.built[one.Name]
			continue
		}
		box, err := t.build(one)
		if err != nil {
			return fmt.Errorf("tenant %s: %w", one.Name, err)
		}
		next.built[one.Name] = &serve.Tenant{Name: one.Name, Box: box, MaxSessions: one.MaxSessions, MaxCalls: one.MaxCalls}
	}
	t.state.Store(next)
	return nil
}

// Authenticate implements serve.Authenticator.
func (t *tenancy) Authenticate(r *http.Request) (*serve.Tenant, error) {
	state := t.state.Load()
	if t.open {
		return state.built[state.set.Tenants()[0].Name], nil
	}
	token, err := tenants.Bearer(r.Header)
	switch {
	case err != nil:
		return nil, err
	case token == "":
		return nil, errNoCredentials
	}
	found, ok := state.set.ByToken(token)
	if !ok {
		if t.verifier == nil {
			return nil, tenants.ErrToken
		}
		claims, err := t.verifier.Verify(r.Context(), token)
		if err != nil {
			return nil, err
		}
		if found, err = state.set.ByClaims(claims); err != nil {
			return nil, err
		}
	}
	return state.built[found.Name], nil
}

// Refuse implements serve.Authenticator.
func (t *tenancy) Refuse(err error) (status int, challenge string) {
	if errors.Is(err, errNoCredentials) {
		err = nil
	}
	return t.challenge.Refuse(err)
}

// vocabulary is what a tenants file may say.
func vocabulary() tenants.Vocabulary {
	var names []string
	for _, t := range tools.Catalogue() {
		names = append(names, t.Name())
	}
	return tenants.Vocabulary{
		Tools: names, Redact: tools.Redactions,
		Writes:   []string{string(tools.PolicyAllow), string(tools.PolicyConfirm), string(tools.PolicyConfirmAll), string(tools.PolicyDeny)},
		Fallback: []string{string(tools.FallbackAllow), string(tools.FallbackPreview), string(tools.FallbackDeny)},
	}
}

// toolbox makes the tools of a tenant: the server's settings, with the tenant's
// over them. What takes away adds up; a tenant cannot undo it.
func (s *setting) toolbox(ctx context.Context, client clientMaker, t *tenants.Tenant) (*tools.Toolbox, error) {
	cfg := s.tools
	key, err := t.APIKey()
	if err != nil {
		return nil, err
	}
	if cfg.Client, err = client(ctx, key, t.Integration); err != nil {
		return nil, err
	}
	if key != "" {
		// Cursors and stand-ins of one key mean nothing under another.
		cfg.Secret = secretOf(key)
	}
	cfg.ReadOnly = cfg.ReadOnly || t.ReadOnly
	cfg.Exclude = append(slices.Clip(cfg.Exclude), t.ExcludeTools...)
	if len(t.Tools) > 0 {
		cfg.Only = both(cfg.Only, t.Tools)
	}
	cfg.Redact = append(slices.Clip(cfg.Redact), t.Redact...)
	if t.Writes != "" {
		cfg.Writes = tools.Policy(t.Writes)
	}
	if t.ConfirmFallback != "" {
		cfg.Fallback = tools.Fallback(t.ConfirmFallback)
	}
	if t.MaxWritesPerMinute > 0 {
		cfg.WritesPerMinute = t.MaxWritesPerMinute
	}
	cfg.Limits = digest.Limits{Records: orElseInt(t.WalkRecords, cfg.Limits.Records), Time: orElseInt(t.WalkTime, cfg.Limits.Time)}
	return tools.New(cfg)
}

func orElseInt[N ~int | ~int64](n, otherwise N) N {
	if n == 0 {
		return otherwise
	}
	return n
}

// both keeps of the tenant's tools those that the server offers.
func both(server, tenant []string) []string {
	if len(server) == 0 {
		return tenant
	}
	var out []string
	for _, name := range tenant {
		for _, offered := range server {
			if name == offered {
				out = append(out, name)
			}
		}
	}
	if out == nil {
		// No tool at all is not the same as any tool.
		out = []string{""}
	}
	return out
}
