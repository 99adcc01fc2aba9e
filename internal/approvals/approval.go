package approvals

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// Lifetime is the time from asking until an approval expires.
	Lifetime = time.Hour
	// MaxWaiting is the most approvals of one tenant that may wait at a time.
	MaxWaiting = 200
	// MaxStatement bounds a statement, in bytes.
	MaxStatement = 64 << 10

	// maxName bounds, in bytes, the names in a request. A client chooses its own name, so that one is
	// truncated rather than refused.
	maxName = 256
)

var (
	// ErrNotFound says that the approval does not exist, has expired, or belongs to another tenant.
	ErrNotFound = errors.New("there is no such approval: it has expired, or was never asked for")
	// ErrDecided says that a decision was made earlier. The approval returned with it shows which.
	ErrDecided = errors.New("this was decided before")
	// ErrNotApproved says that the approval still waits, or was declined.
	ErrNotApproved = errors.New("this was not approved")
	// ErrSpent says that an earlier write used the approval.
	ErrSpent = errors.New("this approval was used before")
	// ErrFull says that MaxWaiting approvals of the tenant are waiting.
	ErrFull = fmt.Errorf("%d writes wait for approval already: have some of them approved or declined first", MaxWaiting)
	// ErrTooLarge says that a statement exceeds MaxStatement.
	ErrTooLarge = fmt.Errorf("what would be sent exceeds the %d KB that a person can be asked to read: send less at a time", MaxStatement>>10)
)

// State is the state of an approval.
type State string

// The states of an approval. Declined and Spent are final.
const (
	Waiting  State = "waiting"
	Approved State = "approved"
	Declined State = "declined"
	Spent    State = "spent"
)

func (s State) valid() bool {
	return s == Waiting || s == Approved || s == Declined || s == Spent
}

// Request asks for the approval of a write.
type Request struct {
	// Tenant is the tenant of the call; empty without tenants.
	Tenant string `json:"tenant,omitempty"`
	// Subject is the authenticated caller. Client is the name that the program gives itself, which
	// proves nothing. Either may be empty.
	Subject string `json:"subject,omitempty"`
	Client  string `json:"client,omitempty"`
	// Integration is where the write goes, Tool the tool that was called. Tool is required.
	Integration string `json:"integration,omitempty"`
	Tool        string `json:"tool"`
	// Hash identifies exactly this write by exactly this caller: any difference changes it. Required.
	Hash string `json:"hash"`
	// Call identifies what would be sent and by whom, whatever the statement says of it by now. May be
	// empty.
	Call string `json:"call,omitempty"`
	// Statement is everything that would be sent, as a person reads it: lines of UTF-8 text. Required,
	// at most MaxStatement.
	Statement string `json:"statement"`
}

// Approval is a request and its state.
type Approval struct {
	// ID identifies the approval. It cannot be guessed.
	ID string `json:"id"`
	Request
	// Created and Expires are in UTC with millisecond precision, like all times of an approval.
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	State   State     `json:"state"`
	// DecidedAt, DecidedBy and DecidedHow describe the decision; zero while the approval waits.
	DecidedAt  time.Time `json:"decided_at,omitzero"`
	DecidedBy  string    `json:"decided_by,omitempty"`
	DecidedHow string    `json:"decided_how,omitempty"`
	// SpentAt is when a write used the approval; zero before.
	SpentAt time.Time `json:"spent_at,omitzero"`
}

// Decision is an approver's decision.
type Decision struct {
	Approve bool
	// By is the approver's name, How the means ("terminal", "page"). Both are required.
	By, How string
}

// Approver is a person who may approve and decline.
type Approver struct {
	// Name is recorded with each decision. Required.
	Name string
	// How is recorded as the means; the terminal and the page have a default.
	How string
	// Scope is what the approver may see and decide.
	Scope Scope
}

func (p Approver) decides(approve bool, how string) Decision {
	if p.How != "" {
		how = p.How
	}
	return Decision{Approve: approve, By: p.Name, How: how}
}

// Scope selects the approvals of one tenant or of all. The zero Scope is that of the tenant with the
// empty name, to which everything belongs if there are no tenants.
type Scope struct {
	all    bool
	tenant string
}

