package tools

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// Policy says which writes a person is asked about first.
type Policy string

// The policies of writes. The zero value is PolicyAllow.
const (
	PolicyAllow Policy = "allow"
	// PolicyConfirm asks before what changes where a person stands: reject,
	// move and the two creates.
	PolicyConfirm Policy = "confirm"
	// PolicyConfirmAll asks before every write.
	PolicyConfirmAll Policy = "confirm-all"
	// PolicyDeny refuses every write; dry runs still work.
	PolicyDeny Policy = "deny"
)

// Fallback says what happens where a person should be asked and the client
// cannot ask. The zero value is FallbackAllow.
type Fallback string

// The fallbacks of confirmation.
const (
	// FallbackAllow trusts the host to have asked.
	FallbackAllow Fallback = "allow"
	// FallbackPreview gives the dry run and a code that a second call carries.
	FallbackPreview Fallback = "preview"
	FallbackDeny    Fallback = "deny"
)

// ParsePolicy reads a policy; the error names the valid ones.
func ParsePolicy(s string) (Policy, error) {
	switch p := Policy(s); p {
	case "":
		return PolicyAllow, nil
	case PolicyAllow, PolicyConfirm, PolicyConfirmAll, PolicyDeny:
		return p, nil
	}
	return "", fmt.Errorf("%q is none of allow, confirm, confirm-all, deny", s)
}

// ParseFallback reads a fallback; the error names the valid ones.
func ParseFallback(s string) (Fallback, error) {
	switch f := Fallback(s); f {
	case "":
		return FallbackAllow, nil
	case FallbackAllow, FallbackPreview, FallbackDeny:
		return f, nil
	}
	return "", fmt.Errorf("%q is none of allow, preview, deny", s)
}

const (
	// askFor is how long a question to a person stands.
	askFor = 9 * time.Minute
	// codeWindow is how long a code is given out; it is taken for one window
	// more.
	codeWindow = 5 * time.Minute
	// questionKey names the one question that a call asks.
	questionKey = "confirm"
	nonceBytes  = 9
)

// askError is no failure: the person has to be asked first. Toolbox.Call turns
// it into the protocol's question.
type askError struct{ message, state string }

func (e *askError) Error() string { return "a person must confirm this first: " + e.message }

// result is the question as the protocol carries it, in both of its eras.
func (e *askError) result() *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Result: mcp.Result{ResultType: mcp.ResultTypeInputRequired},
		MultiRoundTripResult: mcp.MultiRoundTripResult{
			RequestState: e.state,
			InputRequests: mcp.InputRequests{questionKey: mcp.NewElicitationInputRequest(mcp.ElicitationParams{
				Mode: mcp.ElicitationModeForm, Message: e.message,
				RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
			})},
		},
	}
}

// errNotAllowed is wrapped by every refusal of the write policy.
var errNotAllowed = errors.New("nothing was sent")

// confirm sees to it that a person agreed where the policy wants it. It gives
// an answer where nothing is to be sent now, and an *askError where the person
// is to be asked.
func (w *writing) confirm() (*WriteAnswer, error) {
	switch {
	case w.cfg.Writes == PolicyDeny:
		return nil, fmt.Errorf("%w: this server's settings allow no writes (--writes deny). dry_run: true shows what would be done", errNotAllowed)
	case w.open() == 0:
		return nil, nil
	case w.cfg.Writes != PolicyConfirmAll && (w.cfg.Writes != PolicyConfirm || !w.spec.weighty):
		w.confirmedBy = "the server's settings"
		return nil, nil
	case w.CanAsk:
		return w.askPerson()
	}
	switch w.cfg.Fallback {
	case FallbackDeny:
		return nil, fmt.Errorf("%w: a person must confirm this, and this client cannot ask one", errNotAllowed)
	case FallbackPreview:
		return w.byCode()
	}
	w.confirmedBy = "the host, by the server's settings"
	return nil, nil
}

func (w *writing) askPerson() (*WriteAnswer, error) {
	response, answered := w.Responses[questionKey]
	if !answered {
		state, err := w.questions.ask(w.cfg.Secret, w.hash, w.cfg.Now())
		if err != nil {
			return nil, err
		}
		return nil, &askError{w.question(), state}
	}
	if response.Elicitation == nil {
		if err := response.DecodeFor(mcp.MethodElicitationCreate); err != nil || response.Elicitation == nil {
			return nil, fmt.Errorf("%w: the person's answer could not be read", errNotAllowed)
		}
	}
	if err := w.questions.check(w.cfg.Secret, w.State, w.hash, w.cfg.Now()); err != nil {
		return nil, err
	}
	switch response.Elicitation.Action {
	case mcp.ElicitationResponseActionAccept:
		w.confirmedBy = "a person, asked by the server"
		return nil, nil
	case mcp.ElicitationResponseActionDecline:
		return w.unsent("the person declined. Do not ask again unless she wants it"), nil
	}
	return w.unsent("the person closed the question without an answer. Ask her what she wants before trying again"), nil
}

