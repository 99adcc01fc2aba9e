// Package testbinary gives tests the kombo-mcp program as users run it, for
// those that start it as a process of its own or ask it for its help. It is
// built once: the Makefile names the one that it has just built in [Variable],
// for all packages; without that, each test process builds its own when the
// first test asks.
//
// The program is built as for a release, whatever mode the tests are built in:
// the race detector and coverage would change what it prints and how long it
// takes to end. The tests of cmd/kombo-mcp run the command in the tests' mode.
package testbinary

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Variable is the environment variable that holds the absolute path of a
// program built beforehand. Nobody looks whether it is up to date.
const Variable = "KOMBO_MCP_TEST_BINARY"

// BuildFlags are those of a release, but for its version. The Makefile, the
// Dockerfile and GoReleaser have the same, so that all share one build cache.
var BuildFlags = []string{"-trimpath", "-tags", "timetzdata"}

// scratch is where this process builds. The directory is Run's to remove.
var scratch struct {
	sync.Mutex
	dir   string
	ready bool
}

// Run runs the tests of a package and removes what Path built for them. A
// package that uses Path calls it in TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }
func Run(m *testing.M) (code int) {
	Overlap()
	scratch.ready = true
	code = m.Run()
	scratch.Lock()
	defer scratch.Unlock()
	if err := os.RemoveAll(scratch.dir); scratch.dir != "" && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// overlapping is how many tests run at once at least; see Overlap.
const overlapping = 8

// Overlap lets more tests of a package run at once than there are processors,
// unless -parallel says how many. Tests that start processes mostly wait: for
// those, for the disk, for a clock. TestMain calls it, or Run.
func Overlap() {
	if !flag.Parsed() {
		flag.Parse()
	}
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(max(overlapping, runtime.GOMAXPROCS(0))))
	}
}

// Path returns the absolute path of the program.
func Path(tb testing.TB) string {
	tb.Helper()
	path, err := found()
	require.NoError(tb, err)
	return path
}

var found = sync.OnceValues(find)

func find() (string, error) {
	if path := os.Getenv(Variable); path != "" {
		if info, err := os.Stat(path); err != nil || !filepath.IsAbs(path) || !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s=%s: must be the absolute path of the built program", Variable, path)
		}
		return path, nil
	}
	return build()
}

func build() (string, error) {
	scratch.Lock()
	defer scratch.Unlock()
	if !scratch.ready {
		return "", errors.New("call testbinary.Run from TestMain, so that what is built is removed")
	}
	var err error
	if scratch.dir, err = os.MkdirTemp("", "kombo-mcp-"); err != nil {
		return "", err
	}
	path := filepath.Join(scratch.dir, "kombo-mcp")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	args := append([]string{"build"}, BuildFlags...)
	cmd := exec.Command("go", append(args, "-o", path, "github.com/kombo-mcp/kombo-mcp/cmd/kombo-mcp")...) //nolint:gosec // the arguments are all ours
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return path, nil
}
