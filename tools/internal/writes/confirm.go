package writes

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// errNothingSent is wrapped by every refusal of a plan that could have been sent.
var errNothingSent = errors.New("nothing was sent")

// ConfirmationRequiredError is not a failure: a person has to confirm the writes first.
// The same call must come again with their Reply and this State.
type ConfirmationRequiredError struct {
	Question Question
	State    string
}

// Error implements error.
func (e *ConfirmationRequiredError) Error() string {
	return "a person must confirm this first: " + e.Question.Text()
}

// Reply is what became of a question.
type Reply string

// The replies. The zero Reply means that no question has been asked yet.
const (
	ReplyAccepted Reply = "accepted"
	ReplyDeclined Reply = "declined"
	// ReplyDismissed is a question that was closed without an answer.
	ReplyDismissed Reply = "dismissed"
	// ReplyUnreadable is an answer that is not one.
	ReplyUnreadable Reply = "unreadable"
)

// confirm makes sure that a person agreed where the policy requires it. It returns an
// answer if nothing is to be sent now, and a *ConfirmationRequiredError if the person
// has to be asked.
func (e *execution) confirm() (*Answer, error) {
	switch {
	case e.Policy == PolicyDeny:
		return nil, fmt.Errorf("%w: this server's settings allow no writes (--writes deny). dry_run: true shows what would be done", errNothingSent)
	case e.openCount() == 0:
		return nil, nil
	case e.Policy != PolicyConfirmAll && (e.Policy != PolicyConfirm || !e.tool.Weighty):
		e.confirmedBy = "the server's settings"
		return nil, nil
	case e.caller.CanAsk:
		return e.askPerson()
	}
	switch e.Fallback {
	case FallbackDeny:
		return nil, fmt.Errorf("%w: a person must confirm this, and this client cannot ask one", errNothingSent)
	case FallbackPreview:
		return e.confirmByCode()
	}
	e.confirmedBy = "the host, by the server's settings"
	return nil, nil
}

func (e *execution) askPerson() (*Answer, error) {
	switch e.caller.Reply {
	case "":
		state, err := e.tickets.issue(e.Secret, e.hash, e.Now())
		if err != nil {
			return nil, err
		}
		return nil, &ConfirmationRequiredError{e.question(), state}
	case ReplyUnreadable:
		return nil, fmt.Errorf("%w: the person's answer could not be read", errNothingSent)
	}
	if err := e.tickets.redeem(e.Secret, e.caller.State, e.hash, e.Now()); err != nil {
		return nil, err
	}
	switch e.caller.Reply {
	case ReplyAccepted:
		e.confirmedBy = "a person, asked by the server"
		return nil, nil
	case ReplyDeclined:
		return e.unsent("the person declined. Do not ask again unless they want it"), nil
	}
	return e.unsent("the person closed the question without an answer. Ask what they want before trying again"), nil
}

// confirmByCode answers with a preview and a code, and accepts the code.
func (e *execution) confirmByCode() (*Answer, error) {
	now := e.Now()
	if given := strings.ToUpper(strings.TrimSpace(e.flags.Code)); given != "" {
		for _, at := range []time.Time{now, now.Add(-codeWindow)} {
			if hmac.Equal([]byte(given), []byte(codeFor(e.Secret, e.hash, at))) {
				e.confirmedBy = "the code of a preview"
				return nil, nil
			}
		}
		return nil, fmt.Errorf("%w: the code is not that of this write, or older than %d minutes. Send the call without code for a new preview", errNothingSent, int(2*codeWindow.Minutes()))
	}
	a := e.plan.preview()
	a.Code = codeFor(e.Secret, e.hash, now)
	a.Notes = append(a.Notes, "Show this to the person; send the same call with this code only if they agree.")
	return a, nil
}

// unsent answers that nothing was sent now.
func (e *execution) unsent(why string) *Answer {
	a := &Answer{Notes: []string{"Nothing was sent: " + why + "."}}
	for i, ch := range e.plan.Changes {
		r := Result{Record: ch.Record, Outcome: outcomeUnsent, Says: "Not sent: " + wording.Sentence(ch.Summary)}
		switch e.remembered[i] {
		case once.Done:
			r.Outcome, r.Says = outcomeDone, "This was already done before: "+wording.Sentence(ch.Summary)
		case once.Unknown, once.InFlight:
			r.Outcome, r.Says = outcomeUnknown, "This was sent before, and its outcome is not known: "+wording.Sentence(ch.Summary)
		}
		a.Results = append(a.Results, r)
	}
	a.setOutcome()
	return a
}
