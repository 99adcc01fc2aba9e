package faults

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// A plain run covers less, to save time; `make faults` covers all.
var (
	kills    = flag.Int("kills", 24, "how many runs of writing end in a kill")
	thorough = flag.Bool("thorough", false, "mask every choice of kinds for everyone")
)

func TestMain(m *testing.M) {
	flag.Parse()
	// The tests allocate much and keep little: less frequent collection halves their time.
	debug.SetGCPercent(400)
	os.Exit(testbinary.Run(m))
}
