package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Validate checks all that can be said of the settings by themselves, without the machine, the
// network or a secret. The error names the flag that is wrong.
func (s Settings) Validate() error {
	if err := s.checkTransports(); err != nil {
		return err
	}
	if s.Sandbox {
		if _, err := s.SandboxOptions(); err != nil {
			return err
		}
	} else if err := errors.Join(s.CheckRegion(), s.checkBaseURL()); err != nil {
		return err
	}
	if _, err := s.toolsConfig(); err != nil {
		return err
	}
	if _, err := s.level(); err != nil {
		return err
	}
	if s.OverHTTP() {
		return s.checkHTTP()
	}
	return nil
}

// OverHTTP reports whether s serves over HTTP and not one client over stdio.
func (s Settings) OverHTTP() bool {
	return len(s.Transports) > 0 && !slices.Contains(s.Transports, TransportStdio)
}

func (s Settings) checkTransports() error {
	for _, t := range s.Transports {
		if !slices.Contains([]string{TransportStdio, TransportHTTP, TransportSSE}, t) {
			return fmt.Errorf("--transport must be one of stdio, http, sse, not %q", t)
		}
	}
	if slices.Contains(s.Transports, TransportStdio) && len(s.Transports) > 1 {
		return fmt.Errorf("--transport: stdio serves one client on its own; only http and sse go together, not %q", strings.Join(s.Transports, ","))
	}
	return nil
}

// CheckRegion checks the region alone, for commands that use no other setting.
func (s Settings) CheckRegion() error {
	if r := strings.ToLower(s.Region); r != kombo.RegionEU && r != kombo.RegionUS {
		return fmt.Errorf("--region must be one of eu, us, not %q", s.Region)
	}
	return nil
}

// checkBaseURL refuses an address of Kombo's that lacks the version: each call would be answered as if
// the record did not exist. Other hosts may serve the API under any path.
func (s Settings) checkBaseURL() error {
	u, err := url.Parse(s.BaseURL)
	if err != nil || !strings.HasSuffix(strings.ToLower(u.Hostname()), ".kombo.dev") || strings.Contains(u.Path+"/", "/v1/") {
		return nil // the client refuses what it cannot use
	}
	return fmt.Errorf("--base-url: %s has no version; write %s", s.BaseURL, strings.TrimSuffix(s.BaseURL, "/")+"/v1")
}

// SandboxOptions are the options of the sandbox that the settings describe.
func (s Settings) SandboxOptions() (sandbox.Options, error) {
	o := sandbox.Options{Seed: s.Seed, Applications: s.Applications, Lag: s.Lag}
	if o.Applications < 10 || o.Applications > 200_000 {
		return o, fmt.Errorf("--applications must be from 10 to 200000, not %d", o.Applications)
	}
	if s.Lag < 0 {
		return o, fmt.Errorf("--lag must not be negative, as %s is", s.Lag)
	}
	if s.Today != "" {
		day, err := time.Parse(time.DateOnly, s.Today)
		if err != nil {
			return o, fmt.Errorf("--today: %q is not a valid date; write it as 2026-11-24", s.Today)
		}
		o.Today = day.Add(12 * time.Hour)
	}
	return o, nil
}

