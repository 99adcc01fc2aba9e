package privacy_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func TestAnErrorIsMaskedAndStaysItself(t *testing.T) {
	who := privacy.OfCandidate(anna())
	cause := &kombo.Error{Status: 400, Message: "Anna is gone"}
	m := maskOf(t)
	hide := func(s string) string { return m.Text(s, who) }
	err := m.Error(fmt.Errorf("move Anna: %w", cause), hide)
	assert.NotContains(t, err.Error(), "nna")
	var ke *kombo.Error
	require.ErrorAs(t, err, &ke)
	masked, ok := errors.AsType[*privacy.MaskedError](err)
	require.True(t, ok)
	assert.Regexp(t, `^said: move Person `, masked.Explain(func(err error) string { return "said: " + err.Error() }))
	assert.NoError(t, m.Error(nil, hide))
}

func TestWordsAboutSomeoneUnknownAreWithheld(t *testing.T) {
	m := maskOf(t, "name")
	ke := &kombo.Error{Status: 400, Code: kombo.CodeRemoteInputInvalid, Title: "Anna", Message: "Anna is gone", Body: "Anna", LogURL: "https://x.example"}
	kept := m.Withhold(ke, privacy.Concern{})
	assert.ErrorIs(t, kept, ke)
	assert.Equal(t, ke.Error(), kept.Error())
	assert.Same(t, kept, m.Withhold(kept, privacy.Concern{SomeoneUnknown: true}), "it was decided by whoever knew more")
	got := m.Withhold(fmt.Errorf("move Anna: %w: %w", kombo.ErrOutcomeUnknown, ke), privacy.Concern{SomeoneUnknown: true})
	assert.NotContains(t, got.Error(), "nna")
	assert.ErrorIs(t, got, kombo.ErrOutcomeUnknown)
	bare, ok := errors.AsType[*kombo.Error](got)
	require.True(t, ok)
	assert.Equal(t, kombo.CodeRemoteInputInvalid, bare.Code)
	assert.Equal(t, "https://x.example", bare.LogURL)
	assert.Equal(t, "Anna is gone", ke.Message, "the original is somebody else's")

	quoting := &kombo.Error{Status: 200, Err: fmt.Errorf("decode %q: %w", "Anna", io.ErrUnexpectedEOF)}
	got = m.Withhold(quoting, privacy.Concern{SomeoneUnknown: true})
	assert.NotContains(t, got.Error(), "nna", "why an answer could not be read may quote it")
	assert.ErrorIs(t, got, io.ErrUnexpectedEOF)
	unreachable := &kombo.Error{Err: errors.New("connection refused")}
	assert.Contains(t, m.Withhold(unreachable, privacy.Concern{SomeoneUnknown: true}).Error(), "connection refused", "nobody answered")

	duplicate := &kombo.Error{Status: 400, Code: kombo.CodeApplicationAlreadyExists, Message: "Anna exists"}
	assert.NotContains(t, m.Withhold(duplicate, privacy.Concern{}).Error(), "nna", "who exists already may be anybody")

	assert.Equal(t, "fine", m.WithholdText("fine", privacy.Concern{}))
	assert.NotContains(t, m.WithholdText("Anna", privacy.Concern{SomeoneUnknown: true}), "nna")
}

func TestWordsThatRepeatAGuessAreWithheldWhetherItIsRightOrNot(t *testing.T) {
	m, about := maskOf(t), privacy.Concern{People: []privacy.Identity{privacy.OfCandidate(anna())}}
	right, wrong := "anna.berg@mail.example", "otto.wong@mail.example"
	for _, words := range []string{"The address %s is taken.", "%s", "Unknown: %s"} {
		var said []string
		for _, guess := range []string{right, wrong, "Anna", "Otto", "Bonn", "Köln", "+49 170 1234567", "+49 170 7654321"} {
			about.Typed = []string{guess}
			said = append(said, m.WithholdText(fmt.Sprintf(words, strings.ToUpper(guess)), about))
		}
		for _, s := range said {
			assert.Equal(t, said[0], s)
		}
	}
	about.Typed = []string{right, "de"}
	assert.Equal(t, "The field candidate.email_address is required.", m.WithholdText("The field candidate.email_address is required.", about))
	assert.Contains(t, m.WithholdText("Anna is gone", privacy.Concern{People: about.People}), "withheld")
	assert.Contains(t, m.WithholdText("call +44 20 7946 0958", privacy.Concern{}), "withheld")
}
