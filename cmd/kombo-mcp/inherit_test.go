package main

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"
)

// leaves are the commands below c with their paths.
func leaves(c *cli.Command) [][]string {
	var out [][]string
	for _, sub := range c.Commands {
		out = append(out, []string{sub.Name})
		for _, path := range leaves(sub) {
			out = append(out, append([]string{sub.Name}, path...))
		}
	}
	return out
}

func at(t *testing.T, c *cli.Command, path ...string) *cli.Command {
	t.Helper()
	for _, name := range path {
		c = c.Command(name)
		require.NotNil(t, c, "%v", path)
	}
	return c
}

// parsed runs a command line up to the subcommand's action, which is left out.
func parsed(t *testing.T, path []string, args ...string) (*cli.Command, error) {
	t.Helper()
	r := reportUsageErrors(root())
	c := at(t, r, path...)
	reached := false
	c.Action = func(_ context.Context, cmd *cli.Command) error { reached = true; return takeEarlierFlags(cmd) }
	err := r.Run(t.Context(), append([]string{"kombo-mcp"}, args...))
	require.True(t, reached || err != nil, "%v", args)
	return c, err
}

// another is a value that differs from every flag's default.
func another(t *testing.T, f cli.Flag) (written string, value any) {
	t.Helper()
	switch f.(type) {
	case *cli.StringFlag:
		return "another", "another"
	case *cli.StringSliceFlag:
		return "another,one", []string{"another", "one"}
	case *yesNoFlag:
		return "true", true
	case *cli.IntFlag:
		return "4321", 4321
	case *cli.Uint64Flag:
		return "4321", uint64(4321)
	case *cli.DurationFlag:
		return "4321ms", 4321 * time.Millisecond
	}
	require.Fail(t, "an unknown type of flag")
	return "", nil
}

// held is what the field holds that f is bound to.
func held(f cli.Flag) any {
	return reflect.ValueOf(f).Elem().FieldByName("Destination").Elem().Interface()
}

func TestEveryFlagBeforeEverySubcommandCountsOrIsRefused(t *testing.T) {
	paths := leaves(root())
	require.Greater(t, len(paths), 8)
	counted, refused := 0, 0
	for _, path := range paths {
		for _, f := range root().Flags {
			name := f.Names()[0]
			written, want := another(t, f)
			before := "--" + name + "=" + written
			if _, has := flagOf(at(t, root(), path...), name); !has {
				// The real command, whose action must not be reached.
				err := reportUsageErrors(root()).Run(t.Context(), append([]string{"kombo-mcp", before}, path...))
				require.Error(t, err, "%s %v", before, path)
				assert.Contains(t, err.Error(), "kombo-mcp "+strings.Join(path, " ")+" has no flag --"+name)
				refused++
				continue
			}
			c, err := parsed(t, path, append([]string{before}, path...)...)
			require.NoError(t, err, "%s %v", before, path)
			to, _ := flagOf(c, name)
			assert.Equal(t, want, held(to.Flag), "%s %v", before, path)
			counted++
		}
	}
	assert.Greater(t, counted, 50)
	assert.Greater(t, refused, 50)
}

func TestTheFlagAfterTheSubcommandWinsAndVariablesComeLast(t *testing.T) {
	call := []string{"call"}
	for name, tt := range map[string]struct {
		env  string
		args []string
		want []string
	}{
		"both places":                    {"", []string{"--tools=a", "call", "--tools=b"}, []string{"b"}},
		"a variable alone":               {"c", []string{"call"}, []string{"c"}},
		"before, and a variable":         {"c", []string{"--tools=a", "call"}, []string{"a"}},
		"after, and a variable":          {"c", []string{"call", "--tools=b"}, []string{"b"}},
		"both places, and a variable":    {"c", []string{"--tools=a", "call", "--tools=b"}, []string{"b"}},
		"the variable's value is before": {"c", []string{"--tools=c", "call", "--tools=b"}, []string{"b"}},
		"the variable's value is after":  {"c", []string{"--tools=a", "call", "--tools=c"}, []string{"c"}},
		"several before":                 {"", []string{"--tools=a", "--tools=b", "call"}, []string{"a", "b"}},
		"none":                           {"", []string{"--read-only", "call"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.env != "" {
				t.Setenv("KOMBO_TOOLS", tt.env)
			}
			c, err := parsed(t, call, tt.args...)
			require.NoError(t, err)
			to, _ := flagOf(c, "tools")
			assert.Equal(t, tt.want, held(to.Flag))
		})
	}
	t.Run("a variable of a flag that the subcommand does not have", func(t *testing.T) {
		t.Setenv("KOMBO_LISTEN", "127.0.0.1:1")
		_, err := parsed(t, call, "call")
		require.NoError(t, err)
		_, err = parsed(t, call, "--listen=127.0.0.1:1", "call")
		require.ErrorContains(t, err, "kombo-mcp call has no flag --listen")
	})
}

// TestEveryFlagRecordsWhetherAVariableSetIt: without that a variable would count as
// a flag of the command line.
func TestEveryFlagRecordsWhetherAVariableSetIt(t *testing.T) {
	for _, path := range append(leaves(root()), nil) {
		for _, f := range at(t, root(), path...).Flags {
			b, ok := bound(f)
			require.True(t, ok, "%v --%s", path, f.Names()[0])
			for _, s := range b.sources.Chain {
				assert.IsType(t, &envVar{}, s, "%v --%s", path, f.Names()[0])
			}
		}
	}
}

func TestFlagsBeforeASubcommandReachWhatItRuns(t *testing.T) {
	t.Parallel()
	env := environment(t)
	const arguments = `{"limit": 2, "fields": ["job"]}`
	got := run(t, env, "", "--sandbox", "--today=2026-11-24", "call", "get_jobs", arguments)
	assert.Equal(t, 0, got.code, got.stderr)
	assert.Contains(t, got.stdout, "jobs: 13 matched")

	got = run(t, env, "", "--read-only", "--sandbox", "call", "create_application", "{}")
	assert.Equal(t, exitRefused, got.code, got.stderr)
	assert.Contains(t, got.stdout, "this server is read-only")

	got = run(t, env, "", "--sandbox", "--listen=127.0.0.1:0", "call", "get_jobs", arguments)
	assert.Equal(t, exitUsage, got.code)
	assert.Contains(t, got.stderr, "kombo-mcp call has no flag --listen")
	assert.Empty(t, got.stdout)

	got = run(t, env, "", "--read-only", "completion", "bash")
	assert.Equal(t, 0, got.code, "a script that is printed changes nothing")
}
