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
		&cli.StringFlag{Name: "confirm-fallback", Usage: "what happens where the client cannot ask: allow, preview (a second call with a code) or deny", Value: string(tools.FallbackAllow), Sources: cli.EnvVars("KOMBO_CONFIRM_FALLBACK")},
		&cli.IntFlag{Name: "max-writes-per-minute", Usage: "more are refused", Value: tools.DefaultWritesPerMinute},
		&cli.StringFlag{Name: "journal", Usage: "file or folder of the record of writes, - for stderr; by default in the user's state directory (none for --sandbox)", Sources: cli.EnvVars("KOMBO_JOURNAL")},
		&cli.BoolFlag{Name: "journal-reads", Usage: "record reads as well: tool, arguments and counts, no records"},
		&cli.StringSliceFlag{Name: "redact", Usage: "mask these in every answer: contact, name, address, social", Sources: cli.EnvVars("KOMBO_REDACT")},
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
