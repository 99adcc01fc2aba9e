package hosts

func gemini() Host {
	const inShell = ". Export it in the shell that starts gemini."
	reference := written("$%")
	return Host{
		ID: "gemini", Title: "Gemini CLI", format: jsonFormat{comments: true}, container: "mcpServers", Keeps: true,
		file:  func(m Machine) (string, error) { return m.underHome("", ".gemini", "settings.json") },
		stdio: standard(reference),
		http:  overHTTP("httpUrl", reference),
		next:  "Start gemini in a folder that you trust, elsewhere it shows the server as disabled; /mcp lists it.",
	}.ownEnvironment(inShell, inShell)
}

func codex() Host {
	return Host{
		ID: "codex", Title: "Codex CLI", format: tomlFormat{}, container: "mcp_servers", Keeps: true,
		file: func(m Machine) (string, error) { return m.underHome("CODEX_HOME", ".codex", "config.toml") },
		stdio: func(s Server) object {
			out := object{{key: "command", value: s.Command}, {key: "args", value: s.arguments()}}
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
		keyNote:  "Codex passes KOMBO_API_KEY on from its own environment. Export it in the shell that starts codex.",
		callNote: "Codex takes KOMBO_AUTH_TOKEN from its own environment. Export it in the shell that starts codex.",
		next:     "Start a new session; /mcp shows the server.",
	}
}

func goose() Host {
	extension := func(s Server, kind string, more ...field) object {
		out := object{
			{key: "enabled", value: true, weak: true}, {key: "type", value: kind}, {key: "name", value: s.Name},
			{key: "description", value: "The applicant tracking system, through Kombo", weak: true},
		}
		return append(append(out, more...), field{key: "timeout", value: 300, weak: true})
	}
	return Host{
		ID: "goose", Title: "Goose", format: yamlFormat{}, container: "extensions", Keeps: true,
		file: func(m Machine) (string, error) {
			if m.GOOS == "windows" {
				return m.applications("Block", "goose", "config", "config.yaml")
			}
			return m.dotConfig("goose", "config.yaml")
		},
		stdio: func(s Server) object {
			keys := append([]string{}, s.Secrets...)
			return extension(s, "stdio", field{key: "cmd", value: s.Command}, field{key: "args", value: s.arguments()},
				field{key: "envs", value: s.environment(nil)}, field{key: "env_keys", value: keys})
		},
		http: func(s Server) object {
			more := []field{{key: "uri", value: s.URL}}
			if s.WithToken {
				more = append(more, field{key: "headers", value: s.bearer(written("${%}"))},
					field{key: "env_keys", value: []string{VarToken}})
			}
			return extension(s, "streamable_http", more...)
		},
		keyNote:  "Goose takes KOMBO_API_KEY from its keyring, or from its own environment. To put it into the keyring run goose configure, Add Extension is where it asks for it.",
		callNote: "Goose takes KOMBO_AUTH_TOKEN from its keyring, or from its own environment.",
		next:     "Start a new session.",
	}
}

func librechat() Host {
	const inFile = ": add it to LibreChat's .env."
	reference := written("${%}")
	return Host{
		ID: "librechat", Title: "LibreChat", format: yamlFormat{}, container: "mcpServers", Keeps: true, mustExist: true,
		// It is a server: its file stands where it was installed.
		file:  func(Machine) (string, error) { return "librechat.yaml", nil },
		stdio: standard(reference, field{key: "type", value: "stdio"}),
		http:  overHTTP("url", reference, field{key: "type", value: "streamable-http"}),
		next:  "Restart LibreChat. In a container the command must be there too: serve over HTTP and use --url instead.",
	}.ownEnvironment(inFile, inFile)
}

func cline() Host {
	reference := written("${env:%}")
	return Host{
		ID: "cline", Title: "Cline", format: jsonFormat{}, container: "mcpServers", Keeps: true,
		file: func(m Machine) (string, error) {
			return m.underHome("", ".cline", "data", "settings", "cline_mcp_settings.json")
		},
		stdio: standard(reference, field{key: "type", value: "stdio"}),
		http:  overHTTP("url", reference, field{key: "type", value: "streamableHttp"}),
		next:  "Cline reads the file by itself; its MCP Servers view shows the server.",
	}.ownEnvironment(orKeyFile, setThere)
}

func continueDev() Host {
	reference := written("${{ secrets.% }}")
	entry := func(s Server, more ...field) object {
		return append(object{{key: "name", value: s.Name}}, more...)
	}
	return Host{
		ID: "continue", Title: "Continue", format: blockFormat{}, container: "mcpServers", Keeps: true,
		file: func(m Machine) (string, error) {
			return m.underHome("CONTINUE_GLOBAL_DIR", ".continue", "mcpServers", "{name}.yaml")
		},
		stdio: func(s Server) object {
			return entry(s, field{key: "command", value: s.Command}, field{key: "args", value: s.arguments()},
				field{key: "env", value: s.environment(reference)})
		},
		http: func(s Server) object {
			out := entry(s, field{key: "type", value: "streamable-http"}, field{key: "url", value: s.URL})
			if s.WithToken {
				out = append(out, field{key: "requestOptions", value: object{{key: "headers", value: s.bearer(reference)}}})
			}
			return out
		},
		keyNote:  "Continue takes KOMBO_API_KEY from its secrets: add it to ~/.continue/.env, or in the settings of your organisation.",
		callNote: "Continue takes KOMBO_AUTH_TOKEN from its secrets: add it to ~/.continue/.env, or in the settings of your organisation.",
		next:     "Reload the window; tools are offered in agent mode only.",
	}
}
