package download

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails the run if a goroutine of a request is left when all tests are
// over.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := leaked(); left != "" {
			fmt.Fprintln(os.Stderr, "goroutines left over:\n"+left)
			code = 1
		}
	}
	os.Exit(code)
}

// leaked returns stacks that should be gone, given a little time to go.
func leaked() string {
	var left string
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		left = ""
		buffer := make([]byte, 1<<20)
		for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
			for _, part := range []string{"download.(*", "net/http.(*persistConn)", "net/http.(*Transport)", "crypto/tls.(*Conn)", "net.(*Resolver)"} {
				if strings.Contains(stack, part) {
					left += stack + "\n\n"
					break
				}
			}
		}
		if left == "" {
			break
		}
	}
	return left
}
