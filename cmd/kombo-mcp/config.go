package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// errNoKey names both ways out, since a newcomer meets it first.
var errNoKey = errors.New("no API key. Set KOMBO_API_KEY (or KOMBO_API_KEY_FILE, the path of a file that holds it) and KOMBO_INTEGRATION_ID to work in your ATS, or add --sandbox to try everything on made-up data, without a key")

// setting is what the flags of one run come to.
type setting struct {
	// tools is what toolboxes are made of, and box the one of a server for one
	// caller.
	tools  tools.Config
	box    *tools.Toolbox
	logger *slog.Logger
	// observe is told of every request to Kombo; nil for nobody.
	observe func(context.Context, kombo.Attempt)
	// closers are closed in the order opposite to that of their opening.
	closers []io.Closer
}

func (s *setting) close() error {
	var errs []error
	for _, c := range slices.Backward(s.closers) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// configure builds what one caller's server or a single call needs. Nothing is
// sent yet.
func configure(ctx context.Context, cmd *cli.Command, logger *slog.Logger) (_ *setting, err error) {
	s, err := prepare(ctx, cmd, logger, nil)
	if err != nil {
		return nil, err
	}
	if s.box, err = tools.New(s.tools); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// prepare builds what toolboxes are made of. observe, where not nil, is told of
// every request to Kombo.
func prepare(ctx context.Context, cmd *cli.Command, logger *slog.Logger, observe func(context.Context, kombo.Attempt)) (_ *setting, err error) {
	cfg, err := toolConfig(cmd, logger)
	if err != nil {
		return nil, err
	}
	s := &setting{logger: logger, observe: observe}
	if cmd.Bool("sandbox") {
		err = s.useSandbox(cmd, &cfg)
	} else {
		err = s.useKombo(ctx, cmd, &cfg)
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if dir := cmd.String("files"); dir != "" {
		if cfg.Files, err = os.OpenRoot(dir); err != nil {
			return nil, fmt.Errorf("--files: %w", err)
		}
		s.closers = append(s.closers, cfg.Files)
	}
	reader := cvtext.New()
	s.closers = append(s.closers, reader)
	cfg.Documents = documents{reader}
	if err := s.remember(ctx, cmd, &cfg); err != nil {
		return nil, err
	}
	s.tools = cfg
	return s, nil
}

// toolConfig reads the flags that need nothing else.
func toolConfig(cmd *cli.Command, logger *slog.Logger) (tools.Config, error) {
	cfg := tools.Config{
		ReadOnly: cmd.Bool("read-only"), Redact: cmd.StringSlice("redact"), Only: cmd.StringSlice("tools"), Exclude: cmd.StringSlice("exclude-tools"),
		Limits:    digest.Limits{Records: cmd.Int("walk-records"), Time: cmd.Duration("walk-time")},
		KeepBytes: cmd.Int("keep-mb") << 20, WritesPerMinute: cmd.Int("max-writes-per-minute"), Logger: logger,
	}
	var err error
	if cfg.Location, err = time.LoadLocation(cmd.String("timezone")); err != nil {
		return cfg, fmt.Errorf("--timezone: %q is no time zone; use a name such as UTC or Europe/Berlin", cmd.String("timezone"))
	}
	if cfg.Writes, err = tools.ParsePolicy(cmd.String("writes")); err != nil {
		return cfg, fmt.Errorf("--writes: %w", err)
	}
	fallback := cmd.String("confirm-fallback")
	if fallback == "" && !slices.Contains(transportsOf(cmd), transportStdio) && len(transportsOf(cmd)) > 0 {
		// Over HTTP nobody knows whether the host asks; on stdio hosts do.
		fallback = string(tools.FallbackPreview)
	}
	if cfg.Fallback, err = tools.ParseFallback(fallback); err != nil {
		return cfg, fmt.Errorf("--confirm-fallback: %w", err)
	}
	for name, n := range map[string]int{"walk-records": cfg.Limits.Records, "keep-mb": cfg.KeepBytes, "max-writes-per-minute": cfg.WritesPerMinute} {
		if n < 1 {
			return cfg, fmt.Errorf("--%s must be at least 1", name)
		}
	}
	return cfg, nil
}

// remember opens the journal where something can be written or reads are to be
// recorded.
func (s *setting) remember(ctx context.Context, cmd *cli.Command, cfg *tools.Config) error {
	if cfg.ReadOnly && !cmd.Bool("journal-reads") && len(transportsOf(cmd)) != 0 && !slices.Contains(transportsOf(cmd), transportStdio) {
		return nil
	}
	shared, closer, err := sharedMemory(ctx, cmd.String("redis-url"))
	if err != nil {
		return err
	}
	if closer != nil {
		s.closers = append(s.closers, closer)
	}
	j, err := openJournal(cmd, cfg.Now, shared, s.logger)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, j)
	cfg.Memory = j
	if cmd.Bool("journal-reads") {
		cfg.RecordRead = func(ctx context.Context, r tools.Read) error { return recordRead(ctx, j, r) }
	}
	return nil
}

func (s *setting) useKombo(ctx context.Context, cmd *cli.Command, cfg *tools.Config) error {
	key, err := apiKey()
	if err != nil {
		return err
	}
	id := cmd.String("integration-id")
	if id == "" && cmd.String("tenants") == "" {
		return errors.New("no integration. Set KOMBO_INTEGRATION_ID or --integration-id to the integration to work in, or add --sandbox to try everything on made-up data")
	}
	if cfg.Client, err = s.newClient(ctx, cmd, key, id); err != nil {
		return err
	}
	secret, err := secretFrom("KOMBO_SECRET", cmd.String("secret-file"))
	if err != nil {
		return err
	}
	cfg.Secret, cfg.Fetch = secretOf(orElse(secret, key)), fetcher(cmd.String("base-url"), nil)
	return nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// secretFrom reads a secret from the environment or from a file, which the
// variable of the same name with _FILE may name; "" where there is none.
func secretFrom(name, path string) (string, error) {
	if s := strings.TrimSpace(os.Getenv(name)); s != "" {
		return s, nil
	}
	if path == "" {
		path = os.Getenv(name + "_FILE")
	}
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if s := strings.TrimSpace(string(raw)); s != "" {
		return s, nil
	}
	return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
}

// secretOf derives the secret that seals cursors and confirmations, so that
// they hold over a restart and tell nothing of the key.
func secretOf(key string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte("kombo-mcp: cursors, confirmations and pseudonyms"))
	return h.Sum(nil)
}

// newClient reaches Kombo with a key. The end of ctx is a shutdown: writes that
// may be on the wire then have ten seconds.
func (s *setting) newClient(ctx context.Context, cmd *cli.Command, key, integration string) (*kombo.Client, error) {
	opts := append(clientOptions(cmd, integration), kombo.WithLogger(s.logger), kombo.WithShutdown(ctx))
	if s.observe != nil {
		opts = append(opts, kombo.WithObserver(s.observe))
	}
	return kombo.New(key, opts...)
}

// clientOptions say where the client goes, and who it is.
func clientOptions(cmd *cli.Command, integration string) []kombo.Option {
	opts := []kombo.Option{kombo.WithIntegration(integration), kombo.WithRegion(cmd.String("region")), kombo.WithUserAgent("kombo-mcp/" + buildVersion())}
	if base := cmd.String("base-url"); base != "" {
		opts = append(opts, kombo.WithBaseURL(base))
	}
	return opts
}

// apiKey reads the key from the environment or from the file that it names.
func apiKey() (string, error) {
	key, err := secretFrom("KOMBO_API_KEY", "")
	if err == nil && key == "" {
		err = errNoKey
	}
	return key, err
}

func (s *setting) useSandbox(cmd *cli.Command, cfg *tools.Config) error {
	opts, err := sandboxOptions(cmd)
	if err != nil {
		return err
	}
	sb := sandbox.New(opts)
	cfg.Now, cfg.Secret = sb.Now, secretOf(sb.APIKey())
	cfg.Fetch = fetcher(sb.BaseURL(), sb.Transport())
	client := []kombo.Option{
		kombo.WithIntegration(sb.IntegrationID()), kombo.WithBaseURL(sb.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: sb.Transport()}), kombo.WithLogger(s.logger),
	}
	if s.observe != nil {
		client = append(client, kombo.WithObserver(s.observe))
	}
	cfg.Client, err = kombo.New(sb.APIKey(), client...)
	return err
}

func sandboxOptions(cmd *cli.Command) (sandbox.Options, error) {
	opts := sandbox.Options{Seed: cmd.Uint64("seed"), Applications: cmd.Int("applications"), Lag: cmd.Duration("lag")}
	if opts.Applications < 10 || opts.Applications > 200_000 {
		return opts, fmt.Errorf("--applications: %d is outside 10 to 200000", opts.Applications)
	}
	if day := cmd.String("today"); day != "" {
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return opts, fmt.Errorf("--today: %q is no day; write it as 2026-11-24", day)
		}
		opts.Today = t.Add(12 * time.Hour)
	}
	return opts, nil
}

func newLogger(level string, asJSON bool) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %q is none of debug, info, warn, error", level)
	}
	opts := &slog.HandlerOptions{Level: l}
	if asJSON {
		return slog.New(slog.NewJSONHandler(os.Stderr, opts)), nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, opts)), nil
}
