package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/golden"
	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func readme(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	return string(raw)
}

func TestReadmeToolTableIsGenerated(t *testing.T) {
	golden.Section(t, filepath.Join(root, "README.md"), "tools", tools.Markdown())
}

// shellLines are the commands in the fenced sh blocks of a text.
func shellLines(text string) []string {
	var lines []string
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func TestMakeTargetsInTheDocumentationExist(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	contributing, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	require.NoError(t, err)
	named := regexp.MustCompile("(?:^|`)make ([a-z-]+)").FindAllStringSubmatch
	seen := 0
	for _, line := range append(shellLines(readme(t)+string(contributing)), readme(t), string(contributing)) {
		for _, m := range named(line, -1) {
			seen++
			assert.Regexp(t, `(?m)^`+m[1]+`:`, string(makefile))
		}
	}
	assert.NotZero(t, seen)
}

// helps runs the built command: the help of itself and of its subcommands, by
// name ("" for its own).
func helps(t *testing.T) map[string]string {
	t.Helper()
	program := testbinary.Path(t)
	help := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), program, append(args, "--help")...).Output()
		require.NoError(t, err)
		return string(out)
	}
	all := map[string]string{}
	var visit func(path ...string)
	visit = func(path ...string) {
		text := help(path...)
		all[strings.Join(path, " ")] = text
		_, commands, _ := strings.Cut(text, "COMMANDS:\n")
		commands, _, _ = strings.Cut(commands, "\n\n")
		for line := range strings.Lines(commands) {
			if name := strings.TrimSuffix(strings.Fields(line)[0], ","); name != "help" {
				visit(append(slices.Clone(path), name)...)
			}
		}
	}
	visit()
	require.Greater(t, len(all), 3, "subcommands found in the help")
	return all
}

func TestReadmeNamesEveryFlagVariableAndSubcommand(t *testing.T) {
	text := readme(t)
	flags := regexp.MustCompile(`(?:^|[\s,\x60|])(--[a-z][a-z-]+)`)
	vars := regexp.MustCompile(`KOMBO_[A-Z_]+`)
	var help bytes.Buffer
	for name, h := range helps(t) {
		help.WriteString(h)
		assert.Contains(t, text, strings.TrimSpace("kombo-mcp "+name), "README names the subcommand")
	}
	offered := func(in string) []string {
		var names []string
		for _, m := range flags.FindAllStringSubmatch(in, -1) {
			names = append(names, m[1])
		}
		return append(names, vars.FindAllString(in, -1)...)
	}
	has, told := offered(help.String()), offered(text)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(has))) {
		assert.True(t, name == "--help" || slices.Contains(told, name), "README says nothing of %s", name)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(told))) {
		assert.True(t, slices.Contains(has, name), "README speaks of %s, which no command has", name)
	}
}

func TestReadmeCallsSubcommandsThatExist(t *testing.T) {
	all := helps(t)
	call := regexp.MustCompile(`^(?:\./)?(?:bin/)?kombo-mcp(?:\s+--\S+)*\s+([a-z]+)`)
	seen := 0
	for _, line := range shellLines(readme(t)) {
		if m := call.FindStringSubmatch(line); m != nil {
			seen++
			assert.Contains(t, all, m[1], line)
		}
	}
	assert.NotZero(t, seen)
}
