package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// writing is a plan on its way out.
type writing struct {
	*call
	spec  spec
	flags writeFlags
	plan  plan
	// keys name the changes, by their index; hash names them all together.
	keys []string
	hash string
	// known is the state in which each change was remembered when the call
	// began, "" where it was not.
	known       []once.State
	confirmedBy string
}

// keyOf names a write: the same integration, tool and resolved arguments are
// the same write.
func keyOf(integration, tool string, args map[string]any) (string, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return "", fmt.Errorf("encode the arguments: %w", err)
	}
	h := sha256.New()
	for _, part := range [][]byte{[]byte(integration), []byte(tool), raw} {
		h.Write(fmt.Appendf(nil, "%d:%s", len(part), part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// look names the changes and asks the memory what it knows of them, so that
// nobody is asked to confirm what was done already.
func (w *writing) look(ctx context.Context) error {
	h := sha256.New()
	for _, ch := range w.plan.changes {
		key, err := keyOf(w.cfg.Client.Integration(), w.spec.name, ch.args)
		if err != nil {
			return err
		}
		w.keys = append(w.keys, key)
		h.Write([]byte(key))
		var remembered once.Entry
		if !w.flags.Again {
			if remembered, _, err = w.cfg.Memory.Look(ctx, key); err != nil {
				return notWritten(err)
			}
		}
		w.known = append(w.known, remembered.Outcome.State)
	}
	if w.flags.Again {
		h.Write([]byte("again"))
	}
	w.hash = hex.EncodeToString(h.Sum(nil)[:16])
	return nil
}

func notWritten(err error) error {
	return fmt.Errorf("nothing was sent, because the memory of writes cannot be asked or written: %w", err)
}

// open counts the changes of which nothing is remembered.
func (w *writing) open() int {
	n := 0
	for _, state := range w.known {
		if state == "" {
			n++
		}
	}
	return n
}

// isOpen tells whether a record is still to be written to, any of them if it is
// "".
func (w *writing) isOpen(record string) bool {
	for i, ch := range w.plan.changes {
		if w.known[i] == "" && (record == "" || record == ch.record) {
			return true
		}
	}
	return false
}

// send carries out the changes in order. A lone change that fails is the
// call's error, so that hosts see it as one.
func (w *writing) send(ctx context.Context) (*WriteAnswer, error) {
	answer := &WriteAnswer{Notes: w.plan.notes}
	batch := ""
	if len(w.plan.changes) > 1 {
		batch = w.hash
	}
	stopped := ""
	for i, ch := range w.plan.changes {
		if stopped == "" && ctx.Err() != nil {
			stopped = "the call was cancelled before"
		}
		if stopped != "" {
			answer.Results = append(answer.Results, WriteResult{Record: ch.record, Outcome: outcomeUnsent, Says: "Not sent: " + stopped + "."})
			continue
		}
		r, warnings, err := w.one(ctx, i, batch)
		if err != nil {
			err = w.mask.Withhold(err, w.plan.strangers)
			if len(w.plan.changes) == 1 {
				return nil, err
			}
			r.Says = Explain(err)
			stopped = whatStops(err)
		}
		answer.Results = append(answer.Results, r)
		answer.Notes = append(answer.Notes, warnings...)
	}
	w.keeper.Clear()
	w.directories.forgetTags()
	answer.sum()
	return answer, nil
}

// whatStops tells why a failure ends a batch, "" where it does not: it would
// meet every other record too, and each would wait as long for it.
func whatStops(err error) string {
	if meetsAll(err) {
		return "what refused the one before would refuse this too"
	}
	ke, ok := errors.AsType[*kombo.Error](err)
	switch {
	case !ok:
		return ""
	case ke.Status == 0:
		return "the one before got no answer"
	case kombo.IsRateLimited(err) || ke.Status == http.StatusServiceUnavailable:
		return "Kombo or the ATS takes no more for now"
	}
	return ""
}

// meetsAll reports whether a failure would meet every other record of a batch
// too.
func meetsAll(err error) bool {
	switch kombo.CodeOf(err) {
	case kombo.CodeAuthenticationInvalid, kombo.CodeIPNotWhitelisted, kombo.CodeIntegrationNotFound, kombo.CodePermissionMissing,
		kombo.CodeIntegrationAuthenticationInvalid, kombo.CodeActionDisabled, kombo.CodeActionNotAvailable,
		kombo.CodeSetupSyncPending, kombo.CodeSetupIncomplete, kombo.CodeIntegrationInactive, kombo.CodeQAFailed:
		return true
	}
	return errors.Is(err, errMemory)
}

// errMemory marks a write that was not sent because its intent could not be
// recorded.
var errMemory = errors.New("the memory of writes cannot be asked or written")

// one sends one change, unless it was sent before.
func (w *writing) one(ctx context.Context, i int, batch string) (WriteResult, []string, error) {
	ch := w.plan.changes[i]
	args, err := json.Marshal(ch.args)
	if err != nil {
		return WriteResult{Record: ch.record, Outcome: outcomeRefused}, nil, fmt.Errorf("encode the arguments: %w", err)
	}
	claim, err := w.cfg.Memory.Begin(ctx, once.Intent{
		Key: w.keys[i], Slot: ch.slot, Batch: batch, RequestID: w.RequestID, Client: w.Client, Tool: w.spec.name,
		Integration: w.cfg.Client.Integration(), Confirmation: once.Confirmation{How: w.confirmedBy}, Arguments: args,
		Deadline: w.cfg.Now().Add(w.cfg.Client.ActionTimeout() + time.Minute), Again: w.flags.Again,
	})
	switch {
	case err != nil:
		return WriteResult{Record: ch.record, Outcome: outcomeUnsent}, nil, fmt.Errorf("nothing was sent: %w: %w", errMemory, err)
	case claim.Prior != nil:
		r, err := w.before(ctx, ch, *claim.Prior)
		return r, nil, err
	case claim.Done != nil && w.known[i] != "":
		return w.forgotten(ch, claim.Done)
	case claim.Wait != nil:
		r, err := claim.Wait(ctx)
		if err != nil {
			return WriteResult{Record: ch.record, Outcome: outcomeUnknown}, nil, fmt.Errorf("the same write is under way and was not sent again; its outcome is not known yet: %w", err)
		}
		res, err := w.before(ctx, ch, r)
		return res, nil, err
	}
	return w.fresh(ctx, ch, claim.Done)
}

// forgotten declines to send a change that was remembered when the call began
// and is no longer: nobody was asked about it, and haste did not count it.
func (w *writing) forgotten(ch change, done func(once.Outcome) error) (WriteResult, []string, error) {
	why := errors.New("what was remembered of the same write ended while this call ran, so nothing was sent. Send the same call again")
	if err := done(once.Outcome{State: once.Refused, Summary: ch.words, Error: why.Error()}); err != nil {
		w.cfg.Logger.Error("journal: outcome not written", "tool", w.spec.name, "err", err)
	}
	return WriteResult{Record: ch.record, Outcome: outcomeUnsent}, nil, why
}

// fresh sends a claimed change and records what became of it.
func (w *writing) fresh(ctx context.Context, ch change, done func(once.Outcome) error) (WriteResult, []string, error) {
	began := w.cfg.Now()
	receipt, created, err := ch.send(ctx)
	out := once.Outcome{State: once.Done, Summary: ch.words, Created: created, Attempts: receipt.Attempts, Duration: receipt.Duration}
	r := WriteResult{Record: ch.record, Says: wording.Sentence(ch.words)}
	if ke, ok := errors.AsType[*kombo.Error](err); ok {
		out.LogURL = ke.LogURL
	}
	switch {
	case errors.Is(err, kombo.ErrOutcomeUnknown):
		if out.State, out.Error = once.Unknown, err.Error(); w.shown(ctx, ch, began) {
			out.State, out.Error, err = once.Done, "", nil
			r.Says += " (The answer was lost; Kombo's copy shows that it was done.)"
		}
	case err != nil:
		out.State, out.Error = once.Refused, err.Error()
	}
	r.Outcome, r.Created = string(out.State), createdWords(created)
	var notes []string
	for _, warning := range receipt.Warnings {
		notes = append(notes, "The ATS warns: "+wording.Clip(digest.Clean(w.mask.WithholdText(warning.Message, w.plan.strangers)), 300))
	}
	if doneErr := done(out); doneErr != nil {
		notes = append(notes, "The outcome could not be written to the journal: "+doneErr.Error())
		w.cfg.Logger.Error("journal: outcome not written", "tool", w.spec.name, "err", doneErr)
	}
	if id := created["application"]; id != "" {
		ch.effect, ch.done = effect{kind: effectCreated, record: id, value: id}, "created"
	}
	if out.State == once.Done && ch.effect.record != "" {
		w.recent.add(recentWrite{effect: ch.effect, words: ch.done, at: w.cfg.Now()})
	}
	return r, notes, err
}

// shown asks the copy whether it shows the write. That it does not, tells
// nothing: the copy lags.
func (w *writing) shown(ctx context.Context, ch change, began time.Time) bool {
	if ch.shows == nil {
		return false
	}
	ok, err := ch.shows(ctx, began)
	return err == nil && ok
}

// clockSlack is how far the clock of an ATS may be behind this one's.
const clockSlack = time.Minute

// before answers for a write that was made earlier.
func (w *writing) before(ctx context.Context, ch change, e once.Entry) (WriteResult, error) {
	ago := wording.Ago(w.cfg.Now().Sub(e.At))
	res := WriteResult{Record: ch.record, Outcome: string(e.Outcome.State), Created: createdWords(e.Outcome.Created)}
	if e.Outcome.State == once.Unknown && w.shown(ctx, ch, e.At.Add(-w.cfg.Client.ActionTimeout()-clockSlack)) {
		o := once.Outcome{State: once.Done, Summary: ch.words}
		if err := w.cfg.Memory.Settle(ctx, e, o); err != nil {
			w.cfg.Logger.Warn("journal: settle", "tool", w.spec.name, "err", err)
		}
		e.Outcome.State, res.Outcome = once.Done, outcomeDone
	}
	switch e.Outcome.State {
	case once.Done:
		// In the words of then: by now the copy may show the record as it became.
		res.Says = fmt.Sprintf("This was already done %s and was not repeated: %s To do it once more, send again: true.", ago, wording.Sentence(cmp.Or(e.Outcome.Summary, ch.words)))
		return res, nil
	case once.Refused:
		return res, fmt.Errorf("the same write, sent at the same time, was refused: %s", w.mask.WithholdText(e.Outcome.Error, w.plan.strangers))
	}
	res.Outcome = outcomeUnknown
	return res, fmt.Errorf("the same write was sent %s and %w; it was not sent again. Look in the ATS whether it was done; only if it was not, send again: true. %s", ago, kombo.ErrOutcomeUnknown, wording.Sentence(w.mask.WithholdText(e.Outcome.Error, w.plan.strangers)))
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
