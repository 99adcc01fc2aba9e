package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// errNoCredentials is for a request that carries none.
var errNoCredentials = errors.New("the request carries no credentials")

// tenancy finds the tenant that a request belongs to. It implements serve.Authenticator.
type tenancy struct {
	// open admits every request as the one tenant: only on loopback.
	open      bool
	verifier  *tenants.Verifier
	challenge tenants.Challenge
	build     func(*tenants.Tenant) (*tools.Toolbox, error)
	// approveURL is the address of the page of approvers; "" if it is not known.
	approveURL string
	state      atomic.Pointer[tenantState]
}

// tenantState is the tenants in force with their toolboxes.
type tenantState struct {
	set   *tenants.Set
	built map[string]*serve.Tenant
}

// install puts a set in force. Tenants that did not change keep their toolbox, and with it their
// cached walks and open confirmations. On an error the old set stays.
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
		if len(one.Approvers) > 0 {
			next.built[one.Name].ApproveURL = t.approveURL
		}
	}
	t.state.Store(next)
	return nil
}

// Authenticate implements serve.Authenticator.
func (t *tenancy) Authenticate(r *http.Request) (login serve.Login, err error) {
	if t.open {
		login.Current = func() *serve.Tenant {
			state := t.state.Load()
			return state.built[state.set.Tenants()[0].Name]
		}
		login.Tenant = login.Current()
		return login, nil
	}
	token, err := tenants.Bearer(r.Header)
	switch {
	case err != nil:
		return login, err
	case token == "":
		return login, errNoCredentials
	}
	set, hash := t.state.Load().set, tenants.Hash(token)
	login.Subject, login.Owner = set.TokenName(token), "token "+hash
	if _, ok := set.ByToken(token); ok {
		return t.login(login, func(set *tenants.Set) (*tenants.Tenant, error) {
			if found, ok := set.ByTokenHash(hash); ok {
				return found, nil
			}
			return nil, tenants.ErrToken
		})
	}
	if _, _, approver := set.ByApprover(token); approver {
		return login, fmt.Errorf("%w: it is an approver's, who calls no tools", tenants.ErrToken)
	}
	if t.verifier == nil {
		return login, tenants.ErrToken
	}
	claims, err := t.verifier.Verify(r.Context(), token)
	if err != nil {
		return login, err
	}
	if subject, _ := claims["sub"].(string); subject != "" {
		// Access tokens are renewed while a session lasts.
		login.Subject, login.Owner = subject, "subject "+t.verifier.Issuer()+" "+subject
	}
	return t.login(login, func(set *tenants.Set) (*tenants.Tenant, error) { return set.ByClaims(claims) })
}

// login completes a login by the tenant that find returns for a set: the one in force now,
// which may be newer than the one with which the credentials began to be checked.
func (t *tenancy) login(login serve.Login, find func(*tenants.Set) (*tenants.Tenant, error)) (serve.Login, error) {
	current := func() (*serve.Tenant, error) {
		state := t.state.Load()
		found, err := find(state.set)
		if err != nil {
			return nil, err
		}
		return state.built[found.Name], nil
	}
	login.Current = func() *serve.Tenant {
		found, _ := current() // nil with an error
		return found
	}
	var err error
	login.Tenant, err = current()
	return login, err
}

// Refuse implements serve.Authenticator.
func (t *tenancy) Refuse(err error) (status int, challenge string) {
	if errors.Is(err, errNoCredentials) {
		err = nil
	}
	return t.challenge.Refuse(err)
}

// toolboxOf makes the tools of a tenant: the server's settings, changed by the tenant's. Tools, writes
// (read_only) and masks can only be restricted further. Policy, fallback, write limit and walk limits
// replace the server's where the tenant has its own, and may be weaker.
func (a *App) toolboxOf(ctx context.Context, t *tenants.Tenant) (*tools.Toolbox, error) {
	cfg := a.tools
	key, err := t.APIKey()
	if err != nil {
		return nil, err
	}
	if cfg.Client, err = a.clientOf(ctx, key, t.Integration); err != nil {
		return nil, err
	}
	if key != "" {
		// Cursors and pseudonyms of one key mean nothing under another.
		cfg.Secret = secretOf(key)
	}
	cfg.Tenant = t.Name
	a.files.use(&cfg, t.Name)
	cfg.ReadOnly = cfg.ReadOnly || t.ReadOnly
	cfg.Exclude = append(slices.Clip(cfg.Exclude), t.ExcludeTools...)
	if len(t.Tools) > 0 {
		cfg.Only = both(cfg.Only, t.Tools)
	}
	cfg.Redact = append(slices.Clip(cfg.Redact), t.Redact...)
	cfg.Writes = cmp.Or(tools.Policy(t.Writes), cfg.Writes)
	cfg.Fallback = cmp.Or(tools.Fallback(t.ConfirmFallback), cfg.Fallback)
	cfg.WritesPerMinute = cmp.Or(t.MaxWritesPerMinute, cfg.WritesPerMinute)
	cfg.Limits = digest.Limits{Records: cmp.Or(t.WalkRecords, cfg.Limits.Records), Time: cmp.Or(t.WalkTime, cfg.Limits.Time)}
	if err := a.useApprovals(&cfg, a.approvePageOf(t)); err != nil {
		return nil, err
	}
	if cfg.Approvals != nil && len(t.Approvers) == 0 {
		a.opts.Logger.Warn("no approvers: writes that wait can only be approved with kombo-mcp approve on this machine", "tenant", t.Name)
	}
	return tools.New(cfg)
}

// clientOf reaches Kombo for a tenant: with its own key, or with the server's where that is "".
func (a *App) clientOf(ctx context.Context, key, integration string) (*kombo.Client, error) {
	switch {
	case key != "":
		return a.newClient(ctx, key, integration)
	case integration == "":
		return a.tools.Client, nil
	}
	return a.tools.Client.ForIntegration(integration), nil
}

// both keeps of the tenant's tools those that the server offers: any if server is nil. The result is
// never nil, since no tool at all is not the same as any tool.
func both(server, tenant []string) []string {
	out := []string{}
	for _, name := range tenant {
		if server == nil || slices.Contains(server, name) {
			out = append(out, name)
		}
	}
	return out
}
