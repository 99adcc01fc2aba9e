package hosts

func gemini() Host {
	const inShell = ". Export it in the shell that starts gemini."
	reference := referencePattern("$%")
	return Host{
		ID: "gemini", Title: "Gemini CLI", format: jsonFormat{comments: true}, container: "mcpServers", ProvidesKey: true,
		file:     func(m Machine) (string, error) { return m.homePath("", ".gemini", "settings.json") },
		stdio:    stdioEntry(reference),
		http:     httpEntry("httpUrl", reference),
		nextStep: "Start gemini in a folder that you trust, elsewhere it shows the server as disabled; /mcp lists it.",
	}.fromEnvironment(inShell, inShell)
}

func codex() Host {
	return Host{
		ID: "codex", Title: "Codex CLI", format: tomlFormat{}, container: "mcp_servers", ProvidesKey: true,
		file: func(m Machine) (string, error) { return m.homePath("CODEX_HOME", ".codex", "config.toml") },
		stdio: func(s Server) object {
			out := object{{key: "command", value: s.Command}, {key: "args", value: s.args()}}
			if len(s.Secrets) > 0 {
				out = append(out, field{key: "env_vars", value: s.Secrets})
			}
			if env := s.environment(nil); len(env) > 0 {
				out = append(out, field{key: "env", value: env})
			}
			return out
		},
		http: func(s Server) object {
			out := object{{key: "url", value: s.URL}}
			if s.WithToken {
				out = append(out, field{key: "bearer_token_env_var", value: VarToken})
			}
			return out
		},
		keyNote:   "Codex passes KOMBO_API_KEY on from its own environment. Export it in the shell that starts codex.",
		tokenNote: "Codex takes KOMBO_AUTH_TOKEN from its own environment. Export it in the shell that starts codex.",
		nextStep:  "Start a new session; /mcp shows the server.",
	}
}

func goose() Host {
	extension := func(s Server, kind string, more ...field) object {
		out := object{
			{key: "enabled", value: true, keepExisting: true}, {key: "type", value: kind}, {key: "name", value: s.Name},
			{key: "description", value: "The applicant tracking system, through Kombo", keepExisting: true},
		}
		return append(append(out, more...), field{key: "timeout", value: 300, keepExisting: true})
	}
	return Host{
		ID: "goose", Title: "Goose", format: yamlFormat{}, container: "extensions", ProvidesKey: true,
		file: func(m Machine) (string, error) {
			if m.GOOS == "windows" {
				return m.appConfig("Block", "goose", "config", "config.yaml")
			}
			return m.xdgConfig("goose", "config.yaml")
		},
		stdio: func(s Server) object {
			keys := append([]string{}, s.Secrets...)
			return extension(s, "stdio", field{key: "cmd", value: s.Command}, field{key: "args", value: s.args()},
				field{key: "envs", value: s.environment(nil)}, field{key: "env_keys", value: keys})
		},
		http: func(s Server) object {
			more := []field{{key: "uri", value: s.URL}}
			if s.WithToken {
				more = append(more, field{key: "headers", value: s.authHeaders(referencePattern("${%}"))},
					field{key: "env_keys", value: []string{VarToken}})
			}
			return extension(s, "streamable_http", more...)
		},
		keyNote:   "Goose takes KOMBO_API_KEY from its keyring, or from its own environment. To put it into the keyring run goose configure, Add Extension is where it asks for it.",
		tokenNote: "Goose takes KOMBO_AUTH_TOKEN from its keyring, or from its own environment.",
		nextStep:  "Start a new session.",
	}
}

func librechat() Host {
	const inFile = ": add it to LibreChat's .env."
	reference := referencePattern("${%}")
	return Host{
		ID: "librechat", Title: "LibreChat", format: yamlFormat{}, container: "mcpServers", ProvidesKey: true, mustExist: true,
		// LibreChat is a server: its file is where it was installed.
		file:     func(Machine) (string, error) { return "librechat.yaml", nil },
		stdio:    stdioEntry(reference, field{key: "type", value: "stdio"}),
		http:     httpEntry("url", reference, field{key: "type", value: "streamable-http"}),
		nextStep: "Restart LibreChat. In a container the command must be there too: serve over HTTP and use --url instead.",
	}.fromEnvironment(inFile, inFile)
}

