package kombo

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a goroutine is left after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(closing{m}) }

// closing are tests after which the standard transport keeps no connection.
type closing struct{ *testing.M }

func (c closing) Run() int {
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	return c.M.Run()
}
