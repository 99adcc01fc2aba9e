package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// clientMaker reaches Kombo for a tenant: with its own key, or with the
// server's where that is "".
type clientMaker func(ctx context.Context, key, integration string) (*kombo.Client, error)

// serveHTTP serves many clients.
func serveHTTP(ctx context.Context, cmd *cli.Command, transports []string) (err error) {
	logger, err := newLogger(cmd.String("log-level"), true)
	if err != nil {
		return err
	}
	if cmd.String("files") != "" {
		return errors.New("--files is for stdio: a caller over HTTP does not choose files of this machine")
	}
	l, err := net.Listen("tcp", cmd.String("listen"))
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreClosed(l.Close())) }()
	loopback := isLoopbackAddr(l.Addr())
	auth, err := newTenancy(cmd, loopback)
	if err != nil {
		return err
	}
	secured, err := secure(cmd, loopback, l)
	if err != nil {
		return err
	}
	traces, err := startTraces(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, traces()) }()
	metrics := serve.NewMetrics()
	s, err := prepare(ctx, cmd, logger, observer(metrics))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := auth.begin(ctx, cmd, s); err != nil {
		return err
	}
	h := serve.NewHTTP(serve.HTTPOptions{
		Auth: auth, Guard: serve.Guard{Hosts: cmd.StringSlice("allow-host"), Origins: cmd.StringSlice("allow-origin"), Loopback: loopback},
		Streamable: slices.Contains(transports, transportHTTP), SSE: slices.Contains(transports, transportSSE),
		Stateless: cmd.Bool("stateless"), MaxCalls: cmd.Int("max-calls"), Metadata: auth.metadata,
		Version: buildVersion(), Logger: logger, Metrics: metrics, Ready: s.ready(auth),
	})
	metrics.Watch(h)
	stopAdmin, err := serveAdmin(cmd, h, metrics, loopback)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopAdmin()) }()
	stopReload := auth.reloadOnSignal(cmd.String("tenants"), s)
	defer stopReload()
	fmt.Fprintf(os.Stderr, "kombo-mcp: serving %s on %s\n", strings.Join(transports, " and "), l.Addr())
	return h.Serve(ctx, secured)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func isLoopbackAddr(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// secure puts TLS before a listener, or refuses to listen without.
func secure(cmd *cli.Command, loopback bool, l net.Listener) (net.Listener, error) {
	cert, key := cmd.String("tls-cert"), cmd.String("tls-key")
	switch {
	case cert != "" && key != "":
		cfg, err := serve.Certificates(cert, key)
		if err != nil {
			return nil, err
		}
		return tls.NewListener(l, cfg), nil
	case cert != key:
		return nil, errors.New("--tls-cert and --tls-key go together")
	case !loopback && !cmd.Bool("behind-tls-proxy"):
		return nil, fmt.Errorf("--listen %s: other machines could read along. Give --tls-cert and --tls-key, or --behind-tls-proxy if something before this server does TLS, or listen on 127.0.0.1", cmd.String("listen"))
	}
	return l, nil
}

// httpAuth is a tenancy with what serving it takes.
type httpAuth struct {
	tenancy
	store    *tenants.Store
	metadata []byte
}

// newTenancy reads who may call.
func newTenancy(cmd *cli.Command, loopback bool) (*httpAuth, error) {
	a := &httpAuth{}
	token, err := secretFrom("KOMBO_AUTH_TOKEN", cmd.String("auth-token-file"))
	if err != nil {
		return nil, err
	}
	file, issuer := cmd.String("tenants"), cmd.String("oidc-issuer")
	var set *tenants.Set
	switch {
	case file != "" && token != "":
		return nil, errors.New("KOMBO_AUTH_TOKEN is for one tenant; with --tenants the tokens stand in its file")
	case file != "":
		if set, err = tenants.Load(file, vocabulary()); err != nil {
			return nil, fmt.Errorf("--tenants: %w", err)
		}
	case token != "":
		if err := tenants.CheckToken(token); err != nil {
			return nil, fmt.Errorf("KOMBO_AUTH_TOKEN: %w", err)
		}
		fallthrough
	default:
		set = tenants.Single(token, tenants.Tenant{Integration: cmd.String("integration-id")})
	}
	a.open = file == "" && token == "" && issuer == ""
	if a.open && !loopback {
		return nil, fmt.Errorf("--listen %s: anyone who reaches this address could use the ATS. Set KOMBO_AUTH_TOKEN, give --auth-token-file, --tenants or --oidc-issuer, or listen on 127.0.0.1", cmd.String("listen"))
	}
	a.store = tenants.NewStore(set, vocabulary())
	a.challenge.Realm = "kombo-mcp"
	if set.UsesClaims() && issuer == "" {
		return nil, errors.New("--tenants: tenants are chosen by claims, which needs --oidc-issuer and --oidc-audience")
	}
	return a, a.useIssuer(cmd, issuer)
}

// useIssuer takes access tokens of an OAuth issuer.
func (a *httpAuth) useIssuer(cmd *cli.Command, issuer string) (err error) {
	audience, scopes := cmd.String("oidc-audience"), cmd.StringSlice("oidc-scopes")
	if issuer == "" {
		if audience != "" || len(scopes) > 0 {
			return errors.New("--oidc-audience and --oidc-scopes need --oidc-issuer")
		}
		return nil
	}
	if cmd.String("tenants") == "" {
		return errors.New("--oidc-issuer needs --tenants: its claims or subjects say which access token stands for whom")
	}
	if a.verifier, err = tenants.NewVerifier(tenants.VerifierConfig{Issuer: issuer, Audience: audience, Scopes: scopes}); err != nil {
		return fmt.Errorf("--oidc-issuer: %w", err)
	}
	resource := orElse(cmd.String("public-url"), audience)
	if a.metadata, err = tenants.Metadata(resource, []string{issuer}, scopes); err != nil {
		return fmt.Errorf("--public-url: %w", err)
	}
	a.challenge.Scopes = scopes
	if a.challenge.Metadata, err = tenants.MetadataURL(resource); err != nil {
		return fmt.Errorf("--public-url: %w", err)
	}
	return nil
}

// begin makes the toolboxes of all tenants.
func (a *httpAuth) begin(ctx context.Context, cmd *cli.Command, s *setting) error {
	base := s.tools.Client
	client := func(ctx context.Context, key, integration string) (*kombo.Client, error) {
		switch {
		case key != "":
			return s.newClient(ctx, cmd, key, integration)
		case integration == "":
			return base, nil
		}
		return base.ForIntegration(integration), nil
	}
	a.build = func(t *tenants.Tenant) (*tools.Toolbox, error) { return s.toolbox(ctx, client, t) }
	for _, w := range a.store.Set().Warnings() {
		s.logger.Warn("tenants", "warning", w)
	}
	return a.install(a.store.Set(), func(string) bool { return true })
}

// reloadOnSignal reads the tenants file again on SIGHUP. Sessions stay; a file
// that is wrong changes nothing.
func (a *httpAuth) reloadOnSignal(file string, s *setting) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
				a.reload(file, s)
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

func (a *httpAuth) reload(file string, s *setting) {
	if file == "" {
		s.logger.Warn("SIGHUP: there is no tenants file to read again")
		return
	}
	changes, err := a.store.Reload(file)
	if err == nil {
		touched := slices.Concat(changes.Added, changes.Changed)
		err = a.install(a.store.Set(), func(name string) bool { return slices.Contains(touched, name) })
	}
	if err != nil {
		s.logger.Error("the tenants file was not taken over; the old settings stay", "problem", err)
		return
	}
	s.logger.Info("the tenants file was read again", "added", changes.Added, "removed", changes.Removed, "changed", changes.Changed)
}

// ready asks Kombo whether the key is good and, of up to ten tenants, whether
// any integration can be reached.
func (s *setting) ready(a *httpAuth) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := s.tools.Client.CheckAPIKey(ctx); err != nil {
			return err
		}
		var errs []error
		for i, t := range a.state.Load().set.Tenants() {
			if i == 10 {
				break
			}
			client := s.tools.Client
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

// serveAdmin serves the metrics: on the main listener while that is loopback,
// else on --admin-listen alone.
func serveAdmin(cmd *cli.Command, h *serve.HTTP, m *serve.Metrics, loopback bool) (stop func() error, err error) {
	address := cmd.String("admin-listen")
	if address == "" {
		if loopback {
			h.Handle("GET /metrics", m.Handler())
		}
		return func() error { return nil }, nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--admin-listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	return func() error {
		if err := errors.Join(srv.Close(), <-failed); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}
