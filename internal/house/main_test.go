package house

import (
	"os"
	"testing"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }
