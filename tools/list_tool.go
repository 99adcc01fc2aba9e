package tools

import (
	"context"
	"iter"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// listTool is a list's tool as everything behind newList sees it, whatever the
// types of its arguments, filters and records are.
type listTool struct {
	name    string
	of      *resource
	filters []*filter
	// protects holds where records have answers of which some are protected.
	protects bool
	// read walks pages of records as pages of rows, with these filters and options.
	read func(context.Context, *reader, []sent, kombo.ListOptions) iter.Seq2[digest.Page, error]
}

// listTools are those of the lists, by the names of the lists. It is filled while
// the package's variables are set and never after.
var listTools = map[listName]*listTool{}
