package kombo

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRemoteFieldsPassOnWhatTheyDoNotName(t *testing.T) {
	tests := map[string]struct{ in, out string }{
		"a tool that nobody listed":             {`{"newtool":{"a":{"b":[1,"x",null]}}}`, ""},
		"a field that nobody listed":            {`{"greenhouse":{"visibility":"public","colour":"red"}}`, ""},
		"a deep field that nobody listed":       {`{"greenhouse":{"post_headers":{"On-Behalf-Of":"7","X-Other":"1"}}}`, ""},
		"an explicit null":                      {`{"greenhouse":{"post_headers":{"On-Behalf-Of":null}}}`, ""},
		"an explicit blank":                     {`{"lever":{"perform_as":""}}`, ""},
		"a false":                               {`{"recruitee":{"is_json":false}}`, ""},
		"an integer beyond a float":             {`{"newtool":{"id":12345678901234567890}}`, ""},
		"one in a value of any type":            {`{"recruitee":{"visibility":{"ids":[12345678901234567890]}}}`, ""},
		"a name in another case, as wire wants": {`{"Greenhouse":{"post_headers":{"on-behalf-of":"7"}}}`, `{"greenhouse":{"post_headers":{"On-Behalf-Of":"7"}}}`},
		"nothing":                               {`{}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var fields NoteRemoteFields
			require.NoError(t, json.Unmarshal([]byte(test.in), &fields))
			out, err := json.Marshal(fields)
			require.NoError(t, err)
			if test.out == "" {
				test.out = test.in
			}
			assert.Equal(t, compact(t, test.out), compact(t, string(out)))
		})
	}
}

// compact sorts the keys of JSON without changing its numbers.
func compact(t *testing.T, text string) string {
	t.Helper()
	object, err := asObject([]byte(text))
	require.NoError(t, err)
	out, err := json.Marshal(object)
	require.NoError(t, err)
	return string(out)
}

func TestEveryKindOfRemoteFieldsHasAnExtra(t *testing.T) {
	kinds := []any{
		&TagRemoteFields{}, &AttachmentRemoteFields{}, &ResultLinkRemoteFields{}, &NoteRemoteFields{},
		&MoveRemoteFields{}, &RejectRemoteFields{}, &CreateRemoteFields{},
	}
	const text = `{"greenhouse":{"other":1,"post_headers":{"On-Behalf-Of":"7"}},"newtool":{"x":true}}`
	for _, kind := range kinds {
		require.NoError(t, json.Unmarshal([]byte(text), kind))
		out, err := json.Marshal(kind)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(out), "%T", kind)
	}
}

func TestExtraIsLaidOverTheFieldsThatAreNamed(t *testing.T) {
	fields := CreateRemoteFields{
		Workday: &WorkdayCreate{CandidateData: &WorkdayCandidateData{
			JobApplicationData: &WorkdayJobApplication{ResumeData: &WorkdayResume{SkillData: []WorkdaySkill{{"Go"}}}}}},
		Extra: map[string]any{"workday": map[string]any{"Candidate_Data": map[string]any{"More": 1}}, "new": true},
	}
	out, err := json.Marshal(CreateApplicationInput{RemoteFields: &fields})
	require.NoError(t, err)
	assert.JSONEq(t, `{"candidate":{"first_name":"","last_name":"","email_address":""},"remote_fields":{"new":true,"workday":{"Candidate_Data":{"More":1,
		"Job_Application_Data":{"Resume_Data":{"Skill_Data":[{"Skill_Name":"Go"}]}}}}}}`, string(out))
}

func TestListsInRemoteFieldsKeepUnknownParts(t *testing.T) {
	const text = `{"workday":{"Candidate_Data":{"Job_Application_Data":{"Resume_Data":{"Skill_Data":[{"Skill_Name":"Go","Level":3}]}}}}}`
	var fields CreateRemoteFields
	require.NoError(t, json.Unmarshal([]byte(text), &fields))
	assert.Equal(t, "Go", fields.Workday.CandidateData.JobApplicationData.ResumeData.SkillData[0].SkillName)
	out, err := json.Marshal(fields)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(out))
}

func TestRemoteFieldsOfTheWrongTypeAreRefused(t *testing.T) {
	for _, text := range []string{`[]`, `"x"`, `{"recruitee":{"is_json":"yes"}}`} {
		var fields NoteRemoteFields
		assert.ErrorContains(t, json.Unmarshal([]byte(text), &fields), "remote_fields", text)
	}
}
