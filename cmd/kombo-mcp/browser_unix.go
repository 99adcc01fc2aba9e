//go:build unix

package main

import (
	"os/exec"
	"runtime"
	"syscall"
)

// openerOf returns the command that shows a file in the browser. Ctrl-C does not reach
// it: the browser may be its child, and stays.
func openerOf(path string) *exec.Cmd {
	name := "xdg-open"
	if runtime.GOOS == "darwin" {
		name = "open"
	}
	cmd := exec.Command(name, path) //nolint:gosec,noctx // a file of ours; it outlives the page
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}