// cline is for the editor extension and the command line, which read the same file.
// Only the extension expands references to variables.
func cline() Host {
	reference := referencePattern("${env:%}")
	return Host{
		ID: "cline", Title: "Cline", format: jsonFormat{}, container: "mcpServers",
		file: func(m Machine) (string, error) {
			return m.homePath("CLINE_DIR", ".cline", "data", "settings", "cline_mcp_settings.json")
		},
		stdio: stdioEntry(nil, field{key: "type", value: "stdio"}),
		http:  httpEntry("url", reference, field{key: "type", value: "streamableHttp"}),
		tokenNote: "Cline's editor extension takes KOMBO_AUTH_TOKEN from its own environment. Its command line sends the reference as it stands, " +
			"so the server answers 401: put the token itself there, in the open, or let Cline start the server (install without --url).",
		nextStep: "Cline reads the file by itself; its MCP Servers view shows the server.",
	}
}

// continueDev writes the file that the editor extension and the command line share. The
// command line reads no other.
func continueDev() Host {
	reference := referencePattern("${{ secrets.% }}")
	entry := func(s Server, more ...field) object {
		return append(object{{key: "name", value: s.Name}}, more...)
	}
	return Host{
		ID: "continue", Title: "Continue", container: "mcpServers", ProvidesKey: true, replaces: "config.json",
		format: yamlListFormat{preamble: object{{key: "name", value: "Local Config"}, {key: "version", value: "1.0.0"}, {key: "schema", value: "v1"}}},
		file: func(m Machine) (string, error) {
			return m.homePath("CONTINUE_GLOBAL_DIR", ".continue", "config.yaml")
		},
		stdio: func(s Server) object {
			return entry(s, field{key: "command", value: s.Command}, field{key: "args", value: s.args()},
				field{key: "env", value: s.environment(reference)})
		},
		http: func(s Server) object {
			out := entry(s, field{key: "type", value: "streamable-http"}, field{key: "url", value: s.URL})
			if s.WithToken {
				out = append(out, field{key: "requestOptions", value: object{{key: "headers", value: s.authHeaders(reference)}}})
			}
			return out
		},
		keyNote:   "Continue takes KOMBO_API_KEY from its secrets: add it to ~/.continue/.env, or in the settings of your organisation; its command line takes it from the shell's environment, too.",
		tokenNote: "Continue takes KOMBO_AUTH_TOKEN from its secrets: add it to ~/.continue/.env, or in the settings of your organisation; its command line takes it from the shell's environment, too.",
		nextStep:  "Reload the window, or start a new session of cn; tools are offered in agent mode only.",
	}
}

func copilot() Host {
	reference := referencePattern("${%}")
	withTools := func(entry func(Server) object) func(Server) object {
		return func(s Server) object {
			return append(entry(s), field{key: "tools", value: []string{"*"}, keepExisting: true})
		}
	}
	const inShell = ". Export it in the shell that starts copilot."
	return Host{
		ID: "copilot", Title: "Copilot CLI", format: jsonFormat{}, container: "mcpServers", ProvidesKey: true,
		file:     func(m Machine) (string, error) { return m.homePath("COPILOT_HOME", ".copilot", "mcp-config.json") },
		stdio:    withTools(stdioEntry(reference, field{key: "type", value: "local"})),
		http:     withTools(httpEntry("url", reference, field{key: "type", value: "http"})),
		nextStep: "Start a new session; /mcp shows the server.",
	}.fromEnvironment(inShell, inShell)
}

func opencode() Host {
	reference := referencePattern("{env:%}")
	const inShell = ". Export it in the shell that starts opencode."
	enabled := field{key: "enabled", value: true, keepExisting: true}
	return Host{
		ID: "opencode", Title: "opencode", format: jsonFormat{comments: true}, container: "mcp", ProvidesKey: true,
		file: func(m Machine) (string, error) { return m.xdgConfig("opencode", "opencode.json") },
		stdio: func(s Server) object {
			return object{
				{key: "type", value: "local"}, {key: "command", value: append([]string{s.Command}, s.Args...)},
				{key: "environment", value: s.environment(reference)}, enabled,
			}
		},
		http: func(s Server) object {
			return append(httpEntry("url", reference, field{key: "type", value: "remote"})(s), enabled)
		},
		nextStep: "Start a new session; opencode mcp list shows the server.",
	}.fromEnvironment(inShell, inShell)
}

func qwen() Host {
	const inShell = ". Export it in the shell that starts qwen."
	reference := referencePattern("$%")
	return Host{
		ID: "qwen", Title: "Qwen Code", format: jsonFormat{comments: true}, container: "mcpServers", ProvidesKey: true,
		file:     func(m Machine) (string, error) { return m.homePath("QWEN_HOME", ".qwen", "settings.json") },
		stdio:    stdioEntry(reference),
		http:     httpEntry("httpUrl", reference),
		nextStep: "Start a new session; /mcp shows the server.",
	}.fromEnvironment(inShell, inShell)
}
