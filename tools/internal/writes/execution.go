package writes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// execution takes one plan through write memory, confirmation, write limit and
// sending.
type execution struct {
	*Executor
	caller Caller
	tool   Tool
	flags  Flags
	plan   Plan
	// keys name the changes, by their index; hash names them all together.
	keys []string
	hash string
	// remembered is the state in which the write memory had each change when the call
	// began, "" if it had none.
	remembered []once.State
	// statement is what a person must confirm, and signed what their confirmation is
	// good for.
	statement    Statement
	signed       string
	confirmation once.Confirmation
	// approval is where the confirmation comes from; zero if from elsewhere.
	approval approvals.Approval
}

// look names the changes and looks them up in the write memory, so that nobody is
// asked to confirm what was done already.
func (e *execution) look(ctx context.Context) error {
	h := sha256.New()
	for _, ch := range e.plan.Changes {
		key, err := keyOf(e.Integration, e.tool.Name, ch.Arguments)
		if err != nil {
			return err
		}
		e.keys = append(e.keys, key)
		h.Write([]byte(key))
		var entry once.Entry
		if !e.flags.Again {
			if entry, _, err = e.Memory.Look(ctx, key); err != nil {
				return withoutMemory(err)
			}
		}
		e.remembered = append(e.remembered, entry.Outcome.State)
	}
	if e.flags.Again {
		h.Write([]byte("again"))
	}
	e.hash = hex.EncodeToString(h.Sum(nil)[:16])
	return nil
}

// isOpen reports whether a change is still to be sent.
func (e *execution) isOpen(i int) bool { return e.remembered[i] == "" }

// concern is what words of the ATS may repeat.
func (e *execution) concern() privacy.Concern {
	c := privacy.Concern{People: e.plan.People, SomeoneUnknown: e.plan.SomeoneUnknown}
	for _, ch := range e.plan.Changes {
		for _, f := range ch.Fields() {
			if !f.Literal && !strings.HasSuffix(f.Label, "_id") {
				c.Typed = append(c.Typed, f.Value)
			}
		}
	}
	return c
}

// openCount counts the changes that are.
func (e *execution) openCount() int {
	n := 0
	for i := range e.remembered {
		if e.isOpen(i) {
			n++
		}
	}
	return n
}

// isOpenRecord reports whether a record is still to be written to, any of them if it
// is "".
func (e *execution) isOpenRecord(record string) bool {
	for i, ch := range e.plan.Changes {
		if e.isOpen(i) && (record == "" || record == ch.Record) {
			return true
		}
	}
	return false
}

// send carries out the changes in order. A lone change that fails is the call's
// error, so that hosts show it as one.
func (e *execution) send(ctx context.Context) (*Answer, error) {
	answer := &Answer{Notes: e.plan.Notes}
	batch := ""
	if len(e.plan.Changes) > 1 {
		batch = e.hash
	}
	stopped := ""
	for i, ch := range e.plan.Changes {
		if stopped == "" && ctx.Err() != nil {
			stopped = "the call was cancelled before"
		}
		if stopped != "" {
			answer.Results = append(answer.Results, Result{Record: ch.Record, Outcome: outcomeUnsent, Says: "Not sent: " + stopped + "."})
			continue
		}
		r, notes, err := e.sendOnce(ctx, i, batch)
		if err != nil {
			err = e.Mask.Withhold(err, e.concern())
			if len(e.plan.Changes) == 1 {
				return nil, err
			}
			r.Says = e.Explain(err)
			stopped = whyBatchStops(err)
		}
		answer.Results = append(answer.Results, r)
		answer.Notes = append(answer.Notes, notes...)
	}
	e.Sent()
	answer.setOutcome()
	return answer, nil
}

// sendOnce sends one change, unless it was sent before. The notes are for the answer.
func (e *execution) sendOnce(ctx context.Context, i int, batch string) (r Result, notes []string, err error) {
	ch := e.plan.Changes[i]
	r = Result{Record: ch.Record, Outcome: outcomeUnsent}
	arguments, err := json.Marshal(ch.Arguments)
	if err != nil {
		r.Outcome = outcomeRefused
		return r, nil, fmt.Errorf("encode the arguments: %w", err)
	}
	in := e.intent()
	in.Key, in.Slot, in.SlotValue, in.Batch, in.Arguments, in.Again = e.keys[i], ch.Slot, ch.SlotValue, batch, arguments, e.flags.Again
	in.Deadline = e.Now().Add(e.ActionTimeout + time.Minute)
	claim, err := e.Memory.Begin(ctx, in)
	switch {
	case err != nil:
		return r, nil, withoutMemory(err)
	case claim.Prior != nil:
		r, err = e.sentBefore(ctx, ch, *claim.Prior)
		return r, nil, err
	case claim.Wait != nil:
		entry, err := claim.Wait(ctx)
		if err != nil {
			r.Outcome = outcomeUnknown
			return r, nil, fmt.Errorf("the same write is under way and was not sent again; its outcome is not known yet: %w", err)
		}
		r, err = e.sentBefore(ctx, ch, entry)
		return r, nil, err
	case !e.isOpen(i):
		return r, nil, e.refuseExpired(ch, claim.Done)
	}
	return e.sendClaimed(ctx, ch, claim.Done)
}

