package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

// completeWords offers words for the first argument, and the flags that the
// library offers when one is begun.
func completeWords(words []string) cli.ShellCompleteFunc {
	return func(ctx context.Context, cmd *cli.Command) {
		if cmd.NArg() > 0 {
			return
		}
		for _, w := range words {
			_, _ = fmt.Fprintln(cmd.Root().Writer, w) // a shell that went away needs none
		}
		cli.DefaultCompleteWithFlags(ctx, cmd)
	}
}
