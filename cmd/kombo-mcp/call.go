package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// callOptions are the settings of the tools that a call runs in, and how its
// answer is printed.
type callOptions struct {
	*app.Settings
	json bool
}

func callCommand() *cli.Command {
	o := callOptions{Settings: newToolSettings()}
	return &cli.Command{
		Name:      "call",
		Usage:     "run one tool and print its answer as a model reads it",
		ArgsUsage: "TOOL ['{\"argument\": …}']",
		Description: "The arguments are one JSON object; \"-\" reads it from stdin.\n" +
			"Exit code 1 means that the tool refused or failed; its words are on stdout.",
		Flags:         append(serverFlags(o.Settings), &yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the structured content"}),
		ShellComplete: completeWords(toolNames),
		Action:        func(ctx context.Context, cmd *cli.Command) error { return runCall(ctx, cmd, &o) },
	}
}

func runCall(ctx context.Context, cmd *cli.Command, o *callOptions) (err error) {
	name := cmd.Args().First()
	if name == "" {
		return errors.New("call needs the name of a tool; kombo-mcp tools lists them")
	}
	arguments, err := parseArguments(cmd.Args().Slice()[1:], os.Stdin)
	if err != nil {
		return err
	}
	logger, err := o.Logger(shownWriter{os.Stderr})
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, *o.Settings, app.Options{Version: buildVersion(), Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	box, err := a.Toolbox()
	if err != nil {
		return err
	}
	progress := newProgress(os.Stderr)
	caller := tools.Caller{Client: "kombo-mcp call", Transport: "call", CanAsk: isTerminal(os.Stdin) && isTerminal(os.Stderr), Progress: func(done int, of string) {
		progress.say(fmt.Sprintf("%d %s …", done, of))
	}}
	answer, err := box.Run(ctx, caller, name, arguments)
	progress.done()
	if asks, ok := errors.AsType[*tools.ConfirmationRequiredError](err); ok {
		caller.State, caller.Responses = asks.State, tools.Confirmed(askYesNo(os.Stdin, func() { discardTyped(os.Stdin) }, shownWriter{os.Stderr}, asks.Statement.Text()))
		answer, err = box.Run(ctx, caller, name, arguments)
	}
	if err != nil {
		_, printErr := fmt.Fprintln(cmd.Root().Writer, tools.Explain(err))
		return errors.Join(printErr, exitCode(exitRefused))
	}
	if !o.json {
		_, err = fmt.Fprintln(cmd.Root().Writer, answer.Text())
		return err
	}
	raw, err := plainjson.Marshal(answer)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.Root().Writer, string(raw))
	return err
}

// askYesNo shows a statement and reports whether the person agrees. Only a plain yes
// is one; the end of the input is a no.
//
// What was typed before the statement stood there answers nothing: drain discards it.
func askYesNo(in io.Reader, drain func(), out io.Writer, statement string) bool {
	if _, err := fmt.Fprintln(out, statement); err != nil {
		return false
	}
	drain()
	if _, err := fmt.Fprint(out, "Send it? [y/N] "); err != nil {
		return false
	}
	line, _ := bufio.NewReader(in).ReadString('\n') // what was read before an error counts as what it says
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

func parseArguments(args []string, stdin io.Reader) (map[string]any, error) {
	if len(args) > 1 {
		return nil, fmt.Errorf("call takes one JSON object after the tool; put it in single quotes (flags go before the tool), not %q", args[1])
	}
	if len(args) == 0 {
		return map[string]any{}, nil
	}
	raw := []byte(args[0])
	if args[0] == "-" {
		var err error
		if raw, err = io.ReadAll(stdin); err != nil {
			return nil, fmt.Errorf("read the arguments: %w", err)
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("the arguments are not valid JSON (%w); an example: '{\"limit\": 5}'", err)
	}
	out, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("the arguments must be a JSON object; an example: '{\"limit\": 5}'")
	}
	return out, nil
}
