package writes

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomValue is a JSON value in which nothing is empty and no text ends in blanks.
func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(6); {
	case n == 0 && depth > 0:
		out := map[string]any{}
		for i := range 1 + r.IntN(3) {
			out[fmt.Sprint("k", i)] = randomValue(r, depth-1)
		}
		return out
	case n == 1 && depth > 0:
		out := []any{}
		for range 1 + r.IntN(3) {
			out = append(out, randomValue(r, depth-1))
		}
		return out
	case n == 2:
		return float64(r.IntN(3))
	case n == 3:
		return r.IntN(2) == 0
	}
	return strings.Repeat(" \u200b\n", r.IntN(2)) + []string{"a", "b", "a b", "a\n\nb", "a\u200bb", "ü"}[r.IntN(6)]
}

// blanks are what an end of a text may have without being another text.
var blanks = []string{"", " ", "\n", "\r\n", "\t", "\u00a0", "\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u2028", "\u202e", "\u3000", "\u3164", "\ufe0f", "\u2800", "\x00", "\U000e0041"}

// padded adds to a value what makes no difference.
func padded(r *rand.Rand, v any) any {
	empty := []any{"", nil, map[string]any{}, []any{}, " \u200b", map[string]any{"a": []any{""}}, []any{map[string]any{"b": nil}}}
	switch t := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, e := range t {
			out[key] = padded(r, e)
		}
		for i := range r.IntN(3) {
			out[fmt.Sprint("empty", i)] = empty[r.IntN(len(empty))]
		}
		return out
	case []any:
		out := []any{}
		for _, e := range t {
			out = append(out, padded(r, e))
		}
		return append(out, empty[:r.IntN(3)]...)
	case string:
		for range r.IntN(3) {
			t += blanks[r.IntN(len(blanks))]
		}
		return t
	}
	return v
}

func TestWhatMakesNoDifferenceMakesNoOtherWrite(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]string{}
	for range 5000 {
		arguments := map[string]any{"id": "1", "x": randomValue(r, 3)}
		raw, err := json.Marshal(arguments)
		require.NoError(t, err)
		want, err := json.Marshal(canonical(arguments))
		require.NoError(t, err)
		if was, found := seen[string(want)]; found {
			require.Equal(t, was, string(raw), "two different writes are the same")
		}
		seen[string(want)] = string(raw)

		more, _ := padded(r, arguments).(map[string]any)
		before := maps.Clone(more)
		got, err := json.Marshal(canonical(more))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%q", more)
		require.Equal(t, before, more, "the arguments are sent as they are")
		again, err := json.Marshal(canonical(canonical(more)))
		require.NoError(t, err)
		require.Equal(t, string(want), string(again))
	}
}

func TestEveryBlankAtTheEndIsNoOtherWrite(t *testing.T) {
	for _, blank := range blanks {
		assert.Equal(t, map[string]any{"note": "a"}, canonical(map[string]any{"note": "a" + blank, "remote_fields": map[string]any{}}), "%q", blank)
	}
	assert.Empty(t, canonical(map[string]any{"note": "\u200b"}))
	for _, other := range []string{" a", "a b", "a\u200bb", "a.", "A"} {
		assert.NotEqual(t, map[string]any{"note": "a"}, canonical(map[string]any{"note": other}), other)
	}
}

func TestTheSameMoveWithNothingMoreIsTheSameWrite(t *testing.T) {
	key := func(a map[string]any) string {
		k, err := keyOf("i", "move_application_to_stage", a)
		require.NoError(t, err)
		return k
	}
	plain := key(map[string]any{"application_id": "a1", "stage_id": "s1"})
	assert.Equal(t, plain, key(map[string]any{"application_id": "a1", "stage_id": "s1", "remote_fields": map[string]any{}}))
	assert.Equal(t, plain, key(map[string]any{"application_id": "a1", "stage_id": "s1", "remote_fields": map[string]any{"greenhouse": map[string]any{"post_headers": map[string]any{}}}}))
	assert.NotEqual(t, plain, key(map[string]any{"application_id": "a1", "stage_id": "s2"}))
}
