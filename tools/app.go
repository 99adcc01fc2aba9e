package tools

import (
	_ "embed" // the page
)

const (
	// FunnelView is the address of the page that draws the groups of
	// get_applications in hosts that show MCP apps.
	FunnelView = "ui://kombo/funnel"
	// ViewType is the type of such a page.
	ViewType = "text/html;profile=mcp-app"
)

// FunnelPage is that page, whole: it loads nothing. It holds no data; the host
// hands it the result of the tool.
//
//go:embed app_funnel.html
var FunnelPage string

// addresses are those of whole records as resources, by list. A host that knows
// resources can attach one; of the others none breaks on a line of text.
var addresses = map[string]string{
	"applications": "kombo://applications/{id}", "candidates": "kombo://candidates/{id}", "jobs": "kombo://jobs/{id}",
}
