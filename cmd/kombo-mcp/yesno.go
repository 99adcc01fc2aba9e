package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"
)

// yesNoFlag is a flag that is on or off, in every spelling in which people and hosts
// write that. The library's own takes fewer, and says "parse error" to the rest.
type yesNoFlag = cli.FlagBase[bool, cli.NoConfig, yesNo]

// yesNo implements cli.ValueCreator and cli.Value.
type yesNo struct{ destination *bool }

// Create implements cli.ValueCreator.
func (yesNo) Create(value bool, destination *bool, _ cli.NoConfig) cli.Value {
	*destination = value
	return &yesNo{destination}
}

// ToString implements cli.ValueCreator.
func (yesNo) ToString(value bool) string { return strconv.FormatBool(value) }

// Set implements flag.Value.
func (v *yesNo) Set(s string) (err error) {
	*v.destination, err = parseYesNo(s)
	return err
}

// Get implements flag.Getter.
func (v *yesNo) Get() any { return *v.destination }

// String implements flag.Value.
func (v *yesNo) String() string { return strconv.FormatBool(*v.destination) }

// IsBoolFlag reports that the flag needs no value.
func (v *yesNo) IsBoolFlag() bool { return true }

func parseYesNo(s string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "t", "yes", "y", "on", "1":
		return true, nil
	case "false", "f", "no", "n", "off", "0":
		return false, nil
	}
	return false, errors.New("it must be true or false (or yes, no, on, off, 1, 0)")
}
