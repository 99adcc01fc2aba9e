package tools

import (
	_ "embed" // the page
)

const (
	// FunnelView is the URI of the page that draws the groups of get_applications in
	// hosts with MCP apps.
	FunnelView = "ui://kombo/funnel"
	// ViewType is the content type of such a page.
	ViewType = "text/html;profile=mcp-app"
)

// FunnelPage is that page. It loads nothing and holds no data; the host passes it the
// result of the tool.
//
//go:embed app_funnel.html
var FunnelPage string

// addresses are the URI templates of whole records as resources, by list. A host with
// resources can attach one; for others it is a line of text.
var addresses = map[string]string{
	"applications": "kombo://applications/{id}", "candidates": "kombo://candidates/{id}", "jobs": "kombo://jobs/{id}",
}
