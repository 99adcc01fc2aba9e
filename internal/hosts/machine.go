package hosts

import (
	"errors"
	"path"
	"strings"
)

// Machine is the machine and user for which a host is configured.
type Machine struct {
	// GOOS is the operating system, as in runtime.GOOS.
	GOOS string
	// Home is the user's home directory.
	Home string
	// Env returns the value of an environment variable.
	Env func(string) string
}

var errNoHome = errors.New("the home directory is unknown: name the file with --config")

// join joins a path with the separator of the machine, which need not be this one.
func (m Machine) join(parts ...string) string {
	if m.GOOS != "windows" {
		return path.Join(parts...)
	}
	joined := path.Join(parts...)
	return strings.ReplaceAll(joined, "/", `\`)
}

// homePath returns a path below a directory in the home directory or, if the
// environment variable is set, below the directory in it.
func (m Machine) homePath(variable, directory string, parts ...string) (string, error) {
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

// appConfig returns a path where desktop programs keep their settings.
func (m Machine) appConfig(parts ...string) (string, error) {
	switch m.GOOS {
	case "windows":
		return m.homePath("APPDATA", "AppData/Roaming", parts...)
	case "darwin":
		return m.homePath("", "Library/Application Support", parts...)
	}
	return m.homePath("XDG_CONFIG_HOME", ".config", parts...)
}

// xdgConfig returns a path where terminal programs keep their settings, on a Mac as
// well.
func (m Machine) xdgConfig(parts ...string) (string, error) {
	return m.homePath("XDG_CONFIG_HOME", ".config", parts...)
}

// KeyFile returns the path of the key file for hosts that do not store secrets.
func (m Machine) KeyFile() (string, error) { return m.appConfig("kombo-mcp", "api-key") }
