package writes

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// Approvals keeps writes until a person has approved them; see [approvals.Store].
type Approvals interface {
	Put(ctx context.Context, r approvals.Request) (a approvals.Approval, created bool, err error)
	Find(ctx context.Context, tenant, hash string) (a approvals.Approval, found bool, err error)
	List(ctx context.Context, s approvals.Scope) ([]approvals.Approval, error)
	Spend(ctx context.Context, a approvals.Approval) (approvals.Approval, error)
}

// errApprovals marks a write that was not sent because the approvals cannot be read or
// written.
var errApprovals = errors.New("the approvals are unavailable")

// defaultApproveHint is the ApproveHint where none is set.
const defaultApproveHint = "The person runs `kombo-mcp approve` in a terminal of their own."

// confirmByApproval goes on only with what a person has approved outside the client. No
// answer to a form and no code counts, and nothing in the answer helps to approve.
func (e *execution) confirmByApproval(ctx context.Context) (*Answer, error) {
	if e.Approvals == nil {
		return nil, fmt.Errorf("%w: a person must approve this, and this server keeps no approvals", errNothingSent)
	}
	a, found, err := e.Approvals.Find(ctx, e.caller.Tenant, e.signed)
	if err != nil {
		return nil, e.withoutApprovals(err)
	}
	before := ""
	if found && a.State == approvals.Spent {
		var answer *Answer
		if answer, before, err = e.afterApproval(ctx, a); answer != nil || err != nil {
			return answer, err
		}
		found = false
	}
	if !found {
		if a, _, err = e.Approvals.Put(ctx, e.approvalRequest()); err != nil {
			return nil, e.withoutApprovals(err)
		}
	}
	switch a.State {
	case approvals.Approved:
		e.approval, e.confirmation = a, approvalGiven(a, e.signed, e.Now())
		return nil, nil
	case approvals.Declined:
		return e.unsent(fmt.Sprintf("%s declined this at %s. That is final: the same call cannot be approved before %s. Do not try another way", a.DecidedBy, clock(a.DecidedAt), clock(a.Expires))), nil
	}
	return e.waits(a, before), nil
}

func (e *execution) approvalRequest() approvals.Request {
	return approvals.Request{
		Tenant: e.caller.Tenant, Subject: e.caller.Subject, Client: e.caller.Client,
		Integration: e.Integration, Tool: e.tool.Name, Hash: e.signed, Call: e.call(), Statement: e.statement.Text(),
	}
}

// call is the same for calls that would send the same, whatever a person would be shown
// of them.
func (e *execution) call() string {
	return hex.EncodeToString(sign(e.Secret, "call", strings.Join(e.keys, " "), fmt.Sprint(e.flags.Again, e.flags.Anyway),
		e.tool.Name, e.Integration, e.caller.Tenant, e.caller.Subject))
}

// repeatedApproval answers a call with again: true under whose approval something was
// sent: see repeated. Without again, the write memory has the first outcome.
func (e *execution) repeatedApproval(ctx context.Context) (*Answer, error) {
	if !e.flags.Again || e.Approvals == nil {
		return nil, nil
	}
	all, err := e.Approvals.List(ctx, approvals.OfTenant(e.caller.Tenant))
	if err != nil {
		return nil, e.withoutApprovals(err)
	}
	call := e.call()
	same := slices.DeleteFunc(all, func(a approvals.Approval) bool { return a.Call != call || a.State != approvals.Spent })
	if len(same) == 0 {
		return nil, nil
	}
	last := slices.MaxFunc(same, approvals.CompareSpent)
	sent, err := e.sentUnder(ctx, last.ID, false)
	if err != nil || sent.count == 0 || sent.refused == sent.count {
		return nil, err
	}
	return e.approvedBefore(ctx, last, sent)
}

// approvedBefore answers with what was sent under an approval.
func (e *execution) approvedBefore(ctx context.Context, a approvals.Approval, sent sent) (*Answer, error) {
	answer, err := e.firstOutcome(ctx, sent)
	if answer != nil && e.flags.Again {
		answer.Notes = append(answer.Notes, fmt.Sprintf("%s. The same call can be approved once more after %s.", givenBy(a), clock(a.Expires)))
	}
	return answer, err
}

