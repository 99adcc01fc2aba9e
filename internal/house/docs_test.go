package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
)

// documentation returns every page for users, by path.
func documentation(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{"README.md": readme(t)}
	walk(t, func(path string, content []byte) {
		if strings.HasPrefix(path, "docs/") && strings.HasSuffix(path, ".md") {
			pages[path] = string(content)
		}
	})
	require.Greater(t, len(pages), 10)
	return pages
}

func TestEveryLinkOfTheDocumentationLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// A call in Go looks like a link.
	code := regexp.MustCompile("(?ms)^```.*?^```")
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchors := func(text string) []string {
		var out []string
		for _, m := range heading.FindAllStringSubmatch(text, -1) {
			plain := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(m[1]), "")
			out = append(out, strings.ReplaceAll(plain, " ", "-"))
		}
		return out
	}
	pages := documentation(t)
	for _, more := range []string{"CONTRIBUTING.md", "CHANGELOG.md", "kombo/README.md"} {
		raw, err := os.ReadFile(filepath.Join(root, more))
		require.NoError(t, err)
		pages[more] = string(raw)
	}
	seen := 0
	for page, text := range pages {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			seen++
			if strings.Contains(m[1], "://") {
				assert.True(t, strings.HasPrefix(m[1], "https://"), "%s: %s", page, m[1])
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := filepath.Join(root, filepath.Dir(page), file)
			if file == "" {
				target = filepath.Join(root, page)
			}
			_, err := os.Stat(target)
			if !assert.NoError(t, err, "%s: %s", page, m[1]) {
				continue
			}
			if anchor != "" {
				raw, err := os.ReadFile(target)
				require.NoError(t, err)
				assert.Contains(t, anchors(string(raw)), anchor, "%s: %s", page, m[1])
			}
		}
	}
	assert.Greater(t, seen, 20)
}

// metricsTable returns the table of metrics, read from their declarations.
func metricsTable(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root, "internal", "serve", "metrics.go"))
	require.NoError(t, err)
	declared := regexp.MustCompile(`New(Counter|Gauge|Histogram)(?:Vec|Func)?\(prometheus\.\w+Opts\{Name: "(\w+)", Help: "([^"]*)"[^\n]*?\}(?:, \[\]string\{([^}]*)\})?[,)]`).FindAllStringSubmatch(string(source), -1)
	require.Len(t, declared, strings.Count(string(source), `Name: "kombo_mcp_`), "every metric is found")
	var b strings.Builder
	b.WriteString("| metric | kind | labels | counts |\n| --- | --- | --- | --- |\n")
	for _, m := range declared {
		labels := strings.ReplaceAll(m[4], `"`, "`")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m[2], strings.ToLower(m[1]), labels, m[3])
	}
	return b.String()
}

func TestTheMetricsOfTheDocumentationAreGenerated(t *testing.T) {
	golden.Section(t, filepath.Join(root, "docs", "operations.md"), "metrics", metricsTable(t))
}