// OfTenant returns the scope of one tenant.
func OfTenant(name string) Scope { return Scope{tenant: name} }

// AllTenants returns the scope of the server's operator.
func AllTenants() Scope { return Scope{all: true} }

// Tenant returns the tenant of the scope, or all for that of all tenants.
func (s Scope) Tenant() (name string, all bool) { return s.tenant, s.all }

// Covers reports whether the scope includes a tenant.
func (s Scope) Covers(tenant string) bool { return s.all || s.tenant == tenant }

// New returns a waiting approval for a request. It is for implementations of [Store].
func New(r Request, now time.Time) (Approval, error) {
	if err := r.check(); err != nil {
		return Approval{}, err
	}
	r.Client = clip(r.Client)
	created := now.UTC().Truncate(time.Millisecond)
	return Approval{ID: rand.Text(), Request: r, Created: created, Expires: created.Add(Lifetime), State: Waiting}, nil
}

func (r Request) check() error {
	switch {
	case r.Hash == "" || r.Tool == "" || r.Statement == "":
		return errors.New("approvals: a request needs a hash, a tool and a statement")
	case len(r.Statement) > MaxStatement:
		return ErrTooLarge
	case !utf8.ValidString(r.Statement):
		return errors.New("approvals: a statement must be valid UTF-8, since otherwise not all of it can be shown")
	}
	for name, value := range map[string]string{
		"tenant": r.Tenant, "subject": r.Subject, "integration": r.Integration, "tool": r.Tool, "hash": r.Hash, "call": r.Call,
	} {
		if len(value) > maxName || !utf8.ValidString(value) {
			return fmt.Errorf("approvals: the %s must be valid UTF-8 of at most %d bytes", name, maxName)
		}
	}
	return nil
}

// clip returns a name as valid UTF-8 of at most maxName bytes.
func clip(s string) string {
	const end = "…"
	if len(s) > maxName {
		s = s[:maxName-len(end)]
		for range utf8.UTFMax - 1 {
			if r, n := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && n == 1 {
				s = s[:len(s)-1]
			}
		}
		s += end
	}
	return strings.ToValidUTF8(s, string(utf8.RuneError))
}

// Valid reports whether a is complete and consistent, as New, Decide and Spend return it. Anything else
// that a store finds was not written by this package.
func (a Approval) Valid() bool {
	decided := a.State != Waiting
	return IsID(a.ID) && a.check() == nil && a.State.valid() &&
		a.Created.Before(a.Expires) && !a.Expires.After(a.Created.Add(Lifetime)) &&
		decided == (a.DecidedBy != "" && a.DecidedHow != "" && !a.DecidedAt.IsZero()) &&
		(a.State == Spent) == !a.SpentAt.IsZero()
}

// IsID reports whether s has the form of an approval's ID, which is safe in a file name and in a URL.
func IsID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// Expired reports whether the approval has expired at a time.
func (a Approval) Expired(now time.Time) bool { return !now.Before(a.Expires) }

// Decide returns the approval with a decision, or unchanged with ErrDecided. It is for implementations
// of [Store], which check for expiry first.
func (a Approval) Decide(d Decision, now time.Time) (Approval, error) {
	if d.By == "" || d.How == "" {
		return a, errors.New("approvals: a decision must say who decided, and how")
	}
	if a.State != Waiting {
		return a, ErrDecided
	}
	a.State = Declined
	if d.Approve {
		a.State = Approved
	}
	a.DecidedAt, a.DecidedBy, a.DecidedHow = now.UTC().Truncate(time.Millisecond), clip(d.By), clip(d.How)
	return a, nil
}

// Spend returns the approval as spent, or unchanged with ErrNotApproved or ErrSpent. It is for
// implementations of [Store], which check for expiry first.
func (a Approval) Spend(now time.Time) (Approval, error) {
	switch a.State {
	case Approved:
		a.State, a.SpentAt = Spent, now.UTC().Truncate(time.Millisecond)
		return a, nil
	case Spent:
		return a, ErrSpent
	}
	return a, ErrNotApproved
}
