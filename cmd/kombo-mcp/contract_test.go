package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contract is what the vendor says of the wire.
type contract struct {
	operations map[string]*operation
	refusal    *jsonschema.Schema
}

type operation struct {
	name       string
	Method     string            `json:"method"`
	Path       string            `json:"path"`
	PathParams []string          `json:"path_params"`
	Query      map[string]object `json:"query"`
	Body       object            `json:"body"`

	path           *regexp.Regexp
	query          map[string]*jsonschema.Schema
	body, response *jsonschema.Schema
}

var theContract = sync.OnceValue(func() *contract {
	c, err := readContract(filepath.Join("..", "..", "kombo", "testdata", "contract.json"))
	if err != nil {
		panic(err)
	}
	return c
})

func readContract(path string) (*contract, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Operations map[string]*operation `json:"operations"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	sent, received := jsonschema.NewCompiler(), jsonschema.NewCompiler()
	// Kombo takes a plain date where its schemas say date-time.
	sent.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: sentDate})
	for _, compiler := range []*jsonschema.Compiler{sent, received} {
		compiler.AssertFormat()
		if err := compiler.AddResource("contract.json", doc); err != nil {
			return nil, err
		}
	}
	c := &contract{operations: file.Operations}
	if c.refusal, err = received.Compile("contract.json#/error"); err != nil {
		return nil, err
	}
	for name, o := range c.operations {
		if err := o.compile(name, sent, received); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return c, nil
}

// sentDate is what Kombo takes as a date: a plain one, or an instant in UTC.
func sentDate(v any) error {
	s, ok := v.(string)
	if !ok {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return nil
	}
	if _, err := time.Parse(time.RFC3339, s); err != nil || !strings.HasSuffix(s, "Z") {
		return fmt.Errorf("%q is neither a date nor an instant that ends in Z", s)
	}
	return nil
}

func (o *operation) compile(name string, sent, received *jsonschema.Compiler) (err error) {
	o.name = name
	at := "contract.json#/operations/" + name
	pattern := regexp.MustCompile(`\\\{([a-z_]+)\\\}`).ReplaceAllString(regexp.QuoteMeta(o.Path), `(?P<$1>[^/]+)`)
	o.path = regexp.MustCompile("^" + pattern + "$")
	o.query = map[string]*jsonschema.Schema{}
	for param := range o.Query {
		if o.query[param], err = sent.Compile(at + "/query/" + param); err != nil {
			return err
		}
	}
	if o.Body != nil {
		if o.body, err = sent.Compile(at + "/body"); err != nil {
			return err
		}
	}
	o.response, err = received.Compile(at + "/response")
	return err
}

// ofATS are the 24 operations that work in an ATS.
func (c *contract) ofATS() map[string]*operation {
	out := map[string]*operation{}
	for name, o := range c.operations {
		if strings.HasPrefix(o.Path, "/ats/") {
			out[name] = o
		}
	}
	return out
}

// match finds the operation of an escaped path and the ids in it.
func (c *contract) match(method, path string) (string, map[string]string) {
	for name, o := range c.operations {
		found := o.path.FindStringSubmatch(path)
		if o.Method != method || found == nil {
			continue
		}
		ids := map[string]string{}
		for i, param := range o.path.SubexpNames() {
			if param == "" {
				continue
			}
			id, err := url.PathUnescape(found[i])
			if err != nil {
				return "", nil
			}
			ids[param] = id
		}
		return name, ids
	}
	return "", nil
}

// checkRequest compares what was sent with what the operation takes.
func (o *operation) checkRequest(t *testing.T, x exchange) {
	t.Helper()
	for name, value := range x.query {
		schema, known := o.query[name]
		if !assert.True(t, known, "%s has no parameter %s", o.name, name) {
			continue
		}
		assert.NoError(t, schema.Validate(o.decode(name, value)), "%s?%s=%s", o.name, name, value)
	}
	if o.body == nil {
		assert.Empty(t, x.body, o.name)
		return
	}
	assert.Equal(t, "application/json", x.header.Get("Content-Type"), o.name)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(x.body))
	if assert.NoError(t, err, "%s: %s", o.name, x.body) {
		assert.NoError(t, o.body.Validate(v), "%s: %s", o.name, x.body)
	}
}

// decode reads a value of the query as its schema has it: a list is one value
// with commas.
func (o *operation) decode(name, value string) any {
	switch o.Query[name]["type"] {
	case "array":
		list := []any{}
		for part := range strings.SplitSeq(value, ",") {
			list = append(list, part)
		}
		return list
	case "integer":
		if n, err := strconv.Atoi(value); err == nil {
			return n
		}
	case "boolean":
		if value == "true" || value == "false" {
			return value == "true"
		}
	}
	return value
}

// checkAnswer compares an answer with the schema of its operation.
func (c *contract) checkAnswer(t *testing.T, x exchange) {
	t.Helper()
	schema := c.refusal
	if x.status == http.StatusOK {
		schema = c.operations[x.op].response
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(x.answer))
	if assert.NoError(t, err, "%s: %.200s", x.op, x.answer) {
		assert.NoError(t, schema.Validate(v), x.op)
	}
}

func TestTheContractHereRefusesWhatKomboWould(t *testing.T) {
	c := theContract()
	require.Len(t, c.ofATS(), 24)
	jobs := c.operations["get_jobs"]
	assert.Error(t, jobs.query["statuses"].Validate(jobs.decode("statuses", "OPEN,GONE")))
	assert.Error(t, jobs.query["page_size"].Validate(jobs.decode("page_size", "251")))
	assert.Error(t, jobs.query["page_size"].Validate(jobs.decode("page_size", "many")))
	assert.Error(t, jobs.query["updated_after"].Validate("2026-09-01T00:00:00+02:00"))
	assert.NoError(t, jobs.query["updated_after"].Validate("2026-09-01"))
	assert.Error(t, jobs.query["include_deleted"].Validate(jobs.decode("include_deleted", "1")))
	assert.Error(t, jobs.response.Validate(object{"status": "success", "data": object{"next": nil, "results": []any{object{"id": "x"}}}}))
	op, ids := c.match(http.MethodPut, "/ats/applications/remote%3A3/stage")
	assert.Equal(t, "move_application_to_stage", op)
	assert.Equal(t, map[string]string{"application_id": "remote:3"}, ids)
}
