package privacy

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// JSON hides the personal data of people in the texts of a JSON value. What is not
// JSON becomes "".
func (m *Mask) JSON(s string, people ...Identity) string {
	var v any
	switch {
	case m == nil:
		return s
	case json.Unmarshal([]byte(s), &v) != nil:
		return ""
	}
	return wording.JSON(m.finder(people...).free("", v))
}

// MaskedError is an error whose message mentions people.
type MaskedError struct {
	error
	mask   *Mask
	people []Identity
}

// Unwrap gives the error with the message as it was.
func (e *MaskedError) Unwrap() error { return e.error }

// Error is the masked message.
func (e *MaskedError) Error() string { return e.Explain(error.Error) }

// Explain words the error with explain and masks the result.
func (e *MaskedError) Explain(explain func(error) string) string {
	return e.mask.Text(explain(e.error), e.people...)
}

// Error masks the message of an error that mentions people, see [MaskedError]; nil
// stays nil.
func (m *Mask) Error(err error, people ...Identity) error {
	if m == nil || err == nil {
		return err
	}
	return &MaskedError{err, m, people}
}

// withheld replaces words from outside about people of whom nothing is known.
const withheld = "The words of the ATS are withheld, since they may contain what this server masks."

// Withhold removes from an error of Kombo's what may mention a person who cannot be
// masked: all of its words if nothing is known of somebody whom the call is about, and
// those about an application that exists already, which may be anybody's.
func (m *Mask) Withhold(err error, someoneUnknown bool) error {
	ke, ok := errors.AsType[*kombo.Error](err)
	if m == nil || !ok || !someoneUnknown && ke.Code != kombo.CodeApplicationAlreadyExists {
		return err
	}
	bare := *ke
	bare.Title, bare.Message, bare.Body = "", withheld, ""
	if errors.Is(err, kombo.ErrOutcomeUnknown) {
		return fmt.Errorf("%w: %w", kombo.ErrOutcomeUnknown, &bare)
	}
	return &bare
}

// WithholdText does the same to words of the ATS outside an error.
func (m *Mask) WithholdText(s string, someoneUnknown bool) string {
	if m != nil && someoneUnknown {
		return withheld
	}
	return s
}
