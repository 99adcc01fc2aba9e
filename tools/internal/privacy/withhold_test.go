package privacy_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func TestAnErrorIsMaskedAndStaysItself(t *testing.T) {
	who := privacy.OfCandidate(anna())
	cause := &kombo.Error{Status: 400, Message: "Anna is gone"}
	err := maskOf(t).Error(fmt.Errorf("move Anna: %w", cause), who)
	assert.NotContains(t, err.Error(), "nna")
	var ke *kombo.Error
	require.ErrorAs(t, err, &ke)
	masked, ok := errors.AsType[*privacy.MaskedError](err)
	require.True(t, ok)
	assert.Regexp(t, `^said: move Person `, masked.Explain(func(err error) string { return "said: " + err.Error() }))
	assert.NoError(t, maskOf(t).Error(nil, who))
}

func TestWordsAboutSomeoneUnknownAreWithheld(t *testing.T) {
	m := maskOf(t, "name")
	ke := &kombo.Error{Status: 400, Code: kombo.CodeRemoteInputInvalid, Title: "Anna", Message: "Anna is gone", Body: "Anna", LogURL: "https://x.example"}
	assert.Equal(t, error(ke), m.Withhold(ke, false))
	got := m.Withhold(fmt.Errorf("move Anna: %w: %w", kombo.ErrOutcomeUnknown, ke), true)
	assert.NotContains(t, got.Error(), "nna")
	assert.ErrorIs(t, got, kombo.ErrOutcomeUnknown)
	bare, ok := errors.AsType[*kombo.Error](got)
	require.True(t, ok)
	assert.Equal(t, kombo.CodeRemoteInputInvalid, bare.Code)
	assert.Equal(t, "https://x.example", bare.LogURL)
	assert.Equal(t, "Anna is gone", ke.Message, "the original is somebody else's")

	duplicate := &kombo.Error{Status: 400, Code: kombo.CodeApplicationAlreadyExists, Message: "Anna exists"}
	assert.NotContains(t, m.Withhold(duplicate, false).Error(), "nna", "who exists already may be anybody")

	assert.Equal(t, "fine", m.WithholdText("fine", false))
	assert.NotContains(t, m.WithholdText("Anna", true), "nna")
}
