package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
)

// checkTenantsOptions are the server's settings, with which the file is compared, and how the
// checks are printed.
type checkTenantsOptions struct {
	*app.Settings
	live, json bool
}

func checkTenantsCommand() *cli.Command {
	o := checkTenantsOptions{Settings: newToolSettings()}
	return &cli.Command{
		Name:      "check",
		Usage:     "check a tenants file, and with --live the integration of each tenant",
		ArgsUsage: "FILE",
		Description: "It names every problem with its line, and warns of a file that others can read and of a tenant\n" +
			"whose writes are protected less than the server's: give it the server's --writes and\n" +
			"--confirm-fallback. Exit code 1 means that the server would not take the file, or that an\n" +
			"integration cannot be used.",
		Flags: []cli.Flag{
			&yesNoFlag{Name: "live", Destination: &o.live, Usage: "ask Kombo for the integration of each tenant"},
			&cli.StringFlag{Name: "writes", Destination: &o.Writes, Value: o.Writes, Usage: "the server's policy for writes", Sources: fromEnv("KOMBO_WRITES")},
			&cli.StringFlag{Name: "confirm-fallback", Destination: &o.ConfirmFallback, Usage: "the server's fallback if the client cannot ask; preview if not set", Sources: fromEnv("KOMBO_CONFIRM_FALLBACK")},
			regionFlag(o.Settings),
			baseURLFlag(o.Settings),
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the checks as JSON"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.NArg() != 1 {
				return errors.New("tenants check takes the tenants file")
			}
			return checkTenants(ctx, cmd.Root().Writer, cmd.Args().First(), &o)
		},
	}
}

func checkTenants(ctx context.Context, w io.Writer, file string, o *checkTenantsOptions) error {
	set, problems, err := tenants.Check(file, app.Vocabulary())
	if err != nil {
		return err
	}
	var checks []check
	for _, p := range problems {
		name := "file"
		if p.Line > 0 {
			name = fmt.Sprintf("line %d", p.Line)
		}
		checks = append(checks, check{Name: name, State: checkFail, Says: p.Text + "."})
	}
	if set != nil {
		for _, warning := range set.Warnings() {
			checks = append(checks, check{Name: "file", State: checkWarn, Says: warning + "."})
		}
		if set.UsesClaims() {
			checks = append(checks, check{Name: "file", State: checkOK, Says: "tenants are selected by claims: the server needs --oidc-issuer and --oidc-audience."})
		}
		progress := newProgress(os.Stderr)
		for _, t := range set.Tenants() {
			progress.say("checking the tenant " + t.Name + " …")
			checks = append(checks, o.tenant(ctx, t)...)
		}
		progress.done()
	}
	return reportChecks(w, checks, o.json)
}

// tenant checks one tenant.
func (o *checkTenantsOptions) tenant(ctx context.Context, t *tenants.Tenant) []check {
	first := check{Name: t.Name, State: checkOK, Says: describeTenant(t) + "."}
	if o.live {
		live := o.integration(ctx, t)
		first.State, first.Says, first.Next = live.State, first.Says+" "+live.Says, live.Next
	}
	checks := []check{first}
	warn := func(format string, args ...any) {
		checks = append(checks, check{Name: t.Name, State: checkWarn, Says: fmt.Sprintf(format, args...)})
	}
	words := app.Vocabulary()
	if own, server := t.Writes, cmp.Or(o.Writes, "confirm"); weaker(words.Writes, own, server) {
		warn("writes: %s protects less than the server's %s.", own, server)
	}
	fallback := cmp.Or(o.ConfirmFallback, "preview")
	if own := t.ConfirmFallback; weaker(words.Fallback, own, fallback) {
		warn("confirm_fallback: %s protects less than the server's %s.", own, fallback)
	}
	if cmp.Or(t.ConfirmFallback, fallback) == "person" && len(t.Approvers) == 0 && !t.ReadOnly {
		warn("nobody has a token to approve its writes: that takes kombo-mcp approve on the server's machine, or approvers.")
	}
	return checks
}

// weaker reports whether a tenant's own word, if it has one, comes before the server's.
func weaker(words []string, own, server string) bool {
	return own != "" && slices.Index(words, own) < slices.Index(words, server)
}

// describeTenant says in a few words what a tenant is.
func describeTenant(t *tenants.Tenant) string {
	says := []string{t.Integration}
	if n := len(t.TokenSHA256) + len(t.Tokens); n > 0 {
		says = append(says, countOf(n, "token"))
	}
	if len(t.Claims)+len(t.Subjects) > 0 {
		says = append(says, "access tokens by claims")
	}
	if n := len(t.Approvers); n > 0 {
		says = append(says, countOf(n, "approver"))
	}
	if t.ReadOnly {
		says = append(says, "read-only")
	}
	return strings.Join(says, ", ")
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// integration asks Kombo for the integration of a tenant, as doctor does.
func (o *checkTenantsOptions) integration(ctx context.Context, t *tenants.Tenant) check {
	settings := *o.Settings
	settings.IntegrationID, settings.ReadOnly = t.Integration, t.ReadOnly
	d := &doctor{Settings: &settings, dates: &dateRecorder{base: http.DefaultTransport}}
	key, err := t.APIKey()
	if err == nil && key == "" {
		key, err = app.APIKey()
	}
	if err == nil {
		d.client, err = d.connect(key)
	}
	if err != nil {
		return d.failed(strings.TrimSuffix(err.Error(), ".") + ".")
	}
	return d.checkIntegration(ctx)
}
