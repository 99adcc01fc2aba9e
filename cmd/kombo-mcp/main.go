// Command kombo-mcp gives AI agents hands in an applicant tracking system,
// through Kombo's unified API and the Model Context Protocol.
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

// gcPercent is how much garbage may pile up beside what is in use. A server
// stands idle most of the time and keeps the records of the last questions, so
// memory is dearer than the time that collecting it takes: a walk over 100,000
// applications peaks at 127 MiB instead of 165, for a fifth more time.
const gcPercent = 50

// A start makes little garbage, but collecting it at gcPercent took a tenth of
// the time until the first answer: so it is left for as long as a start takes.
const (
	startGCPercent = 400
	startTakes     = 200 * time.Millisecond
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startGCPercent)
		time.AfterFunc(startTakes, func() { debug.SetGCPercent(gcPercent) })
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := sayMistakes(root()).Run(ctx, os.Args)
	stop()
	if err == nil {
		return
	}
	if silent, ok := errors.AsType[exitCode](err); ok {
		os.Exit(int(silent))
	}
	fmt.Fprintln(os.Stderr, "kombo-mcp: "+err.Error())
	os.Exit(exitUsage)
}

// The exit codes of every subcommand.
const (
	// exitRefused means that a tool answered with an error.
	exitRefused = 1
	// exitUsage means that the command could not be carried out as given.
	exitUsage = 2
)

// exitCode ends the process without another word: what there was to say is
// printed.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func root() *cli.Command {
	s := newSettings()
	return &cli.Command{
		Name:    "kombo-mcp",
		Usage:   "an MCP server for applicant tracking systems, through Kombo's unified API",
		Version: buildVersion(),
		Description: "Without a subcommand it serves MCP over stdin and stdout, as hosts start it.\n" +
			"The API key comes from KOMBO_API_KEY or the file that KOMBO_API_KEY_FILE names, never from a flag;\n" +
			"so do KOMBO_AUTH_TOKEN and KOMBO_SECRET.",
		Flags:    own(append(serverFlags(s), listenFlags(s)...)),
		Action:   func(ctx context.Context, cmd *cli.Command) error { return serveMCP(ctx, cmd, s) },
		Commands: []*cli.Command{callCommand(), toolsCommand(), journalCommand(), sandboxCommand(), demoCommand(), installCommand(), doctorCommand(), tokenCommand()},
		Suggest:  true,
		// Completion scripts of four shells, with a command that prints them.
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: func(c *cli.Command) { c.Hidden = false },
		ErrWriter:                       os.Stderr,
		// The library would exit with 1 and its own wording; main does both.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
}

// sayMistakes leaves what to say of a wrong flag to main. The library would
// print the whole help, and to stdout, where hosts expect the protocol.
func sayMistakes(cmd *cli.Command) *cli.Command {
	cmd.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		hint := ""
		if _, name, unknown := strings.Cut(err.Error(), "not defined: "); unknown {
			name = strings.TrimLeft(name, "-")
			// The library always finds something; what begins otherwise is not it.
			near := cli.SuggestFlag(c.Flags, name, false)
			if name != "" && strings.HasPrefix(strings.TrimLeft(near, "-"), name[:1]) {
				hint = " (did you mean " + near + "?)"
			}
		}
		return fmt.Errorf("%w%s; see %s --help", err, hint, c.FullName())
	}
	for _, c := range cmd.Commands {
		sayMistakes(c)
	}
	return cmd
}

// buildVersion is the version of the release, or else what the Go tool knows.
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
