package main

import (
	"context"

	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
)

// documents is the reader of CVs as tools see it.
type documents struct{ reader *cvtext.Reader }

// Text implements tools.Documents.
func (d documents) Text(ctx context.Context, data []byte, name, contentType string) (string, []string, error) {
	doc, err := d.reader.Text(ctx, data, name, contentType)
	return doc.Text, doc.Notes, err
}

// HTML implements tools.Documents.
func (documents) HTML(s string) string { return cvtext.HTML(s) }
