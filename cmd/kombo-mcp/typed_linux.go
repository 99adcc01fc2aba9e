package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// discardTyped discards what was typed into a terminal and not read yet.
func discardTyped(tty *os.File) {
	// It can only fail if tty is not a terminal, where nothing is typed.
	_ = unix.IoctlSetInt(int(tty.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}
