package writes

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// Deps is what writes work with. All fields are required unless they say otherwise.
type Deps struct {
	// Memory keeps a write from being sent twice.
	Memory once.Memory
	// Policy and Fallback say when a person must confirm.
	Policy   Policy
	Fallback Fallback
	// Approvals keeps what waits for a person's approval; nil unless Fallback is
	// FallbackPerson. ApproveHint is a sentence for the agent that says how a person
	// approves; general if empty.
	Approvals   Approvals
	ApproveHint string
	// PerMinute is the write limit; DefaultPerMinute if not positive.
	PerMinute int
	// Secret signs questions and codes. Servers that share one accept each other's.
	Secret []byte
	// Mask masks what the agent reads; nil masks nothing.
	Mask *privacy.Mask
	// Integration is the one that is written to, and ActionTimeout how long Kombo may
	// take for a write.
	Integration   string
	ActionTimeout time.Duration
	// Recent remembers done writes for reads.
	Recent *Recent
	// Explain words an error for the agent.
	Explain func(error) string
	// Sent is called after a call that may have sent something.
	Sent func()
	Now  func() time.Time
	// Logger gets failures of the write memory. No personal data is logged.
	Logger *slog.Logger
}

// Tool describes the tool that made a plan.
type Tool struct {
	// Name is recorded, and part of what makes a write the same as another.
	Name string
	// Weighty: it changes where a person stands, so PolicyConfirm asks.
	Weighty bool
	// Irreversible: it ends something for good.
	Irreversible bool
}

// Caller describes whoever calls.
type Caller struct {
	// Tenant and Subject are who calls, as authenticated; a confirmation is good for
	// them alone. RequestID, Client and Transport are recorded with them.
	Tenant, Subject, RequestID, Client, Transport string
	// CanAsk says that the client can ask the person a question.
	CanAsk bool
	// Reply and State come back from the question of an earlier round.
	Reply Reply
	State string
}

// Executor carries out plans. It is safe for concurrent use.
type Executor struct {
	Deps
	limiter limiter
}

// New makes an executor.
func New(d Deps) *Executor {
	if d.PerMinute <= 0 {
		d.PerMinute = DefaultPerMinute
	}
	return &Executor{Deps: d, limiter: limiter{limit: d.PerMinute}}
}

// Run carries out a plan, up to a preview or a question where it goes no further. The
// error is a *ConfirmationRequiredError if a person has to be asked, an *args.Error if
// something speaks against the plan, or says what went wrong. A lone write that fails
// is an error; in a batch, each record has an outcome of its own.
func (x *Executor) Run(ctx context.Context, caller Caller, tool Tool, f Flags, p Plan) (*Answer, error) {
	answer, err := x.run(ctx, caller, tool, f, p)
	if _, asks := errors.AsType[*ConfirmationRequiredError](err); asks {
		return nil, err // a person sees the truth
	}
	if answer != nil {
		answer.mask(&p)
	}
	return answer, x.Mask.Error(err, p.forAgent)
}

func (x *Executor) run(ctx context.Context, caller Caller, tool Tool, f Flags, p Plan) (*Answer, error) {
	if f.DryRun || len(p.Problems) > 0 {
		if err := p.refusal(f.Anyway, func(string) bool { return true }); err != nil {
			return nil, err
		}
		return p.preview(func(int) bool { return true }), nil
	}
	e := &execution{Executor: x, caller: caller, tool: tool, flags: f, plan: p}
	if err := e.look(ctx); err != nil {
		return nil, err
	}
	if e.openCount() > 0 {
		if answer, err := e.repeated(ctx); answer != nil || err != nil {
			return answer, err
		}
	}
	// A copy that already shows the done change does not object.
	if err := p.refusal(f.Anyway, e.isOpenRecord); err != nil {
		return nil, err
	}
	if answer, err := e.confirm(ctx); answer != nil || err != nil {
		return answer, err
	}
	if e.confirmation.How == bySettings || e.confirmation.How == byCode {
		if err := p.refuseUnseen(f.Anyway); err != nil {
			return nil, err
		}
	}
	if err := x.limiter.reserve(x.Now(), e.openCount()); err != nil {
		return nil, err
	}
	if answer, err := e.spend(ctx); answer != nil || err != nil {
		return answer, err
	}
	return e.send(ctx)
}
