package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// completeWords offers words for the first argument, and the flags that the
// library offers when one is begun. They are made when they are asked for, since
// every start would pay for them.
func completeWords(words func() []string) cli.ShellCompleteFunc {
	return func(ctx context.Context, cmd *cli.Command) {
		if cmd.NArg() > 0 {
			return
		}
		for _, w := range words() {
			_, _ = fmt.Fprintln(cmd.Root().Writer, w) // a shell that went away needs none
		}
		cli.DefaultCompleteWithFlags(ctx, cmd)
	}
}

// toolNames are the tools that call can run.
func toolNames() []string {
	var out []string
	for _, t := range tools.Catalogue() {
		out = append(out, t.Name())
	}
	return out
}
