package main

import (
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// The metadata that all packages share.
const (
	serverName  = "kombo-mcp"
	description = "Lets an AI agent work in an applicant tracking system (ATS), through Kombo's unified API."
	owner       = "kombo-mcp"
	homepage    = "https://github.com/" + owner + "/" + serverName
	authors     = "The kombo-mcp authors"
)

var keywords = []string{"ats", "recruiting", "kombo", "hr"}

// manifest is the manifest.json of a bundle, in the order in which it is read.
type manifest struct {
	Version         string         `json:"manifest_version"`
	Name            string         `json:"name"`
	DisplayName     string         `json:"display_name"`
	ServerVersion   string         `json:"version"`
	Description     string         `json:"description"`
	LongDescription string         `json:"long_description"`
	Author          author         `json:"author"`
	Repository      repository     `json:"repository"`
	Homepage        string         `json:"homepage"`
	License         string         `json:"license"`
	Icon            string         `json:"icon"`
	Keywords        []string       `json:"keywords"`
	Server          bundledServer  `json:"server"`
	Tools           []bundledTool  `json:"tools"`
	ToolsGenerated  bool           `json:"tools_generated"`
	Prompts         bool           `json:"prompts_generated"`
	Compatibility   compatibility  `json:"compatibility"`
	UserConfig      map[string]any `json:"user_config"`
}

type author struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type repository struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type bundledServer struct {
	Type       string    `json:"type"`
	EntryPoint string    `json:"entry_point"`
	Config     mcpConfig `json:"mcp_config"`
}

type mcpConfig struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
}

type bundledTool struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type compatibility struct {
	Platforms []string `json:"platforms"`
}

// setting is a setting that the host asks the user for.
type setting struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Required    bool   `json:"required"`
	Default     any    `json:"default,omitempty"`
}

// platforms are the names of operating systems in a bundle, by GOOS. Each has a bundle
// of its own, since the programs of two would have the same name.
var platforms = map[string]string{"darwin": "darwin", "linux": "linux", "windows": "win32"}

// newManifest returns the manifest of the bundle for an operating system.
func newManifest(version, goos string) (manifest, error) {
	platform, known := platforms[goos]
	if !known {
		return manifest{}, fmt.Errorf("-os must be darwin, linux or windows, not %s", goos)
	}
	entry := "server/" + program(goos)
	return manifest{
		Version: "0.3", Name: serverName, DisplayName: "Kombo ATS", ServerVersion: strings.TrimPrefix(version, "v"), Description: description,
		LongDescription: "Greenhouse, Workday, SmartRecruiters, Personio and the other systems that Kombo connects: jobs, applications, candidates, interviews and offers, in answers small enough to think with. Every write can be previewed and is recorded, and one that is repeated within ten minutes is not sent again.",
		Author:          author{Name: authors, URL: homepage},
		Repository:      repository{Type: "git", URL: homepage},
		Homepage:        homepage, License: "MIT", Keywords: keywords, Icon: "icon.png",
		Server: bundledServer{Type: "binary", EntryPoint: entry, Config: mcpConfig{
			Command: "${__dirname}/" + entry, Args: []string{},
			Env: map[string]string{
				"KOMBO_SANDBOX": "${user_config.sandbox}",
				"KOMBO_API_KEY": "${user_config.api_key}", "KOMBO_INTEGRATION_ID": "${user_config.integration_id}",
				"KOMBO_REGION": "${user_config.region}", "KOMBO_READ_ONLY": "${user_config.read_only}",
			},
		}},
		Tools: bundledTools(), Prompts: true, Compatibility: compatibility{Platforms: []string{platform}}, UserConfig: userConfig(),
	}, nil
}

// program returns the file name of the built command.
func program(goos string) string {
	if goos == "windows" {
		return serverName + ".exe"
	}
	return serverName
}

func bundledTools() []bundledTool {
	var out []bundledTool
	for _, t := range tools.Catalogue() {
		first, _, _ := strings.Cut(t.Description(), ". ")
		out = append(out, bundledTool{t.Name(), strings.TrimSuffix(first, ".") + "."})
	}
	return out
}

// userConfig returns the settings. None is required, since made-up data needs none: the
// server says what is missing. A format of bundles with a choice of values does not exist,
// so the region is a text.
func userConfig() map[string]any {
	return map[string]any{
		"sandbox":        setting{Type: "boolean", Title: "Made-up data", Description: "Try everything in a made-up ATS, without a key. Switch it off to work in your own.", Default: false},
		"api_key":        setting{Type: "string", Title: "Kombo API key", Description: "From Kombo's dashboard; not needed for made-up data. It is kept in your system's keychain.", Sensitive: true},
		"integration_id": setting{Type: "string", Title: "Integration id", Description: "From the integration's page in Kombo's dashboard, such as greenhouse:8d1hpPsbjxUkoCoa1veLZGe5; not needed for made-up data."},
		"region":         setting{Type: "string", Title: "Region", Description: "Where Kombo holds your data: eu or us.", Default: "eu"},
		"read_only":      setting{Type: "boolean", Title: "Read only", Description: "Offer no tool that changes the ATS.", Default: true},
	}
}
