package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// httpAuth is a tenancy with what serving it takes.
type httpAuth struct {
	tenancy
	store *tenants.Store
	// metadata is the document of RFC 9728 for the resource at publicPath.
	metadata   []byte
	publicPath string
}

// newAuth reads who may call. Only a server on loopback may be open to every request.
func newAuth(s Settings, loopback bool) (*httpAuth, error) {
	set, err := tenantsOf(s)
	if err != nil {
		return nil, err
	}
	a := &httpAuth{store: tenants.NewStore(set, Vocabulary())}
	a.open = s.Tenants == "" && !set.UsesTokens() && s.OIDCIssuer == ""
	if a.open && !loopback {
		return nil, fmt.Errorf("--listen %s: anyone who reaches this address could use the ATS. Set KOMBO_AUTH_TOKEN, give --auth-token-file, --tenants or --oidc-issuer, or listen on 127.0.0.1", s.Listen)
	}
	a.challenge.Realm = "kombo-mcp"
	if set.UsesClaims() && s.OIDCIssuer == "" {
		return nil, errors.New("--tenants: tenants are chosen by claims, which needs --oidc-issuer and --oidc-audience")
	}
	return a, a.useIssuer(s)
}

// tenantsOf reads the tenants file, or else the tokens of the one tenant.
func tenantsOf(s Settings) (*tenants.Set, error) {
	token, err := tokenFrom(varToken, s.AuthTokenFile)
	if err != nil {
		return nil, err
	}
	approver, err := tokenFrom(varApprover, s.ApproverTokenFile)
	if err != nil {
		return nil, err
	}
	if s.Tenants == "" {
		one := tenants.Tenant{Integration: s.IntegrationID}
		switch approver {
		case "":
		case token:
			return nil, errors.New("KOMBO_APPROVER_TOKEN must differ from KOMBO_AUTH_TOKEN: otherwise an agent could approve its own writes")
		default:
			one.Approvers = []tenants.Token{{Name: "approver", SHA256: tenants.Hash(approver)}}
		}
		return tenants.Single(token, one), nil
	}
	switch {
	case token != "":
		return nil, errors.New("KOMBO_AUTH_TOKEN is for one tenant; with --tenants the tokens stand in its file")
	case approver != "":
		return nil, errors.New("KOMBO_APPROVER_TOKEN is for one tenant; with --tenants the tokens of approvers stand in its file")
	}
	set, err := tenants.Load(s.Tenants, Vocabulary())
	if err != nil {
		return nil, fmt.Errorf("--tenants: %w", err)
	}
	return set, nil
}

// tokenFrom reads a bearer token, "" if there is none.
func tokenFrom(name, path string) (string, error) {
	token, err := secretFrom(name, path)
	if err != nil || token == "" {
		return "", err
	}
	if err := tenants.CheckToken(token); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return token, nil
}

// useIssuer accepts access tokens of the OAuth issuer that the settings name, if they do.
func (a *httpAuth) useIssuer(s Settings) (err error) {
	if s.OIDCIssuer == "" {
		return nil
	}
	if a.verifier, err = tenants.NewVerifier(tenants.VerifierConfig{Issuer: s.OIDCIssuer, Audience: s.OIDCAudience, Scopes: s.OIDCScopes}); err != nil {
		return fmt.Errorf("--oidc-issuer: %w", err)
	}
	resource := cmp.Or(s.PublicURL, s.OIDCAudience)
	if a.metadata, err = tenants.Metadata(resource, []string{s.OIDCIssuer}, s.OIDCScopes); err != nil {
		return fmt.Errorf("--public-url: %w", err)
	}
	if u, err := url.Parse(resource); err == nil {
		a.publicPath = u.Path
	}
	a.challenge.Scopes = s.OIDCScopes
	if a.challenge.Metadata, err = tenants.MetadataURL(resource); err != nil {
		return fmt.Errorf("--public-url: %w", err)
	}
	return nil
}

// begin makes the toolboxes of all tenants.
func (a *httpAuth) begin(ctx context.Context, app *App) error {
	a.build = func(t *tenants.Tenant) (*tools.Toolbox, error) { return app.toolboxOf(ctx, t) }
	a.approveURL = app.approveURL
	for _, w := range a.store.Set().Warnings() {
		app.opts.Logger.Warn("tenants file", "warning", w)
	}
	return a.install(a.store.Set(), func(string) bool { return true })
}

// reloadOnSignal reloads the tenants file on SIGHUP, and then calls reloaded. Sessions stay, but for
// those of callers without access any more; an invalid file changes nothing.
func (a *httpAuth) reloadOnSignal(app *App, reloaded func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
				a.reload(app)
				reloaded()
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

func (a *httpAuth) reload(app *App) {
	logger := app.opts.Logger
	if app.settings.Tenants == "" {
		logger.Warn("SIGHUP ignored: there is no tenants file to reload")
		return
	}
	changes, err := a.store.Reload(app.settings.Tenants, func(next *tenants.Set, c tenants.Changes) error {
		touched := slices.Concat(c.Added, c.Changed)
		return a.install(next, func(name string) bool { return slices.Contains(touched, name) })
	})
	if err != nil {
		logger.Error("tenants file rejected, previous tenants stay in force", "err", err)
		return
	}
	logger.Info("tenants file reloaded", "added", changes.Added, "removed", changes.Removed, "changed", changes.Changed)
}

// readyTenants is how many tenants the readiness check tries.
const readyTenants = 10

// ready returns the readiness check: Kombo accepts the key, and the integration of any of the first
// tenants can be reached.
func (a *App) ready(auth *httpAuth) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := a.tools.Client.CheckAPIKey(ctx); err != nil {
			return err
		}
		var errs []error
		for i, t := range auth.state.Load().set.Tenants() {
			if i == readyTenants {
				break
			}
			client := a.tools.Client
			if t.Integration != "" {
				client = client.ForIntegration(t.Integration)
			}
			_, err := client.GetIntegration(ctx)
			if err == nil {
				return nil
			}
			errs = append(errs, fmt.Errorf("%s: %w", t.Name, err))
		}
		return errors.Join(errs...)
	}
}
