package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/environ"
)

// The root has most flags that its subcommands have, and its help shows them before
// the subcommand, so that is where people write them. A flag that stands there counts
// as if it stood after the subcommand, or is refused: dropping --read-only would let
// the subcommand write.

// envVar is a flag's environment variable, and records whether the flag was set from
// it: the library does not distinguish that from the command line.
type envVar struct {
	cli.ValueSource
	name string
	used bool
}

// fromEnv are the sources of a flag that is set by one variable; see package environ for
// what counts as set.
func fromEnv(name string) cli.ValueSourceChain {
	return cli.NewValueSourceChain(&envVar{ValueSource: cli.EnvVar(name), name: name})
}

// Lookup implements cli.ValueSource. The library calls it only for a flag that is not
// on the command line.
func (e *envVar) Lookup() (string, bool) {
	value, found := environ.Lookup(e.name)
	e.used = found
	return value, found
}

// IsFromEnv implements cli.EnvValueSource.
func (e *envVar) IsFromEnv() bool { return true }

// Key implements cli.EnvValueSource.
func (e *envVar) Key() string { return e.name }

// boundFlag is what all types of flags that this command uses have in common.
type boundFlag struct {
	cli.Flag
	// local restricts the flag to the command that declares it.
	local   *bool
	sources cli.ValueSourceChain
	// take sets the flag to the value of another, and reports whether that is of
	// the same type.
	take func(cli.Flag) bool
}

func bind[T, C any, V cli.ValueCreator[T, C]](f *cli.FlagBase[T, C, V]) (boundFlag, bool) {
	return boundFlag{Flag: f, local: &f.Local, sources: f.Sources, take: func(other cli.Flag) bool {
		from, ok := other.(*cli.FlagBase[T, C, V])
		if ok {
			*f.Destination = *from.Destination
		}
		return ok
	}}, f.Destination != nil
}

// bound returns f with what its type hides; false for flags of the library's own,
// which are bound to no field.
func bound(f cli.Flag) (boundFlag, bool) {
	switch f := f.(type) {
	case *cli.StringFlag:
		return bind(f)
	case *cli.StringSliceFlag:
		return bind(f)
	case *yesNoFlag:
		return bind(f)
	case *cli.IntFlag:
		return bind(f)
	case *cli.Uint64Flag:
		return bind(f)
	case *cli.DurationFlag:
		return bind(f)
	}
	return boundFlag{}, false
}

// variable is the environment variable that f was set from, "" for none.
func (f boundFlag) variable() string {
	for _, s := range f.sources.Chain {
		if e, ok := s.(*envVar); ok && e.used && f.IsSet() {
			return e.name
		}
	}
	return ""
}

// given reports whether f is on the command line.
func (f boundFlag) given() bool { return f.IsSet() && f.variable() == "" }

// own restricts flags to the command that declares them: its subcommands have flags
// of their own, and would list these as well.
func own(flags []cli.Flag) []cli.Flag {
	for _, f := range flags {
		if b, ok := bound(f); ok {
			*b.local = true
		}
	}
	return flags
}

// inheritFlags makes the subcommands of c take the flags that stand before them.
func inheritFlags(c *cli.Command) {
	for _, sub := range c.Commands {
		if run := sub.Action; run != nil {
			sub.Action = func(ctx context.Context, cmd *cli.Command) error {
				if err := takeEarlierFlags(cmd); err != nil {
					return err
				}
				return run(ctx, cmd)
			}
		}
		inheritFlags(sub)
	}
}

// takeEarlierFlags gives cmd the flags that stand before it on the command line. A
// flag after it, or one nearer to it, wins; one that cmd does not have is an error.
func takeEarlierFlags(cmd *cli.Command) error {
	taken := map[string]bool{}
	for _, earlier := range cmd.Lineage()[1:] {
		for _, f := range earlier.Flags {
			from, ok := bound(f)
			if !ok || !from.given() {
				continue
			}
			name := f.Names()[0]
			to, ok := flagOf(cmd, name)
			if !ok {
				return fmt.Errorf("%s has no flag --%s, which stands before it; leave it out, or see %s --help", cmd.FullName(), name, cmd.FullName())
			}
			if to.given() || taken[name] {
				continue
			}
			if !to.take(f) {
				return fmt.Errorf("--%s of %s is another flag than that of %s; write it after the subcommand", name, cmd.FullName(), earlier.FullName())
			}
			taken[name] = true
		}
	}
	return nil
}

func flagOf(cmd *cli.Command, name string) (boundFlag, bool) {
	for _, f := range cmd.Flags {
		if f.Names()[0] == name {
			return bound(f)
		}
	}
	return boundFlag{}, false
}
