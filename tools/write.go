package tools

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// WriteAnswer says what became of a write, or what it would do.
type WriteAnswer = writes.Answer

// Policy says which writes a person must confirm. The zero value is PolicyAllow.
type Policy = writes.Policy

// The policies; see package writes for what each means.
const (
	PolicyAllow      = writes.PolicyAllow
	PolicyConfirm    = writes.PolicyConfirm
	PolicyConfirmAll = writes.PolicyConfirmAll
	PolicyDeny       = writes.PolicyDeny
)

// Fallback says what happens where a person must confirm and the client cannot ask.
// The zero value is FallbackPreview.
type Fallback = writes.Fallback

// The fallbacks.
const (
	FallbackAllow   = writes.FallbackAllow
	FallbackPreview = writes.FallbackPreview
	FallbackPerson  = writes.FallbackPerson
	FallbackDeny    = writes.FallbackDeny
)

// Approvals keeps writes until a person has approved them.
type Approvals = writes.Approvals

// DefaultWritesPerMinute is how many writes are sent in any minute where no other
// limit is set.
const DefaultWritesPerMinute = writes.DefaultPerMinute

// ParsePolicy reads a policy; "" is PolicyAllow. The error lists the valid ones.
func ParsePolicy(s string) (Policy, error) { return writes.ParsePolicy(s) }

// ParseFallback reads a fallback; "" is FallbackPreview. The error lists the valid ones.
func ParseFallback(s string) (Fallback, error) { return writes.ParseFallback(s) }

// write makes a tool that changes the ATS of a function that turns arguments into a
// plan. The function only reads; package writes does the rest.
func write[A any, P interface {
	*A
	WriteFlags() writes.Flags
}](s spec, plan func(context.Context, *call, A) (writes.Plan, error)) *Tool {
	tool := writes.Tool{Name: s.name, Weighty: s.weighty, Irreversible: s.kind == destroy}
	return define(s, func(ctx context.Context, c *call, in A) (*WriteAnswer, error) {
		p, err := plan(ctx, c, in)
		if err != nil {
			return nil, err
		}
		return c.executor.Run(ctx, c.writer(), tool, P(&in).WriteFlags(), p)
	})
}

// sendTo sends in to the record with that id, once.
func sendTo[In any](method func(context.Context, string, In) (kombo.Receipt, error), id string, in In) writes.Send {
	return func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
		receipt, err := method(ctx, id, in)
		return receipt, nil, err
	}
}

// remoteFields reads the parameter of that name into the block T of the wire.
func remoteFields[T any](p *writes.Plan, raw args.JSON) *T {
	if strings.TrimSpace(string(raw)) == "" {
		return nil
	}
	var out T
	if err := raw.Unmarshal(&out); err != nil {
		p.AddProblem(`remote_fields must be a JSON object keyed by the ATS's slug, such as {"greenhouse":{"post_headers":{"On-Behalf-Of":"123"}}} (%s).`, err)
		return nil
	}
	return &out
}

// shows reads the record of an effect again and reports whether the copy has it.
func (c *call) shows(e writes.Effect) func(context.Context, time.Time) (bool, error) {
	return func(ctx context.Context, _ time.Time) (bool, error) {
		opts := kombo.ListOptions{IDs: []string{e.Record}}
		if candidates.Reflects(e) {
			page, err := c.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: opts})
			return err == nil && anyHas(candidates, page.Results, e), err
		}
		page, err := c.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: opts})
		return err == nil && anyHas(applications, page.Results, e), err
	}
}

func anyHas[T any](of *records[T], list []T, e writes.Effect) bool {
	return slices.ContainsFunc(list, func(rec T) bool {
		row := of.row(&rec, time.Time{}, false)
		return of.ID(&row) == e.Record && of.Has(e, &row)
	})
}
