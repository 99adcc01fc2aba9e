package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// tokenOptions say whether there is a token already and how it is printed.
type tokenOptions struct{ hash, json bool }

func tokenCommand() *cli.Command {
	var o tokenOptions
	return &cli.Command{
		Name:  "token",
		Usage: "make a bearer token for a caller, and its hash for the tenants file",
		Description: "The token is for the caller and the hash for the file; the token is stored nowhere.\n" +
			"With --hash it reads a token from stdin and prints its hash alone.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "hash", Destination: &o.hash, Usage: "hash the token on stdin instead of making one"},
			&cli.BoolFlag{Name: "json", Destination: &o.json, Usage: "print them as JSON"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				// The argument is not repeated: it may be a token, which other
				// processes could read there.
				return errors.New("token takes no argument; a token to be hashed is read from stdin with --hash")
			}
			return printToken(cmd.Root().Writer, os.Stdin, o)
		},
	}
}

// printToken prints a token and its hash, or the hash alone of one that is read.
func printToken(w io.Writer, stdin io.Reader, o tokenOptions) error {
	token := tenants.NewToken()
	if o.hash {
		raw, err := io.ReadAll(io.LimitReader(stdin, maxToken))
		if err != nil {
			return fmt.Errorf("read the token: %w", err)
		}
		token = strings.TrimSpace(string(raw))
		if err := tenants.CheckToken(token); err != nil {
			return fmt.Errorf("--hash: %w", err)
		}
	}
	hash := tenants.Hash(token)
	if o.hash {
		token = ""
	}
	if o.json {
		return printJSON(w, struct {
			Token string   `json:"token,omitempty"`
			Hash  []string `json:"token_sha256"`
		}{token, []string{hash}})
	}
	if token != "" {
		if _, err := fmt.Fprintf(w, "token: %s\n", token); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "token_sha256: [%q]\n", hash)
	return err
}

// maxToken bounds in bytes what --hash reads.
const maxToken = 16 << 10
