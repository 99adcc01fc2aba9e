package faults

import (
	"context"
	"io"
	"net/http"

	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
)

// documents is the reader of CVs as tools see it.
type documents struct{ reader *cvtext.Reader }

func (d documents) Text(ctx context.Context, data []byte, name, contentType string) (string, []string, error) {
	doc, err := d.reader.Text(ctx, data, name, contentType)
	return doc.Text, doc.Notes, err
}

func (documents) HTML(s string) string { return cvtext.HTML(s) }

// fetcher gets the files of a sandbox that has no socket.
func fetcher(transport http.RoundTripper) func(context.Context, string) ([]byte, string, error) {
	return func(ctx context.Context, address string) ([]byte, string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		if err != nil {
			return nil, "", err
		}
		answer, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			return nil, "", err
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		return data, answer.Header.Get("Content-Type"), err
	}
}
