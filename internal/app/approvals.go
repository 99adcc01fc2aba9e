package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// approvalsFolder is the folder of approvals, beside the journal.
const approvalsFolder = "approvals"

// sweepEvery is how often expired approvals are removed, which hold personal data.
const sweepEvery = time.Minute

// OpenApprovals opens the approvals that a server with these settings asks for, without anything that
// reaches the ATS: for a command with which a person approves. What they decide is recorded in the
// journal. closeAll closes everything.
func OpenApprovals(ctx context.Context, s Settings, o Options) (store approvals.Store, closeAll func() error, err error) {
	// The decisions are recorded, whatever the server may write.
	s.ReadOnly = false
	a := &App{settings: s, opts: o.withDefaults()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if _, err := s.approvalsPlace(); err != nil {
		return nil, nil, err
	}
	if err := a.openMemory(ctx); err != nil {
		return nil, nil, err
	}
	store, err = a.openStore()
	return store, a.Close, err
}

// approvalsPlace is the folder that approvals are kept in; "" if they are in Redis.
func (s Settings) approvalsPlace() (string, error) {
	const cure = ": give --journal a file or a folder, or --redis-url"
	switch {
	case s.RedisURL != "":
		return "", nil
	case s.Journal == "-":
		return "", errors.New("--confirm-fallback person keeps what waits for approval beside the journal, and --journal - has no file" + cure)
	case s.Journal == "" && s.Sandbox:
		return "", errors.New("--confirm-fallback person keeps what waits for approval beside the journal, and --sandbox has no journal by default" + cure)
	}
	path, err := journal.File(s.Journal)
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(path), approvalsFolder), nil
}

// Approvals is where the writes of a are kept that wait for a person's approval; nil if no toolbox
// made so far asks for one.
func (a *App) Approvals() approvals.Store {
	a.approving.Lock()
	defer a.approving.Unlock()
	return a.approvals
}

// useApprovals prepares cfg for asking for approvals, if its policy and its fallback ever do. page is
// where approvers of the writes sign in, "" if nowhere.
func (a *App) useApprovals(cfg *tools.Config, page string) error {
	cfg.Approvals = nil
	if cfg.ReadOnly || cfg.Fallback != tools.FallbackPerson || cfg.Writes != tools.PolicyConfirm && cfg.Writes != tools.PolicyConfirmAll {
		return nil
	}
	a.approving.Lock()
	defer a.approving.Unlock()
	if a.approvals == nil {
		store, err := a.openStore()
		if err != nil {
			return err
		}
		a.approvals = store
		a.sweep(store)
	}
	cfg.Approvals, cfg.ApproveHint = a.approvals, a.settings.approveHint(page)
	return nil
}

// approveHint says how a person approves, for an agent to pass on. No file is named: an agent may be
// able to write to it.
func (s Settings) approveHint(page string) string {
	command := "`kombo-mcp approve`"
	switch {
	case s.RedisURL != "":
		command += " (with the server's --redis-url)"
	case s.Journal != "":
		command += " (with the server's --journal)"
	}
	switch {
	case !s.OverHTTP():
		return "The person runs " + command + " in a terminal of their own."
	case page == "":
		return "The person runs " + command + " in a terminal on the server's machine."
	}
	return "A person who may approve opens " + page + ", or runs " + command + " on the server's machine."
}

// openStore opens the approvals, in Redis if the settings name one. Every step is recorded where there
// is a journal.
func (a *App) openStore() (approvals.Store, error) {
	folder, err := a.settings.approvalsPlace()
	if err != nil {
		return nil, err
	}
	var store approvals.Store
	if a.redis != nil {
		store = a.redis.Approvals()
	} else if store, err = approvals.OpenFolder(approvals.FolderOptions{Dir: folder, Logger: a.opts.Logger}); err != nil {
		return nil, fmt.Errorf("--confirm-fallback person: %w", err)
	}
	if a.journal == nil {
		return store, nil
	}
	return approvals.Recording(store, a.recordApproval), nil
}

// recordApproval writes a line for a step of an approval. What a person is shown stays out of it: the
// line holds its hash.
func (a *App) recordApproval(ctx context.Context, e approvals.Event) error {
	of := e.Approval
	return a.journal.Record(ctx, journal.Line{
		Kind: journal.KindApproval, Time: e.At, State: string(e.Kind), Token: of.ID, Statement: of.Hash, Expires: of.Expires,
		Tool: of.Tool, Integration: of.Integration,
		Origin: journal.Origin{Tenant: of.Tenant, Subject: of.Subject, Client: of.Client, ConfirmedHow: of.DecidedHow, ConfirmedBy: of.DecidedBy},
	})
}

// sweep removes expired approvals until a is closed.
func (a *App) sweep(store approvals.Store) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		approvals.SweepEvery(ctx, store, sweepEvery, func(err error) {
			a.opts.Logger.Error("removing expired approvals failed", "err", err)
		})
	}()
	a.closers = append(a.closers, closer(func() error { stop(); <-ended; return nil }))
}

// closer is a function that closes something.
type closer func() error

// Close implements io.Closer.
func (c closer) Close() error { return c() }
