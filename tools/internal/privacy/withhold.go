package privacy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// MaskedError is an error whose message mentions people.
type MaskedError struct {
	error
	hide func(string) string
}

// Unwrap gives the error with the message as it was.
func (e *MaskedError) Unwrap() error { return e.error }

// Error is the masked message.
func (e *MaskedError) Error() string { return e.Explain(error.Error) }

// Explain words the error with explain and masks the result.
func (e *MaskedError) Explain(explain func(error) string) string {
	return e.hide(explain(e.error))
}

// Error masks the message of an error that mentions people by hide, see [MaskedError];
// nil stays nil.
func (m *Mask) Error(err error, hide func(string) string) error {
	if m == nil || err == nil {
		return err
	}
	return &MaskedError{err, hide}
}

// Concern is what words from outside may repeat.
type Concern struct {
	// People are those whom they are about, SomeoneUnknown whether also somebody of whom
	// nothing is known.
	People         []Identity
	SomeoneUnknown bool
	// Typed is what the caller typed. Words that repeat it are withheld like those that
	// repeat what is masked, or the difference would answer a guess.
	Typed []string
}

// withheld replaces words from outside about people of whom nothing is known.
const withheld = "The words of the ATS are withheld, since they may contain what this server masks."

// screenedError is an error that Withhold has decided on, with the words that it left.
type screenedError struct{ error }

func (e *screenedError) Unwrap() error { return e.error }

// silentError is a cause whose words are withheld.
type silentError struct{ error }

func (e *silentError) Unwrap() error { return e.error }
func (*silentError) Error() string   { return "" }

// Withhold removes from an error of Kombo's its words if they may reveal what is
// masked, and those about an application that exists already, which may be anybody's. It is
// first called where most is known of whom the error is about: the first call decides, and
// further ones change nothing.
func (m *Mask) Withhold(err error, about Concern) error {
	ke, ok := errors.AsType[*kombo.Error](err)
	if m == nil || !ok {
		return err
	}
	if _, decided := errors.AsType[*screenedError](err); decided {
		return err
	}
	words := ke.Title + "\n" + ke.Message + "\n" + ke.Body
	answered := ke.Status != 0 // else the words are those of this machine
	if answered && ke.Err != nil {
		// Why an answer could not be decoded may quote it.
		words += "\n" + ke.Err.Error()
	}
	if ke.Code != kombo.CodeApplicationAlreadyExists && !m.mayReveal(words, about) {
		return &screenedError{err}
	}
	bare := *ke
	bare.Title, bare.Message, bare.Body = "", withheld, ""
	if answered && ke.Err != nil {
		bare.Err = &silentError{ke.Err}
	}
	if errors.Is(err, kombo.ErrOutcomeUnknown) {
		return &screenedError{fmt.Errorf("%w: %w", kombo.ErrOutcomeUnknown, &bare)}
	}
	return &screenedError{&bare}
}

// WithholdText does the same to words of the ATS outside an error.
func (m *Mask) WithholdText(s string, about Concern) string {
	if m != nil && m.mayReveal(s, about) {
		return withheld
	}
	return s
}

// minTyped is the shortest text of a caller, in bytes, that is looked for.
const minTyped = 3

// mayReveal reports whether words may reveal what is masked.
func (m *Mask) mayReveal(words string, about Concern) bool {
	if words = digest.CleanLines(words); words == "" {
		return false
	}
	if about.SomeoneUnknown || m.Text(words, about.People...) != words {
		return true
	}
	folded := squash(newView(words).folded).text
	return slices.ContainsFunc(about.Typed, func(typed string) bool {
		typed = squash(newView(typed).folded).text
		return len(typed) >= minTyped && strings.Contains(folded, typed)
	})
}
