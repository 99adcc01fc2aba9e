package main

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "draw docs/picture.svg anew")

func TestThePictureShowsWhatTheDemoSays(t *testing.T) {
	program := filepath.Join(t.TempDir(), "kombo-mcp")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/kombo-mcp").CombinedOutput()
	require.NoError(t, err, string(out))
	svg, err := picture(program)
	require.NoError(t, err)
	path := filepath.Join("..", "..", "docs", "picture.svg")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(svg), 0o600))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, svg, string(have), "run make picture")
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