func givenBy(a approvals.Approval) string {
	return fmt.Sprintf("%s approved this at %s", a.DecidedBy, clock(a.DecidedAt))
}

// approvalGiven is the confirmation that an approval stands for. Approvals expire in real
// time, the write memory counts by the executor's clock.
func approvalGiven(a approvals.Approval, signed string, now time.Time) once.Confirmation {
	return once.Confirmation{Token: a.ID, How: byApproval, Answer: "approved", By: a.DecidedBy, Statement: signed, Expires: now.Add(approvals.Lifetime)}
}

// waits answers that nothing is sent until a person approves.
func (e *execution) waits(a approvals.Approval, before string) *Answer {
	answer := e.plan.preview(e.isOpen)
	answer.Outcome = outcomeWaiting
	for i := range answer.Results {
		answer.Results[i].Outcome = outcomeWaiting
	}
	if before != "" {
		answer.Notes = append(answer.Notes, before)
	}
	answer.Notes = append(answer.Notes, fmt.Sprintf("This waits for a person's approval until %s. %s Send the same call again later for the outcome.",
		clock(a.Expires), cmp.Or(e.ApproveHint, defaultApproveHint)))
	return answer
}

// afterApproval answers a call whose approval was used: with what became of it. If nothing
// was done under the approval, there is no answer: the call asks anew, and before says why.
func (e *execution) afterApproval(ctx context.Context, a approvals.Approval) (answer *Answer, before string, err error) {
	sent, err := e.sentUnder(ctx, a.ID, true)
	if err != nil {
		return nil, "", err
	}
	given := givenBy(a)
	switch {
	case sent.count == 0:
		before, err = e.neverSent(ctx, a, given)
		return nil, before, err
	case sent.refused == sent.count:
		why := wording.Sentence(e.Mask.WithholdText(sent.refusal, e.concern()))
		return nil, fmt.Sprintf("%s, and it was sent and refused: %s No record was changed, so it has to be approved once more.", given, why), nil
	}
	answer, err = e.approvedBefore(ctx, a, sent)
	return answer, "", err
}

// neverSent says why an approval that was used has to be given again although no write
// under it is remembered. Whoever used it may still be about to send: using it up in the
// write memory, too, stops them.
func (e *execution) neverSent(ctx context.Context, a approvals.Approval, given string) (before string, err error) {
	lost := approvalGiven(a, e.signed, e.Now())
	lost.Answer = "approved, and not sent"
	in := e.intent()
	in.Confirmation = lost
	switch err := e.Memory.Spend(ctx, in, lost); {
	case err == nil:
		return given + ", but the call that used the approval ended before it sent anything, so it has to be approved once more.", nil
	case !errors.Is(err, once.ErrSpent):
		return "", withoutMemory(err)
	}
	return given + ", and the approval was used, but no write under it is on record. It has to be approved once more: look in the ATS first.", nil
}

// spendApproval uses the approval up. If a call that was sent at the same time has, the
// answer is what became of that.
func (e *execution) spendApproval(ctx context.Context) (*Answer, error) {
	_, err := e.Approvals.Spend(ctx, e.approval)
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, approvals.ErrSpent):
		return e.answerSpent(ctx)
	case errors.Is(err, approvals.ErrNotFound):
		return nil, fmt.Errorf("%w: the approval expired just now. Send the same call again to ask anew", errNothingSent)
	}
	return nil, e.withoutApprovals(err)
}

// withoutApprovals says that nothing was sent, and why.
func (e *execution) withoutApprovals(err error) error {
	switch {
	case errors.Is(err, approvals.ErrFull), errors.Is(err, approvals.ErrTooLarge):
		return fmt.Errorf("%w: %w", errNothingSent, err)
	case errors.Is(err, approvals.ErrNotRecorded):
		return fmt.Errorf("%w: %w: send the same call again once the journal can be written", errNothingSent, err)
	}
	return fmt.Errorf("%w: %w: %w", errNothingSent, errApprovals, err)
}

// clock is a time as notes word it. An approval ends within the hour, so the day is clear.
func clock(t time.Time) string { return t.UTC().Format("15:04 UTC") }
