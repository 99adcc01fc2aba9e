package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	docs "github.com/urfave/cli-docs/v3"
)

// Not -update: that would have make generate run every test of this package.
var updateMan = flag.Bool("update-man", false, "rewrite the man page")

func TestTheManPageIsGenerated(t *testing.T) {
	page, err := docs.ToManWithSection(root(), 1)
	require.NoError(t, err)
	// A version would make the page of every build another one.
	page = regexp.MustCompile(`(?m)^\.TH .*$`).ReplaceAllString(page, `.TH KOMBO-MCP 1`)
	path := filepath.Join("..", "..", "packaging", "kombo-mcp.1")
	if *updateMan {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(page), 0o600))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, page, string(have), "run make generate")
	for _, words := range []string{"install", "journal", "--read-only", "KOMBO_API_KEY"} {
		assert.Contains(t, page, words)
	}
}
