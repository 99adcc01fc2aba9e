package download

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails if a goroutine remains after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
