package main

import (
	"maps"
	"slices"
	"strings"
)

// registrySchema is the schema of server.json that the registry accepts.
const registrySchema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// registryEntry is server.json, with which the registry of MCP servers lists this one.
// The release adds the bundles and their hashes.
type registryEntry struct {
	Schema      string             `json:"$schema"`
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Repository  registryRepository `json:"repository"`
	Version     string             `json:"version"`
	Packages    []registryPackage  `json:"packages"`
}

type registryRepository struct {
	URL    string `json:"url"`
	Source string `json:"source"`
}

type registryPackage struct {
	Type        string            `json:"registryType"`
	BaseURL     string            `json:"registryBaseUrl,omitempty"`
	Identifier  string            `json:"identifier"`
	Version     string            `json:"version,omitempty"`
	SHA256      string            `json:"fileSha256,omitempty"`
	RuntimeHint string            `json:"runtimeHint,omitempty"`
	Transport   map[string]string `json:"transport"`
	Environment []registryInput   `json:"environmentVariables"`
}

type registryInput struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Required    bool     `json:"isRequired,omitempty"`
	Secret      bool     `json:"isSecret,omitempty"`
	Format      string   `json:"format,omitempty"`
	Default     string   `json:"default,omitempty"`
	Choices     []string `json:"choices,omitempty"`
}

// registryName is the server's name in the registry. The image has it as a label, the
// package of npm as mcpName.
const registryName = "io.github." + owner + "/" + serverName

// newRegistryEntry returns the entry with the package of npm, the image and the bundles,
// whose SHA-256 are given by file name.
func newRegistryEntry(version string, bundles map[string]string) registryEntry {
	version = strings.TrimPrefix(version, "v")
	inputs := []registryInput{
		{Name: "KOMBO_API_KEY", Description: "The API key, from Kombo's dashboard", Required: true, Secret: true},
		{Name: "KOMBO_INTEGRATION_ID", Description: "The integration to work in", Required: true},
		{Name: "KOMBO_REGION", Description: "Where Kombo holds the data", Default: "eu", Choices: []string{"eu", "us"}},
		{Name: "KOMBO_READ_ONLY", Description: "Offer no tool that changes the ATS", Format: "boolean", Default: "false"},
	}
	stdio := map[string]string{"type": "stdio"}
	e := registryEntry{
		Schema: registrySchema, Name: registryName, Title: "Kombo ATS", Description: description,
		Repository: registryRepository{URL: homepage, Source: "github"}, Version: version,
		Packages: []registryPackage{
			{Type: "npm", BaseURL: "https://registry.npmjs.org", Identifier: serverName, Version: version, RuntimeHint: "npx", Transport: stdio, Environment: inputs},
			{Type: "oci", Identifier: "ghcr.io/" + owner + "/" + serverName + ":" + version, Transport: stdio, Environment: inputs},
		},
	}
	for _, name := range slices.Sorted(maps.Keys(bundles)) {
		e.Packages = append(e.Packages, registryPackage{
			Type: "mcpb", Identifier: homepage + "/releases/download/v" + version + "/" + name, SHA256: bundles[name], Transport: stdio, Environment: inputs,
		})
	}
	return e
}
