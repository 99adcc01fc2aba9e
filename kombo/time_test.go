package kombo

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimesAreReadLeniently(t *testing.T) {
	want := time.Date(2022, 8, 7, 14, 1, 29, 0, time.UTC)
	tests := map[string]struct {
		text string
		want time.Time
	}{
		"with milliseconds": {`"2022-08-07T14:01:29.196Z"`, want.Add(196 * time.Millisecond)},
		"without":           {`"2022-08-07T14:01:29Z"`, want},
		"with an offset":    {`"2022-08-07T16:01:29+02:00"`, want},
		"without a zone":    {`"2022-08-07T14:01:29"`, want},
		"a plain date":      {`"2022-08-07"`, want.Truncate(24 * time.Hour)},
		"null":              {`null`, time.Time{}},
		"blank":             {`""`, time.Time{}},
		"nonsense":          {`"soon"`, time.Time{}},
		"a number":          {`1659880889`, time.Time{}},
		"an object":         {`{"at":1}`, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := TimeOf(time.Now())
			require.NoError(t, json.Unmarshal([]byte(test.text), &got))
			assert.Equal(t, test.want, got.Time)
		})
	}
}

func TestTimesAreWrittenAsTheWireHasThem(t *testing.T) {
	at := time.Date(2022, 8, 7, 16, 1, 29, 196e6, time.FixedZone("", 7200))
	out, err := json.Marshal([]Time{{at}, {}})
	require.NoError(t, err)
	assert.Equal(t, `["2022-08-07T14:01:29.196Z",null]`, string(out))
	assert.Equal(t, "2022-08-07T14:01:29.196Z", FormatTime(at))
	assert.Equal(t, "2022-08-07", FormatDate(at))
}

func TestDatesThatKomboTakes(t *testing.T) {
	for _, text := range []string{"2026-10-01", "2026-10-01T09:30:00Z", "2026-10-01T09:30:00.123Z"} {
		assert.NoError(t, CheckDate(text))
	}
	refused := map[string]string{
		"2026-10-01T09:30:00+02:00": "write it as 2026-10-01T07:30:00.000Z",
		"2026-10-01T09:30+0200":     "convert it to UTC",
		"2026-10-01T09:30:00":       "2026-10-01T09:30:00Z",
		"2026-13-01":                "2026-10-01",
		"2026-10-01T09:30:00,5Z":    "2026-10-01",
		"yesterday":                 "2026-10-01",
		"":                          "2026-10-01",
	}
	for text, says := range refused {
		err := CheckDate(text)
		require.ErrorIs(t, err, ErrInvalidDate, text)
		assert.ErrorContains(t, err, says)
	}
}

func TestScreeningAnswersAsText(t *testing.T) {
	tests := map[string]struct {
		answer string
		want   []string
	}{
		"text":            {`{"content":"Yes, please"}`, []string{"Yes, please"}},
		"choice":          {`{"choice":"TypeScript"}`, []string{"TypeScript"}},
		"choices":         {`{"choices":["Go","C"]}`, []string{"Go", "C"}},
		"checked":         {`{"checked":true}`, []string{"yes"}},
		"not checked":     {`{"checked":false}`, []string{"no"}},
		"number":          {`{"number":12.50}`, []string{"12.5"}},
		"zero":            {`{"number":0}`, []string{"0"}},
		"date":            {`{"date":"2022-08-07T00:00:00.000Z"}`, []string{"2022-08-07"}},
		"raw text":        {`{"raw":"abc"}`, []string{"abc"}},
		"raw object":      {`{"raw":{"a":[1]}}`, []string{`{"a":[1]}`}},
		"unanswered":      {`{"content":null}`, nil},
		"null":            {`null`, nil},
		"another shape":   {`"plain"`, []string{"plain"}},
		"odd inner types": {`{"content":["a"]}`, []string{`{"content":["a"]}`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got ScreeningAnswer
			require.NoError(t, json.Unmarshal([]byte(`{"answer":`+test.answer+`,"question":{"title":"Q","type":"X"}}`), &got))
			assert.Equal(t, test.want, got.Texts())
			assert.Equal(t, "Q", got.Question.Title)
			if len(test.want) == 1 {
				assert.Equal(t, test.want[0], got.Text())
			}
		})
	}
	assert.Equal(t, "Go, C", ScreeningAnswer{Answer: AnswerValue{Choices: []string{"Go", "C"}}}.Text())
}
