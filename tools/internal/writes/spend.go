package writes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

const (
	// beginsWithin is how soon after its confirmation was used a write has begun, unless
	// its process was killed in between.
	beginsWithin = time.Second
	// confirmedPoll is how often a write under way is looked at.
	confirmedPoll = 50 * time.Millisecond
)

// spend uses the confirmation up. If it was used before, by the same call sent again, the
// answer is what became of it then.
func (e *execution) spend(ctx context.Context) (*Answer, error) {
	if e.confirmation.Token == "" {
		return nil, nil
	}
	e.confirmation.By, e.confirmation.Statement = cmp.Or(e.confirmation.By, e.caller.Client), e.signed
	if e.approval.ID != "" {
		if answer, err := e.spendApproval(ctx); answer != nil || err != nil {
			return answer, err
		}
	}
	err := e.Memory.Spend(ctx, e.intent(), e.confirmation)
	switch {
	case err == nil:
		return nil, nil
	case !errors.Is(err, once.ErrSpent):
		return nil, withoutMemory(err)
	}
	return e.answerSpent(ctx)
}

// answerSpent answers a call whose confirmation turned out to be used.
func (e *execution) answerSpent(ctx context.Context) (*Answer, error) {
	sent, err := e.sentUnder(ctx, e.confirmation.Token, true)
	switch {
	case err != nil:
		return nil, err
	case sent.count > 0:
		return e.firstOutcome(ctx, sent)
	case e.confirmation.How == byApproval:
		return nil, fmt.Errorf("%w: the approval was used before. Send the same call again for the outcome, or to ask anew", errNothingSent)
	}
	return nil, fmt.Errorf("%w: this confirmation was used before. Send the call again without it to ask anew", errNothingSent)
}

// repeated answers a call that carries a code or an answer which sent something before:
// with what became of that, before anything else is said. By now Kombo's copy may show the
// write, and then the plan meets objections, and is not the one that was confirmed. The
// code is not checked, since nothing is sent: a caller who has it once sent this very write.
func (e *execution) repeated(ctx context.Context) (*Answer, error) {
	token := ""
	switch {
	case !e.mustConfirm():
		return nil, nil
	case e.Fallback == FallbackPerson:
		return e.repeatedApproval(ctx)
	case e.caller.State != "":
		token = stateToken(e.caller, e.caller.State)
	case e.flags.Code != "":
		token = codeToken(e.caller, e.flags.Code)
	}
	if token == "" {
		return nil, nil
	}
	sent, err := e.sentUnder(ctx, token, false)
	if err != nil || sent.count == 0 {
		return nil, err
	}
	return e.firstOutcome(ctx, sent)
}

// sent is what was sent of a plan under one confirmation.
type sent struct {
	// entries are those of the changes, by their index; zero if a change was not sent.
	entries []once.Entry
	// count counts those that are not zero, refused those of them that were refused,
	// the last one by refusal.
	count, refused int
	refusal        string
}

// sentUnder looks up what was sent under a confirmation, and waits for what is under way.
// If await, whoever used it may not have begun yet.
func (e *execution) sentUnder(ctx context.Context, token string, await bool) (sent, error) {
	s := sent{entries: make([]once.Entry, len(e.plan.Changes))}
	for i := range e.plan.Changes {
		entry, waited, err := e.waitConfirmed(ctx, e.keys[i], token, await)
		if err != nil {
			return s, err
		}
		// Changes are sent in their order: once one has not begun, none after it will.
		await = waited && entry.Key != ""
		s.entries[i] = entry
		switch {
		case entry.Key == "":
			continue
		case entry.Outcome.State == once.Refused:
			s.refused++
			s.refusal = entry.Outcome.Error
		}
		s.count++
	}
	return s, nil
}

// waitConfirmed looks up one write, waits while it is under way, and, if await, until it
// has had the time to begin. waited reports whether it did wait, so that the next may be
// about to begin.
func (e *execution) waitConfirmed(ctx context.Context, key, token string, await bool) (entry once.Entry, waited bool, err error) {
	begins := time.Now().Add(beginsWithin)
	for {
		entry, err = e.Memory.LookConfirmed(ctx, key, token)
		if err != nil {
			return entry, waited, withoutMemory(err)
		}
		begun := entry.Key != ""
		if begun && entry.Outcome.State != once.InFlight || !begun && (!await || time.Now().After(begins)) {
			return entry, waited || await && begun, nil
		}
		waited = true
		select {
		case <-ctx.Done():
			if !begun {
				return entry, waited, fmt.Errorf("%w: %w", errNothingSent, ctx.Err())
			}
			return entry, waited, fmt.Errorf("the same write is under way and was not sent again; its outcome is not known yet: %w", ctx.Err())
		case <-time.After(confirmedPoll):
		}
	}
}

// firstOutcome answers a call that comes again with a confirmation under which something
// was sent. One change is enough: the confirmation is used up, so what was not sent then
// needs another one.
func (e *execution) firstOutcome(ctx context.Context, sent sent) (*Answer, error) {
	a := &Answer{}
	for i, ch := range e.plan.Changes {
		r, err := e.firstResult(ctx, i, sent.entries[i])
		if err != nil {
			if len(e.plan.Changes) == 1 {
				return nil, err
			}
			r.Record, r.Says = ch.Record, e.Explain(err)
		}
		a.Results = append(a.Results, r)
	}
	a.setOutcome()
	return a, nil
}

// firstResult is what became of one change; entry is zero if it was not sent under the
// confirmation.
func (e *execution) firstResult(ctx context.Context, i int, entry once.Entry) (Result, error) {
	ch := e.plan.Changes[i]
	switch {
	case entry.Key == "" && e.isOpen(i):
		return Result{Record: ch.Record, Outcome: outcomeUnsent, Says: "Not sent under this confirmation: " + wording.Sentence(ch.Summary)}, nil
	case entry.Key == "":
		return e.unsentResult(i), nil
	case entry.Outcome.State == once.Refused:
		return Result{Outcome: outcomeRefused}, fmt.Errorf("this was sent %s and refused, and was not sent again: %s", wording.Ago(e.Now().Sub(entry.At)), e.Mask.WithholdText(entry.Outcome.Error, e.concern()))
	}
	return e.sentBefore(ctx, ch, entry)
}
