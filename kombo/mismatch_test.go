package kombo

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOddValuesAtAnyDepthAreTakenForNull(t *testing.T) {
	const before, after = `{"status":"success","data":{"next":null,"results":[{"id":"a","name":"A",`, `},{"id":"b","name":"B"}]}}`
	tests := map[string]string{
		"a text for a number":        `"weekly_hours":"forty"`,
		"a number for a text":        `"department":7`,
		"a fraction for a count":     `"stages":[{"id":"s","index":1.5}]`,
		"a huge number for a count":  `"stages":[{"id":"s","index":1e99}]`,
		"a yes for a list":           `"stages":true`,
		"a list for an object":       `"location":[1]`,
		"an object for a list":       `"hiring_team":{"a":1}`,
		"a text for a list's object": `"stages":[{"id":"s"},"t"]`,
		"a list in a list":           `"hiring_team":[{"job_roles":[[1]]}]`,
		"an object for a text":       `"location":{"city":{"name":"Berlin"}}`,
		"several at once":            `"weekly_hours":"forty","department":7,"stages":[{"index":"x"},{"index":2.5}],"location":"Berlin"`,
		"a key in another case":      `"Weekly_Hours":"forty"`,
	}
	for name, odd := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := decodeSuccess[listData[Job]]([]byte(before+odd+after), true, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			jobs := *got.Data.Results
			require.Len(t, jobs, 2)
			assert.Equal(t, "A", jobs[0].Name)
			assert.Equal(t, "B", jobs[1].Name)
			assert.Nil(t, jobs[0].WeeklyHours)
			if jobs[0].Location != nil {
				assert.Empty(t, *jobs[0].Location)
			}
			assert.Empty(t, jobs[0].Department)
			for _, stage := range jobs[0].Stages {
				assert.Nil(t, stage.Index)
			}
		})
	}
}

func TestAWriteWhoseRecordIsOddWasStillDone(t *testing.T) {
	for name, data := range map[string]string{"a list": `[]`, "a text": `"ok"`, "null": `null`, "odd inside": `{"id":"n","candidate":"x"}`} {
		t.Run(name, func(t *testing.T) {
			u := script(t, answer{status: 200, body: `{"status":"success","data":` + data + `}`})
			_, receipt, err := u.client(t).CreateApplication(t.Context(), "j", CreateApplicationInput{})
			require.NoError(t, err)
			assert.Equal(t, 1, receipt.Attempts)
			_, err = u.client(t).AddApplicationNote(t.Context(), "a", NoteInput{Content: "n"})
			require.NoError(t, err)
		})
	}
}
