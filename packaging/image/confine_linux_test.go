package image

import (
	"os"
	"os/exec"
	"syscall"
)

// confine restricts a command to a folder, as an unprivileged user. That needs root;
// without it, the command runs as it is and confine returns false.
func confine(cmd *exec.Cmd, dir string, user uint32) bool {
	if os.Geteuid() != 0 {
		return false
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: user, Gid: user}}
	return true
}
