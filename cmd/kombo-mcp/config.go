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
	box    *tools.Toolbox
	logger *slog.Logger
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

// configure builds what a server or a single call needs. Nothing is sent yet.
func configure(cmd *cli.Command) (_ *setting, err error) {
	logger, err := newLogger(cmd.String("log-level"))
	if err != nil {
		return nil, err
	}
	cfg, err := toolConfig(cmd, logger)
	if err != nil {
		return nil, err
	}
	if cmd.Bool("sandbox") {
		err = useSandbox(cmd, &cfg, logger)
	} else {
		err = useKombo(cmd, &cfg, logger)
	}
	if err != nil {
		return nil, err
	}
	s := &setting{logger: logger}
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
	if err := s.remember(cmd, &cfg); err != nil {
		return nil, err
	}
	s.box, err = tools.New(cfg)
	return s, err
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
	if cfg.Fallback, err = tools.ParseFallback(cmd.String("confirm-fallback")); err != nil {
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
func (s *setting) remember(cmd *cli.Command, cfg *tools.Config) error {
	if cfg.ReadOnly && !cmd.Bool("journal-reads") {
		return nil
	}
	j, err := openJournal(cmd, cfg.Now, s.logger)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, j)
	cfg.Memory = memory{j}
	if cmd.Bool("journal-reads") {
		cfg.RecordRead = memory{j}.recordRead
	}
	return nil
}

func useKombo(cmd *cli.Command, cfg *tools.Config, logger *slog.Logger) (err error) {
	cfg.Client, err = newClient(cmd, logger)
	if err != nil {
		return err
	}
	key, err := apiKey()
	if err != nil {
		return err
	}
	cfg.Secret, cfg.Fetch = secretOf(key), fetcher(cmd.String("base-url"), nil)
	return nil
}

// secretOf derives the secret that seals cursors and confirmations, so that
// they hold over a restart and tell nothing of the key.
func secretOf(key string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte("kombo-mcp: cursors, confirmations and pseudonyms"))
	return h.Sum(nil)
}

func newClient(cmd *cli.Command, logger *slog.Logger) (*kombo.Client, error) {
	key, err := apiKey()
	if err != nil {
		return nil, err
	}
	id := cmd.String("integration-id")
	if id == "" {
		return nil, errors.New("no integration. Set KOMBO_INTEGRATION_ID or --integration-id to the integration to work in, or add --sandbox to try everything on made-up data")
	}
	opts := []kombo.Option{kombo.WithIntegration(id), kombo.WithRegion(cmd.String("region")), kombo.WithLogger(logger), kombo.WithUserAgent("kombo-mcp/" + buildVersion())}
	if base := cmd.String("base-url"); base != "" {
		opts = append(opts, kombo.WithBaseURL(base))
	}
	return kombo.New(key, opts...)
}

// apiKey reads the key from the environment or from the file that it names.
func apiKey() (string, error) {
	if key := strings.TrimSpace(os.Getenv("KOMBO_API_KEY")); key != "" {
		return key, nil
	}
	path := os.Getenv("KOMBO_API_KEY_FILE")
	if path == "" {
		return "", errNoKey
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("KOMBO_API_KEY_FILE: %w", err)
	}
	if key := strings.TrimSpace(string(raw)); key != "" {
		return key, nil
	}
	return "", fmt.Errorf("KOMBO_API_KEY_FILE: %s is empty", path)
}

func useSandbox(cmd *cli.Command, cfg *tools.Config, logger *slog.Logger) error {
	opts, err := sandboxOptions(cmd)
	if err != nil {
		return err
	}
	s := sandbox.New(opts)
	cfg.Now, cfg.Secret = s.Now, secretOf(s.APIKey())
	cfg.Fetch = fetcher(s.BaseURL(), s.Transport())
	cfg.Client, err = kombo.New(s.APIKey(), kombo.WithIntegration(s.IntegrationID()), kombo.WithBaseURL(s.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: s.Transport()}), kombo.WithLogger(logger))
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

func newLogger(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %q is none of debug, info, warn, error", level)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l})), nil
}

func serveStdio(ctx context.Context, cmd *cli.Command) (err error) {
	if cmd.Args().Present() {
		return fmt.Errorf("there is no subcommand %q; see kombo-mcp --help", cmd.Args().First())
	}
	s, err := configure(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return runStdio(ctx, s)
}
