package kombo

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// ScreeningAnswer is a candidate's answer to one screening question. Kombo does
// not send the question's own id here: match it by RemoteID or Title.
type ScreeningAnswer struct {
	Answer   AnswerValue      `json:"answer"`
	Question AnsweredQuestion `json:"question"`
}

// AnsweredQuestion is the question of a ScreeningAnswer. Type is TEXT,
// SINGLE_SELECT, MULTI_SELECT, BOOLEAN, NUMBER, DATE or UNKNOWN.
type AnsweredQuestion struct {
	RemoteID string `json:"remote_id"`
	Title    string `json:"title"`
	Type     string `json:"type"`
}

// AnswerValue is an answer, in the field that goes with the type of the question.
// Choice and Choices are the texts of options, not their ids. Raw is the answer to
// a question of unknown type, or the whole value if its shape was unexpected.
type AnswerValue struct {
	Content string   `json:"content,omitzero"`
	Choice  string   `json:"choice,omitzero"`
	Choices []string `json:"choices,omitzero"`
	Checked *bool    `json:"checked,omitzero"`
	Number  *float64 `json:"number,omitzero"`
	Date    Time     `json:"date,omitzero"`
	Raw     any      `json:"raw,omitzero"`
}

// UnmarshalJSON never fails on valid JSON: it stores a value of an unexpected
// shape in Raw.
func (v *AnswerValue) UnmarshalJSON(data []byte) error {
	type plain AnswerValue
	var known plain
	if err := json.Unmarshal(data, &known); err == nil {
		*v = AnswerValue(known)
		return nil
	}
	*v = AnswerValue{}
	return json.Unmarshal(data, &v.Raw)
}

// Text returns the answer on one line: choices joined by ", ", yes or no for a
// checkbox, a date as YYYY-MM-DD, JSON for an unexpected shape, "" for no answer.
func (v AnswerValue) Text() string { return strings.Join(v.Texts(), ", ") }

// Texts returns the parts of the answer: one for each choice of a multiple choice,
// one for any other type, nil if there is no answer.
func (v AnswerValue) Texts() []string {
	switch {
	case len(v.Choices) > 0:
		return v.Choices
	case v.Content != "":
		return []string{v.Content}
	case v.Choice != "":
		return []string{v.Choice}
	case v.Checked != nil && *v.Checked:
		return []string{"yes"}
	case v.Checked != nil:
		return []string{"no"}
	case v.Number != nil:
		return []string{strconv.FormatFloat(*v.Number, 'f', -1, 64)}
	case !v.Date.IsZero():
		return []string{v.Date.Format(time.DateOnly)}
	case v.Raw != nil:
		return rawTexts(v.Raw)
	}
	return nil
}

func rawTexts(raw any) []string {
	if text, ok := raw.(string); ok {
		return []string{text}
	}
	encoded, err := json.Marshal(raw)
	if err != nil {
		return nil
	}
	return []string{string(encoded)}
}

// Text returns the answer on one line; see AnswerValue.Text.
func (a ScreeningAnswer) Text() string { return a.Answer.Text() }

// Texts returns the parts of the answer; see AnswerValue.Texts.
func (a ScreeningAnswer) Texts() []string { return a.Answer.Texts() }
