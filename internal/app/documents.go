package app

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/cvtext"
	"github.com/kombo-mcp/kombo-mcp/internal/download"
	"github.com/kombo-mcp/kombo-mcp/internal/loopback"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// documents makes a cvtext.Reader the tools.Documents of one tenant.
type documents struct {
	reader *cvtext.Reader
	// place waits for one of the tenant's places to read a file.
	place func(context.Context) (release func(), err error)
}

// Text implements tools.Documents.
func (d documents) Text(ctx context.Context, data []byte, name, contentType string) (string, []string, error) {
	release, err := d.place(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	doc, err := d.reader.Text(ctx, data, name, contentType)
	return doc.Text, doc.Notes, err
}

// HTML implements tools.Documents.
func (documents) HTML(s string) string { return cvtext.HTML(s) }

// idleAfter is how long after its start a server begins with what it may need later. Hosts
// have greeted it by then.
const idleAfter = 5 * time.Second

// prepareWhenIdle compiles what reads PDFs, so that the first CV need not wait for that. It
// ends with ctx.
func (a *App) prepareWhenIdle(ctx context.Context, after time.Duration) {
	select {
	case <-time.After(after):
	case <-ctx.Done():
		return
	}
	if err := a.files.reader.Prepare(ctx); err != nil && ctx.Err() == nil {
		a.opts.Logger.Warn("PDFs cannot be read", "err", err)
	}
}

// files reads the files of all tenants.
type files struct {
	reader         *cvtext.Reader
	inMemory, read *places
}

func newFiles() *files {
	return &files{
		reader:   cvtext.New(cvtext.WithLimits(cvtext.Limits{Parallel: maxReads})),
		inMemory: newPlaces(maxTenantFiles, maxFiles), read: newPlaces(maxTenantReads, maxReads),
	}
}

// use makes a toolbox of cfg read files in the places of a tenant.
func (f *files) use(cfg *tools.Config, tenant string) {
	cfg.Documents = documents{f.reader, f.read.tenant(tenant)}
	cfg.FilePlace = f.inMemory.tenant(tenant)
}

// fetcher returns a function that gets files from the addresses that the ATS names: public ones over
// https, and those of the upstream itself if that is a sandbox, which may be on this machine.
func fetcher(upstream string, transport http.RoundTripper) func(context.Context, string) ([]byte, string, error) {
	var opts []download.Option
	if u, err := url.Parse(upstream); err == nil && (transport != nil || loopback.Is(u.Hostname())) {
		opts = append(opts, download.WithTrusted(upstream, transport))
	}
	getter := download.New(opts...)
	return func(ctx context.Context, address string) ([]byte, string, error) {
		f, err := getter.Get(ctx, address)
		return f.Data, f.ContentType, err
	}
}
