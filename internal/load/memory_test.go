//go:build load

package load

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// resident returns the resident memory of a process in KiB, from Linux's /proc.
func resident(t *testing.T, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(raw), "VmRSS:")
	require.True(t, found)
	var kib int
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(t, err)
	return kib
}

func TestAThousandIdleSessionsNeedLittleMemory(t *testing.T) {
	binary := testbinary.Path(t)
	for _, kind := range []string{"http", "http with a stream", "sse"} {
		g := sandboxed(binary, strings.Fields(kind)[0])
		g.listen(t)
		g.kind = kind
		first := g.connect(t)
		_, err := ask(t.Context(), first, "get_jobs", map[string]any{})
		require.NoError(t, err)
		before := resident(t, g.pid)
		for range 1000 {
			g.connect(t)
		}
		time.Sleep(time.Second)
		after := resident(t, g.pid)
		fmt.Printf("1000 idle sessions over %s: %.1f MiB, of it before them %.1f MiB\n", kind, float64(after)/1024, float64(before)/1024)
		assert.Less(t, after-before, 100<<10, "KiB over %s", kind)
	}
}
