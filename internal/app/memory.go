package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/redismemory"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// openMemory opens the journal. A server over HTTP that neither writes nor records reads has none: it
// may run where no file can be written.
func (a *App) openMemory(ctx context.Context) error {
	s := a.settings
	if s.ReadOnly && !s.JournalReads && s.OverHTTP() {
		return nil
	}
	shared, err := a.openShared(ctx)
	if err != nil {
		return err
	}
	o := journal.Options{Path: s.Journal, Now: a.tools.Now, Shared: shared, Logger: a.opts.Logger}
	if o.Path == "" && s.Sandbox {
		// Made-up data is recorded only on request: write memory is then this process's alone.
		o.Path, o.Stderr = "-", io.Discard
	}
	j, err := journal.Open(o)
	if err != nil {
		return fmt.Errorf("%w. Every write is recorded before it is sent: name another place with --journal, or offer no writes with --read-only", err)
	}
	a.closers = append(a.closers, j)
	a.tools.Memory, a.journal = j, j
	if s.JournalReads {
		a.tools.RecordRead = func(ctx context.Context, r tools.Read) error { return recordRead(ctx, j, r) }
	}
	return nil
}

// openShared opens the write memory that several servers share, if there is one.
func (a *App) openShared(ctx context.Context) (once.Shared, error) {
	if a.settings.RedisURL == "" {
		return nil, nil
	}
	m, err := redismemory.Open(ctx, a.settings.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("--redis-url: %w", err)
	}
	a.closers = append(a.closers, m)
	a.redis = m
	a.warnOfForgetting(ctx, m)
	return m, nil
}

// warnOfForgetting logs what makes Redis forget writes: each server's own journal then keeps only that
// server from sending one again.
func (a *App) warnOfForgetting(ctx context.Context, m *redismemory.Memory) {
	risks, err := m.Risks(ctx)
	if err != nil {
		a.opts.Logger.Info("redis: its settings cannot be read; it needs maxmemory-policy noeviction, and appendonly yes or save points", "err", err)
	}
	for _, r := range risks {
		a.opts.Logger.Warn("redis may forget writes, which may then be sent again", "setting", r.Setting, "value", r.Value, "cure", r.Cure)
	}
}

// recordRead writes a line for a read to j: which tool, what was asked, how many records it returned.
func recordRead(ctx context.Context, j *journal.Journal, r tools.Read) error {
	arguments, err := json.Marshal(r.Arguments)
	if err != nil {
		return fmt.Errorf("encode the arguments: %w", err)
	}
	return j.Record(ctx, journal.Line{
		Kind: journal.KindRead, RequestID: r.RequestID, Origin: journal.Origin{Client: r.Client}, Tool: r.Tool, Integration: r.Integration,
		Arguments: arguments, Summary: r.Summary,
	})
}
