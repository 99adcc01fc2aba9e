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
	VarToken       = "KOMBO_AUTH_TOKEN" //nolint:gosec // the name of a variable
)

// Variable is a setting that is no secret.
type Variable struct{ Name, Value string }

// Server is what a host is to start or, where URL is set, to reach.
type Server struct {
	// Name is what the host calls it.
	Name string
	// Command is an absolute path, Args hold no secret.
	Command string
	Args    []string
	// Settings are written as they are, Secrets only by name: the host takes
	// their values from where it keeps secrets.
	Settings []Variable
	Secrets  []string
	// URL is the address of a server over HTTP; WithToken has the host send
	// KOMBO_AUTH_TOKEN there.
	URL       string
	WithToken bool
}

var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

func (s Server) check() error {
	if !validName.MatchString(s.Name) {
		return fmt.Errorf("%q cannot be a server's name: use letters, digits, - and _", s.Name)
	}
	return nil
}

// environment is the entry's variables; reference says how the file names a
// secret, nil where secrets stand elsewhere in the entry.
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

func (s Server) arguments() []string {
	if s.Args == nil {
		return []string{}
	}
	return s.Args
}

// bearer is the headers that carry the token.
func (s Server) bearer(reference func(Server, string) string) object {
	return object{{key: "Authorization", value: "Bearer " + reference(s, VarToken)}}
}
