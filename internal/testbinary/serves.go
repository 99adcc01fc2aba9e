package testbinary

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// AssertServes starts the program as a server over HTTP, with these variables and no
// others, interrupts it once it says that it listens on loopback, and asserts that it
// ends well.
func AssertServes(t *testing.T, env []string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, Path(t), args...) //nolint:gosec // the program that the tests built
	cmd.Env = env
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var said strings.Builder
	listens := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if !listens && strings.Contains(lines.Text(), " on ") && strings.Contains(lines.Text(), "127.0.0.1:") {
			listens = true
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
		}
	}
	require.NoError(t, cmd.Wait(), said.String())
	assert.True(t, listens, said.String())
}
