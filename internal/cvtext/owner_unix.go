//go:build unix

package cvtext

import (
	"os"
	"syscall"
)

// ownedByUs matters for root, who can change the mode of anyone's directory.
func ownedByUs(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
