package args

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct {
	City string `json:"city"`
	Zip  int    `json:"zip,omitempty"`
}

type sampleArgs struct {
	IDs    []string `json:"ids,omitempty" alias:"id"`
	Kinds  []string `json:"kinds,omitempty" jsonschema:"enum=OPEN,enum=CLOSED"`
	Limit  *int     `json:"limit,omitempty" alias:"page_size"`
	Ratio  float64  `json:"ratio,omitempty"`
	Deep   bool     `json:"deep,omitempty"`
	Name   string   `json:"name"`
	Kind   string   `json:"kind,omitempty" jsonschema:"enum=OPEN,enum=CLOSED"`
	Place  *inner   `json:"place,omitempty"`
	Places []inner  `json:"places,omitempty"`
	Raw    JSON     `json:"raw,omitempty"`
	Tag    *sole    `json:"tag,omitempty"`
	Label  Named    `json:"label,omitempty"`
	Size   size     `json:"size,omitempty"`
	Sizes  []size   `json:"sizes,omitempty"`
}

// size is an enum by its type.
type size string

func (size) Values() []string { return []string{"S", "L"} }

// sole is an object that only wraps a name.
type sole struct {
	Name string `json:"name"`
}

func TestDecodeTakesWhatIsPlainlyMeant(t *testing.T) {
	five := 5
	for name, c := range map[string]struct {
		in   string
		want sampleArgs
	}{
		"a null for an optional is absent":       {`{"name":"a","limit":null,"ids":null,"place":null}`, sampleArgs{Name: "a"}},
		"a string holds a number":                {`{"name":"a","limit":"5","ratio":"0.5"}`, sampleArgs{Name: "a", Limit: &five, Ratio: 0.5}},
		"a bare string is a list of one":         {`{"name":"a","ids":"x"}`, sampleArgs{Name: "a", IDs: []string{"x"}}},
		"a stringified list is a list":           {`{"name":"a","ids":"[\"x\",\"y\"]"}`, sampleArgs{Name: "a", IDs: []string{"x", "y"}}},
		"enum members may stand in one string":   {`{"name":"a","kinds":"open, CLOSED"}`, sampleArgs{Name: "a", Kinds: []string{"OPEN", "CLOSED"}}},
		"an enum member is taken in any case":    {`{"name":"a","kind":"open"}`, sampleArgs{Name: "a", Kind: "OPEN"}},
		"a type may be the enum":                 {`{"name":"a","size":"s","sizes":"l, S"}`, sampleArgs{Name: "a", Size: "S", Sizes: []size{"L", "S"}}},
		"a stringified object is an object":      {`{"name":"a","place":"{\"city\":\"Bonn\"}"}`, sampleArgs{Name: "a", Place: &inner{City: "Bonn"}}},
		"a lone object is a list of one":         {`{"name":"a","places":{"city":"Bonn","zip":"53111"}}`, sampleArgs{Name: "a", Places: []inner{{"Bonn", 53111}}}},
		"a boolean may be a string":              {`{"name":"a","deep":"TRUE"}`, sampleArgs{Name: "a", Deep: true}},
		"a yes is true":                          {`{"name":"a","deep":"Yes"}`, sampleArgs{Name: "a", Deep: true}},
		"a name is an object that has no more":   {`{"name":"a","tag":"Java"}`, sampleArgs{Name: "a", Tag: &sole{"Java"}}},
		"a label is a plain string":              {`{"name":"a","label":"Java"}`, sampleArgs{Name: "a", Label: "Java"}},
		"a label may be an object with a name":   {`{"name":"a","label":{"name":"Java","id":null}}`, sampleArgs{Name: "a", Label: "Java"}},
		"a label may be an object with an id":    {`{"name":"a","label":{"ID":"5"}}`, sampleArgs{Name: "a", Label: "5"}},
		"a label may be a stringified object":    {`{"name":"a","label":"{\"name\":\"Java\"}"}`, sampleArgs{Name: "a", Label: "Java"}},
		"a label in brackets is a name":          {`{"name":"a","label":"[hot]"}`, sampleArgs{Name: "a", Label: "[hot]"}},
		"a number may stand for a string":        {`{"name":5}`, sampleArgs{Name: "5"}},
		"a synonym stands for its parameter":     {`{"name":"a","page_size":5,"id":"x"}`, sampleArgs{Name: "a", Limit: &five, IDs: []string{"x"}}},
		"camel case names the same parameter":    {`{"name":"a","pageSize":5}`, sampleArgs{Name: "a", Limit: &five}},
		"JSON text takes an object as it stands": {`{"name":"a","raw":{"b":[1,true]}}`, sampleArgs{Name: "a", Raw: `{"b":[1,true]}`}},
		"JSON text takes a string as it stands":  {`{"name":"a","raw":"plain"}`, sampleArgs{Name: "a", Raw: "plain"}},
	} {
		got, err := decodeJSON(t, c.in)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
	}
}

