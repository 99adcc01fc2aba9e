package privacy_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	assert.True(t, p.Title(digest.Fold("How do you identify")))
	assert.False(t, p.Title(digest.Fold("Notice period")))

	a := &kombo.Application{ScreeningQuestionAnswers: []kombo.ScreeningAnswer{
		{Question: kombo.AnsweredQuestion{RemoteID: "q1", Title: "renamed"}}, {Question: kombo.AnsweredQuestion{RemoteID: "q2", Title: "Notice period"}},
		{Question: kombo.AnsweredQuestion{Title: "Veteran?"}},
	}}
	assert.Equal(t, 2, p.Strip(a))
	assert.Len(t, a.ScreeningQuestionAnswers, 1)
	assert.True(t, privacy.NewProtected(nil).Title("Date of birth"))
}

func TestQuestionsOfJobsAreRecognizedHoweverTheAnswerNamesThem(t *testing.T) {
	options := func(names ...string) *kombo.QuestionFormat {
		f := &kombo.QuestionFormat{Type: "SINGLE_SELECT"}
		for _, n := range names {
			f.Options = append(f.Options, kombo.QuestionOption{Name: n})
		}
		return f
	}
	p := privacy.NewProtected([]kombo.Job{{ScreeningQuestions: []kombo.ScreeningQuestion{
		{RemoteID: "q1", Title: "Voluntary data", Category: "EEO"},
		{RemoteID: "q2", Title: "Tell us which of these fits", Category: "DEMOGRAPHIC"},
		{RemoteID: "q3", Title: "Please choose", Format: options("Male", "Female", "Prefer not to say")},
		{RemoteID: "q4", Title: "Please choose", Format: options("Berlin", "Paris")},
		{RemoteID: "q5", Title: "", Category: "EEO"},
		{RemoteID: "q6", Title: "Voluntary data on pets"},
		{RemoteID: "q7", Title: "", Description: "Please state your marital status."},
		{RemoteID: "q8", Title: ""},
	}}})
	for q, want := range map[kombo.AnsweredQuestion]bool{
		{RemoteID: "q1 ", Title: "renamed"}:                         true,
		{RemoteID: "\u200bQ1", Title: "renamed"}:                    true,
		{Title: "Voluntary data 1"}:                                 true,
		{Title: "Tell us which of these fits (optional)"}:           true,
		{Title: "<p>Tell us which</p> of\u00a0these <b>fi</b>ts *"}: true,
		{RemoteID: "q3", Title: "Please choose"}:                    true,
		{RemoteID: "q4", Title: "Please choose"}:                    false,
		{RemoteID: "q5"}:                                            true,
		{RemoteID: "q7"}:                                            true,
		{RemoteID: "q8"}:                                            false,
		{RemoteID: "elsewhere"}:                                     true, // nobody can say what was asked
		{}:                                                          true,
		{RemoteID: "q6", Title: "Voluntary data on pets"}:           false,
		{RemoteID: "candidate.eeo_race", Title: "Question 7"}:       true,
		{RemoteID: "x", Title: "Tell us of your hobbies"}:           false,
	} {
		a := &kombo.Application{ScreeningQuestionAnswers: []kombo.ScreeningAnswer{{Question: q, Answer: kombo.AnswerValue{Content: "An answer"}}}}
		assert.Equal(t, want, p.Strip(a) == 1, "%+v", q)
	}
}

