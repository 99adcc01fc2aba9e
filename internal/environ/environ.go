// Package environ reads the environment variables that set this program. Use it in
// place of os.Getenv for every variable of ours: hosts write variables from templates,
// and pass on what they could not fill in.
//
//	if key, set := environ.Lookup("KOMBO_API_KEY"); !set {
//		return fmt.Errorf("no API key%s", environ.Why("KOMBO_API_KEY"))
//	}
package environ

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// placeholder is a whole value that a host was to replace: ${user_config.region},
// ${env:KOMBO_API_KEY}, ${KOMBO_API_KEY}.
var placeholder = regexp.MustCompile(`^\$\{[^{}]*\}$`)

// Lookup returns the value of a variable without the blanks around it. Blank is not
// set, and neither is a placeholder that was not filled in.
func Lookup(name string) (value string, set bool) {
	value = strings.TrimSpace(os.Getenv(name))
	if value == "" || placeholder.MatchString(value) {
		return "", false
	}
	return value, true
}

// Get returns the value of a variable, "" if it is not set.
func Get(name string) string {
	value, _ := Lookup(name)
	return value
}

// Unfilled returns the placeholder that a variable has in place of a value, "" if it
// has none.
func Unfilled(name string) string {
	if value := strings.TrimSpace(os.Getenv(name)); placeholder.MatchString(value) {
		return value
	}
	return ""
}

// Why is the part of an error that says why a variable that looks set is not: "" unless
// it has a placeholder.
func Why(name string) string {
	if p := Unfilled(name); p != "" {
		return fmt.Sprintf(" (%s is %s, a placeholder that the host did not fill in)", name, p)
	}
	return ""
}

// AllUnfilled returns the names that begin with a prefix and have a placeholder in
// place of a value, in the order of the environment.
func AllUnfilled(prefix string) []string {
	var names []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, prefix) && Unfilled(name) != "" {
			names = append(names, name)
		}
	}
	return names
}
