package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// discardTyped discards what was typed into a console and not read yet.
func discardTyped(console *os.File) {
	// It can only fail if console is not one, where nothing is typed.
	_ = windows.FlushConsoleInputBuffer(windows.Handle(console.Fd()))
}
