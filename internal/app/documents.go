package app

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
	"github.com/kombo-mcp/kombo-mcp/internal/download"
	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
)

// documents makes a cvtext.Reader a tools.Documents.
type documents struct{ reader *cvtext.Reader }

// Text implements tools.Documents.
func (d documents) Text(ctx context.Context, data []byte, name, contentType string) (string, []string, error) {
	doc, err := d.reader.Text(ctx, data, name, contentType)
	return doc.Text, doc.Notes, err
}

// HTML implements tools.Documents.
func (documents) HTML(s string) string { return cvtext.HTML(s) }

// maxFetches is how many files may be in memory at once while they are fetched.
const maxFetches = 4

// fetcher returns a function that gets files from the addresses that the ATS names: public ones over
// https, and those of the upstream itself if that is a sandbox, which may be on this machine.
func fetcher(upstream string, transport http.RoundTripper) func(context.Context, string) ([]byte, string, error) {
	var opts []download.Option
	if u, err := url.Parse(upstream); err == nil && (transport != nil || loopback.Is(u.Hostname())) {
		opts = append(opts, download.WithTrusted(upstream, transport))
	}
	getter := download.New(opts...)
	slots := make(chan struct{}, maxFetches)
	return func(ctx context.Context, address string) ([]byte, string, error) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return nil, "", context.Cause(ctx)
		}
		f, err := getter.Get(ctx, address)
		return f.Data, f.ContentType, err
	}
}
