package testbinary

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNothingIsBuiltThatNobodyRemoves(t *testing.T) {
	_, err := build()
	require.ErrorContains(t, err, "call testbinary.Run from TestMain")
}

func TestTheVariableNamesAProgram(t *testing.T) {
	for _, path := range []string{"bin/kombo-mcp", t.TempDir(), "/no/such/program"} {
		t.Setenv(Variable, path)
		_, err := find()
		require.ErrorContains(t, err, Variable+"="+path+": must be the absolute path")
	}
}

func TestWhatIsGivenOnTheCommandLineIsNotOverruled(t *testing.T) {
	before := flag.Lookup("test.parallel").Value.String()
	t.Cleanup(func() { require.NoError(t, flag.Set("test.parallel", before)) })
	require.NoError(t, flag.Set("test.parallel", "3"))
	Overlap()
	assert.Equal(t, "3", flag.Lookup("test.parallel").Value.String())
}
