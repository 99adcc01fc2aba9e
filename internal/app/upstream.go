package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Upstream is the ATS to work in, and what comes with it.
type Upstream struct {
	Client *kombo.Client
	// Secret seals cursors, confirmations and pseudonyms; see tools.Config.
	Secret []byte
	// Fetch gets files from the addresses that the ATS names; nil lists them only.
	Fetch func(ctx context.Context, address string) (data []byte, contentType string, err error)
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// InSandbox is an upstream in this process. The options come after those that lead to the sandbox, so
// that a transport of the caller's own can stand between.
func InSandbox(sb *sandbox.Sandbox, opts ...kombo.Option) (Upstream, error) {
	opts = append([]kombo.Option{
		kombo.WithIntegration(sb.IntegrationID()), kombo.WithBaseURL(sb.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: sb.Transport()}),
	}, opts...)
	client, err := kombo.New(sb.APIKey(), opts...)
	if err != nil {
		return Upstream{}, err
	}
	return Upstream{Client: client, Secret: secretOf(sb.APIKey()), Fetch: fetcher(sb.BaseURL(), sb.Transport()), Now: sb.Now}, nil
}

// connect chooses the ATS and prepares the client that reaches it.
func (a *App) connect(ctx context.Context) error {
	up, err := a.upstream(ctx)
	if err != nil {
		return err
	}
	a.tools.Client, a.tools.Secret, a.tools.Fetch, a.tools.Now = up.Client, up.Secret, up.Fetch, up.Now
	return nil
}

func (a *App) upstream(ctx context.Context) (Upstream, error) {
	switch {
	case a.opts.Upstream != nil:
		return *a.opts.Upstream, nil
	case a.settings.Sandbox:
		o, err := a.settings.SandboxOptions()
		if err != nil {
			return Upstream{}, err
		}
		return InSandbox(sandbox.New(o), a.clientOptions()...)
	}
	return a.inKombo(ctx)
}

// inKombo is the upstream that the settings and the environment name.
func (a *App) inKombo(ctx context.Context) (up Upstream, err error) {
	key, err := APIKey()
	if err != nil {
		return up, err
	}
	id := a.settings.IntegrationID
	if id == "" && (a.settings.Tenants == "" || !a.settings.OverHTTP()) {
		return up, fmt.Errorf("no integration%s. Set KOMBO_INTEGRATION_ID or --integration-id to the integration to work in, or add --sandbox to try everything on made-up data", environ.Why("KOMBO_INTEGRATION_ID"))
	}
	if up.Client, err = a.newClient(ctx, key, id); err != nil {
		return up, err
	}
	secret, err := secretFrom(varSecret, a.settings.SecretFile)
	if err != nil {
		return up, err
	}
	up.Secret, up.Fetch = secretOf(cmp.Or(secret, key)), fetcher(a.settings.BaseURL, nil)
	return up, nil
}

// newClient reaches Kombo with a key.
func (a *App) newClient(ctx context.Context, key, integration string) (*kombo.Client, error) {
	opts := append(a.settings.ClientOptions(a.opts.Version), a.clientOptions()...)
	return kombo.New(key, append(opts, kombo.WithIntegration(integration), kombo.WithShutdown(ctx))...)
}

// clientOptions say who hears of requests.
func (a *App) clientOptions() []kombo.Option {
	opts := []kombo.Option{kombo.WithLogger(a.opts.Logger)}
	if a.opts.Observe != nil {
		opts = append(opts, kombo.WithObserver(a.opts.Observe))
	}
	return opts
}

// ClientOptions say to which integration of Kombo a client goes, where, and as which version of this
// program.
func (s Settings) ClientOptions(version string) []kombo.Option {
	opts := []kombo.Option{kombo.WithIntegration(s.IntegrationID), kombo.WithRegion(s.Region), kombo.WithUserAgent("kombo-mcp/" + version)}
	if s.BaseURL != "" {
		opts = append(opts, kombo.WithBaseURL(s.BaseURL))
	}
	return opts
}
