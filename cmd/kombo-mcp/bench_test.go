package main

import (
	"bufio"
	"cmp"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startsOfEach is how often each program is started, by turns, so that both
// meet the same machine.
const startsOfEach = 20

// BenchmarkStart is the time from starting the built command on made-up data to
// its answer to initialize, beside that of a server with nothing in it.
func BenchmarkStart(b *testing.B) {
	dir := built(b, ".", "./testdata/bare")
	ours, bare := filepath.Join(dir, "kombo-mcp"), filepath.Join(dir, "bare")
	env := []string{"HOME=" + dir, "XDG_STATE_HOME=" + dir, "LOCALAPPDATA=" + dir}
	var took [2][]time.Duration
	for b.Loop() {
		for range startsOfEach {
			took[0] = append(took[0], greeted(b, env, ours, "--sandbox"))
			took[1] = append(took[1], greeted(b, env, bare))
		}
	}
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	mine, least := median(took[0]), median(took[1])
	b.ReportMetric(0, "ns/op") // that of 40 starts, and of no use
	b.ReportMetric(milliseconds(mine), "ms/start")
	b.ReportMetric(milliseconds(least), "ms/bare-start")
	b.ReportMetric(float64(mine)/float64(least), "ratio")
}

func median[T cmp.Ordered](d []T) T {
	slices.Sort(d)
	return d[len(d)/2]
}

// greeted starts a server, greets it, and gives the time until it answered.
func greeted(b *testing.B, env []string, path string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), path, args...)
	cmd.Env = env
	stdin, err := cmd.StdinPipe()
	require.NoError(b, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	began := time.Now()
	require.NoError(b, cmd.Start())
	_, err = io.WriteString(stdin, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`+"\n")
	require.NoError(b, err)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	took := time.Since(began)
	require.NoError(b, err)
	require.Contains(b, line, "serverInfo")
	require.NoError(b, stdin.Close())
	require.NoError(b, cmd.Wait())
	return took
}
