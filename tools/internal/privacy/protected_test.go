package privacy_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

func TestProtectedQuestionsAreThoseThatJobsMarkOrThatSaySo(t *testing.T) {
	p := privacy.NewProtected([]kombo.Job{{ScreeningQuestions: []kombo.ScreeningQuestion{
		{RemoteID: "q1", Title: "How do you identify?", Category: "EEO"}, {RemoteID: "q2", Title: "Notice period"},
	}}})
	for title, want := range map[string]bool{
		"HOW DO YOU IDENTIFY?": true, "Notice period": false, "Your gender (optional)": true, "Staatsangehörigkeit?": true,
		"Do you race cars?": true, "Traces of nuts": false, "": false,
	} {
		assert.Equal(t, want, p.Title(title), title)
	}
	assert.True(t, p.Asked(digest.Fold("How do you identify")))
	assert.False(t, p.Asked(digest.Fold("Notice period")))

	a := &kombo.Application{ScreeningQuestionAnswers: []kombo.ScreeningAnswer{
		{Question: kombo.AnsweredQuestion{RemoteID: "q1", Title: "renamed"}}, {Question: kombo.AnsweredQuestion{RemoteID: "q2", Title: "Notice period"}},
		{Question: kombo.AnsweredQuestion{Title: "Veteran?"}},
	}}
	assert.Equal(t, 2, p.Strip(a))
	assert.Len(t, a.ScreeningQuestionAnswers, 1)
	assert.True(t, privacy.NewProtected(nil).Title("Date of birth"))
}
