package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// completeWords completes the first argument with words, and flags as the library
// does. The words are computed only on completion, to keep starts quick.
func completeWords(words func() []string) cli.ShellCompleteFunc {
	return func(ctx context.Context, cmd *cli.Command) {
		if cmd.NArg() > 0 {
			return
		}
		for _, w := range words() {
			_, _ = fmt.Fprintln(cmd.Root().Writer, w) // the shell has gone
		}
		cli.DefaultCompleteWithFlags(ctx, cmd)
	}
}

// toolNames are the names of the tools that call can run.
func toolNames() []string {
	var out []string
	for _, t := range tools.Catalogue() {
		out = append(out, t.Name())
	}
	return out
}
