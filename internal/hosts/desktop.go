package hosts

const (
	setAtStart          = ". Set it where the program is started."
	setAtStartOrKeyFile = ". Set it where the program is started: a program started from a desktop does not see what a shell exports; --key-file is the way out there."
)

// fromEnvironment returns the host with the notes of one that takes key and token
// from its own environment. The hints are the ends of these notes.
func (h Host) fromEnvironment(keyHint, tokenHint string) Host {
	note := func(name, hint string) string { return h.Title + " takes " + name + " from its own environment" + hint }
	h.keyNote, h.tokenNote = note(VarKey, keyHint), note(VarToken, tokenHint)
	return h
}

func claudeDesktop() Host {
	return Host{
		ID: "claude-desktop", Title: "Claude Desktop", format: jsonFormat{}, container: "mcpServers",
		file:            func(m Machine) (string, error) { return m.appConfig("Claude", "claude_desktop_config.json") },
		stdio:           stdioEntry(nil),
		httpAlternative: "add its address in Settings, Connectors",
		nextStep:        "Restart Claude Desktop.",
	}
}

func claudeCode() Host {
	reference := referencePattern("${%}")
	return Host{
		ID: "claude-code", Title: "Claude Code", format: jsonFormat{}, container: "mcpServers", ProvidesKey: true,
		file: func(m Machine) (string, error) {
			return m.homePath("CLAUDE_CONFIG_DIR", "", ".claude.json")
		},
		stdio:    stdioEntry(reference, field{key: "type", value: "stdio"}),
		http:     httpEntry("url", reference, field{key: "type", value: "http"}),
		nextStep: "Start a new session; /mcp shows the server.",
	}.fromEnvironment(setAtStartOrKeyFile, setAtStart)
}

func cursor() Host {
	reference := referencePattern("${env:%}")
	return Host{
		ID: "cursor", Title: "Cursor", format: jsonFormat{comments: true}, container: "mcpServers", ProvidesKey: true,
		file:     func(m Machine) (string, error) { return m.homePath("", ".cursor", "mcp.json") },
		stdio:    stdioEntry(reference),
		http:     httpEntry("url", reference),
		nextStep: "Cursor reads the file by itself; Settings, MCP shows the server.",
	}.fromEnvironment(setAtStartOrKeyFile, setAtStart)
}

// inputID returns the id under which VS Code asks for a secret and stores it.
func inputID(s Server, name string) string {
	if name == VarToken {
		return s.Name + "-token"
	}
	return s.Name + "-api-key"
}

func vscode() Host {
	reference := func(s Server, name string) string { return "${input:" + inputID(s, name) + "}" }
	input := func(s Server, name, what string) object {
		return object{
			{key: "type", value: "promptString"}, {key: "id", value: inputID(s, name)},
			{key: "description", value: what}, {key: "password", value: true},
		}
	}
	return Host{
		ID: "vscode", Title: "VS Code", format: jsonFormat{comments: true}, container: "servers", ProvidesKey: true,
		file:  func(m Machine) (string, error) { return m.appConfig("Code", "User", "mcp.json") },
		stdio: stdioEntry(reference, field{key: "type", value: "stdio"}),
		http:  httpEntry("url", reference, field{key: "type", value: "http"}),
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
		keyNote:   "VS Code asks for the key when it first starts the server, and keeps it in the system's secret store. (Sessions of the Copilot command line pass by servers that ask; --key-file is the way out there.)",
		tokenNote: "VS Code asks for the token when it first connects, and keeps it in the system's secret store.",
		nextStep:  "Run MCP: List Servers in the command palette to start it.",
	}
}

func windsurf() Host {
	reference := referencePattern("${env:%}")
	return Host{
		ID: "windsurf", Title: "Windsurf", format: jsonFormat{}, container: "mcpServers", ProvidesKey: true,
		file: func(m Machine) (string, error) {
			return m.homePath("", ".codeium", "windsurf", "mcp_config.json")
		},
		stdio:    stdioEntry(reference),
		http:     httpEntry("serverUrl", reference),
		nextStep: "Refresh the list of MCP servers in Cascade.",
	}.fromEnvironment(setAtStartOrKeyFile, setAtStart)
}

func zed() Host {
	return Host{
		ID: "zed", Title: "Zed", format: jsonFormat{comments: true}, container: "context_servers",
		file: func(m Machine) (string, error) {
			if m.GOOS == "windows" {
				return m.appConfig("Zed", "settings.json")
			}
			return m.xdgConfig("zed", "settings.json")
		},
		stdio:     stdioEntry(nil, field{key: "source", value: "custom"}),
		http:      httpEntry("url", nil, field{key: "source", value: "custom"}),
		tokenNote: "Zed keeps no secrets for servers: let it sign in with OAuth, or add the Authorization header to the entry yourself, in the open.",
		nextStep:  "Zed starts the server as soon as the file is saved; the agent panel's settings show it.",
	}
}
