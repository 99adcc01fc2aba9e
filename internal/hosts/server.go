package hosts

import (
	"fmt"
	"regexp"
)

// The variables of the server that an entry can name.
const (
	VarKey         = "KOMBO_API_KEY"
	VarKeyFile     = "KOMBO_API_KEY_FILE"
	VarIntegration = "KOMBO_INTEGRATION_ID"
	VarRegion      = "KOMBO_REGION"
	VarBaseURL     = "KOMBO_BASE_URL"
	VarToken       = "KOMBO_AUTH_TOKEN"
)

// Variable is an environment variable that is not secret.
type Variable struct{ Name, Value string }

// Server is the server for a host to start or, if URL is set, to connect to.
type Server struct {
	// Name is the server's name in the host.
	Name string
	// Command is an absolute path, or a program that the host finds on its PATH. Args
	// must not contain secrets.
	Command string
	Args    []string
	// Settings are written with their values, Secrets only by name: the host takes
	// their values from where it stores secrets.
	Settings []Variable
	Secrets  []string
	// URL is the address of a server over HTTP. With WithToken the host sends
	// KOMBO_AUTH_TOKEN there.
	URL       string
	WithToken bool
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

func (s Server) validate() error {
	if !validName.MatchString(s.Name) {
		return fmt.Errorf("%q cannot be a server's name: use letters, digits, - and _", s.Name)
	}
	return nil
}

// environment returns the variables of the entry. reference returns how the file
// refers to a secret; it is nil if secrets are elsewhere in the entry.
func (s Server) environment(reference func(Server, string) string) object {
	out := object{}
	if reference != nil {
		for _, name := range s.Secrets {
			out = append(out, field{key: name, value: reference(s, name)})
		}
	}
	for _, v := range s.Settings {
		out = append(out, field{key: v.Name, value: v.Value})
	}
	return out
}

func (s Server) args() []string {
	if s.Args == nil {
		return []string{}
	}
	return s.Args
}

// authHeaders returns the headers with the token.
func (s Server) authHeaders(reference func(Server, string) string) object {
	return object{{key: "Authorization", value: "Bearer " + reference(s, VarToken)}}
}
