package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// logCalls are the methods of slog that take a message and pairs of key and
// value, with the place of the first key.
var logCalls = map[string]int{
	"Debug": 1, "Info": 1, "Warn": 1, "Error": 1,
	"DebugContext": 2, "InfoContext": 2, "WarnContext": 2, "ErrorContext": 2,
	"Log": 3,
}

var (
	// errorKeys are other words for what is logged as err.
	errorKeys = regexp.MustCompile(`^(error|problem|why|reason|cause|panic|failure|exception)$`)
	// errorNames are those of variables that hold errors.
	errorNames = regexp.MustCompile(`^(e|err|.*Err)$`)
)

// isError reports whether an expression looks like an error, or the text of one.
func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return errorNames.MatchString(e.Name)
	case *ast.SelectorExpr:
		return errorNames.MatchString(e.Sel.Name)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Error" && len(e.Args) == 0 {
			return true
		}
		return slices.ContainsFunc(e.Args, isError)
	}
	return false
}

// inspectGo calls fn for every node of the Go files other than tests.
func inspectGo(t *testing.T, fn func(at string, n ast.Node)) {
	t.Helper()
	files := token.NewFileSet()
	walk(t, func(path string, content []byte) {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(files, path, content, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				fn(files.Position(n.Pos()).String(), n)
			}
			return true
		})
	})
}

// TestErrorsAreLoggedUnderOneKey: who searches the logs of all parts searches
// for one word.
func TestErrorsAreLoggedUnderOneKey(t *testing.T) {
	seen := 0
	inspectGo(t, func(at string, n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return
		}
		first, isLog := logCalls[method.Sel.Name]
		if !isLog {
			return
		}
		for i := first; i+1 < len(call.Args); i += 2 {
			key, value, literal := "", call.Args[i+1], false
			if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				unquoted, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				key, literal = unquoted, true
			}
			if !literal {
				return // not pairs of key and value: no log
			}
			seen++
			assert.NotRegexp(t, errorKeys, key, "%s: the key of an error in the logs is err", at)
			if isError(value) {
				assert.Equal(t, "err", key, "%s: the key of an error in the logs is err", at)
			}
		}
	})
	assert.Greater(t, seen, 20)
}

// TestARecoveredPanicKeepsItsStack: without it nobody finds the place, since the
// value of a panic may hold personal data and is not logged.
func TestARecoveredPanicKeepsItsStack(t *testing.T) {
	recovers := 0
	inspectGo(t, func(at string, n ast.Node) {
		fn, ok := n.(*ast.FuncLit)
		if !ok {
			return
		}
		recovered, kept := false, false
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch f := call.Fun.(type) {
			case *ast.Ident:
				recovered = recovered || f.Name == "recover"
				kept = kept || f.Name == "logPanic"
			case *ast.SelectorExpr:
				kept = kept || f.Sel.Name == "Stack"
			}
			return true
		})
		if recovered {
			recovers++
			assert.True(t, kept, "%s: log a recovered panic with its stack (logPanic), or hand the stack on (debug.Stack)", at)
		}
	})
	assert.Positive(t, recovers)
}
