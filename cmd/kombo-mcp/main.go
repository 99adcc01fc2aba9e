// Command kombo-mcp gives AI agents tools in an applicant tracking system, through
// Kombo's unified API and the Model Context Protocol.
//
// Each subcommand is a file: its flags, bound to fields of app.Settings or of its
// own options, and what it prints. What it runs is in internal/app.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v3"
)

// version is set by the linker for releases.
var version = ""

// gcPercent is how much garbage there may be relative to what is in use. A server
// is idle most of the time and caches the records of the last questions, so memory
// costs more than the time to collect garbage: a walk over 100,000 applications
// peaks at 127 MiB instead of 165, and takes a fifth longer.
const gcPercent = 50

// A start makes little garbage, but collecting it at gcPercent took a tenth of the
// time until the first answer, so it is left until the start is over.
const (
	startGCPercent = 400
	startDuration  = 200 * time.Millisecond
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startGCPercent)
		time.AfterFunc(startDuration, func() { debug.SetGCPercent(gcPercent) })
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := reportUsageErrors(root()).Run(ctx, os.Args)
	stop()
	if err == nil {
		return
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		os.Exit(int(code))
	}
	// Further lines are indented: they may come from a name with a line break.
	_, _ = fmt.Fprintln(shownWriter{os.Stderr}, "kombo-mcp: "+strings.ReplaceAll(err.Error(), "\n", "\n  "))
	os.Exit(exitUsage)
}

// The exit codes of every subcommand.
const (
	// exitRefused means that a tool answered with an error.
	exitRefused = 1
	// exitUsage means that the command could not be run as given.
	exitUsage = 2
)

// exitCode is an error that ends the process without a message, since everything
// is printed already.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func root() *cli.Command {
	s := newSettings()
	c := &cli.Command{
		Name:    "kombo-mcp",
		Usage:   "an MCP server for applicant tracking systems, through Kombo's unified API",
		Version: buildVersion(),
		Description: "Without a subcommand it serves MCP over stdin and stdout, as hosts start it.\n" +
			"The API key comes from KOMBO_API_KEY or the file that KOMBO_API_KEY_FILE names, never from a flag.\n" +
			"The same holds for KOMBO_AUTH_TOKEN and KOMBO_SECRET.\n" +
			"Flags before a subcommand count as if they stood after it; one that it does not have is refused.",
		Flags:    own(append(serverFlags(s), listenFlags(s)...)),
		Action:   func(ctx context.Context, cmd *cli.Command) error { return serveMCP(ctx, cmd, s) },
		Commands: []*cli.Command{callCommand(), toolsCommand(), approveCommand(), journalCommand(), sandboxCommand(), demoCommand(), installCommand(), doctorCommand(), tokenCommand(), tenantsCommand()},
		Suggest:  true,
		// Adds a command that prints the completion scripts of four shells.
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: func(c *cli.Command) { c.Hidden = false },
		Writer:                          shownWriter{os.Stdout},
		ErrWriter:                       shownWriter{os.Stderr},
		// The library would exit with 1 and words of its own; main does both.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	inheritFlags(c)
	return c
}

// reportUsageErrors makes errors of flags plain errors, which main prints. The
// library would print the whole help, and to stdout, where hosts expect the
// protocol.
func reportUsageErrors(cmd *cli.Command) *cli.Command {
	cmd.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		hint := ""
		if _, name, unknown := strings.Cut(err.Error(), "not defined: "); unknown {
			name = strings.TrimLeft(name, "-")
			// The library always suggests something; one with another first letter does not help.
			near := cli.SuggestFlag(c.Flags, name, false)
			if name != "" && strings.HasPrefix(strings.TrimLeft(near, "-"), name[:1]) {
				hint = " (did you mean " + near + "?)"
			}
		}
		return fmt.Errorf("%w%s; see %s --help", err, hint, c.FullName())
	}
	for _, c := range cmd.Commands {
		reportUsageErrors(c)
	}
	return cmd
}

// buildVersion is the version of the release, or else the one that the Go tool recorded.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.1.0-dev"
}
