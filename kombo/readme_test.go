package kombo_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// Every Go snippet of the README is part of an example, and every output shown is
// the one that go test compares with.
func TestTheREADMEQuotesTheExamples(t *testing.T) {
	readme, examples := readFile(t, "README.md"), readFile(t, "example_test.go")
	quoted := 0
	for _, block := range regexp.MustCompile("(?s)```(go|text)\n(.*?)```").FindAllStringSubmatch(readme, -1) {
		prefix := "\t"
		if block[1] == "text" {
			prefix = "\t// "
		}
		code := ""
		for line := range strings.Lines(block[2]) {
			if line != "\n" {
				line = prefix + line
			}
			code += line
		}
		if block[1] == "text" {
			code = "\t// Output:\n" + code + "}\n"
		}
		assert.Contains(t, examples, code)
		quoted++
	}
	assert.Greater(t, quoted, 8)
}

func TestTheREADMENamesEveryOption(t *testing.T) {
	readme := readFile(t, "README.md")
	options := regexp.MustCompile(`(?m)^func (With\w+)\(`).FindAllStringSubmatch(readFile(t, "options.go"), -1)
	assert.NotEmpty(t, options)
	for _, option := range options {
		assert.Contains(t, readme, "| `"+option[1]+"` |")
	}
}
