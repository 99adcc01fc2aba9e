package main

import (
	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
)

// Every flag is bound to a field, here or beside its command: nothing reads a
// flag by its name, where a slip would read as the zero value. What a field
// holds before it is bound is the flag's default.

// newSettings are the settings of a command, to be bound to its flags.
func newSettings() *app.Settings {
	s := app.Defaults()
	return &s
}

// newToolSettings are those of a command that runs tools in this process and
// serves nobody.
func newToolSettings() *app.Settings {
	s := newSettings()
	s.Transports = nil
	return s
}

// serverFlags are those of whatever runs tools.
func serverFlags(s *app.Settings) []cli.Flag {
	flags := []cli.Flag{
		integrationFlag(s, "the Kombo integration to work in, such as greenhouse:8d1hpPsbjxUkoCoa1veLZGe5"),
		regionFlag(s),
		baseURLFlag(s),
		&yesNoFlag{Name: "sandbox", Destination: &s.Sandbox, Usage: "work in an embedded ATS with made-up data; needs no key", Sources: fromEnv("KOMBO_SANDBOX")},
		&cli.StringSliceFlag{Name: "tools", Destination: &s.Tools, Usage: "offer only these tools", Sources: fromEnv("KOMBO_TOOLS")},
		&cli.StringSliceFlag{Name: "exclude-tools", Destination: &s.ExcludeTools, Usage: "do not offer these tools", Sources: fromEnv("KOMBO_EXCLUDE_TOOLS")},
		&cli.StringFlag{Name: "files", Destination: &s.Files, Usage: "folder whose files may be uploaded by path", Sources: fromEnv("KOMBO_FILES")},
		&cli.StringFlag{Name: "timezone", Destination: &s.Timezone, Value: s.Timezone, Usage: "time zone that days are counted in, such as Europe/Berlin", Sources: fromEnv("KOMBO_TIMEZONE")},
		&cli.StringFlag{Name: "structured", Destination: &s.Structured, Value: s.Structured, Usage: "who gets answers as JSON beside the text: auto (clients that use it), always or never", Sources: fromEnv("KOMBO_STRUCTURED")},
		&cli.StringFlag{Name: "log-level", Destination: &s.LogLevel, Value: s.LogLevel, Usage: "debug, info, warn or error; logs go to stderr", Sources: fromEnv("KOMBO_LOG_LEVEL")},
		&cli.IntFlag{Name: "walk-records", Destination: &s.WalkRecords, Value: s.WalkRecords, Usage: "the most records to read for one answer"},
		&cli.DurationFlag{Name: "walk-time", Destination: &s.WalkTime, Value: s.WalkTime, Usage: "how long reading them may take"},
		&cli.IntFlag{Name: "keep-mb", Destination: &s.KeepMB, Value: s.KeepMB, Usage: "memory for cached walks, in MiB"},
	}
	flags = append(flags, writeFlags(s)...)
	return append(flags, sandboxFlags(s)...)
}

// Flags that more than one command has.

func integrationFlag(s *app.Settings, usage string) cli.Flag {
	return &cli.StringFlag{Name: "integration-id", Destination: &s.IntegrationID, Usage: usage, Sources: fromEnv("KOMBO_INTEGRATION_ID")}
}

func regionFlag(s *app.Settings) cli.Flag {
	return &cli.StringFlag{Name: "region", Destination: &s.Region, Value: s.Region, Usage: "Kombo's region: eu or us", Sources: fromEnv("KOMBO_REGION")}
}

func baseURLFlag(s *app.Settings) cli.Flag {
	return &cli.StringFlag{Name: "base-url", Destination: &s.BaseURL, Usage: "address of the API instead of the region's", Sources: fromEnv("KOMBO_BASE_URL")}
}

func journalFlag(s *app.Settings, usage string) cli.Flag {
	return &cli.StringFlag{Name: "journal", Destination: &s.Journal, Usage: usage, Sources: fromEnv("KOMBO_JOURNAL")}
}

func redisFlag(s *app.Settings, usage string) cli.Flag {
	return &cli.StringFlag{Name: "redis-url", Destination: &s.RedisURL, Usage: usage + "; set it in the environment if it has a password", Sources: fromEnv("KOMBO_REDIS_URL")}
}

// writeFlags say what may be written, who confirms it and where it is recorded.
func writeFlags(s *app.Settings) []cli.Flag {
	return []cli.Flag{
		&yesNoFlag{Name: "read-only", Destination: &s.ReadOnly, Usage: "offer no tool that changes the ATS", Sources: fromEnv("KOMBO_READ_ONLY")},
		&cli.StringFlag{Name: "writes", Destination: &s.Writes, Value: s.Writes, Usage: "allow, confirm (rejections, moves, new candidates and applications are confirmed first), confirm-all or deny", Sources: fromEnv("KOMBO_WRITES")},
		&cli.StringFlag{Name: "confirm-fallback", Destination: &s.ConfirmFallback, Usage: "if the client cannot ask a person: preview (default: a second call carries the code of a preview), allow or deny; or person: always wait until a person runs kombo-mcp approve", Sources: fromEnv("KOMBO_CONFIRM_FALLBACK")},
		&cli.IntFlag{Name: "max-writes-per-minute", Destination: &s.MaxWritesPerMinute, Value: s.MaxWritesPerMinute, Usage: "write limit; more are refused"},
		journalFlag(s, "file or folder of the record of writes, - for stderr; by default in the user's state directory (none for --sandbox)"),
		&yesNoFlag{Name: "journal-reads", Destination: &s.JournalReads, Usage: "record reads as well: tool, arguments and counts, no records"},
		&cli.StringSliceFlag{Name: "redact", Destination: &s.Redact, Usage: "mask these in every answer: contact, name, address, social", Sources: fromEnv("KOMBO_REDACT")},
	}
}

