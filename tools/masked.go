package tools

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// What a write says, masked on its way to the agent. The question to a person
// and the journal hold the truth.

// answer masks what a write says of people, and takes out what nobody sees.
func (m *mask) answer(a *WriteAnswer, people []known) *WriteAnswer {
	if a == nil {
		return nil
	}
	for i := range a.Results {
		a.Results[i].Says = digest.Clean(m.document(a.Results[i].Says, people...))
		a.Results[i].Resolved = m.resolved(a.Results[i].Resolved, people)
	}
	for i := range a.Notes {
		a.Notes[i] = digest.Clean(m.document(a.Notes[i], people...))
	}
	return a
}

// resolved masks the values in arguments that are JSON.
func (m *mask) resolved(s string, people []known) string {
	var v any
	switch {
	case m == nil:
		return s
	case json.Unmarshal([]byte(s), &v) != nil:
		return ""
	}
	for _, k := range people {
		v = m.free(v, k)
	}
	return wording.JSON(v)
}

// maskedError is an error whose words must not name a person.
type maskedError struct {
	error
	mask   *mask
	people []known
}

func (e *maskedError) Unwrap() error { return e.error }

// Error masks the words below.
func (e *maskedError) Error() string { return e.mask.document(e.error.Error(), e.people...) }

// err masks what an error says; the question to the person shows the truth.
func (m *mask) err(err error, people []known) error {
	if _, asks := err.(*askError); m == nil || err == nil || asks { //nolint:errorlint // the question itself, never wrapped
		return err
	}
	return &maskedError{err, m, people}
}

// heldBack stands for words from outside about people of whom nothing is known.
const heldBack = "What the ATS says is held back, since it may tell what this server masks."

// outside is an error on its way into an answer about people, some of whom are
// strangers: what could name them is left out.
func (m *mask) outside(err error, strangers bool) error {
	ke, ok := errors.AsType[*kombo.Error](err)
	if m == nil || !ok || !strangers && ke.Code != kombo.CodeApplicationAlreadyExists {
		return err
	}
	bare := *ke
	bare.Title, bare.Message, bare.Body = "", heldBack, ""
	if errors.Is(err, kombo.ErrOutcomeUnknown) {
		return fmt.Errorf("%w: %w", kombo.ErrOutcomeUnknown, &bare)
	}
	return &bare
}

// words are those of the ATS without an error around them, likewise.
func (m *mask) words(s string, strangers bool) string {
	if m != nil && strangers {
		return heldBack
	}
	return s
}