func TestDecodeRefusesTheRestInSentencesThatNameTheChoices(t *testing.T) {
	for in, want := range map[string]string{
		`{}`:                                         "name is required and missing.",
		`{"name":null}`:                              "name is required and missing.",
		`{"name":"a","limt":5}`:                      `Unknown parameter "limt" (did you mean limit?); valid here: ids, kinds, limit, ratio, deep, name, kind, place, places, raw, tag, label, size, sizes.`,
		`{"name":"a","limit":"many"}`:                `limit must be a whole number, not "many".`,
		`{"name":"a","limit":1.5}`:                   "limit must be a whole number, not 1.5.",
		`{"name":"a","deep":"maybe"}`:                `deep must be true or false, not "maybe".`,
		`{"name":"a","kind":"SHUT"}`:                 `kind must be one of OPEN, CLOSED, not "SHUT".`,
		`{"name":"a","sizes":["XL"]}`:                `sizes[0] must be one of S, L, not "XL".`,
		`{"name":"a","kinds":["SHUT"]}`:              `kinds[0] must be one of OPEN, CLOSED, not "SHUT".`,
		`{"name":["a"],"place":5}`:                   "place must be an object with city, zip, not 5.",
		`{"name":{"a":1}}`:                           "name must be a string, not an object.",
		`{"name":"a","label":{"name":"x","id":"y"}}`: "label must be a string, not an object.",
		`{"name":"a","label":{"color":"red"}}`:       "label must be a string, not an object.",
		`{"name":"a","place":{"zip":1}}`:             "place.city is required and missing.",
		`{"name":"a","limit":1,"pageSize":2}`:        "limit and pageSize are the same parameter: send one of them.",
		`[]`:                                         "The arguments must be an object with ids, kinds, limit, ratio, deep, name, kind, place, places, raw, tag, label, size, sizes, not a list of 0.",
	} {
		_, err := decodeJSON(t, in)
		var bad *Error
		require.True(t, errors.As(err, &bad), in)
		assert.Equal(t, want, err.Error(), in)
	}
	_, err := decodeJSON(t, `{"limit":"x","kind":"y","z":1}`)
	var bad *Error
	require.ErrorAs(t, err, &bad)
	assert.Len(t, bad.Problems, 4, "all problems come at once")
}

func decodeJSON(t *testing.T, in string) (sampleArgs, error) {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(in), &v))
	return Decode[sampleArgs](t.Context(), v)
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"name":"a","limit":"5","ids":["x"],"place":{"city":"b"},"raw":{"c":1}}`)
	f.Add(`{"places":[null,{"city":1e300}],"kinds":"[1"}`)
	f.Fuzz(func(t *testing.T, in string) {
		var v any
		if json.Unmarshal([]byte(in), &v) != nil {
			return
		}
		args, err := Decode[sampleArgs](t.Context(), v)
		if err != nil {
			var bad *Error
			require.ErrorAs(t, err, &bad)
			require.NotEmpty(t, bad.Problems)
			return
		}
		again, err := json.Marshal(args)
		require.NoError(t, err)
		var w any
		require.NoError(t, json.Unmarshal(again, &w))
		back, err := Decode[sampleArgs](t.Context(), w)
		require.NoError(t, err, "what was taken is taken again")
		require.Equal(t, len(args.IDs), len(back.IDs))
	})
}
