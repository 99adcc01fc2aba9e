package sandbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked returns the first job, which has questions of nearly every type.
func asked(a *api) (Job, map[string]Question) {
	j := a.s.Snapshot().Jobs[0]
	byTitle := map[string]Question{}
	for _, q := range j.Questions {
		byTitle[q.Title] = q
	}
	return j, byTitle
}

func TestAnswersAreCheckedByTheTypeOfTheQuestion(t *testing.T) {
	a := start(t, Options{})
	j, q := asked(a)
	language := q[askLanguage]
	for name, c := range map[string]struct {
		title   string
		answer  any
		problem string
	}{
		"the text of a choice":     {askLanguage, "Go", `Invalid option ID "Go"`},
		"a list for one choice":    {askLanguage, []string{language.OptionIDs[0]}, "Expected string, received array"},
		"a number as text":         {askYears, "7", "Expected number, received string"},
		"a number below the range": {askYears, -1, "greater than or equal to 0"},
		"a number above the range": {askYears, 99, "less than or equal to 40"},
		"a boolean as text":        {"Do you already have a work permit for the EU?", "yes", "Expected boolean, received string"},
		"one of many as text":      {"Which languages do you speak?", "German", "Expected array, received string"},
		"many with a wrong one":    {"Which languages do you speak?", []string{"German"}, "Invalid option ID"},
		"a date in words":          {"When could you start?", "next week", "Invalid date"},
		"an address that is none":  {"Link to your portfolio or code", "github", "Invalid url"},
		"a file as text":           {"Work sample", "file", "Expected object, received string"},
		"a file of another type":   {"Work sample", obj{"name": "a.txt", "content_type": "text/plain", "data": "SGk="}, "File type text/plain is not accepted"},
		"too long a text":          {"Which other language is it?", "a language with a name that is far too long to be true", "at most 40"},
	} {
		t.Run(name, func(t *testing.T) {
			body := obj{"candidate": person("a@example.com"), "screening_question_answers": []obj{{"question_id": q[c.title].ID, "answer": c.answer}}}
			_, message := a.in(t).refused(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", body, http.StatusBadRequest)
			assert.Contains(t, message, "screening_question_answers.0.answer: ")
			assert.Contains(t, message, c.problem)
		})
	}
	assert.Empty(t, a.s.Effects())
}

func TestRequiredQuestionsMustBeAnsweredIfTheirConditionHolds(t *testing.T) {
	a := start(t, Options{})
	j, q := asked(a)
	path := "/ats/jobs/" + j.ID + "/applications"
	_, message := a.refused(http.MethodPost, path, obj{"candidate": person("r@example.com")}, http.StatusBadRequest)
	assert.Contains(t, message, askLanguage)
	assert.Contains(t, message, askYears)
	assert.NotContains(t, message, "Which other language")

	answers := func(option int, permit bool) []obj {
		return []obj{
			{"question_id": q[askLanguage].ID, "answer": q[askLanguage].OptionIDs[option]}, {"question_id": q[askYears].ID, "answer": 5},
			{"question_id": q["Do you already have a work permit for the EU?"].ID, "answer": permit},
		}
	}
	_, message = a.refused(http.MethodPost, path, obj{"candidate": person("r@example.com"), "screening_question_answers": answers(5, false)}, http.StatusBadRequest)
	assert.Contains(t, message, `"Which other language is it?"`)
	assert.Contains(t, message, `"Which permit would you need?"`)
	a.ok(http.MethodPost, path, obj{"candidate": person("r@example.com"), "screening_question_answers": answers(0, true)})
}

func TestAnswersAreReadBackAsTextAndOddOnesAreWarnings(t *testing.T) {
	a := start(t, Options{})
	j, q := asked(a)
	spoken := q["Which languages do you speak?"]
	got := a.whole(http.MethodPost, "/ats/jobs/"+j.ID+"/applications", obj{"candidate": person("w@example.com"), "screening_question_answers": []obj{
		{"question_id": "nobody", "answer": "x"},
		{"question_id": spoken.ID, "answer": []string{spoken.OptionIDs[1], spoken.OptionIDs[0]}},
		{"question_id": q[askLanguage].ID, "answer": q[askLanguage].OptionIDs[1]},
		{"question_id": q[askYears].ID, "answer": 6.5},
		{"question_id": q["When could you start?"].ID, "answer": "2026-12-01"},
		{"question_id": q["Do you already have a work permit for the EU?"].ID, "answer": true},
		{"question_id": q["Work sample"].ID, "answer": obj{"name": "a.pdf", "data_url": "https://example.com/a.pdf"}},
	}})
	warnings := got["warnings"].([]any)
	require.Len(t, warnings, 1)
	assert.Contains(t, warnings[0].(obj)["message"], "nobody")
	read := map[string]any{}
	for _, r := range a.one("/ats/applications", got["data"].(obj)["id"].(string))["screening_question_answers"].([]any) {
		read[r.(obj)["question"].(obj)["title"].(string)] = r.(obj)["answer"]
	}
	assert.Equal(t, map[string]any{
		askLanguage: obj{"choice": "Java"}, askYears: obj{"number": 6.5}, spoken.Title: obj{"choices": []any{"German", "English"}},
		"When could you start?":                         obj{"date": "2026-12-01T00:00:00.000Z"},
		"Do you already have a work permit for the EU?": obj{"checked": true},
	}, read)
}

func TestQuestionsOfEveryTypeAreThere(t *testing.T) {
	a := start(t, Options{})
	types, categories, required := map[string]bool{}, map[string]bool{}, false
	conditions := 0
	for _, j := range a.all("/ats/jobs", "") {
		for _, q := range j["screening_questions"].([]any) {
			q := q.(obj)
			if f, ok := q["format"].(obj); ok {
				types[f["type"].(string)] = true
			}
			if c, ok := q["category"].(string); ok {
				categories[c] = true
			}
			required = required || q["required"] == true
			if q["precondition_question_id"] != nil {
				conditions++
			}
		}
	}
	for _, want := range []string{"TEXT", "NUMBER", "BOOLEAN", "SINGLE_SELECT", "MULTI_SELECT", "DATE", "FILE", "INFORMATION", "UNKNOWN"} {
		assert.True(t, types[want], want)
	}
	assert.Len(t, categories, 2)
	assert.True(t, required)
	assert.Positive(t, conditions)
}
