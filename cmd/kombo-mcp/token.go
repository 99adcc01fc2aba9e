package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// tokenOptions say whose token it is, whether there is one already, and how it is
// printed.
type tokenOptions struct {
	name                 string
	approver, hash, json bool
}

func tokenCommand() *cli.Command {
	var o tokenOptions
	return &cli.Command{
		Name:  "token",
		Usage: "make a bearer token for a caller or an approver, and its hash for the tenants file",
		Description: "The token is for its user and the hash for the file; the token is stored nowhere.\n" +
			"With --name the hash has a name, which confirmations and the journal show.\n" +
			"With --hash it reads a token from stdin and prints its hash alone.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "name", Destination: &o.name, Usage: "name of the caller or approver, such as anna"},
			&yesNoFlag{Name: "approver", Destination: &o.approver, Usage: "for a person who approves writes at /approve; needs --name"},
			&yesNoFlag{Name: "hash", Destination: &o.hash, Usage: "hash the token on stdin instead of making one"},
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print them as JSON"},
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

// entryName is what the tenants file takes as the name of a token.
var entryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// printToken prints a token and its hash, or the hash alone of one that is read.
func printToken(w io.Writer, stdin io.Reader, o tokenOptions) error {
	switch {
	case o.name != "" && !entryName.MatchString(o.name):
		return fmt.Errorf("--name: %q is not a valid name; it takes letters, digits, '.', '_' and '-', the first a letter or digit, 64 at most", o.name)
	case o.approver && o.name == "":
		return errors.New("--approver needs --name: approvals are recorded under the name of who approved")
	}
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
		return printJSON(w, o.entry(token, hash))
	}
	if token != "" {
		if _, err := fmt.Fprintf(w, "token: %s\n", token); err != nil {
			return err
		}
	}
	line := fmt.Sprintf("token_sha256: [%q]", hash)
	if o.name != "" {
		line = fmt.Sprintf("%s: [{name: %q, sha256: %q}]", o.key(), o.name, hash)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// key is where a token with a name stands in the tenants file.
func (o tokenOptions) key() string {
	if o.approver {
		return "approvers"
	}
	return "tokens"
}

// entry is what --json prints: the token, and the key of the tenants file with its
// hash.
func (o tokenOptions) entry(token, hash string) map[string]any {
	out := map[string]any{}
	if token != "" {
		out["token"] = token
	}
	if o.name == "" {
		out["token_sha256"] = []string{hash}
	} else {
		out[o.key()] = []map[string]string{{"name": o.name, "sha256": hash}}
	}
	return out
}

// maxToken bounds in bytes what --hash reads.
const maxToken = 16 << 10
