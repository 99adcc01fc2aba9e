package hosts

import (
	"errors"
	"path"
	"strings"
)

// Machine is where a host runs.
type Machine struct {
	// GOOS is the system as Go names it.
	GOOS string
	// Home is the user's home directory.
	Home string
	// Env reads a variable of the environment.
	Env func(string) string
}

var errNoHome = errors.New("the home directory is not known: name the file with --config")

// join joins with the separator of the machine, which need not be this one.
func (m Machine) join(parts ...string) string {
	if m.GOOS != "windows" {
		return path.Join(parts...)
	}
	joined := path.Join(parts...)
	return strings.ReplaceAll(joined, "/", `\`)
}

// underHome is a path below the home directory, or below the directory that a
// variable names where it is set.
func (m Machine) underHome(variable, directory string, parts ...string) (string, error) {
	base := ""
	if variable != "" {
		base = m.Env(variable)
	}
	if base == "" {
		if m.Home == "" {
			return "", errNoHome
		}
		base = m.join(m.Home, directory)
	}
	return m.join(append([]string{base}, parts...)...), nil
}

// applications is where desktop programs keep their settings.
func (m Machine) applications(parts ...string) (string, error) {
	switch m.GOOS {
	case "windows":
		return m.underHome("APPDATA", "AppData/Roaming", parts...)
	case "darwin":
		return m.underHome("", "Library/Application Support", parts...)
	}
	return m.underHome("XDG_CONFIG_HOME", ".config", parts...)
}

// dotConfig is where programs of a terminal keep theirs, on a Mac too.
func (m Machine) dotConfig(parts ...string) (string, error) {
	return m.underHome("XDG_CONFIG_HOME", ".config", parts...)
}

// KeyFile is where a key is kept for hosts that have no place for secrets.
func (m Machine) KeyFile() (string, error) { return m.applications("kombo-mcp", "api-key") }
