package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// openPTY opens a pseudo-terminal: what a person sees and types, and what a program
// has as its terminal.
func openPTY(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 60}))
	return person, program
}

// atTerminal is a command at a terminal, where a person reads and types.
type atTerminal struct {
	t      *testing.T
	tty    *os.File
	shown  *fake.Log
	exited chan int
	read   int
}

// startAtTerminal starts a command at a terminal into which ahead was typed before.
func startAtTerminal(t *testing.T, env []string, ahead string, args ...string) *atTerminal {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	person, program := openPTY(t)
	a := &atTerminal{t: t, tty: person, shown: &fake.Log{}, exited: make(chan int, 1)}
	a.types(ahead)
	cmd := command(ctx, t, env, args)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, cmd.Start())
	go func() { _, _ = io.Copy(a.shown, person) }()
	go func() {
		_ = cmd.Wait()
		a.exited <- cmd.ProcessState.ExitCode()
	}()
	return a
}

func (a *atTerminal) types(text string) {
	a.t.Helper()
	_, err := io.WriteString(a.tty, text)
	require.NoError(a.t, err)
}

// text is all that was shown, without carriage returns.
func (a *atTerminal) text() string { return strings.ReplaceAll(a.shown.String(), "\r", "") }

// sees waits until words are shown that were not seen before.
func (a *atTerminal) sees(words string) {
	a.t.Helper()
	require.Eventually(a.t, func() bool {
		i := strings.Index(a.text()[a.read:], words)
		if i >= 0 {
			a.read += i + len(words)
		}
		return i >= 0
	}, deadline, 5*time.Millisecond, "%q is not shown", words)
}

// ends waits for the end of the command and returns its exit code.
func (a *atTerminal) ends() int {
	a.t.Helper()
	select {
	case code := <-a.exited:
		return code
	case <-time.After(deadline):
		require.Fail(a.t, "it does not end", a.text())
		return -1
	}
}

// piped runs a command with a terminal as some of its input and output, and without
// one elsewhere.
func piped(t *testing.T, env []string, in, out bool, args ...string) output {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	person, program := openPTY(t)
	go func() { _, _ = io.Copy(io.Discard, person) }()
	cmd := command(ctx, t, env, args)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("y\n"), &stdout, &stderr
	if in {
		cmd.Stdin = program
	}
	if out {
		cmd.Stdout = program
	}
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}
