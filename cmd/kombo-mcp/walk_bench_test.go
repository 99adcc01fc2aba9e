package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// built builds packages into files of their names.
func built(b *testing.B, packages ...string) (dir string) {
	b.Helper()
	dir = b.TempDir()
	for _, pkg := range packages {
		name := filepath.Base(pkg)
		if pkg == "." {
			name = "kombo-mcp"
		}
		out, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", filepath.Join(dir, name), pkg).CombinedOutput()
		require.NoError(b, err, string(out))
	}
	return dir
}

// atsOf starts a sandbox in a process of its own and gives the environment that
// reaches it.
func atsOf(b *testing.B, command string, applications int) []string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), command, "sandbox", "--listen=127.0.0.1:0", "--rate-limit=-1", fmt.Sprintf("--applications=%d", applications))
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	env := []string{"HOME=" + b.TempDir()}
	for lines := bufio.NewScanner(stdout); len(env) < 4 && lines.Scan(); {
		env = append(env, lines.Text())
	}
	require.Len(b, env, 4)
	return env
}

// resident is the most memory that a living process has had, in MiB, where the
// system tells.
func resident(pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), "VmHWM:")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}

// walked asks a server over stdio one question that reads all applications, and
// gives the CPU time of its process and the most memory that it had.
func walked(b *testing.B, command string, env []string, flags ...string) (cpu time.Duration, mib float64) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), command, append([]string{"--walk-records=200000", "--walk-time=5m", "--log-level=error"}, flags...)...)
	cmd.Env = env
	stdin, err := cmd.StdinPipe()
	require.NoError(b, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	answers := bufio.NewReader(stdout)
	for _, line := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_applications","arguments":{"where":"days_since(created) > 30","group_by":"job,outcome","measure":"days_to_rejection"}}}`,
	} {
		_, err = io.WriteString(stdin, line+"\n")
		require.NoError(b, err)
		answer, err := answers.ReadString('\n')
		require.NoError(b, err)
		require.NotContains(b, answer, `"isError":true`)
		require.NotContains(b, answer, `"complete":false`)
	}
	mib = resident(cmd.Process.Pid)
	require.NoError(b, stdin.Close())
	require.NoError(b, cmd.Wait())
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), mib
}

// BenchmarkWalkOf100000 measures a question over 100,000 applications, with the
// sandbox in another process, beside a program that only fetches and decodes
// them, and its memory beside that of the same question over 10,000. A server
// that may keep 1 MiB keeps neither of these walks.
func BenchmarkWalkOf100000(b *testing.B) {
	dir := built(b, ".", "./testdata/decode")
	server := filepath.Join(dir, "kombo-mcp")
	many, few := atsOf(b, server, 100_000), atsOf(b, server, 10_000)
	var digesting, decoding time.Duration
	var kept float64
	// The collector's timing moves a peak, so of these two it is the median.
	var forgetful, small []float64
	for b.Loop() {
		cpu, mib := walked(b, server, many)
		digesting, kept = digesting+cpu, max(kept, mib)
		cmd := exec.CommandContext(b.Context(), filepath.Join(dir, "decode"))
		cmd.Env = many
		out, err := cmd.CombinedOutput()
		require.NoError(b, err, string(out))
		decoding += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		for range 3 {
			_, mib = walked(b, server, many, "--keep-mb=1")
			forgetful = append(forgetful, mib)
			_, mib = walked(b, server, few, "--keep-mb=1")
			small = append(small, mib)
		}
	}
	b.ReportMetric(0, "ns/op") // that of eight runs, and of no use
	b.ReportMetric(digesting.Seconds()/float64(b.N), "cpu-s/walk")
	b.ReportMetric(decoding.Seconds()/float64(b.N), "cpu-s/decode")
	b.ReportMetric(float64(digesting)/float64(decoding), "ratio")
	b.ReportMetric(kept, "MiB")
	b.ReportMetric(median(forgetful), "MiB/kept-1")
	b.ReportMetric(median(small), "MiB/kept-1-of-10000")
}
