package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/kombo-mcp/kombo-mcp/"

// mayImport lists for each part of the module the parts that it may import. A
// folder below a part follows its part's rule, unless it is a part of its own.
var mayImport = map[string][]string{
	"kombo":   {},
	"digest":  {},
	"schemas": {},
	"sandbox": {},
	"tools": {
		"internal/jsonlimit", "internal/once", "internal/ownfile", "digest", "schemas", "kombo",
		"tools/internal/args", "tools/internal/funnel", "tools/internal/names", "tools/internal/privacy",
		"tools/internal/wording", "tools/internal/writes",
	},
	"tools/internal/args":    {"internal/jsonlimit", "digest", "tools/internal/wording"},
	"tools/internal/funnel":  {"digest"},
	"tools/internal/names":   {"digest", "tools/internal/wording"},
	"tools/internal/privacy": {"digest", "kombo", "tools/internal/wording"},
	"tools/internal/wording": {"digest", "kombo"},
	"tools/internal/writes":  {"internal/once", "internal/approvals", "digest", "kombo", "tools/internal/args", "tools/internal/privacy", "tools/internal/wording"},
	"prompts":                {"tools", "digest", "schemas", "kombo", "internal/plainjson"},
	"internal/serve":         {"internal/jsonlimit", "internal/plainjson", "internal/ownfile", "prompts", "tools", "digest", "schemas", "kombo"},
	"internal/once":          {},
	"internal/once/oncetest": {"internal/once"},
	"internal/journal":       {"internal/once", "internal/ownfile", "internal/plainjson"},
	"internal/ownfile":       {},
	"internal/environ":       {},
	"internal/approvals":     {"internal/loopback", "internal/ownfile", "internal/plainjson"},
	"internal/cvtext":        {},
	"internal/download":      {},
	"internal/tenants":       {"internal/environ", "internal/loopback", "internal/ownfile"},
	"internal/redismemory":   {"internal/once", "internal/approvals"},
	"internal/hosts":         {"internal/plainjson"},
	"packaging":              {"tools", "internal/plainjson"},
	"deploy":                 {},

	"internal/approvals/approvalstest": {"internal/approvals", "internal/fake"},

	"internal/faults": {},
	"internal/bench":  {"sandbox", "tools", "digest", "kombo"},
	"internal/app": {
		"internal/serve", "internal/approvals", "internal/environ", "internal/journal", "internal/once", "internal/ownfile", "internal/cvtext", "internal/download", "internal/tenants", "internal/redismemory",
		"internal/loopback", "sandbox", "tools", "digest", "kombo",
	},
	"internal/house":      {},
	"internal/golden":     {},
	"internal/fake":       {"kombo", "sandbox"},
	"internal/jsonlimit":  {},
	"internal/loopback":   {},
	"internal/plainjson":  {},
	"internal/property":   {},
	"internal/testbinary": {},
	"internal/load":       {"sandbox"},
	"cmd":                 {"internal/app", "internal/approvals", "internal/environ", "internal/hosts", "internal/loopback", "internal/plainjson", "internal/journal", "internal/ownfile", "internal/tenants", "sandbox", "tools", "kombo"},
}

// mustNotKnow lists what a part is useful without.
var mustNotKnow = map[string][]string{
	"kombo":   {"github.com/mark3labs/mcp-go"},
	"sandbox": {"github.com/mark3labs/mcp-go"},
	"schemas": {"github.com/mark3labs/mcp-go"},
	"digest":  {"github.com/mark3labs/mcp-go", "net/http"},

	"tools/internal/args":    {"github.com/mark3labs/mcp-go"},
	"tools/internal/names":   {"github.com/mark3labs/mcp-go"},
	"tools/internal/privacy": {"github.com/mark3labs/mcp-go"},
	"tools/internal/writes":  {"github.com/mark3labs/mcp-go"},
}

type listedPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var all []listedPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// part returns the part of the module that an import path belongs to, the innermost if
// they are nested; "" if the path is not in this module.
func part(path string) string {
	rest, ours := strings.CutPrefix(path, module)
	if !ours {
		return ""
	}
	for name := rest; name != "."; name = filepath.ToSlash(filepath.Dir(name)) {
		if _, known := mayImport[name]; known {
			return name
		}
	}
	return rest
}

func TestImportsPointDownward(t *testing.T) {
	for _, p := range listPackages(t) {
		from := part(p.ImportPath)
		allowed, known := mayImport[from]
		if !assert.True(t, known, "%s has no place in mayImport: say what it may import", p.ImportPath) {
			continue
		}
		// Rooms have borders of their own, or they are corridors.
		if strings.HasPrefix(p.ImportPath, module+"tools/internal/") {
			assert.NotEqual(t, "tools", from, "%s has no line of its own in mayImport", p.ImportPath)
		}
		for _, path := range p.Imports {
			to := part(path)
			if to != "" && to != from {
				assert.Contains(t, allowed, to, "%s imports %s", p.ImportPath, path)
			}
		}
		for _, stranger := range mustNotKnow[from] {
			known := slices.ContainsFunc(p.Deps, func(dep string) bool {
				return dep == stranger || strings.HasPrefix(dep, stranger+"/")
			})
			assert.False(t, known, "%s depends on %s", p.ImportPath, stranger)
		}
	}
}
