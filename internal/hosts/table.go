package hosts

import (
	"fmt"
	"strings"
)

// Host is a program that starts MCP servers.
type Host struct {
	// ID is the host's name on the command line, Title its product name.
	ID, Title string
	// file returns the path of the configuration.
	file   func(Machine) (string, error)
	format format
	// container is the key of the mapping of servers by name.
	container string
	// mustExist is set if the file must have more than servers, so that install
	// cannot create it.
	mustExist bool
	// replaces is the name of an older file in the same folder, which the host would
	// no longer read if install created this one.
	replaces string
	stdio    func(Server) object
	// http is nil if the file supports no servers over HTTP.
	http func(Server) object
	// inputs returns further entries that the secrets of the server need.
	inputs func(Server) []object
	// ProvidesKey is set if the host can provide KOMBO_API_KEY to the server.
	// Otherwise the server reads it from a file.
	ProvidesKey bool
	// keyNote says in a sentence where the key comes from, tokenNote the same for
	// the token of a server over HTTP.
	keyNote, tokenNote string
	// nextStep says what to do after the file is written.
	nextStep string
	// httpAlternative says what to do instead if http is nil.
	httpAlternative string
}

// All returns the hosts, in the order of the help text.
func All() []Host {
	return []Host{
		claudeDesktop(), claudeCode(), cursor(), vscode(), windsurf(), zed(),
		gemini(), codex(), goose(), librechat(), cline(), continueDev(),
		copilot(), opencode(), qwen(),
	}
}

// IDs returns the ids of all hosts.
func IDs() []string {
	var out []string
	for _, h := range All() {
		out = append(out, h.ID)
	}
	return out
}

// Find returns the host with that id.
func Find(id string) (Host, error) {
	for _, h := range All() {
		if h.ID == id {
			return h, nil
		}
	}
	return Host{}, fmt.Errorf("unknown host %q; the hosts are %s", id, strings.Join(IDs(), ", "))
}

// Path returns the path of the host's configuration on a machine.
func (h Host) Path(m Machine) (string, error) { return h.file(m) }

// entry returns the host's entry for a server.
func (h Host) entry(s Server) (object, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if s.URL == "" {
		return h.stdio(s), nil
	}
	if h.http == nil {
		return nil, fmt.Errorf("%s supports no servers over HTTP in its file: %s", h.Title, h.httpAlternative)
	}
	return h.http(s), nil
}

// Notes returns sentences about what is left to do.
func (h Host) Notes(s Server) []string {
	var out []string
	if len(s.Secrets) > 0 && s.URL == "" {
		out = append(out, h.keyNote)
	}
	if s.URL != "" && s.WithToken {
		out = append(out, h.tokenNote)
	}
	return append(out, h.nextStep)
}

// stdioEntry returns the entry of most hosts for a server that they start, with
// other fields before.
func stdioEntry(reference func(Server, string) string, before ...field) func(Server) object {
	return func(s Server) object {
		return append(object(append([]field{}, before...)),
			field{key: "command", value: s.Command}, field{key: "args", value: s.args()},
			field{key: "env", value: s.environment(reference)})
	}
}

// httpEntry returns the entry of most hosts for a server over HTTP.
func httpEntry(urlKey string, reference func(Server, string) string, before ...field) func(Server) object {
	return func(s Server) object {
		out := append(object(append([]field{}, before...)), field{key: urlKey, value: s.URL})
		if s.WithToken && reference != nil {
			out = append(out, field{key: "headers", value: s.authHeaders(reference)})
		}
		return out
	}
}

// referencePattern returns a reference to a secret by a pattern in which % is
// replaced by the name.
func referencePattern(pattern string) func(Server, string) string {
	return func(_ Server, name string) string { return strings.ReplaceAll(pattern, "%", name) }
}
