package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// ServeHTTP serves many clients over HTTP, SSE or both until ctx ends, and then drains. listening is
// called once it accepts connections.
func ServeHTTP(ctx context.Context, s Settings, o Options, listening func(Listening)) (err error) {
	if err := s.Validate(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer func() { err = errors.Join(err, ignoreClosed(l.Close())) }()
	loopback := isLoopbackAddr(l.Addr())
	auth, err := newAuth(s, loopback)
	if err != nil {
		return err
	}
	secured, err := secure(s, loopback, l)
	if err != nil {
		return err
	}
	endTraces, err := startTraces(ctx, o.Version)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endTraces()) }()
	metrics := serve.NewMetrics()
	o.Observe = observer(metrics)
	a, err := Open(ctx, s, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	a.approveURL = s.approveURL(l.Addr())
	if err := auth.begin(ctx, a); err != nil {
		return err
	}
	h := a.newHTTP(auth, metrics, loopback)
	metrics.Watch(h)
	stopAdmin, err := serveAdmin(s.AdminListen, h, metrics, loopback)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopAdmin()) }()
	stopReload := auth.reloadOnSignal(a, h.EndWithdrawn)
	defer stopReload()
	listening(a.listening(l.Addr(), auth))
	idle, stopIdle := context.WithCancel(ctx)
	defer stopIdle()
	go a.prepareWhenIdle(idle, idleAfter)
	return h.Serve(ctx, secured)
}

func (a *App) newHTTP(auth *httpAuth, metrics *serve.Metrics, loopback bool) *serve.HTTP {
	s := a.settings
	return serve.NewHTTP(serve.HTTPOptions{
		Auth: auth, Guard: serve.Guard{Hosts: s.AllowHosts, Origins: s.AllowOrigins, Loopback: loopback},
		Streamable: slices.Contains(s.Transports, TransportHTTP), SSE: slices.Contains(s.Transports, TransportSSE),
		Stateless: s.Stateless, MaxCalls: s.MaxCalls, Metadata: auth.metadata, PublicPath: auth.publicPath,
		Version: a.opts.Version, Logger: a.opts.Logger, Metrics: metrics, MetricsWithToken: s.Tenants == "", Ready: a.ready(auth),
		Approve: newApprovePage(a, auth, loopback),
	})
}

// observer counts and traces requests to Kombo.
func observer(m *serve.Metrics) func(context.Context, kombo.Attempt) {
	return func(ctx context.Context, a kombo.Attempt) {
		m.Attempt(a)
		serve.TraceAttempt(ctx, a)
	}
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
func secure(s Settings, loopback bool, l net.Listener) (net.Listener, error) {
	switch {
	case s.TLSCert != "":
		cfg, err := serve.Certificates(s.TLSCert, s.TLSKey)
		if err != nil {
			return nil, err
		}
		return tls.NewListener(l, cfg), nil
	case !loopback && !s.BehindTLSProxy:
		return nil, fmt.Errorf("--listen %s: other machines could read along. Give --tls-cert and --tls-key, or --behind-tls-proxy if something before this server does TLS, or listen on 127.0.0.1", s.Listen)
	}
	return l, nil
}

// serveAdmin serves the metrics: on address alone, or where that is "" on the main listener if it is
// loopback, to this machine.
func serveAdmin(address string, h *serve.HTTP, m *serve.Metrics, loopback bool) (stop func() error, err error) {
	if address == "" {
		if loopback {
			h.Handle("GET /metrics", h.MetricsHandler())
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