// toolsConfig is the part of a toolbox's configuration that follows from the settings alone.
func (s Settings) toolsConfig() (tools.Config, error) {
	cfg := tools.Config{
		ReadOnly: s.ReadOnly, Redact: s.Redact, Exclude: s.ExcludeTools,
		Limits:     digest.Limits{Records: s.WalkRecords, Time: s.WalkTime},
		CacheBytes: s.KeepMB << 20, WritesPerMinute: s.MaxWritesPerMinute,
	}
	if len(s.Tools) > 0 {
		cfg.Only = s.Tools
	}
	var err error
	if cfg.Location, err = time.LoadLocation(s.Timezone); err != nil {
		return cfg, fmt.Errorf("--timezone: %q is not a known time zone; use a name such as UTC or Europe/Berlin", s.Timezone)
	}
	if cfg.Writes, err = tools.ParsePolicy(s.Writes); err != nil {
		return cfg, fmt.Errorf("--writes: %w", err)
	}
	if cfg.Fallback, err = tools.ParseFallback(s.ConfirmFallback); err != nil {
		return cfg, fmt.Errorf("--confirm-fallback: %w", err)
	}
	if cfg.Structured, err = tools.ParseStructured(s.Structured); err != nil {
		return cfg, fmt.Errorf("--structured: %w", err)
	}
	if cfg.Fallback == tools.FallbackPerson {
		if _, err := s.approvalsPlace(); err != nil {
			return cfg, err
		}
	}
	if err := s.checkWords(); err != nil {
		return cfg, err
	}
	return cfg, s.checkLimits()
}

// checkWords checks the names of tools and masks.
func (s Settings) checkWords() error {
	words := Vocabulary()
	for _, list := range []struct {
		flag         string
		given, valid []string
	}{
		{"--tools", s.Tools, words.Tools}, {"--exclude-tools", s.ExcludeTools, words.Tools}, {"--redact", s.Redact, words.Redact},
	} {
		for _, word := range list.given {
			if !slices.Contains(list.valid, word) {
				return fmt.Errorf("%s: %q must be one of %s", list.flag, word, strings.Join(list.valid, ", "))
			}
		}
	}
	return nil
}

// checkLimits checks what has to be positive.
func (s Settings) checkLimits() error {
	for _, limit := range []struct {
		flag string
		n    int
	}{
		{"--walk-records", s.WalkRecords}, {"--keep-mb", s.KeepMB}, {"--max-writes-per-minute", s.MaxWritesPerMinute},
	} {
		if limit.n < 1 {
			return fmt.Errorf("%s must be at least 1", limit.flag)
		}
	}
	if s.WalkTime <= 0 {
		return errors.New("--walk-time must be longer than 0s")
	}
	return nil
}

// checkHTTP checks what only a server over HTTP has to keep to.
func (s Settings) checkHTTP() error {
	switch {
	case s.Files != "":
		return errors.New("--files is for stdio: a caller over HTTP does not choose files of this machine")
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case s.OIDCIssuer == "" && (s.OIDCAudience != "" || len(s.OIDCScopes) > 0):
		return errors.New("--oidc-audience and --oidc-scopes need --oidc-issuer")
	case s.OIDCIssuer != "" && s.Tenants == "":
		return errors.New("--oidc-issuer needs --tenants: its claims or subjects say which access token stands for whom")
	case s.MaxCalls < 1:
		return errors.New("--max-calls must be at least 1")
	}
	return nil
}

func (s Settings) level() (level slog.Level, err error) {
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return level, fmt.Errorf("--log-level must be one of debug, info, warn, error, not %q", s.LogLevel)
	}
	return level, nil
}

// Logger logs to w at the level of the settings: for programs where it serves over HTTP, and for
// people otherwise.
func (s Settings) Logger(w io.Writer) (*slog.Logger, error) {
	level, err := s.level()
	if err != nil {
		return nil, err
	}
	o := &slog.HandlerOptions{Level: level}
	if s.OverHTTP() {
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return slog.New(slog.NewTextHandler(w, o)), nil
}

// Vocabulary is what a tenants file may say of tools, masks and writes.
func Vocabulary() tenants.Vocabulary {
	var names []string
	for _, t := range tools.Catalogue() {
		names = append(names, t.Name())
	}
	return tenants.Vocabulary{
		Tools: names, Redact: tools.Redactions,
		Writes:   []string{string(tools.PolicyAllow), string(tools.PolicyConfirm), string(tools.PolicyConfirmAll), string(tools.PolicyDeny)},
		Fallback: []string{string(tools.FallbackAllow), string(tools.FallbackPreview), string(tools.FallbackPerson), string(tools.FallbackDeny)},
	}
}
