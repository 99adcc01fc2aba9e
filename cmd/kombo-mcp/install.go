package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// installOptions say what is installed, where, and what is printed about it.
type installOptions struct {
	*app.Settings
	print, remove, json        bool
	name, config, url, keyFile string
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
			&yesNoFlag{Name: "sandbox", Destination: &o.Sandbox, Usage: "install the server with made-up data; needs no key"},
			&yesNoFlag{Name: "read-only", Destination: &o.ReadOnly, Usage: "offer no tool that changes the ATS"},
			&cli.StringFlag{Name: "name", Destination: &o.name, Value: o.name, Usage: "what the host calls the server"},
			&cli.StringFlag{Name: "config", Destination: &o.config, Usage: "the file to write, instead of the host's own"},
			&cli.StringFlag{Name: "url", Destination: &o.url, Usage: "the address of a server over HTTP, such as https://mcp.example.com/mcp, instead of one that the host starts"},
			&cli.StringFlag{Name: "key-file", Destination: &o.keyFile, Usage: "make the server read the key from this file, even in hosts that keep secrets"},
			integrationFlag(o.Settings, "the Kombo integration to work in"),
			regionFlag(o.Settings),
			baseURLFlag(o.Settings),
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print what was done as JSON"},
		},
		ShellComplete: completeWords(hosts.IDs),
		Action:        func(_ context.Context, cmd *cli.Command) error { return runInstall(cmd, &o) },
	}
}

