package hosts

const (
	setThere  = ". Set it where the program is started."
	orKeyFile = ". Set it where the program is started: a program started from a desktop does not see what a shell exports; --key-file is the way out there."
)

// ownEnvironment has the notes of a host that takes key and token from its own
// environment; the hints end them.
func (h Host) ownEnvironment(keyHint, tokenHint string) Host {
	takes := func(name, hint string) string { return h.Title + " takes " + name + " from its own environment" + hint }
	h.keyNote, h.callNote = takes(VarKey, keyHint), takes(VarToken, tokenHint)
	return h
}

func claudeDesktop() Host {
	return Host{
		ID: "claude-desktop", Title: "Claude Desktop", format: jsonFormat{}, container: "mcpServers",
		file:   func(m Machine) (string, error) { return m.applications("Claude", "claude_desktop_config.json") },
		stdio:  standard(nil),
		noHTTP: "add its address in Settings, Connectors",
		next:   "Restart Claude Desktop.",
	}
}

func claudeCode() Host {
	reference := written("${%}")
	return Host{
		ID: "claude-code", Title: "Claude Code", format: jsonFormat{}, container: "mcpServers", Keeps: true,
		file: func(m Machine) (string, error) {
			return m.underHome("CLAUDE_CONFIG_DIR", "", ".claude.json")
		},
		stdio: standard(reference, field{key: "type", value: "stdio"}),
		http:  overHTTP("url", reference, field{key: "type", value: "http"}),
		next:  "Start a new session; /mcp shows the server.",
	}.ownEnvironment(orKeyFile, setThere)
}

func cursor() Host {
	reference := written("${env:%}")
	return Host{
		ID: "cursor", Title: "Cursor", format: jsonFormat{comments: true}, container: "mcpServers", Keeps: true,
		file:  func(m Machine) (string, error) { return m.underHome("", ".cursor", "mcp.json") },
		stdio: standard(reference),
		http:  overHTTP("url", reference),
		next:  "Cursor reads the file by itself; Settings, MCP shows the server.",
	}.ownEnvironment(orKeyFile, setThere)
}

// inputOf is the id under which VS Code asks for a secret and keeps it.
func inputOf(s Server, name string) string {
	if name == VarToken {
		return s.Name + "-token"
	}
	return s.Name + "-api-key"
}

func vscode() Host {
	reference := func(s Server, name string) string { return "${input:" + inputOf(s, name) + "}" }
	input := func(s Server, name, what string) object {
		return object{
			{key: "type", value: "promptString"}, {key: "id", value: inputOf(s, name)},
			{key: "description", value: what}, {key: "password", value: true},
		}
	}
	return Host{
		ID: "vscode", Title: "VS Code", format: jsonFormat{comments: true}, container: "servers", Keeps: true,
		file:  func(m Machine) (string, error) { return m.applications("Code", "User", "mcp.json") },
		stdio: standard(reference, field{key: "type", value: "stdio"}),
		http:  overHTTP("url", reference, field{key: "type", value: "http"}),
		inputs: func(s Server) []object {
			var out []object
			if s.URL != "" {
				if s.WithToken {
					out = append(out, input(s, VarToken, "Token of the kombo-mcp server"))
				}
				return out
			}
			for _, name := range s.Secrets {
				out = append(out, input(s, name, "Kombo API key"))
			}
			return out
		},
		keyNote:  "VS Code asks for the key when it first starts the server, and keeps it in the system's secret store. (Sessions of the Copilot command line pass by servers that ask; --key-file is the way out there.)",
		callNote: "VS Code asks for the token when it first connects, and keeps it in the system's secret store.",
		next:     "Run MCP: List Servers in the command palette to start it.",
	}
}

func windsurf() Host {
	reference := written("${env:%}")
	return Host{
		ID: "windsurf", Title: "Windsurf", format: jsonFormat{}, container: "mcpServers", Keeps: true,
		file: func(m Machine) (string, error) {
			return m.underHome("", ".codeium", "windsurf", "mcp_config.json")
		},
		stdio: standard(reference),
		http:  overHTTP("serverUrl", reference),
		next:  "Refresh the list of MCP servers in Cascade.",
	}.ownEnvironment(orKeyFile, setThere)
}

func zed() Host {
	return Host{
		ID: "zed", Title: "Zed", format: jsonFormat{comments: true}, container: "context_servers",
		file: func(m Machine) (string, error) {
			if m.GOOS == "windows" {
				return m.applications("Zed", "settings.json")
			}
			return m.dotConfig("zed", "settings.json")
		},
		stdio:    standard(nil, field{key: "source", value: "custom"}),
		http:     overHTTP("url", nil, field{key: "source", value: "custom"}),
		callNote: "Zed keeps no secrets for servers: let it sign in with OAuth, or add the Authorization header to the entry yourself, in the open.",
		next:     "Zed starts the server as soon as the file is saved; the agent panel's settings show it.",
	}
}
