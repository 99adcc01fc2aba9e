package hosts

import (
	"fmt"
	"strings"
)

// Host is a program that starts MCP servers.
type Host struct {
	// ID is its name on the command line, Title its own.
	ID, Title string
	// file gives the path of its configuration.
	file   func(Machine) (string, error)
	format format
	// container is the key that holds servers by name.
	container string
	// mustExist tells that the host needs more in the file than servers.
	mustExist bool
	stdio     func(Server) object
	// http is nil where the file takes no servers over HTTP.
	http func(Server) object
	// inputs are entries beside the server's that its secrets need.
	inputs func(Server) []object
	// Keeps tells that the host knows where to take KOMBO_API_KEY from;
	// otherwise the server reads it from a file.
	Keeps bool
	// keyNote says in a sentence where the key comes from, callNote the same of
	// the token of a server over HTTP.
	keyNote, callNote string
	// next says what to do when the file is written.
	next string
	// noHTTP says what to do instead where http is nil.
	noHTTP string
}

// All are the hosts, in the order in which help lists them.
func All() []Host {
	return []Host{
		claudeDesktop(), claudeCode(), cursor(), vscode(), windsurf(), zed(),
		gemini(), codex(), goose(), librechat(), cline(), continueDev(),
	}
}

// IDs are the names of all hosts.
func IDs() []string {
	var out []string
	for _, h := range All() {
		out = append(out, h.ID)
	}
	return out
}

// Find gives the host with that name.
func Find(id string) (Host, error) {
	for _, h := range All() {
		if h.ID == id {
			return h, nil
		}
	}
	return Host{}, fmt.Errorf("there is no host %q; the hosts are %s", id, strings.Join(IDs(), ", "))
}

// Path is where the host keeps its configuration on a machine.
func (h Host) Path(m Machine, server string) (string, error) {
	p, err := h.file(m)
	return strings.ReplaceAll(p, "{name}", server), err
}

// entry is what the host is to hold of a server.
func (h Host) entry(s Server) (object, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.URL == "" {
		return h.stdio(s), nil
	}
	if h.http == nil {
		return nil, fmt.Errorf("%s takes no servers over HTTP from its file: %s", h.Title, h.noHTTP)
	}
	return h.http(s), nil
}

// Notes say what is left to do, in sentences.
func (h Host) Notes(s Server) []string {
	var out []string
	if len(s.Secrets) > 0 && s.URL == "" {
		out = append(out, h.keyNote)
	}
	if s.URL != "" && s.WithToken {
		out = append(out, h.callNote)
	}
	return append(out, h.next)
}

// standard is the entry that most hosts share.
func standard(reference func(Server, string) string, before ...field) func(Server) object {
	return func(s Server) object {
		return append(object(append([]field{}, before...)),
			field{key: "command", value: s.Command}, field{key: "args", value: s.arguments()},
			field{key: "env", value: s.environment(reference)})
	}
}

// overHTTP is the entry of a server over HTTP that most hosts share.
func overHTTP(urlKey string, reference func(Server, string) string, before ...field) func(Server) object {
	return func(s Server) object {
		out := append(object(append([]field{}, before...)), field{key: urlKey, value: s.URL})
		if s.WithToken && reference != nil {
			out = append(out, field{key: "headers", value: s.bearer(reference)})
		}
		return out
	}
}

// written makes a reference of a pattern in which % stands for the name.
func written(pattern string) func(Server, string) string {
	return func(_ Server, name string) string { return strings.ReplaceAll(pattern, "%", name) }
}
