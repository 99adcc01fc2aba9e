package writes

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// errNothingSent is wrapped by every refusal of a plan that could have been sent.
var errNothingSent = errors.New("nothing was sent")

// ConfirmationRequiredError is not a failure: a person has to confirm the writes first.
// The same call must come again with their Reply and this State.
type ConfirmationRequiredError struct {
	Statement Statement
	State     string
}

// Error implements error.
func (e *ConfirmationRequiredError) Error() string {
	return "a person must confirm this first: " + e.Statement.Text()
}

// Reply is what became of a question.
type Reply string

// The replies. The zero Reply means that no question has been asked yet.
const (
	// ReplyConfirmed is a form that came back accepted, with its confirm true.
	ReplyConfirmed Reply = "confirmed"
	// ReplyNotConfirmed is any other readable answer: declined, cancelled, or accepted
	// without a true confirm. A host may have given it by itself.
	ReplyNotConfirmed Reply = "not confirmed"
	// ReplyUnanswered is a question that was shown and had no answer in time, or whose
	// connection was lost.
	ReplyUnanswered Reply = "unanswered"
	// ReplyCannotAsk is a client that announced that it can ask and cannot: it refused
	// the question, or returned something else than an answer.
	ReplyCannotAsk Reply = "cannot ask"
)

// The ways to confirm, as the journal records them.
const (
	bySettings = "settings"
	byForm     = "form"
	byCode     = "code"
	byApproval = "approval"
)

// mustConfirm reports whether the policy wants a person to confirm the writes of the tool.
func (e *execution) mustConfirm() bool {
	return e.Policy == PolicyConfirmAll || e.Policy == PolicyConfirm && e.tool.Weighty
}

// confirm makes sure that a person agreed where the policy requires it. It returns an
// answer if nothing is to be sent now, and a *ConfirmationRequiredError if the person
// has to be asked. The confirmation is not used up yet; see spend.
func (e *execution) confirm(ctx context.Context) (*Answer, error) {
	switch {
	case e.Policy == PolicyDeny:
		return nil, fmt.Errorf("%w: this server's settings allow no writes (--writes deny). dry_run: true shows what would be done", errNothingSent)
	case e.openCount() == 0:
		return nil, nil
	case !e.mustConfirm():
		e.confirmation.How = bySettings
		return nil, nil
	}
	e.statement = e.plan.statement(e.tool.Irreversible, e.isOpen)
	if e.flags.Again {
		// Otherwise it would look like the write that was confirmed before.
		e.statement.Warnings = append(e.statement.Warnings, "This is sent even if the same was sent before.")
	}
	if why := e.statement.tooLong(); why != "" {
		return nil, fmt.Errorf("%w: %s", errNothingSent, why)
	}
	e.signed = e.sign()
	switch {
	case e.Fallback == FallbackPerson:
		return e.confirmByApproval(ctx)
	case e.caller.Reply == ReplyUnanswered:
		return e.unconfirmed(), nil
	case e.caller.CanAsk && e.caller.Reply != ReplyCannotAsk:
		return e.askPerson(ctx)
	}
	switch e.Fallback {
	case FallbackDeny:
		return nil, fmt.Errorf("%w: a person must confirm this, and this client cannot ask one", errNothingSent)
	case FallbackAllow:
		e.confirmation.How = bySettings
		return nil, nil
	}
	return e.confirmByCode()
}

// sign is what a confirmation is good for: exactly what was shown, for this caller.
func (e *execution) sign() string {
	return hex.EncodeToString(sign(e.Secret, "statement", e.statement.Text(), strings.Join(e.keys, " "), fmt.Sprint(e.flags.Again),
		e.tool.Name, e.Integration, e.caller.Tenant, e.caller.Subject))
}

func (e *execution) askPerson(ctx context.Context) (*Answer, error) {
	if e.caller.Reply == "" {
		state, err := newState(e.Secret, e.signed, e.Now())
		if err != nil {
			return nil, err
		}
		return nil, &ConfirmationRequiredError{e.statement, state}
	}
	token, err := checkState(e.Secret, e.caller, e.caller.State, e.signed, e.Now())
	if err != nil {
		return nil, err
	}
	if e.caller.Reply != ReplyConfirmed {
		// An answer is an answer: the same question cannot be answered again with a yes.
		no := once.Confirmation{Token: token, How: byForm, Answer: "not confirmed", By: e.caller.Client, Statement: e.signed, Expires: e.Now().Add(questionFor)}
		if err := e.Memory.Spend(ctx, e.intent(), no); err != nil && !errors.Is(err, once.ErrSpent) {
			return nil, withoutMemory(err)
		}
		return e.unsent("no one confirmed this. Do not ask again unless the person wants it"), nil
	}
	e.confirmation = once.Confirmation{Token: token, How: byForm, Answer: "confirm: true", Expires: e.Now().Add(questionFor)}
	return nil, nil
}

// confirmByCode answers with a preview and a code, and accepts the code.
func (e *execution) confirmByCode() (*Answer, error) {
	now := e.Now()
	if given := strings.TrimSpace(e.flags.Code); given != "" {
		token, ok := checkCode(e.Secret, e.caller, given, e.signed, now)
		if !ok {
			return nil, fmt.Errorf("%w: the code belongs to another write, or what would be sent or what speaks against it has changed since, or it is older than %d minutes. Send the call without code for a new preview", errNothingSent, int(2*codeWindow.Minutes()))
		}
		e.confirmation = once.Confirmation{Token: token, How: byCode, Answer: "code", Expires: now.Add(2 * codeWindow)}
		return nil, nil
	}
	a := e.plan.preview(e.isOpen)
	a.Code = newCode(e.Secret, e.signed, now)
	a.Notes = append(a.Notes, "Show this to the person; send the same call with this code only if they agree.")
	return a, nil
}

// unconfirmed answers after a question that nobody answered: with a preview, whatever
// the fallback is.
func (e *execution) unconfirmed() *Answer {
	a := e.plan.preview(e.isOpen)
	a.Notes = append(a.Notes, "Nothing was sent: the question was shown and no one answered it. Ask the person before you send the call again.")
	if e.Fallback == FallbackPreview || e.Fallback == "" {
		a.Code = newCode(e.Secret, e.signed, e.Now())
	}
	return a
}

// unsent answers that nothing was sent now.
func (e *execution) unsent(why string) *Answer {
	a := &Answer{Notes: []string{"Nothing was sent: " + why + "."}}
	for i := range e.plan.Changes {
		a.Results = append(a.Results, e.unsentResult(i))
	}
	a.setOutcome()
	return a
}

// unsentResult says that a change was not sent now, or what is remembered of it.
func (e *execution) unsentResult(i int) Result {
	ch := e.plan.Changes[i]
	r := Result{Record: ch.Record, Outcome: outcomeUnsent, Says: "Not sent: " + wording.Sentence(ch.Summary)}
	switch e.remembered[i] {
	case once.Done:
		r.Outcome, r.Says = outcomeDone, "This was already done before: "+wording.Sentence(ch.Summary)
	case once.Unknown, once.InFlight:
		r.Outcome, r.Says = outcomeUnknown, "This was sent before, and its outcome is not known: "+wording.Sentence(ch.Summary)
	}
	return r
}
