package kombo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kombo-mcp/kombo-mcp/internal/property"
)

// recordTypes are all types of records that operations return.
var recordTypes = []reflect.Type{
	reflect.TypeFor[Application](), reflect.TypeFor[Candidate](), reflect.TypeFor[Job](), reflect.TypeFor[Interview](),
	reflect.TypeFor[Offer](), reflect.TypeFor[User](), reflect.TypeFor[Role](), reflect.TypeFor[Tag](), reflect.TypeFor[Stage](),
	reflect.TypeFor[RejectionReason](), reflect.TypeFor[Attachment](), reflect.TypeFor[CreatedApplication](),
	reflect.TypeFor[TrackedApplication](), reflect.TypeFor[Integration](),
}

// rawRecordOf is what every record type has.
type rawRecordOf interface {
	Raw() json.RawMessage
	UnknownFields() map[string]json.RawMessage
}

func TestEveryRecordTypeCanKeepItsJSON(t *testing.T) {
	listed := map[reflect.Type]bool{}
	for _, typ := range recordTypes {
		listed[typ] = true
		assert.Implements(t, (*rawRecordOf)(nil), reflect.New(typ).Interface())
	}
	for _, b := range bindings {
		typ := reflect.TypeOf(b.data)
		if _, hasID := fieldNamed(typ, "id"); hasID {
			assert.True(t, listed[typ], "%s is a record: embed undecoded in it", typ)
		}
	}
}

func TestARecordsRawAndUnknownFields(t *testing.T) {
	const first = `{ "id":"a", "name":"A","weekly_hours":"forty","salary_band":7,
		"stages":[{"id":"s","colour":"red"},{"id":"t"}], "custom_fields":{"x":1},"a/b~c":{"d":[]}}`
	u := script(t, answer{status: 200, body: `{"status":"success","data":{"results":[` + first + `,{"id":"b"}],"next":null}}`})

	page, err := u.client(t, WithRawRecords()).GetJobs(t.Context(), JobFilter{})
	require.NoError(t, err)
	assert.Equal(t, first, string(page.Results[0].Raw()), "as sent, the odd value included")
	assert.Equal(t, map[string]json.RawMessage{
		"/salary_band": json.RawMessage(`7`), "/stages/0/colour": json.RawMessage(`"red"`), "/a~1b~0c": json.RawMessage(`{"d":[]}`),
	}, page.Results[0].UnknownFields())
	assert.Equal(t, `{"id":"b"}`, string(page.Results[1].Raw()))
	assert.Nil(t, page.Results[1].UnknownFields())

	page, err = u.client(t).GetJobs(t.Context(), JobFilter{})
	require.NoError(t, err)
	assert.Nil(t, page.Results[0].Raw())
	assert.Nil(t, page.Results[0].UnknownFields())
}

func TestRawOfRecordsThatAreNotInAList(t *testing.T) {
	const record = `{"id":"n","new":1}`
	u := script(t, answer{status: 200, body: `{"status":"success","data":` + record + `}`})
	c := u.client(t, WithRawRecords())

	created, _, err := c.CreateApplication(t.Context(), "j", CreateApplicationInput{})
	require.NoError(t, err)
	assert.Equal(t, record, string(created.Raw()))
	assert.Contains(t, created.UnknownFields(), "/new")
	candidate, _, err := c.CreateCandidate(t.Context(), CreateCandidateInput{})
	require.NoError(t, err)
	assert.Equal(t, record, string(candidate.Raw()))
	tracked, _, err := c.ImportTrackedApplication(t.Context(), ImportTrackedApplicationInput{})
	require.NoError(t, err)
	assert.Equal(t, record, string(tracked.Raw()))
	integration, err := c.ForIntegration("lever:other").GetIntegration(t.Context())
	require.NoError(t, err)
	assert.Equal(t, record, string(integration.Raw()))
}

func TestRawOfAWriteWithoutARecord(t *testing.T) {
	for _, data := range []string{`null`, `"ok"`, `[]`} {
		u := script(t, answer{status: 200, body: `{"status":"success","data":` + data + `}`})
		c := u.client(t, WithRawRecords())
		created, _, err := c.CreateApplication(t.Context(), "j", CreateApplicationInput{})
		require.NoError(t, err, data)
		assert.Nil(t, created, data)
		_, err = c.AddApplicationNote(t.Context(), "a", NoteInput{Content: "n"})
		require.NoError(t, err, data)
	}
}

