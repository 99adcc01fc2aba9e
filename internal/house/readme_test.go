package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
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

// shellLines returns the commands in the fenced sh blocks of a text.
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
	targets := regexp.MustCompile("(?:^|`)make ([a-z-]+)").FindAllStringSubmatch
	seen := 0
	for _, line := range append(shellLines(readme(t)+string(contributing)), readme(t), string(contributing)) {
		for _, m := range targets(line, -1) {
			seen++
			assert.Regexp(t, `(?m)^`+m[1]+`:`, string(makefile))
		}
	}
	assert.NotZero(t, seen)
}

// helps returns the help of the built command and its subcommands, by name, "" for the
// command itself.
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
		assert.True(t, name == "--help" || slices.Contains(told, name), "README does not mention %s", name)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(told))) {
		assert.True(t, slices.Contains(has, name), "README mentions %s, which no command has", name)
	}
}

// named finds the command that a text names, with a second word that may be a
// command of its own.
var named = regexp.MustCompile("\\bkombo-mcp(?: --[^\\s`]+)* ([a-z]+)(?: ([a-z]+))?")

// prose are the words after the program's name that do not form a command.
var prose = []string{"and", "authors", "by", "is", "over", "program", "server", "version", "with"}

// assertCommands asserts that every command that text names is one of all, and
// counts those that it does name.
func assertCommands(t *testing.T, all map[string]string, where, text string) (seen int) {
	t.Helper()
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if slices.Contains(prose, m[1]) {
			continue
		}
		seen++
		command := m[1]
		group := slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(name string) bool { return strings.HasPrefix(name, command+" ") })
		if group && m[2] != "" {
			command += " " + m[2]
		}
		_, exists := all[command]
		assert.True(t, exists, "%s: there is no subcommand %q", where, command)
	}
	return seen
}

func TestEveryCommandThatIsNamedExists(t *testing.T) {
	all := helps(t)
	inStrings, inPages := 0, 0
	files := token.NewFileSet()
	walk(t, func(path string, content []byte) {
		switch filepath.Ext(path) {
		case ".go":
			file, err := parser.ParseFile(files, path, content, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					inStrings += assertCommands(t, all, files.Position(lit.Pos()).String(), lit.Value)
				}
				return true
			})
		case ".md", ".yaml", ".yml", ".1", ".mjs":
			inPages += assertCommands(t, all, path, string(content))
		}
	})
	assert.Greater(t, inStrings, 10)
	assert.Greater(t, inPages, 50)
}
