package image

import (
	"os"
	"os/exec"
	"syscall"
)

// confine has a command see nothing but a folder, and be a user without rights.
// It needs root; without, the command runs as it is.
func confine(cmd *exec.Cmd, dir string, user uint32) bool {
	if os.Geteuid() != 0 {
		return false
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: user, Gid: user}}
	return true
}
