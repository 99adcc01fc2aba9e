package args

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/jsonlimit"
)

func TestErrorsAreWholeSentences(t *testing.T) {
	assert.Equal(t, []string{"limit is 0."}, Errorf("limit is %d", 0).Problems)
	assert.Equal(t, "limit is 0. Try 1.", (&Error{Problems: []string{"limit is 0.", "Try 1."}}).Error())
}

func TestTheTextOfAnErrorIsBounded(t *testing.T) {
	many := &Error{}
	for i := range 1000 {
		many.Problems = append(many.Problems, fmt.Sprintf("limit is %d.", i))
	}
	assert.Contains(t, many.Error(), "limit is 0. limit is 1.")
	assert.Equal(t, MaxProblems, strings.Count(many.Error(), "limit is"))
	assert.Contains(t, many.Error(), "There are more problems.")
	for _, s := range []string{"x", "\"", "é", "世", "\x00", "\"a\\", " "} {
		long := strings.Repeat(s, 1<<20/len(s))
		for _, err := range []error{Errorf("%s", long), Errorf("%q is not an id; valid here: a, b.", long), &Error{Problems: slices.Repeat([]string{long}, 50)}} {
			assert.LessOrEqual(t, len(err.Error()), MaxErrorBytes)
			assert.True(t, utf8.ValidString(err.Error()))
		}
		if s != "\"" {
			assert.Contains(t, Errorf("%q is not an id; valid here: a, b.", long).Error(), "valid here: a, b.", "a long value does not push out what helps")
		}
	}
}

func TestDecodingStopsWhenNobodyWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	list := slices.Repeat([]any{"x"}, 100_000)
	got, err := Decode[sampleArgs](ctx, map[string]any{"name": "a", "ids": list})
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, got.IDs)
}

func TestDecodingCollectsNoMoreProblemsThanAreTold(t *testing.T) {
	for name, v := range map[string]any{
		"elements":       map[string]any{"name": "a", "kinds": slices.Repeat([]any{1.0}, 100_000)},
		"in a string":    map[string]any{"name": "a", "kinds": "[" + strings.Repeat("1,", 50_000) + "1]"},
		"by commas":      map[string]any{"name": "a", "kinds": strings.Repeat("x,", 50_000)},
		"objects":        map[string]any{"name": "a", "places": slices.Repeat([]any{map[string]any{}}, 900)},
		"unknown keys":   many("k"),
		"long keys":      map[string]any{"name": "a", strings.Repeat("k", 1<<20): "x"},
		"long separator": map[string]any{"name": "a", "limit" + strings.Repeat("-", 1<<20): "x"},
	} {
		_, err := Decode[sampleArgs](t.Context(), v)
		var bad *Error
		require.ErrorAs(t, err, &bad, name)
		assert.LessOrEqual(t, len(bad.Problems), MaxProblems+3, name)
		assert.LessOrEqual(t, len(err.Error()), MaxErrorBytes, name)
	}
}

// many is an object of many keys.
func many(key string) map[string]any {
	out := map[string]any{"name": "a"}
	for i := range 50_000 {
		out[fmt.Sprint(key, i)] = 1.0
	}
	return out
}

func TestJSONInStringsIsUnderTheLimitsOfAMessage(t *testing.T) {
	values := "[" + strings.Repeat("1,", jsonlimit.MaxValues) + "1]"
	half := "[" + strings.Repeat("1,", jsonlimit.MaxValues*2/3) + "1]"
	deep := strings.Repeat("[", 200_000)
	for name, in := range map[string]map[string]any{
		"a list":              {"ids": values},
		"names":               {"kinds": strings.Repeat("OPEN,", jsonlimit.MaxValues+1)},
		"an object":           {"place": `{"city":` + values + `}`},
		"in a list":           {"places": []any{`{"city":` + values + `}`}},
		"JSON for a tool":     {"raw": values},
		"several together":    {"ids": half, "raw": half},
		"a deep list":         {"ids": deep},
		"a deep object":       {"place": deep},
		"deep JSON for tools": {"raw": deep},
	} {
		in["name"] = "a"
		_, err := Decode[sampleArgs](t.Context(), in)
		assert.ErrorContains(t, err, "Send less of it in one call", name)
	}
	_, err := Decode[sampleArgs](t.Context(), map[string]any{"name": "a", "ids": half, "raw": strings.Repeat("a, ", jsonlimit.MaxValues)})
	require.NoError(t, err, "a text with commas is not JSON")
	_, err = Decode[sampleArgs](t.Context(), map[string]any{"name": "a", "places": slices.Repeat([]any{map[string]any{"city": "Bonn"}}, maxObjects+1)})
	assert.EqualError(t, err, "places takes at most 1000 elements, not 1001.")
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
		assert.Equal(t, want, Nearest(key, names), key)
	}
}
