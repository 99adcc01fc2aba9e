package main

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// openerOf returns the command that shows a file in the browser. Ctrl-C does not reach
// it: the browser may be its child, and stays.
func openerOf(path string) *exec.Cmd {
	cmd := exec.Command("rundll32", "url.dll,FileProtocolHandler", path) //nolint:gosec,noctx // a file of ours; it outlives the page
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	return cmd
}