// unsent answers that nothing was sent now.
func (w *writing) unsent(why string) *WriteAnswer {
	a := &WriteAnswer{Notes: []string{"Nothing was sent: " + why + "."}}
	for i, ch := range w.plan.changes {
		r := WriteResult{Record: ch.record, Outcome: outcomeUnsent, Says: "Not sent: " + wording.Sentence(ch.words)}
		switch w.known[i] {
		case once.Done:
			r.Outcome, r.Says = outcomeDone, "This was already done before: "+wording.Sentence(ch.words)
		case once.Unknown, once.InFlight:
			r.Outcome, r.Says = outcomeUnknown, "This was sent before, and its outcome is not known: "+wording.Sentence(ch.words)
		}
		a.Results = append(a.Results, r)
	}
	a.sum()
	return a
}

// question is what the person reads: every write that would be sent now, in
// words, and what speaks against it. It shows the truth, whatever is masked for
// the agent.
func (w *writing) question() string {
	var b strings.Builder
	n := w.open()
	switch {
	case w.spec.kind == destroy:
		fmt.Fprintf(&b, "Really do this? It cannot be undone.\n")
	case n == 1:
		b.WriteString("Do this?\n")
	default:
		fmt.Fprintf(&b, "Do these %d?\n", n)
	}
	for i, ch := range w.plan.changes {
		if w.known[i] == "" {
			b.WriteString("- " + wording.Sentence(ch.words) + "\n")
		}
	}
	for _, note := range w.plan.notes {
		b.WriteString("Note: " + wording.Sentence(note) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// byCode asks the agent to show the preview and come back with its code.
func (w *writing) byCode() (*WriteAnswer, error) {
	now := w.cfg.Now()
	if given := strings.ToUpper(strings.TrimSpace(w.flags.Code)); given != "" {
		for _, at := range []time.Time{now, now.Add(-codeWindow)} {
			if hmac.Equal([]byte(given), []byte(codeFor(w.cfg.Secret, w.hash, at))) {
				w.confirmedBy = "the code of a preview"
				return nil, nil
			}
		}
		return nil, fmt.Errorf("%w: the code is not that of this write, or older than %d minutes. Send the call without code for a new preview", errNotAllowed, int(2*codeWindow.Minutes()))
	}
	a := w.plan.preview()
	a.Code = codeFor(w.cfg.Secret, w.hash, now)
	a.Notes = append(a.Notes, "Show this to the person; send the same call with this code only if she agrees.")
	return a, nil
}

func sign(secret []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, secret)
	for _, p := range parts {
		h.Write(fmt.Appendf(nil, "%d:%s", len(p), p))
	}
	return h.Sum(nil)
}

// codeFor is short, because a model copies it, and good for one write in a
// window of time.
func codeFor(secret []byte, hash string, at time.Time) string {
	window := fmt.Sprint(at.Unix() / int64(codeWindow.Seconds()))
	return base32.StdEncoding.EncodeToString(sign(secret, "code", hash, window))[:8]
}

// questions are those asked of people: each is answered once at most.
type questions struct {
	mu       sync.Mutex
	answered map[string]time.Time
}

// ask gives the state that goes out with a question: when it ends, a nonce, and
// a signature over both and the write, so that an answer fits no other one.
func (q *questions) ask(secret []byte, hash string, now time.Time) (string, error) {
	raw := make([]byte, 8+nonceBytes, 8+nonceBytes+sha256.Size)
	binary.BigEndian.PutUint64(raw, uint64(now.Add(askFor).Unix())) //nolint:gosec // a time after 1970
	if _, err := rand.Read(raw[8:]); err != nil {
		return "", fmt.Errorf("make a nonce: %w", err)
	}
	raw = append(raw, sign(secret, "ask", hash, string(raw))...)
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// check takes an answer's state back, once.
func (q *questions) check(secret []byte, state, hash string, now time.Time) error {
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(raw) != 8+nonceBytes+sha256.Size || !hmac.Equal(raw[8+nonceBytes:], sign(secret, "ask", hash, string(raw[:8+nonceBytes]))) {
		return fmt.Errorf("%w: the confirmation belongs to another call, or what it is about has changed since. Send the call again without an answer to ask anew", errNotAllowed)
	}
	ends := time.Unix(int64(binary.BigEndian.Uint64(raw)), 0) //nolint:gosec // signed by this server
	if now.After(ends) {
		return fmt.Errorf("%w: the confirmation came after %d minutes and has expired. Send the call again to ask anew", errNotAllowed, int(askFor.Minutes()))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.answered == nil {
		q.answered = map[string]time.Time{}
	}
	for nonce, until := range q.answered {
		if now.After(until) {
			delete(q.answered, nonce)
		}
	}
	nonce := string(raw[8 : 8+nonceBytes])
	if _, used := q.answered[nonce]; used {
		return fmt.Errorf("%w: this confirmation was used before. Send the call again to ask anew", errNotAllowed)
	}
	q.answered[nonce] = ends
	return nil
}