func TestTheFormOfOptionsTellsWhatAQuestionIsAbout(t *testing.T) {
	p := privacy.NewProtected(nil)
	for want, sets := range map[bool][][]string{
		true: {
			{"Male", "Female"}, {"Männlich", "Weiblich", "Divers", "Keine Angabe"}, {"Homme", "Femme", "Autre"}, {"男性", "女性", "回答しない"},
			{"Asian", "Black or African American", "Hispanic or Latino", "White (Not Hispanic or Latino)", "Two or More Races", "Decline"},
			{"I am not a protected veteran", "I identify as one or more of the classifications of a protected veteran", "I don't wish to answer"},
			{"Yes, I have a disability", "No, I do not have a disability", "I do not want to answer"}, {"Yes", "No", "Decline to self-identify"},
			{"Single", "Married", "Divorced", "Widowed"}, {"ledig", "verheiratet", "geschieden"}, {"Christian", "Muslim", "Hindu", "None"},
			{"Under 18", "18-24", "25-34", "35-44", "45+"}, {"Heterosexual", "Gay or lesbian", "Bisexual", "Prefer not to say"},
		},
		false: {
			{"Yes", "No"}, {"Red", "Green", "White", "Black"}, {"1-10", "11-50", "51-200"}, {"0-2 years", "3-5 years", "5+ years"}, {"Single", "Team"},
			{"Junior", "Senior"}, {"Yes", "No", "Prefer not to say"}, {"Straight", "Curved"}, {"S", "M", "L"}, {"Mixed", "Remote", "On site"}, {"Berlin", "Paris"},
			{"Health", "Religion", "Politics", "Sports", "Technology"}, {"Man-days", "Hours"}, {"1", "2", "3"}, nil,
		},
	} {
		for _, set := range sets {
			f := &kombo.QuestionFormat{}
			for _, name := range set {
				f.Options = append(f.Options, kombo.QuestionOption{Name: name})
			}
			assert.Equal(t, want, p.Question(&kombo.ScreeningQuestion{Title: "Please choose", Format: f}), "%q", set)
		}
	}
}

func TestAnAnswerMayTellWhatWasAsked(t *testing.T) {
	p := privacy.NewProtected(nil)
	for want, answers := range map[bool][]kombo.AnswerValue{
		true: {
			{Choice: "Female"}, {Choices: []string{"Hispanic or Latino"}}, {Choice: "Yes, I have a disability (or previously had one)"},
			{Choice: "I am a veteran"}, {Content: "non-binary"}, {Choice: "I don't wish to self-identify"}, {Choice: "Weiblich"},
		},
		false: {
			{Choice: "Yes"}, {Content: "Female-led teams were my best"}, {Choice: "White"}, {Choice: "Single"}, {Content: "I am a veteran of three start-ups"},
			{Choice: "Religious studies"}, {}, {Choice: "Prefer not to say"}, {Content: "Anna"},
		},
	} {
		for _, answer := range answers {
			a := &kombo.Application{ScreeningQuestionAnswers: []kombo.ScreeningAnswer{{Question: kombo.AnsweredQuestion{Title: "Question"}, Answer: answer}}}
			assert.Equal(t, want, p.Strip(a) == 1, "%+v", answer)
		}
	}
}

func TestCustomFieldsAboutProtectedTopicsAreRemovedAtAnyDepth(t *testing.T) {
	c := &kombo.Candidate{CustomFields: map[string]any{
		"Gender": "x", "Disability status": true, "eeo.race": "x", "candidateEthnicity": "x", "date_of_birth__c": "1990-01-01", "EEO": map[string]any{"a": "x"},
		"custom_field_1": "Female", "custom_field_2": []any{"Asian", "Hispanic or Latino"},
		"field 3": map[string]any{"name": "Marital status", "value": "x"},
		"more":    map[string]any{"age": 41.0, "notice": "4 weeks"},
		"list":    []any{map[string]any{"label": "Veteran?", "value": "x"}, map[string]any{"label": "Notice", "value": "4 weeks"}, "kept"},
		"json":    `{"gender": "x", "city": "Berlin"}`,
		"notice":  "4 weeks", "Health insurance product experience": "2 years", "Package": "Large", "[draft]": "[not JSON",
	}}
	assert.Equal(t, 12, privacy.StripFields(c))
	assert.Equal(t, map[string]any{
		"more": map[string]any{"notice": "4 weeks"}, "list": []any{map[string]any{"label": "Notice", "value": "4 weeks"}, "kept"},
		"json":   map[string]any{"city": "Berlin"},
		"notice": "4 weeks", "Health insurance product experience": "2 years", "Package": "Large", "[draft]": "[not JSON",
	}, c.CustomFields)

	a := &kombo.Application{CurrentStage: &kombo.ApplicationStage{CustomFields: map[string]any{"Alter": 41.0}}, CustomFields: map[string]any{"Sexo": "x"}}
	assert.Equal(t, 2, privacy.StripFields(a), "of what is nested, too")
	assert.Zero(t, privacy.StripFields(&kombo.Interview{}))
}

