package faults

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a plain run leaves out for time, `make faults` does.
var (
	kills    = flag.Int("kills", 24, "how many runs of writing end in a kill")
	thorough = flag.Bool("thorough", false, "mask every choice of kinds for everyone")
)

// scratch holds what is built for the tests.
var scratch string

func TestMain(m *testing.M) {
	flag.Parse()
	// Much is made up and little kept: collecting it less often halves the time.
	debug.SetGCPercent(400)
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if scratch, err = os.MkdirTemp("", "faults-"); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	return m.Run(), nil
}

// build makes the server, once for all tests that start it.
var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "kombo-mcp")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", path, "github.com/kombo-mcp/kombo-mcp/cmd/kombo-mcp").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the server: %w: %s", err, out)
	}
	return path, nil
})

func binary(t *testing.T) string {
	t.Helper()
	path, err := build()
	require.NoError(t, err)
	return path
}
