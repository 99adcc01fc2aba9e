//go:build unix

package cvtext

import (
	"os"
	"syscall"
)

// ownedByUs reports whether this user owns the file. It matters for root, who can change
// the mode of any directory.
func ownedByUs(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