func TestTitlesAreReadWhateverTheirForm(t *testing.T) {
	p := privacy.NewProtected(nil)
	for _, title := range []string{
		"<b>Gen</b>der", "<p>Gender</p><p>Please choose</p>", "Gen\u200bder", "Gen\u00adder", "&lt;b&gt;Gender&lt;/b&gt;", "ＧＥＮＤＥＲ", "GENDER *", "  gender  ", "Your\u00a0age",
		"Nationalita\u0308t", "Staatsangehoerigkeit", "candidateGender", "EEORace", "date_of_birth", "maritalStatus", "dateofbirth", "Name, age, address", "1. Age:",
		"Are you authorised to work? What is your nationality?",
	} {
		assert.True(t, p.Title(title), title)
	}
	assert.False(t, p.Title("We hire regardless of race, gender or religion. Are you authorised to work in the US?"))
	assert.False(t, p.Title(strings.Repeat("word ", 100_000)))
}

// The answers of 200,000 applications are looked through in less than a second, since
// their few titles are judged once.
func BenchmarkProtectedAnswers(b *testing.B) {
	titles := slices.Concat(titlesIn(b, "protected"), titlesIn(b, "harmless"))
	p := privacy.NewProtected(nil)
	answers := make([]kombo.ScreeningAnswer, len(titles))
	for i, title := range titles {
		answers[i] = kombo.ScreeningAnswer{Question: kombo.AnsweredQuestion{RemoteID: fmt.Sprint("q", i), Title: title}, Answer: kombo.AnswerValue{Content: "Some words in reply"}}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i % (len(answers) - 5)
		a := kombo.Application{ScreeningQuestionAnswers: slices.Clone(answers[at : at+5])}
		p.Strip(&a)
	}
}

// A title that was not met before.
func BenchmarkProtectedTitle(b *testing.B) {
	titles := slices.Concat(titlesIn(b, "protected"), titlesIn(b, "harmless"))
	for i := 0; b.Loop(); i++ {
		privacy.NewProtected(nil).Title(fmt.Sprint(titles[i%len(titles)], " ", i))
	}
}

func TestProtectedValuesInEveryShapeAreStripped(t *testing.T) {
	for name, value := range map[string]any{
		"name in an object": []any{map[string]any{"field": map[string]any{"label": "Marital status"}, "value": "secret"}},
		"pair":              []any{[]any{"Gender", "secret"}},
		"line":              "Gender: secret",
		"lines":             []any{"Age: secret", "Shift: night"},
	} {
		c := kombo.Candidate{CustomFields: map[string]any{"x": value, "Notice": "Shift: night"}}
		assert.Positive(t, privacy.StripFields(&c), name)
		raw, err := json.Marshal(c)
		require.NoError(t, err)
		assert.NotContains(t, string(raw), "secret", name)
		assert.Contains(t, string(raw), "night", name)
	}
	a := kombo.Application{ScreeningQuestionAnswers: []kombo.ScreeningAnswer{{Question: kombo.AnsweredQuestion{Title: "Other"}, Answer: kombo.AnswerValue{Content: `{"gender": "secret", "shift": "night"}`}}}}
	privacy.NewProtected(nil).Strip(&a)
	assert.JSONEq(t, `{"shift": "night"}`, a.ScreeningQuestionAnswers[0].Answer.Content)
}
