package main

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	docs "github.com/urfave/cli-docs/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
)

func TestTheManPageIsGenerated(t *testing.T) {
	page, err := docs.ToManWithSection(root(), 1)
	require.NoError(t, err)
	// A version would make the page of every build another one.
	page = regexp.MustCompile(`(?m)^\.TH .*$`).ReplaceAllString(page, `.TH KOMBO-MCP 1`)
	golden.Equal(t, filepath.Join("..", "..", "packaging", "kombo-mcp.1"), page)
	for _, words := range []string{"install", "journal", "--read-only", "KOMBO_API_KEY"} {
		assert.Contains(t, page, words)
	}
}
