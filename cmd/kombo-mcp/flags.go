package main

import (
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// serverFlags are those of whatever runs tools.
func serverFlags() []cli.Flag {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "integration-id", Usage: "the Kombo integration to work in, such as greenhouse:8d1hpPsbjxUkoCoa1veLZGe5", Sources: cli.EnvVars("KOMBO_INTEGRATION_ID")},
		&cli.StringFlag{Name: "region", Usage: "Kombo's region: eu or us", Value: "eu", Sources: cli.EnvVars("KOMBO_REGION")},
		&cli.StringFlag{Name: "base-url", Usage: "address of the API instead of the region's", Sources: cli.EnvVars("KOMBO_BASE_URL")},
		&cli.BoolFlag{Name: "sandbox", Usage: "work on an embedded ATS with made-up data; needs no key", Sources: cli.EnvVars("KOMBO_SANDBOX")},
		&cli.StringSliceFlag{Name: "tools", Usage: "offer only these tools", Sources: cli.EnvVars("KOMBO_TOOLS")},
		&cli.StringSliceFlag{Name: "exclude-tools", Usage: "leave these tools out", Sources: cli.EnvVars("KOMBO_EXCLUDE_TOOLS")},
		&cli.StringFlag{Name: "files", Usage: "folder whose files may be uploaded by path", Sources: cli.EnvVars("KOMBO_FILES")},
		&cli.StringFlag{Name: "timezone", Usage: "time zone that days are counted in, such as Europe/Berlin", Value: "UTC", Sources: cli.EnvVars("KOMBO_TIMEZONE")},
		&cli.StringFlag{Name: "log-level", Usage: "debug, info, warn or error; logs go to stderr", Value: "warn", Sources: cli.EnvVars("KOMBO_LOG_LEVEL")},
		&cli.IntFlag{Name: "walk-records", Usage: "records that are read at most to answer one question", Value: 5000},
		&cli.DurationFlag{Name: "walk-time", Usage: "how long reading them may take", Value: 10 * time.Second},
		&cli.IntFlag{Name: "keep-mb", Usage: "memory for the walks that are kept for a minute, in MiB", Value: 64},
	}
	flags = append(flags, writeFlags()...)
	return append(flags, sandboxFlags()...)
}

// writeFlags say what may be written, who is asked and where it is recorded.
func writeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "read-only", Usage: "offer no tool that changes the ATS", Sources: cli.EnvVars("KOMBO_READ_ONLY")},
		&cli.StringFlag{Name: "writes", Usage: "allow, confirm (a person is asked before what changes where somebody stands), confirm-all or deny", Value: string(tools.PolicyConfirm), Sources: cli.EnvVars("KOMBO_WRITES")},
		&cli.StringFlag{Name: "confirm-fallback", Usage: "what happens where the client cannot ask: allow (on stdio), preview (a second call with a code; over HTTP) or deny", Sources: cli.EnvVars("KOMBO_CONFIRM_FALLBACK")},
		&cli.IntFlag{Name: "max-writes-per-minute", Usage: "more are refused", Value: tools.DefaultWritesPerMinute},
		&cli.StringFlag{Name: "journal", Usage: "file or folder of the record of writes, - for stderr; by default in the user's state directory (none for --sandbox)", Sources: cli.EnvVars("KOMBO_JOURNAL")},
		&cli.BoolFlag{Name: "journal-reads", Usage: "record reads as well: tool, arguments and counts, no records"},
		&cli.StringSliceFlag{Name: "redact", Usage: "mask these in every answer: contact, name, address, social", Sources: cli.EnvVars("KOMBO_REDACT")},
	}
}

// listenFlags are for serving over HTTP.
func listenFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "transport", Usage: "stdio, or http and sse, one or both", Value: []string{transportStdio}, Sources: cli.EnvVars("KOMBO_TRANSPORT")},
		&cli.StringFlag{Name: "listen", Usage: "address for http and sse", Value: "127.0.0.1:8787", Sources: cli.EnvVars("KOMBO_LISTEN")},
		&cli.StringFlag{Name: "auth-token-file", Usage: "file of the bearer token that callers must show; KOMBO_AUTH_TOKEN holds it in the environment", Sources: cli.EnvVars("KOMBO_AUTH_TOKEN_FILE")},
		&cli.StringFlag{Name: "tenants", Usage: "YAML file of those who may call, read again on SIGHUP", Sources: cli.EnvVars("KOMBO_TENANTS")},
		&cli.StringFlag{Name: "oidc-issuer", Usage: "take access tokens of this OAuth issuer", Sources: cli.EnvVars("KOMBO_OIDC_ISSUER")},
		&cli.StringFlag{Name: "oidc-audience", Usage: "what access tokens for this server are issued for", Sources: cli.EnvVars("KOMBO_OIDC_AUDIENCE")},
		&cli.StringSliceFlag{Name: "oidc-scopes", Usage: "scopes that every access token must have"},
		&cli.StringFlag{Name: "public-url", Usage: "address by which clients know this server, such as https://mcp.example.com/mcp; the audience if not given", Sources: cli.EnvVars("KOMBO_PUBLIC_URL")},
		&cli.StringSliceFlag{Name: "allow-host", Usage: "host names by which this server is called"},
		&cli.StringSliceFlag{Name: "allow-origin", Usage: "pages that may call, as https://app.example.com"},
		&cli.StringFlag{Name: "tls-cert", Usage: "certificate file, read again when it changes"},
		&cli.StringFlag{Name: "tls-key", Usage: "key file of the certificate"},
		&cli.BoolFlag{Name: "behind-tls-proxy", Usage: "something before this server does TLS"},
		&cli.StringFlag{Name: "admin-listen", Usage: "address for /metrics alone; without it they are served where --listen is loopback"},
		&cli.BoolFlag{Name: "stateless", Usage: "give no sessions, for several servers behind a balancer without affinity"},
		&cli.StringFlag{Name: "redis-url", Usage: "Redis that several servers share as their memory of writes; in the environment where it holds a password", Sources: cli.EnvVars("KOMBO_REDIS_URL")},
		&cli.StringFlag{Name: "secret-file", Usage: "file of a secret that several servers share, for cursors and confirmations; KOMBO_SECRET holds it in the environment; the API key serves if there is none", Sources: cli.EnvVars("KOMBO_SECRET_FILE")},
		&cli.IntFlag{Name: "max-calls", Usage: "tool calls in flight, of all callers together", Value: 256},
	}
}

// own keeps flags to the command that declares them: its subcommands have their
// own and would list these beside.
func own(flags []cli.Flag) []cli.Flag {
	for _, f := range flags {
		switch f := f.(type) {
		case *cli.StringFlag:
			f.Local = true
		case *cli.StringSliceFlag:
			f.Local = true
		case *cli.BoolFlag:
			f.Local = true
		case *cli.IntFlag:
			f.Local = true
		case *cli.Uint64Flag:
			f.Local = true
		case *cli.DurationFlag:
			f.Local = true
		}
	}
	return flags
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
