package main

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

func TestStdioOnATerminalSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	// The controlling end of a pseudo-terminal is a terminal itself.
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	require.True(t, isTerminal(terminal))
	t.Cleanup(func() { _ = terminal.Close() })
	cmd := command(t.Context(), t, environment(t), []string{"--sandbox"})
	stderr := &fake.Log{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, io.Discard, stderr
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return strings.Contains(stderr.String(), "\n") }, deadline, 10*time.Millisecond)
	assert.Equal(t, "kombo-mcp: serving MCP on stdin; try kombo-mcp demo or kombo-mcp install\n", stderr.String())
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
}
