package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
)

// The ways in which a host can start the server.
const (
	// viaPath is this program, where it is.
	viaPath = "path"
	// viaNPX is the package of npm, which npx downloads once and keeps.
	viaNPX = "npx"
)

// npmPackage is the package of npm that holds this program.
const npmPackage = "kombo-mcp"

// A program that runs without having been installed is in a cache that is cleared now and
// then: npx's, or that of another package manager.
var (
	npxCache   = regexp.MustCompile(`/_npx/`)
	otherCache = regexp.MustCompile(`/pnpm/dlx|/dlx-|/bunx-`)
)

// starter is how a host starts the server.
type starter struct {
	// command is a path or a program on the PATH, args what comes before the server's
	// own arguments.
	command string
	args    []string
	// typed is what a person types in place of both.
	typed []string
}

// newStarter returns the way that via names, by default npx for a program that npx
// started. self is the path of this program.
func newStarter(via, goos, self string) (starter, error) {
	path := filepath.ToSlash(self)
	if via == "" {
		via = viaPath
		if npxCache.MatchString(path) {
			via = viaNPX
		}
	}
	switch {
	case via == viaNPX:
		s := starter{command: "npx", args: []string{"-y", npmPackage}, typed: []string{"npx", "-y", npmPackage}}
		if goos == "windows" {
			// There npx is a script, which many hosts can start only so.
			s.command, s.args = "cmd", append([]string{"/c", "npx"}, s.args...)
		}
		return s, nil
	case via != viaPath:
		return starter{}, fmt.Errorf("--via must be one of %s, %s, not %q", viaPath, viaNPX, via)
	case npxCache.MatchString(path), otherCache.MatchString(path):
		return starter{}, errors.New("this program is in a package manager's cache, which may be cleared: add --via npx, or install it with npm install -g " + npmPackage)
	}
	return starter{command: self}, nil
}

// startServer says how a host starts the server of the plan.
func (p *installPlan) startServer(via, goos string) error {
	self := ""
	if via != viaNPX {
		path, err := ownPath()
		if err != nil {
			return err
		}
		self = path
	}
	s, err := newStarter(via, goos, self)
	if err != nil {
		return err
	}
	p.server.Command, p.server.Args, p.typed = s.command, s.args, s.typed
	if s.typed == nil {
		return nil
	}
	if _, err := exec.LookPath("npx"); err != nil {
		p.warnings = append(p.warnings, "npx is not on the PATH here: the host needs Node.js 18 or newer to start the server.")
	}
	return nil
}
