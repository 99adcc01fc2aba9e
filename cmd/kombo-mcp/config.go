package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// errNoKey names both ways out, since a newcomer meets it first.
var errNoKey = errors.New("no API key. Set KOMBO_API_KEY (or KOMBO_API_KEY_FILE, the path of a file that holds it) and KOMBO_INTEGRATION_ID to work in your ATS, or add --sandbox to try everything on made-up data, without a key")

func serverFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "integration-id", Usage: "the Kombo integration to work in, such as greenhouse:8d1hpPsbjxUkoCoa1veLZGe5", Sources: cli.EnvVars("KOMBO_INTEGRATION_ID")},
		&cli.StringFlag{Name: "region", Usage: "Kombo's region: eu or us", Value: "eu", Sources: cli.EnvVars("KOMBO_REGION")},
		&cli.StringFlag{Name: "base-url", Usage: "address of the API instead of the region's", Sources: cli.EnvVars("KOMBO_BASE_URL")},
		&cli.BoolFlag{Name: "sandbox", Usage: "work on an embedded ATS with made-up data; needs no key", Sources: cli.EnvVars("KOMBO_SANDBOX")},
		&cli.BoolFlag{Name: "read-only", Usage: "offer no tool that changes the ATS", Sources: cli.EnvVars("KOMBO_READ_ONLY")},
		&cli.StringSliceFlag{Name: "tools", Usage: "offer only these tools", Sources: cli.EnvVars("KOMBO_TOOLS")},
		&cli.StringSliceFlag{Name: "exclude-tools", Usage: "leave these tools out", Sources: cli.EnvVars("KOMBO_EXCLUDE_TOOLS")},
		&cli.StringFlag{Name: "files", Usage: "folder whose files may be uploaded by path", Sources: cli.EnvVars("KOMBO_FILES")},
		&cli.StringFlag{Name: "timezone", Usage: "time zone that days are counted in, such as Europe/Berlin", Value: "UTC", Sources: cli.EnvVars("KOMBO_TIMEZONE")},
		&cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error; logs go to stderr", Value: "warn", Sources: cli.EnvVars("KOMBO_LOG_LEVEL")},
	}, sandboxFlags()...)
}

// sandboxFlags shape the made-up data, embedded or served.
func sandboxFlags() []cli.Flag {
	return []cli.Flag{
		&cli.Uint64Flag{Name: "seed", Usage: "seed of the sandbox's data", Value: 7},
		&cli.IntFlag{Name: "applications", Usage: "size of the sandbox: 10 to 200000 applications", Value: 600},
		&cli.StringFlag{Name: "today", Usage: "the sandbox's today, such as 2026-11-24"},
		&cli.DurationFlag{Name: "lag", Usage: "how long the sandbox takes to show a write in its reads"},
	}
}

// setting is what the flags of one run come to.
type setting struct {
	box    *tools.Toolbox
	logger *slog.Logger
	close  func() error
}

// configure builds what a server or a single call needs. Nothing is sent yet.
func configure(cmd *cli.Command) (*setting, error) {
	logger, err := newLogger(cmd.String("log-level"))
	if err != nil {
		return nil, err
	}
	loc, err := time.LoadLocation(cmd.String("timezone"))
	if err != nil {
		return nil, fmt.Errorf("--timezone: %q is no time zone; use a name such as UTC or Europe/Berlin", cmd.String("timezone"))
	}
	cfg := tools.Config{
		ReadOnly: cmd.Bool("read-only"),
		Only:     cmd.StringSlice("tools"),
		Exclude:  cmd.StringSlice("exclude-tools"),
		Location: loc,
		Logger:   logger,
	}
	if cmd.Bool("sandbox") {
		err = useSandbox(cmd, &cfg, logger)
	} else {
		cfg.Client, err = newClient(cmd, logger)
	}
	if err != nil {
		return nil, err
	}
	s := &setting{logger: logger, close: func() error { return nil }}
	if dir := cmd.String("files"); dir != "" {
		if cfg.Files, err = os.OpenRoot(dir); err != nil {
			return nil, fmt.Errorf("--files: %w", err)
		}
		s.close = cfg.Files.Close
	}
	if s.box, err = tools.New(cfg); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
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
	cfg.Now = s.Now
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