// installed is what an installation did.
type installed struct {
	Host    string `json:"host"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Changed bool   `json:"changed"`
	Removed bool   `json:"removed,omitempty"`
	// Backup is the copy of the file as it was, KeyFile the file that the key
	// was written to.
	Backup  string   `json:"backup,omitempty"`
	KeyFile string   `json:"key_file,omitempty"`
	Next    []string `json:"next,omitempty"`
}

func runInstall(cmd *cli.Command, o *installOptions) error {
	if cmd.Args().Len() != 1 {
		return fmt.Errorf("install takes one host: %s", strings.Join(hosts.IDs(), ", "))
	}
	h, err := hosts.Find(cmd.Args().First())
	if err != nil {
		return err
	}
	machine := thisMachine()
	file := o.config
	if file == "" {
		if file, err = h.Path(machine, o.name); err != nil {
			return err
		}
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	if o.remove {
		return uninstall(cmd, o, h, file)
	}
	plan, err := planInstall(o, h, machine)
	if err != nil {
		return err
	}
	if o.print {
		return printInstall(cmd, o, h, plan.server, file)
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

// installPlan is what will be written.
type installPlan struct {
	server hosts.Server
	// keyFile is where the key will be, "" if the host keeps it.
	keyFile, key string
}

func planInstall(o *installOptions, h hosts.Host, m hosts.Machine) (p installPlan, err error) {
	p.server = hosts.Server{Name: o.name, URL: o.url}
	if p.server.URL != "" {
		p.server.WithToken, err = wantsToken(p.server.URL)
		return p, err
	}
	if p.server.Command, err = ownPath(); err != nil {
		return p, err
	}
	if o.Sandbox {
		p.server.Args = append(p.server.Args, "--sandbox")
	}
	if o.ReadOnly {
		p.server.Args = append(p.server.Args, "--read-only")
	}
	if o.Sandbox {
		return p, nil
	}
	return p, p.settings(o, h, m)
}

// settings adds those of a server that works in Kombo.
func (p *installPlan) settings(o *installOptions, h hosts.Host, m hosts.Machine) error {
	if o.IntegrationID == "" && !o.print {
		return errors.New("no integration. Set KOMBO_INTEGRATION_ID or --integration-id to the integration to work in, or add --sandbox to try everything on made-up data")
	}
	p.server.Settings = append(p.server.Settings, hosts.Variable{Name: hosts.VarIntegration, Value: cmp.Or(o.IntegrationID, "your integration's id")})
	if err := o.CheckRegion(); err != nil {
		return err
	}
	if region := strings.ToLower(o.Region); region != kombo.RegionEU {
		p.server.Settings = append(p.server.Settings, hosts.Variable{Name: hosts.VarRegion, Value: region})
	}
	if o.BaseURL != "" {
		p.server.Settings = append(p.server.Settings, hosts.Variable{Name: hosts.VarBaseURL, Value: o.BaseURL})
	}
	if h.ProvidesKey && o.keyFile == "" {
		p.server.Secrets = []string{hosts.VarKey}
		return nil
	}
	return p.useKeyFile(o, m)
}

// useKeyFile chooses the file from which the server will read the key, and reads
// the key if it has to be written there.
func (p *installPlan) useKeyFile(o *installOptions, m hosts.Machine) (err error) {
	p.keyFile = o.keyFile
	if p.keyFile == "" {
		p.keyFile = environ.Get(hosts.VarKeyFile)
	}
	if p.keyFile == "" {
		if p.keyFile, err = m.KeyFile(); err != nil {
			return err
		}
	}
	if p.keyFile, err = filepath.Abs(p.keyFile); err != nil {
		return err
	}
	p.key = environ.Get(hosts.VarKey)
	if _, err := os.Stat(p.keyFile); p.key == "" && err != nil && !o.print {
		return fmt.Errorf("no API key. Set KOMBO_API_KEY for this command, which writes it to %s, where only you can read it, or add --sandbox to try everything on made-up data", p.keyFile)
	}
	p.server.Settings = append([]hosts.Variable{{Name: hosts.VarKeyFile, Value: p.keyFile}}, p.server.Settings...)
	return nil
}

func (p installPlan) write(cmd *cli.Command, o *installOptions, h hosts.Host, file string) error {
	before, err := h.Read(file)
	if err != nil {
		return err
	}
	e, err := h.Put(before, p.server)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	done := installed{Host: h.ID, Name: p.server.Name, File: file, Changed: e.Changed(), Next: h.Notes(p.server)}
	if p.key != "" && p.keyFile != "" {
		if old, err := os.ReadFile(p.keyFile); err != nil || strings.TrimSpace(string(old)) != p.key {
			if err := hosts.SaveKey(p.keyFile, p.key); err != nil {
				return fmt.Errorf("write the key to %s: %w", p.keyFile, err)
			}
			done.KeyFile = p.keyFile
		}
	}
	if e.Changed() {
		if done.Backup, err = hosts.Save(file, e, time.Now()); err != nil {
			return err
		}
	}
	return done.print(cmd.Root().Writer, o)
}

func uninstall(cmd *cli.Command, o *installOptions, h hosts.Host, file string) error {
	before, err := h.Read(file)
	if err != nil {
		return err
	}
	e, err := h.Remove(before, o.name)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	done := installed{Host: h.ID, Name: o.name, File: file, Changed: e.Changed(), Removed: e.Changed()}
	if e.Changed() {
		if done.Backup, err = hosts.Save(file, e, time.Now()); err != nil {
			return err
		}
	}
	return done.print(cmd.Root().Writer, o)
}

func printInstall(cmd *cli.Command, o *installOptions, h hosts.Host, s hosts.Server, file string) error {
	text, err := h.Print(s)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(cmd.Root().Writer, map[string]any{"host": h.ID, "name": s.Name, "file": file, "text": text, "next": h.Notes(s)})
	}
	// stdout has only what belongs in the file.
	if _, err := fmt.Fprintf(cmd.Root().ErrWriter, "for %s:\n", file); err != nil {
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
	if i.Backup != "" {
		lines = append(lines, "A copy of the file as it was is "+i.Backup+".")
	}
	if i.KeyFile != "" {
		lines = append(lines, "The key is in "+i.KeyFile+", where only you can read it.")
	}
	_, err := fmt.Fprintln(w, strings.Join(append(lines, i.Next...), "\n"))
	return err
}
