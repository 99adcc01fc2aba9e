package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/hosts"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// installPlan is what will be written.
type installPlan struct {
	server hosts.Server
	// typed is what a person types for the server's command, if that is another.
	typed []string
	// keyFile is where the key will be, "" if the host keeps it.
	keyFile, key string
	// warnings say what will not work, and why.
	warnings []string
}

// next returns sentences about what is left to do.
func (p installPlan) next(h hosts.Host) []string { return append(p.warnings, h.Notes(p.server)...) }

func planInstall(ctx context.Context, o *installOptions, h hosts.Host, m hosts.Machine) (p installPlan, err error) {
	p.server = hosts.Server{Name: o.name, URL: o.url}
	if p.server.URL != "" {
		if o.via != "" {
			return p, errors.New("--via goes with a server that the host starts, not with --url")
		}
		t, err := wantsToken(ctx, p.server.URL)
		p.server.WithToken = t.wanted
		if t.warning != "" {
			p.warnings = append(p.warnings, t.warning)
		}
		return p, err
	}
	if err := p.startServer(o.via, runtime.GOOS); err != nil {
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
	done := installed{Host: h.ID, Name: p.server.Name, File: file, Changed: e.Changed(), MarkRemoved: e.MarkRemoved, Next: p.next(h), Check: p.check(o, runtime.GOOS)}
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

// check returns the command that checks what was installed, as a user of that system
// types it; "" for a server over HTTP, which is checked where it runs.
func (p installPlan) check(o *installOptions, goos string) string {
	if p.server.URL != "" {
		return ""
	}
	quote, variable, call := quoteShell, "%s=%s ", ""
	if goos == "windows" {
		quote, variable, call = quotePowerShell, "$env:%s = %s; ", "& "
	}
	words := append(slices.Clone(p.typed), "doctor")
	if p.typed == nil {
		words = []string{call + quote(p.server.Command), "doctor"}
	}
	switch {
	case o.Sandbox:
		words = append(words, "--sandbox")
	default:
		for _, v := range p.server.Settings {
			if flag := settingFlags[v.Name]; flag != "" {
				words = append(words, flag, quote(v.Value))
			}
		}
	}
	command := strings.Join(words, " ")
	if p.keyFile != "" {
		// A key in the environment would be checked instead.
		command = fmt.Sprintf(variable, hosts.VarKey, quote("")) + fmt.Sprintf(variable, hosts.VarKeyFile, quote(p.keyFile)) + command
	}
	return command
}

// settingFlags are the flags that do what the settings of an entry do.
var settingFlags = map[string]string{
	hosts.VarIntegration: "--integration-id", hosts.VarRegion: "--region", hosts.VarBaseURL: "--base-url",
}

var plainWord = regexp.MustCompile(`^[\w./:@%+=,~\\-]+$`)

func quoteShell(word string) string {
	if plainWord.MatchString(word) && !strings.Contains(word, `\`) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func quotePowerShell(word string) string { return "'" + strings.ReplaceAll(word, "'", "''") + "'" }
