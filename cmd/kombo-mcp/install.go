package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
)

// installOptions say what is installed, where, and what is printed about it.
type installOptions struct {
	*app.Settings
	print, remove, json        bool
	deleteKey                  bool
	name, config, url, keyFile string
	// via is how the host starts the server, "" for what suits this program.
	via string
}

func installCommand() *cli.Command {
	o := installOptions{Settings: newSettings(), name: "kombo"}
	return &cli.Command{
		Name:      "install",
		Usage:     "add this server to a host's configuration, or remove it",
		ArgsUsage: "HOST",
		Description: "HOST is one of " + strings.Join(hosts.IDs(), ", ") + ".\n" +
			"Nothing else in the file changes; a copy of it is kept next to it. The API key is never an argument\n" +
			"and never in the file: the host takes it from where it keeps secrets, or the server reads it from a\n" +
			"file that only you can read, which this command writes from KOMBO_API_KEY.",
		Flags: []cli.Flag{
			&yesNoFlag{Name: "print", Destination: &o.print, Usage: "print what would be written, and write nothing"},
			&yesNoFlag{Name: "remove", Destination: &o.remove, Usage: "remove the server"},
			&yesNoFlag{Name: "delete-key", Destination: &o.deleteKey, Usage: "with --remove: delete the file with the key as well, unless another server reads it"},
			&yesNoFlag{Name: "sandbox", Destination: &o.Sandbox, Usage: "install the server with made-up data; needs no key"},
			&yesNoFlag{Name: "read-only", Destination: &o.ReadOnly, Usage: "offer no tool that changes the ATS"},
			&cli.StringFlag{Name: "name", Destination: &o.name, Value: o.name, Usage: "what the host calls the server"},
			&cli.StringFlag{Name: "config", Destination: &o.config, Usage: "the file to write, instead of the host's own"},
			&cli.StringFlag{Name: "via", Destination: &o.via, Usage: "how the host starts the server: path (this program, where it is) or npx (the package of npm; the default if npx runs this)"},
			&cli.StringFlag{Name: "url", Destination: &o.url, Usage: "the address of a server over HTTP, such as https://mcp.example.com/mcp, instead of one that the host starts"},
			&cli.StringFlag{Name: "key-file", Destination: &o.keyFile, Usage: "make the server read the key from this file, even in hosts that keep secrets"},
			integrationFlag(o.Settings, "the Kombo integration to work in"),
			regionFlag(o.Settings),
			baseURLFlag(o.Settings),
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print what was done as JSON"},
		},
		ShellComplete: completeWords(hosts.IDs),
		Action:        func(ctx context.Context, cmd *cli.Command) error { return runInstall(ctx, cmd, &o) },
	}
}

// installed is what an installation did.
type installed struct {
	Host    string `json:"host"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Changed bool   `json:"changed"`
	Removed bool   `json:"removed,omitempty"`
	// MarkRemoved is set if the file began with a byte order mark and no longer does.
	MarkRemoved bool `json:"byte_order_mark_removed,omitempty"`
	// Backup is the copy of the file as it was, KeyFile the file that the key
	// was written to.
	Backup  string `json:"backup,omitempty"`
	KeyFile string `json:"key_file,omitempty"`
	// KeyKept is a file with a key that a removal left, KeyDeleted one that it
	// deleted.
	KeyKept    string   `json:"key_kept,omitempty"`
	KeyDeleted string   `json:"key_deleted,omitempty"`
	Next       []string `json:"next,omitempty"`
	// Check is a command that checks what was installed.
	Check string `json:"check,omitempty"`
}

func runInstall(ctx context.Context, cmd *cli.Command, o *installOptions) error {
	if cmd.Args().Len() != 1 {
		return fmt.Errorf("install takes one host: %s", strings.Join(hosts.IDs(), ", "))
	}
	if o.deleteKey && !o.remove {
		return errors.New("--delete-key goes with --remove")
	}
	h, err := findHost(cmd.Args().First())
	if err != nil {
		return err
	}
	machine := thisMachine()
	file := o.config
	if file == "" {
		if file, err = h.Path(machine); err != nil {
			return err
		}
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	if o.remove {
		return uninstall(cmd, o, h, machine, file)
	}
	plan, err := planInstall(ctx, o, h, machine)
	if err != nil {
		return err
	}
	if o.print {
		return printInstall(cmd, o, h, plan, file)
	}
	return plan.write(cmd, o, h, file)
}

func thisMachine() hosts.Machine {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // hosts reports it where one is needed
	}
	return hosts.Machine{GOOS: runtime.GOOS, Home: home, Env: os.Getenv}
}

func printInstall(cmd *cli.Command, o *installOptions, h hosts.Host, p installPlan, file string) error {
	text, err := h.Print(p.server)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(cmd.Root().Writer, map[string]any{"host": h.ID, "name": p.server.Name, "file": file, "text": text, "next": p.next(h)})
	}
	// stdout has only what belongs in the file.
	if _, err := fmt.Fprintln(cmd.Root().ErrWriter, strings.Join(append(p.warnings, "for "+file+":"), "\n")); err != nil {
		return err
	}
	_, err = io.WriteString(cmd.Root().Writer, text)
	return err
}

func (i installed) print(w io.Writer, o *installOptions) error {
	if o.json {
		return printJSON(w, i)
	}
	var lines []string
	switch {
	case i.Removed:
		lines = append(lines, fmt.Sprintf("%s is no longer in %s.", i.Name, i.File))
	case i.Changed:
		lines = append(lines, fmt.Sprintf("%s is in %s.", i.Name, i.File))
	case o.remove:
		lines = append(lines, fmt.Sprintf("%s is not in %s; nothing was changed.", i.Name, i.File))
	default:
		lines = append(lines, fmt.Sprintf("%s is in %s already; nothing was changed.", i.Name, i.File))
	}
	if i.MarkRemoved {
		lines = append(lines, "The file began with a byte order mark, with which hosts cannot read it; it is gone.")
	}
	if i.Backup != "" {
		lines = append(lines, "A copy of the file as it was is "+i.Backup+".")
	}
	if i.KeyFile != "" {
		lines = append(lines, "The key is in "+i.KeyFile+", where only you can read it.")
	}
	if i.KeyDeleted != "" {
		lines = append(lines, "The file with the key, "+i.KeyDeleted+", is deleted.")
	}
	lines = append(lines, i.Next...)
	if i.Check != "" {
		lines = append(lines, "To check key, integration and permissions: "+i.Check)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}