// What the type holds and the unknown fields, put together, are the whole record.
func TestKnownAndUnknownFieldsRebuildTheRecord(t *testing.T) {
	property.Check(t, property.DefaultCases, func(t *rapid.T) {
		typ := rapid.SampledFrom(recordTypes).Draw(t, "type")
		known := reflect.New(typ)
		randomize(t, known.Elem())
		encoded, err := json.Marshal(known.Interface())
		require.NoError(t, err)
		sent := parse(t, encoded)
		scatter(t, sent)
		raw, err := json.Marshal(sent)
		require.NoError(t, err)

		decoded := reflect.New(typ).Interface()
		require.NoError(t, json.Unmarshal(raw, decoded))
		keepRaw(decoded, raw)
		record, _ := decoded.(rawRecordOf)
		assert.Equal(t, string(raw), string(record.Raw()))

		held, err := json.Marshal(decoded)
		require.NoError(t, err)
		rebuilt := parse(t, held)
		for pointer, value := range record.UnknownFields() {
			set(t, rebuilt, strings.Split(pointer, "/")[1:], parse(t, value))
		}
		assert.Equal(t, sent, rebuilt)
	})
}

func parse(t require.TestingT, text []byte) (out any) {
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// scatter adds keys to objects at any depth of node.
func scatter(t *rapid.T, node any) {
	switch node := node.(type) {
	case []any:
		for _, element := range node {
			scatter(t, element)
		}
	case map[string]any:
		for _, element := range node {
			scatter(t, element)
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "new fields") {
			node["new"+strconv.Itoa(i)+rapid.SampledFrom([]string{"", "/x", "~1", "~", " ä", "."}).Draw(t, "suffix")] = anyJSON(t)
		}
	}
}

// set puts value where the elements of a JSON Pointer lead.
func set(t require.TestingT, node any, path []string, value any) {
	key := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch node := node.(type) {
	case map[string]any:
		if len(path) == 1 {
			require.NotContains(t, node, key, "a field that the type holds is not unknown")
			node[key] = value
			return
		}
		set(t, node[key], path[1:], value)
	case []any:
		i, err := strconv.Atoi(key)
		require.NoError(t, err)
		set(t, node[i], path[1:], value)
	default:
		require.Fail(t, "the pointer leads nowhere", "%v", path)
	}
}

func anyJSON(t *rapid.T) any {
	return rapid.SampledFrom([]any{nil, true, 1.5, -7.0, "", "text ü", []any{}, []any{"a", nil}, map[string]any{"k": []any{1.0}}}).Draw(t, "value")
}

// randomize gives v a random value that encoding/json reads back as it wrote it.
func randomize(t *rapid.T, v reflect.Value) {
	if v.Type() == reflect.TypeFor[Time]() {
		if rapid.Bool().Draw(t, "known") {
			v.Set(reflect.ValueOf(TimeOf(time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "time")))))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.StringN(0, 8, -1).Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-1e9, 1e9).Draw(t, "integer"))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, "number"))
	case reflect.Interface:
		if value := anyJSON(t); value != nil {
			v.Set(reflect.ValueOf(value))
		}
	case reflect.Map:
		if rapid.Bool().Draw(t, "filled") {
			v.Set(reflect.ValueOf(map[string]any{"Score": anyJSON(t), "stages": anyJSON(t)}))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			randomize(t, v.Elem())
		}
	case reflect.Slice:
		for range rapid.IntRange(0, 2).Draw(t, "length") {
			element := reflect.New(v.Type().Elem()).Elem()
			randomize(t, element)
			v.Set(reflect.Append(v, element))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				randomize(t, v.Field(i))
			}
		}
	default:
		require.Fail(t, "a kind that nobody fills", "%s", v.Type())
	}
}

func TestRecordsPayOnePointerForRaw(t *testing.T) {
	assert.Equal(t, unsafe.Sizeof(uintptr(0)), reflect.TypeFor[undecoded]().Size())
}

// canned answers every request with the same body.
type canned []byte

func (body canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

func BenchmarkPage(b *testing.B) {
	one := parse(b, readExample(b, "atsGetApplications"))
	data, _ := one.(map[string]any)["data"].(map[string]any)
	results, _ := data["results"].([]any)
	for len(results) < MaxPageSize {
		results = append(results, results[0])
	}
	data["results"] = results
	body, err := json.Marshal(one)
	require.NoError(b, err)
	for name, opts := range map[string][]Option{"raw=off": nil, "raw=on": {WithRawRecords()}} {
		b.Run(fmt.Sprintf("%s/records=%d", name, len(results)), func(b *testing.B) {
			opts = append(opts, WithIntegration(testIntegration), WithHTTPClient(&http.Client{Transport: canned(body)}))
			c, err := New(testKey, opts...)
			require.NoError(b, err)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := c.GetApplications(b.Context(), ApplicationFilter{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
