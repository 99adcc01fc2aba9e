package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

func TestMain(m *testing.M) { os.Exit(testbinary.Run(m)) }

// TestThePictureOfTheDemoIsGenerated checks that it shows the demo's current output.
func TestThePictureOfTheDemoIsGenerated(t *testing.T) {
	svg, err := picture(testbinary.Path(t))
	require.NoError(t, err)
	golden.Equal(t, filepath.Join("..", "..", "docs", "picture.svg"), svg)
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	_, err = picture("/no/such/program")
	require.Error(t, err)
}

func TestLongLinesBreakBetweenWords(t *testing.T) {
	assert.Equal(t, []string{"  one two", "  three"}, wrap("  one two three", 10))
	assert.Equal(t, []string{"unbreakable"}, wrap("unbreakable", 4))
	assert.Equal(t, []string{"ä ö", "ü"}, wrap("ä ö ü", 4))
}
