package faults

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// What a plain run leaves out for time, `make faults` does.
var (
	kills    = flag.Int("kills", 24, "how many runs of writing end in a kill")
	thorough = flag.Bool("thorough", false, "mask every choice of kinds for everyone")
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Much is made up and little kept: collecting it less often halves the time.
	debug.SetGCPercent(400)
	os.Exit(testbinary.Run(m))
}
