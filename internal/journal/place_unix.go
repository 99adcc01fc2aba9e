//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

func ownedByOther(fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && int64(st.Uid) != int64(os.Geteuid())
}

// syncDir makes a new name in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the journal's own directory
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
