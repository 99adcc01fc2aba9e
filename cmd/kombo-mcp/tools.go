package main

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// toolsOptions say how the catalogue is printed.
type toolsOptions struct{ json, markdown, instructions bool }

func toolsCommand() *cli.Command {
	var o toolsOptions
	return &cli.Command{
		Name:  "tools",
		Usage: "print the catalogue of tools, as a model sees it",
		Flags: []cli.Flag{
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the list as the protocol sends it"},
			&yesNoFlag{Name: "markdown", Destination: &o.markdown, Usage: "print the table of the README"},
			&yesNoFlag{Name: "instructions", Destination: &o.instructions, Usage: "print the server's instructions before the tools"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return printTools(cmd.Root().Writer, o)
		},
	}
}

func printTools(w io.Writer, o toolsOptions) error {
	if o.markdown {
		_, err := io.WriteString(w, tools.Markdown())
		return err
	}
	if o.json {
		list := []any{}
		for _, t := range tools.Catalogue() {
			list = append(list, t.MCP())
		}
		return printJSON(w, list)
	}
	if o.instructions {
		if _, err := fmt.Fprintf(w, "%s\n\n", tools.Instructions); err != nil {
			return err
		}
	}
	for _, t := range tools.Catalogue() {
		if _, err := fmt.Fprintf(w, "%s\n%s\n%s\n\n", t.Name(), t.Description(), t.InputSchema()); err != nil {
			return err
		}
	}
	return nil
}
