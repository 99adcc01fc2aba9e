package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// circleBound is the most that the largest circle of a package may hold: so many
// files, and this share of the package's lines. A file beyond it can no longer be
// read without all the others.
type circleBound struct {
	files int
	share float64
}

// circles bounds the packages that are watched, by folder: a dozen files and a quarter
// of the lines. A bound is not raised, and merging files does not help, since the share
// of lines stays. What helps is a border: the other side takes a function, a narrow
// interface or a struct of values in place of the type that has everything.
var circles = map[string]circleBound{
	"tools": {12, 0.25},
}

func TestFilesDoNotUseOneAnotherInLargeCircles(t *testing.T) {
	for folder, bound := range circles {
		g := fileUses(t, folder)
		circle := g.largestCircle()
		lines := 0
		for _, file := range circle {
			lines += g.lines[file]
		}
		total := 0
		for _, n := range g.lines {
			total += n
		}
		share := float64(lines) / float64(total)
		t.Logf("%s: %d files, %d lines, %d uses across files; largest circle %d files, %d lines, %.1f %%",
			folder, len(g.lines), total, g.total(), len(circle), lines, 100*share)
		if len(circle) > bound.files || share > bound.share {
			assert.Fail(t, "the largest circle is too large", "%s: %d files with %.1f %% of the lines use one another in a circle; at most %d with %.0f %% may:\n%s",
				folder, len(circle), 100*share, bound.files, 100*bound.share, g.describe(circle))
		}
	}
}

// fileGraph says which file of a package uses what another declares.
type fileGraph struct {
	// lines counts those of each file.
	lines map[string]int
	// uses holds, by the using and the declaring file, the names that are used.
	uses map[string]map[string]map[string]int
}

// fileUses type-checks a package of the module without its tests and collects
// what its files use of one another: types, functions, variables, methods and
// fields.
func fileUses(t *testing.T, folder string) *fileGraph {
	t.Helper()
	files, exports := buildList(t, folder)
	fset := token.NewFileSet()
	g := &fileGraph{lines: map[string]int{}, uses: map[string]map[string]map[string]int{}}
	parsed := make([]*ast.File, 0, len(files))
	for _, path := range files {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		f, err := parser.ParseFile(fset, path, raw, parser.SkipObjectResolution)
		require.NoError(t, err)
		parsed = append(parsed, f)
		g.lines[filepath.Base(path)] = bytes.Count(raw, []byte("\n"))
	}
	lookup := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(exports[path])
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	checker := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	pkg, err := checker.Check(module+folder, fset, parsed, info)
	require.NoError(t, err)
	for ident, object := range info.Uses {
		if object.Pkg() != pkg {
			continue
		}
		from, to := filepath.Base(fset.Position(ident.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if from != to {
			g.add(from, to, object.Name())
		}
	}
	return g
}

// buildList asks the go command for the files of a package and for the export
// data of all that it imports, by import path.
func buildList(t *testing.T, folder string) (files []string, exports map[string]string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", "./"+folder)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	exports = map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
		}
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return files, exports
		}
		require.NoError(t, err)
		exports[p.ImportPath] = p.Export
		if p.ImportPath == module+folder {
			for _, name := range p.GoFiles {
				files = append(files, filepath.Join(p.Dir, name))
			}
		}
	}
}

func (g *fileGraph) add(from, to, name string) {
	if g.uses[from] == nil {
		g.uses[from] = map[string]map[string]int{}
	}
	if g.uses[from][to] == nil {
		g.uses[from][to] = map[string]int{}
	}
	g.uses[from][to][name]++
}

func (g *fileGraph) total() int {
	n := 0
	for _, to := range g.uses {
		for _, names := range to {
			for _, count := range names {
				n += count
			}
		}
	}
	return n
}

// reaches lists the files that a file uses, by way of others too.
func (g *fileGraph) reaches(from string) map[string]bool {
	seen := map[string]bool{}
	for next := []string{from}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		for to := range g.uses[at] {
			if !seen[to] {
				seen[to] = true
				next = append(next, to)
			}
		}
	}
	return seen
}

// largestCircle is the largest set of files of which each uses every other, by
// way of others too; among circles of the same size the one with the most lines.
func (g *fileGraph) largestCircle() []string {
	reached := map[string]map[string]bool{}
	for file := range g.lines {
		reached[file] = g.reaches(file)
	}
	var largest []string
	most := 0
	for _, file := range slices.Sorted(maps.Keys(g.lines)) {
		var circle []string
		lines := 0
		for other := range reached[file] {
			if reached[other][file] {
				circle = append(circle, other)
				lines += g.lines[other]
			}
		}
		if len(circle) > len(largest) || len(circle) == len(largest) && lines > most {
			largest, most = circle, lines
		}
	}
	slices.Sort(largest)
	return largest
}

// describe lists what each file of a circle uses of the others in it, for whoever
// has to find the border.
func (g *fileGraph) describe(circle []string) string {
	var b strings.Builder
	for _, from := range circle {
		fmt.Fprintf(&b, "%s (%d lines)\n", from, g.lines[from])
		for _, to := range circle {
			if names := g.uses[from][to]; len(names) > 0 {
				fmt.Fprintf(&b, "\t%s: %s\n", to, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
			}
		}
	}
	return b.String()
}

func TestACircleIsFoundAndDescribed(t *testing.T) {
	g := &fileGraph{lines: map[string]int{"a.go": 10, "b.go": 20, "c.go": 30, "d.go": 40}, uses: map[string]map[string]map[string]int{}}
	g.add("a.go", "b.go", "bee")
	g.add("b.go", "c.go", "see")
	assert.Empty(t, g.largestCircle())
	g.add("c.go", "a.go", "eh")
	g.add("c.go", "d.go", "dee")
	assert.Equal(t, []string{"a.go", "b.go", "c.go"}, g.largestCircle())
	assert.Equal(t, "a.go (10 lines)\n\tb.go: bee\nb.go (20 lines)\n\tc.go: see\nc.go (30 lines)\n\ta.go: eh\n", g.describe(g.largestCircle()))
}
