package schemas_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/schemas"
)

type place struct {
	City    string `json:"city,omitempty" jsonschema_description:"town, not region"`
	Country string `json:"country"`
}

type size string

func (size) Values() []string { return []string{"S", "L"} }

type sample struct {
	Name   string   `json:"name" jsonschema_description:"full name, as in the ATS"`
	Kind   string   `json:"kind,omitempty" jsonschema:"enum=CV,enum=OTHER"`
	IDs    []string `json:"ids,omitempty"`
	Size   size     `json:"size,omitempty"`
	Sizes  []size   `json:"sizes,omitempty"`
	Limit  *int     `json:"limit,omitempty"`
	Place  *place   `json:"place,omitempty"`
	Places []place  `json:"places,omitempty"`
}

func TestOfGivesThePortableSubsetInFieldOrder(t *testing.T) {
	raw, err := schemas.Of(reflect.TypeFor[sample]())
	require.NoError(t, err)
	const want = `{"properties":{` +
		`"name":{"type":"string","description":"full name, as in the ATS"},` +
		`"kind":{"type":"string","enum":["CV","OTHER"]},` +
		`"ids":{"items":{"type":"string"},"type":"array"},` +
		`"size":{"type":"string","enum":["S","L"]},` +
		`"sizes":{"items":{"type":"string","enum":["S","L"]},"type":"array"},` +
		`"limit":{"type":"integer"},` +
		`"place":{"properties":{"city":{"type":"string","description":"town, not region"},"country":{"type":"string"}},"type":"object","required":["country"]},` +
		`"places":{"items":{"properties":{"city":{"type":"string","description":"town, not region"},"country":{"type":"string"}},"type":"object","required":["country"]},"type":"array"}},` +
		`"additionalProperties":false,"type":"object","required":["name"]}`
	assert.Equal(t, want, string(raw), "exact, order included")
}

type self struct {
	Children []self `json:"children,omitempty"`
}

func TestOfRefusesWhatHasNoPortableSchema(t *testing.T) {
	_, err := schemas.Of(reflect.TypeFor[self]())
	require.ErrorIs(t, err, schemas.ErrRecursive)

	for name, typ := range map[string]reflect.Type{
		"any becomes a bare true":      reflect.TypeFor[struct{ A any }](),
		"raw JSON becomes a bare true": reflect.TypeFor[struct{ A json.RawMessage }](),
		"[]any has items true":         reflect.TypeFor[struct{ A []any }](),
		"a map has no properties":      reflect.TypeFor[struct{ A map[string]string }](),
	} {
		_, err := schemas.Of(typ)
		assert.Error(t, err, name)
	}
	_, err = schemas.Of(reflect.TypeFor[struct {
		A time.Time `json:"a"`
	}]())
	assert.NoError(t, err, "date-time is the one format that all clients take")
}

func TestEveryRuleHasASchemaThatBreaksItAndItAlone(t *testing.T) {
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, schemas.MaxDepth) + `{"type":"string"}` + strings.Repeat(`}}`, schemas.MaxDepth)
	object := func(property string) string {
		return `{"type":"object","properties":{"a":` + property + `}}`
	}
	failing := map[string][]string{
		"ref":                   {`{"type":"object","properties":{},"$defs":{}}`, object(`{"type":"string","$ref":"#/x"}`)},
		"union":                 {`{"type":"object","properties":{},"oneOf":[]}`, object(`{"type":"string","anyOf":[{"type":"string"}]}`)},
		"null-type":             {object(`{"type":["null","string"]}`), object(`{"type":"string","nullable":true}`)},
		"untyped":               {object(`{}`), object(`{"description":"x"}`)},
		"array-items":           {object(`{"type":"array"}`)},
		"object-properties":     {object(`{"type":"object"}`)},
		"boolean-schema":        {object(`true`), object(`{"type":"array","items":true}`), object(`5`)},
		"format":                {object(`{"type":"string","format":"uri"}`)},
		"additional-properties": {object(`{"type":"object","properties":{},"additionalProperties":false}`), `{"type":"object","properties":{},"additionalProperties":true}`},
		"exclusive-pattern":     {object(`{"type":"number","exclusiveMinimum":0}`), `{"type":"object","properties":{},"patternProperties":{}}`},
		"enum":                  {object(`{"type":"string","enum":[""]}`), object(`{"type":"integer","enum":[1]}`), object(`{"type":"string","enum":[]}`)},
		"const":                 {object(`{"type":"string","const":"x"}`)},
		"look-around":           {object(`{"type":"string","pattern":"(?=x)"}`)},
		"key":                   {`{"type":"object","properties":{"a b":{"type":"string"}}}`, `{"type":"object","properties":{"` + strings.Repeat("a", 65) + `":{"type":"string"}}}`},
		"schema-draft":          {`{"type":"object","properties":{},"$schema":"http://x"}`},
		"root-object":           {`{"type":"string"}`},
		"depth":                 {deep},
	}
	for rule, examples := range failing {
		for _, example := range examples {
			var broken []string
			for _, p := range schemas.Lint([]byte(example)) {
				broken = append(broken, p.Rule)
			}
			assert.Equal(t, []string{rule}, broken, example)
		}
	}
	for _, rule := range schemas.Rules() {
		if rule == "name-length" {
			continue
		}
		assert.Contains(t, failing, rule, "a rule without a failing example may check nothing")
	}
	assert.Len(t, schemas.LintName("kombo", strings.Repeat("x", 56)), 1)
	assert.Empty(t, schemas.LintName("kombo", strings.Repeat("x", 55)))
	assert.Empty(t, schemas.Lint([]byte(object(`{"type":"string","enum":["A"],"format":"date-time"}`))))
	assert.Equal(t, "json", schemas.Lint([]byte(`{`))[0].Rule)
}