// intent is what the changes of the plan share.
func (e *execution) intent() once.Intent {
	return once.Intent{
		Tenant: e.caller.Tenant, Subject: e.caller.Subject, Client: e.caller.Client, Transport: e.caller.Transport,
		RequestID: e.caller.RequestID, Tool: e.tool.Name, Integration: e.Integration, Confirmation: e.confirmation,
	}
}

// refuseExpired refuses a change whose record in the write memory expired during this
// call: it was neither confirmed nor counted against the write limit.
func (e *execution) refuseExpired(ch Change, done func(once.Outcome) error) error {
	why := errors.New("the record of the same write expired while this call ran, so nothing was sent. Send the same call again")
	if err := done(once.Outcome{State: once.Refused, Summary: ch.Summary, Error: why.Error()}); err != nil {
		e.Logger.Error("recording the outcome of a write failed", "tool", e.tool.Name, "err", err)
	}
	return why
}

// sendClaimed sends a change and records what became of it.
func (e *execution) sendClaimed(ctx context.Context, ch Change, done func(once.Outcome) error) (Result, []string, error) {
	began := e.Now()
	receipt, created, err := ch.Send(ctx)
	out := once.Outcome{State: once.Done, Summary: ch.Summary, Created: created, Attempts: receipt.Attempts, Duration: receipt.Duration}
	r := Result{Record: ch.Record, Says: wording.Sentence(ch.Summary)}
	if ke, ok := errors.AsType[*kombo.Error](err); ok {
		out.LogURL = ke.LogURL
	}
	switch {
	case errors.Is(err, kombo.ErrOutcomeUnknown):
		if out.State, out.Error = once.Unknown, err.Error(); isShown(ctx, ch, began) {
			out.State, out.Error, err = once.Done, "", nil
			r.Says += " (The answer was lost; Kombo's copy shows that it was done.)"
		}
	case err != nil:
		out.State, out.Error = once.Refused, err.Error()
	}
	r.Outcome, r.Created = string(out.State), createdWords(created)
	var notes []string
	for _, warning := range receipt.Warnings {
		notes = append(notes, "The ATS warns: "+wording.Clip(digest.Clean(e.Mask.WithholdText(warning.Message, e.concern())), 300))
	}
	if doneErr := done(out); doneErr != nil {
		notes = append(notes, "The outcome could not be written to the journal: "+doneErr.Error())
		e.Logger.Error("recording the outcome of a write failed", "tool", e.tool.Name, "err", doneErr)
	}
	if id := created["application"]; id != "" {
		ch.Effect, ch.Done = Effect{Kind: EffectCreated, Record: id, Value: id}, "created"
	}
	if out.State == once.Done && ch.Effect.Record != "" {
		e.Recent.add(recentWrite{Effect: ch.Effect, words: ch.Done, at: e.Now()})
	}
	return r, notes, err
}

// isShown reports whether Kombo's copy shows a write. That it does not means nothing:
// the copy lags.
func isShown(ctx context.Context, ch Change, began time.Time) bool {
	if ch.Shows == nil {
		return false
	}
	ok, err := ch.Shows(ctx, began)
	return err == nil && ok
}

// clockSlack is how far the clock of an ATS may be behind this server's.
const clockSlack = time.Minute

// sentBefore answers for a change that was sent earlier.
func (e *execution) sentBefore(ctx context.Context, ch Change, entry once.Entry) (Result, error) {
	ago := wording.Ago(e.Now().Sub(entry.At))
	r := Result{Record: ch.Record, Outcome: string(entry.Outcome.State), Created: createdWords(entry.Outcome.Created)}
	if entry.Outcome.State == once.Unknown && isShown(ctx, ch, entry.At.Add(-e.ActionTimeout-clockSlack)) {
		if err := e.Memory.Settle(ctx, entry, once.Outcome{State: once.Done, Summary: ch.Summary}); err != nil {
			e.Logger.Warn("settling the outcome of a write failed", "tool", e.tool.Name, "err", err)
		}
		entry.Outcome.State, r.Outcome = once.Done, outcomeDone
	}
	switch entry.Outcome.State {
	case once.Done:
		// In the words of then: by now the copy may show the record as it became. Under a
		// mask only today's words are known to hide what they must.
		said := entry.Outcome.Summary
		if e.Mask != nil {
			said = ""
		}
		r.Says = fmt.Sprintf("This was already done %s and was not repeated: %s", ago, wording.Sentence(cmp.Or(said, ch.Summary)))
		if !e.flags.Again {
			r.Says += " To do it once more, send again: true."
		}
		return r, nil
	case once.Refused:
		return r, fmt.Errorf("the same write, sent at the same time, was refused: %s", e.Mask.WithholdText(entry.Outcome.Error, e.concern()))
	}
	r.Outcome = outcomeUnknown
	return r, fmt.Errorf("the same write was sent %s and %w; it was not sent again. Look in the ATS whether it was done; only if it was not, send again: true. %s", ago, kombo.ErrOutcomeUnknown, wording.Sentence(e.Mask.WithholdText(entry.Outcome.Error, e.concern())))
}

func createdWords(created map[string]string) []string {
	var out []string
	for _, kind := range []string{"application", "candidate", "import"} {
		if id := created[kind]; id != "" {
			out = append(out, kind+" "+id)
		}
	}
	return out
}