// listenFlags say how to serve.
func listenFlags(s *app.Settings) []cli.Flag {
	flags := []cli.Flag{
		&cli.StringSliceFlag{Name: "transport", Destination: &s.Transports, Value: s.Transports, Usage: "stdio, or http and sse, one or both", Sources: fromEnv("KOMBO_TRANSPORT")},
	}
	flags = append(flags, httpFlags(s)...)
	return append(flags,
		redisFlag(s, "Redis that several servers share as write memory"),
		&cli.StringFlag{Name: "secret-file", Destination: &s.SecretFile, Usage: "file with a secret that several servers share, for cursors and confirmations; or set KOMBO_SECRET to the secret; the API key is used if there is none", Sources: fromEnv("KOMBO_SECRET_FILE")},
	)
}

// httpFlags have no effect on stdio, where they are refused.
func httpFlags(s *app.Settings) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "listen", Destination: &s.Listen, Value: s.Listen, Usage: "address for http and sse", Sources: fromEnv("KOMBO_LISTEN")},
		&cli.StringFlag{Name: "auth-token-file", Destination: &s.AuthTokenFile, Usage: "file with the bearer token of callers; or set KOMBO_AUTH_TOKEN to the token", Sources: fromEnv("KOMBO_AUTH_TOKEN_FILE")},
		&cli.StringFlag{Name: "approver-token-file", Destination: &s.ApproverTokenFile, Usage: "file with the token of the person who approves writes at /approve; or set KOMBO_APPROVER_TOKEN to the token", Sources: fromEnv("KOMBO_APPROVER_TOKEN_FILE")},
		&cli.StringFlag{Name: "tenants", Destination: &s.Tenants, Usage: "YAML file of the tenants, reloaded on SIGHUP", Sources: fromEnv("KOMBO_TENANTS")},
		&cli.StringFlag{Name: "oidc-issuer", Destination: &s.OIDCIssuer, Usage: "accept access tokens of this OAuth issuer", Sources: fromEnv("KOMBO_OIDC_ISSUER")},
		&cli.StringFlag{Name: "oidc-audience", Destination: &s.OIDCAudience, Usage: "audience of access tokens for this server", Sources: fromEnv("KOMBO_OIDC_AUDIENCE")},
		&cli.StringSliceFlag{Name: "oidc-scopes", Destination: &s.OIDCScopes, Usage: "scopes that every access token must have"},
		&cli.StringFlag{Name: "public-url", Destination: &s.PublicURL, Usage: "address of this server for clients, such as https://mcp.example.com/mcp; the audience if not set", Sources: fromEnv("KOMBO_PUBLIC_URL")},
		&cli.StringSliceFlag{Name: "allow-host", Destination: &s.AllowHosts, Usage: "host names by which this server is called"},
		&cli.StringSliceFlag{Name: "allow-origin", Destination: &s.AllowOrigins, Usage: "origins of pages that may call, such as https://app.example.com"},
		&cli.StringFlag{Name: "tls-cert", Destination: &s.TLSCert, Usage: "certificate file, reloaded when it changes"},
		&cli.StringFlag{Name: "tls-key", Destination: &s.TLSKey, Usage: "key file of the certificate"},
		&yesNoFlag{Name: "behind-tls-proxy", Destination: &s.BehindTLSProxy, Usage: "a proxy in front of this server does TLS"},
		&cli.StringFlag{Name: "admin-listen", Destination: &s.AdminListen, Usage: "address for /metrics; without it they are served on --listen if that is loopback, to this machine or with the token"},
		&yesNoFlag{Name: "stateless", Destination: &s.Stateless, Usage: "keep no sessions, for several servers behind a load balancer without affinity"},
		&cli.IntFlag{Name: "max-calls", Destination: &s.MaxCalls, Value: s.MaxCalls, Usage: "the most tool calls in flight, of all callers together"},
	}
}

// sandboxFlags describe the data of the sandbox, embedded or served.
func sandboxFlags(s *app.Settings) []cli.Flag {
	return []cli.Flag{
		&cli.Uint64Flag{Name: "seed", Destination: &s.Seed, Value: s.Seed, Usage: "seed of the sandbox's data"},
		&cli.IntFlag{Name: "applications", Destination: &s.Applications, Value: s.Applications, Usage: "size of the sandbox: 10 to 200000 applications"},
		&cli.StringFlag{Name: "today", Destination: &s.Today, Usage: "the date in the sandbox, such as 2026-11-24"},
		&cli.DurationFlag{Name: "lag", Destination: &s.Lag, Usage: "how long until the sandbox shows a write in its reads"},
	}
}
