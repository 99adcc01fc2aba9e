package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"
)

// destination is the address of the field that a flag is bound to, 0 for none.
func destination(f cli.Flag) uintptr {
	return reflect.ValueOf(f).Elem().FieldByName("Destination").Pointer()
}

func TestEveryFlagIsBoundToAField(t *testing.T) {
	var check func(c *cli.Command)
	check = func(c *cli.Command) {
		bound := map[uintptr]string{}
		for _, f := range c.Flags {
			name, at := f.Names()[0], destination(f)
			assert.NotZero(t, at, "%s --%s has no Destination", c.FullName(), name)
			assert.Empty(t, bound[at], "%s --%s is bound to another flag's field", c.FullName(), name)
			bound[at] = name
		}
		for _, sub := range c.Commands {
			check(sub)
		}
	}
	check(root())
}

func TestEverySettingHasAFlagAndItsDefault(t *testing.T) {
	s := newSettings()
	flags := append(serverFlags(s), listenFlags(s)...)
	before := *s
	fields := reflect.ValueOf(s).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		bound := slices.IndexFunc(flags, func(f cli.Flag) bool { return destination(f) == fields.Field(i).Addr().Pointer() })
		if !assert.GreaterOrEqual(t, bound, 0, "no flag is bound to Settings.%s", name) {
			continue
		}
		value := reflect.ValueOf(flags[bound]).Elem().FieldByName("Value").Interface()
		assert.Equal(t, reflect.ValueOf(before).Field(i).Interface(), value, "the default of --%s", flags[bound].Names()[0])
	}
	assert.Len(t, flags, fields.NumField())
}

// TestNoFlagIsReadByItsName: a slip in a name would read as the zero value.
func TestNoFlagIsReadByItsName(t *testing.T) {
	getters := []string{"String", "StringSlice", "StringMap", "Bool", "Int", "IntSlice", "Uint", "Uint64", "Float", "Duration", "Timestamp", "Generic", "Value", "IsSet", "Count"}
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	files := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			by, isMethod := call.Fun.(*ast.SelectorExpr)
			name, isLiteral := call.Args[0].(*ast.BasicLit)
			if isMethod && isLiteral && name.Kind == token.STRING {
				assert.NotContains(t, getters, by.Sel.Name, "%s: bind the flag %s to a field", files.Position(call.Pos()), name.Value)
			}
			return true
		})
	}
}
