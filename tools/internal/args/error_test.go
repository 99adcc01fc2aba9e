package args

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestErrorsAreWholeSentences(t *testing.T) {
	assert.Equal(t, []string{"limit is 0."}, Errorf("limit is %d", 0).Problems)
	assert.Equal(t, "limit is 0. Try 1.", (&Error{Problems: []string{"limit is 0.", "Try 1."}}).Error())
}

func TestJSONSaysWhatIsWrongWithoutGoTypes(t *testing.T) {
	var into struct {
		Greenhouse struct {
			ID int `json:"id"`
		} `json:"greenhouse"`
	}
	require.NoError(t, JSON(`{"greenhouse":{"id":5}}`).Unmarshal(&into))
	assert.Equal(t, 5, into.Greenhouse.ID)
	require.EqualError(t, JSON(`{"greenhouse":{"id":"x"}}`).Unmarshal(&into), "greenhouse.id cannot be a string")
	require.EqualError(t, JSON(`5`).Unmarshal(&into), "The arguments cannot be a number")
	require.Error(t, JSON(`{`).Unmarshal(&into))
}

func TestNearest(t *testing.T) {
	names := []string{"job_ids", "limit", "current_stage_ids"}
	for key, want := range map[string]string{"limt": "limit", "jobIds": "job_ids", "stage_ids": "current_stage_ids", "salary": "", "x": ""} {
		assert.Equal(t, want, nearest(key, names), key)
	}
}
