package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/redismemory"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Options are what a program brings beside its settings.
type Options struct {
	// Version is what clients and Kombo are told.
	Version string
	// Logger gets what goes wrong; discards if nil.
	Logger *slog.Logger
	// Observe is called for every request to Kombo; nil for nobody.
	Observe func(context.Context, kombo.Attempt)
	// Upstream is the ATS to work in, in place of the one that the settings name.
	Upstream *Upstream
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// App is what toolboxes are made of: the ATS, the write memory, the reader of documents. It is safe
// for concurrent use.
type App struct {
	settings Settings
	opts     Options
	tools    tools.Config
	files    *files
	// journal and redis are the write memory; nil if there is none, or no such one.
	journal *journal.Journal
	redis   *redismemory.Memory
	// approving guards approvals and closers once a is open: tenants are made whenever their file
	// changes.
	approving sync.Mutex
	approvals approvals.Store
	// approveURL is the address of the page of approvers; "" if it is not known.
	approveURL string
	// closers are closed in the order opposite to that of their opening.
	closers []io.Closer
}

// Open checks the settings and opens what they name: the journal, Redis, the folder of files. Nothing
// is sent to Kombo yet. The end of ctx is a shutdown: writes that may be on the wire then have ten
// seconds.
func Open(ctx context.Context, s Settings, o Options) (_ *App, err error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	a := &App{settings: s, opts: o.withDefaults()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.tools, err = s.toolsConfig(); err != nil {
		return nil, err
	}
	a.tools.Logger = a.opts.Logger
	if unfilled := environ.AllUnfilled("KOMBO_"); len(unfilled) > 0 {
		a.opts.Logger.Warn("the host did not fill in a placeholder; these variables count as not set", "variables", strings.Join(unfilled, ","))
	}
	if err := a.connect(ctx); err != nil {
		return nil, err
	}
	if s.Files != "" {
		if a.tools.Files, err = os.OpenRoot(s.Files); err != nil {
			return nil, fmt.Errorf("--files: %w", err)
		}
		a.closers = append(a.closers, a.tools.Files)
	}
	a.files = newFiles()
	a.closers = append(a.closers, a.files.reader)
	a.files.use(&a.tools, "")
	if err := a.openMemory(ctx); err != nil {
		return nil, err
	}
	return a, a.useApprovals(&a.tools, "")
}

// Close closes what Open opened. Toolboxes made of a must not be used any more.
func (a *App) Close() error {
	a.approving.Lock()
	defer a.approving.Unlock()
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		errs = append(errs, c.Close())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Config is what Toolbox makes a toolbox of. Tests change it and call tools.New.
func (a *App) Config() tools.Config { return a.tools }

// Toolbox makes the tools of one caller, who may do all that the settings allow.
func (a *App) Toolbox() (*tools.Toolbox, error) { return tools.New(a.tools) }
