package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

func tenantsCommand() *cli.Command {
	return &cli.Command{
		Name:     "tenants",
		Usage:    "write and check the tenants file of a server over HTTP",
		Commands: []*cli.Command{initTenantsCommand(), addTenantCommand(), checkTenantsCommand()},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return needsSubcommand(cmd, "init, add or check")
		},
	}
}

func initTenantsCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:        "init",
		Usage:       "write a tenants file with an example in comments",
		ArgsUsage:   "FILE",
		Description: "Only you can read the file. A file that exists is not overwritten.",
		Flags:       []cli.Flag{&yesNoFlag{Name: "json", Destination: &asJSON, Usage: "print where it is as JSON"}},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 1 {
				return errors.New("tenants init takes the file to write, such as tenants.yaml")
			}
			return initTenants(cmd.Root().Writer, cmd.Args().First(), asJSON)
		},
	}
}

func initTenants(w io.Writer, file string, asJSON bool) error {
	err := tenants.Create(file)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists already, and is not overwritten; kombo-mcp tenants add adds to it", file)
	case err != nil:
		return fmt.Errorf("write the tenants file: %w", err)
	case asJSON:
		return printJSON(w, map[string]string{"file": file})
	}
	_, err = fmt.Fprintf(w, "wrote %s\nnext: kombo-mcp tenants add %[1]s NAME --integration-id ID\n", file)
	return err
}

// addTenantOptions are the tenant to add.
type addTenantOptions struct {
	tenants.Tenant
	// approver is the name of a person who approves the tenant's writes.
	approver string
	json     bool
}

func addTenantCommand() *cli.Command {
	var o addTenantOptions
	return &cli.Command{
		Name:      "add",
		Usage:     "append a tenant with a new token to a tenants file",
		ArgsUsage: "FILE NAME",
		Description: "It prints the token, which is stored nowhere: the file has its hash. The rest of the file stays\n" +
			"as it is. A running server takes it in on SIGHUP.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "integration-id", Destination: &o.Integration, Usage: "the tenant's Kombo integration, such as greenhouse:8d1hpPsbjxUkoCoa1veLZGe5"},
			&yesNoFlag{Name: "read-only", Destination: &o.ReadOnly, Usage: "offer the tenant no tool that changes the ATS"},
			&cli.StringSliceFlag{Name: "tools", Destination: &o.Tools, Usage: "offer the tenant only these tools"},
			&cli.StringSliceFlag{Name: "exclude-tools", Destination: &o.ExcludeTools, Usage: "do not offer the tenant these tools"},
			&cli.StringSliceFlag{Name: "redact", Destination: &o.Redact, Usage: "mask these in every answer: contact, name, address, social"},
			&cli.StringFlag{Name: "writes", Destination: &o.Writes, Usage: "confirm, confirm-all, allow or deny; the server's if not set"},
			&cli.StringFlag{Name: "confirm-fallback", Destination: &o.ConfirmFallback, Usage: "if the client cannot ask: preview, person, allow or deny; the server's if not set"},
			&cli.StringFlag{Name: "approver", Destination: &o.approver, Usage: "name of a person who approves the tenant's writes, who gets a token of their own"},
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the tokens as JSON"},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 2 {
				return errors.New("tenants add takes the file and the name of the tenant")
			}
			o.Name = cmd.Args().Get(1)
			return addTenant(cmd.Root().Writer, cmd.Args().First(), o)
		},
	}
}

func addTenant(w io.Writer, file string, o addTenantOptions) error {
	if o.Integration == "" {
		return errors.New("tenants add needs --integration-id; the id is on the page of the integration in Kombo's dashboard")
	}
	token, approverToken := tenants.NewToken(), tenants.NewToken()
	printed := map[string]string{"tenant": o.Name, "token": token}
	o.TokenSHA256 = []string{tenants.Hash(token)}
	if o.approver != "" {
		printed["approver"], printed["approver_token"] = o.approver, approverToken
		o.Approvers = []tenants.Token{{Name: o.approver, SHA256: tenants.Hash(approverToken)}}
	}
	if err := tenants.Add(file, &o.Tenant, app.Vocabulary()); err != nil {
		return fmt.Errorf("tenant not added: %w", err)
	}
	if o.json {
		return printJSON(w, printed)
	}
	if _, err := fmt.Fprintf(w, "token: %s\n", token); err != nil || o.approver == "" {
		return err
	}
	_, err := fmt.Fprintf(w, "token of approver %s: %s\n", o.approver, approverToken)
	return err
}
