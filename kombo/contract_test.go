package kombo

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schema is the part of JSON Schema that the contract uses.
type schema struct {
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	AllOf      []schema          `json:"allOf"`
	AnyOf      []schema          `json:"anyOf"`
	OneOf      []schema          `json:"oneOf"`
	Enum       []string          `json:"enum"`
}

type contractOperation struct {
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Query    map[string]schema `json:"query"`
	Body     *schema           `json:"body"`
	Response schema            `json:"response"`
}

type contract struct {
	Servers    map[string]string            `json:"servers"`
	ErrorCodes []Code                       `json:"error_codes"`
	Operations map[string]contractOperation `json:"operations"`
}

func readContract(t *testing.T) contract {
	t.Helper()
	text, err := os.ReadFile("testdata/contract.json")
	require.NoError(t, err)
	var c contract
	require.NoError(t, json.Unmarshal(text, &c))
	return c
}

// bound connects an operation of the contract to this package: the types of its
// body and of its data, which for a list is one record.
type bound struct {
	op   operation
	body any
	data any
	// filter is that of a list, nil for other operations.
	filter any
}

var bindings = []bound{
	{opGetApplications, nil, Application{}, ApplicationFilter{}},
	{opGetCandidates, nil, Candidate{}, CandidateFilter{}},
	{opGetJobs, nil, Job{}, JobFilter{}},
	{opGetInterviews, nil, Interview{}, InterviewFilter{}},
	{opGetOffers, nil, Offer{}, OfferFilter{}},
	{opGetUsers, nil, User{}, UserFilter{}},
	{opGetRoles, nil, Role{}, RoleFilter{}},
	{opGetTags, nil, Tag{}, TagFilter{}},
	{opGetApplicationStages, nil, Stage{}, StageFilter{}},
	{opGetRejectionReasons, nil, RejectionReason{}, RejectionReasonFilter{}},
	{opGetApplicationAttachments, nil, Attachment{}, nil},
	{opGetCandidateAttachments, nil, Attachment{}, nil},
	{opMoveApplication, MoveApplicationToStageInput{}, struct{}{}, nil},
	{opRejectApplication, RejectApplicationInput{}, struct{}{}, nil},
	{opAddApplicationNote, NoteInput{}, struct{}{}, nil},
	{opAddApplicationResultLink, ResultLinkInput{}, struct{}{}, nil},
	{opAddApplicationAttachment, AttachmentInput{}, struct{}{}, nil},
	{opAddCandidateAttachment, AttachmentInput{}, struct{}{}, nil},
	{opAddCandidateResultLink, ResultLinkInput{}, struct{}{}, nil},
	{opAddCandidateTag, TagInput{}, struct{}{}, nil},
	{opRemoveCandidateTag, TagInput{}, struct{}{}, nil},
	{opCreateApplication, CreateApplicationInput{}, CreatedApplication{}, nil},
	{opCreateCandidate, CreateCandidateInput{}, Candidate{}, nil},
	{opImportTrackedApplication, ImportTrackedApplicationInput{}, TrackedApplication{}, nil},
	{opCheckAPIKey, nil, APIKeyInfo{}, nil},
	{opGetIntegration, nil, Integration{}, nil},
}

func TestEveryPropertyOfTheContractHasAField(t *testing.T) {
	c := readContract(t)
	covered := map[string]bool{}
	for _, b := range bindings {
		covered[b.op.name] = true
		t.Run(b.op.name, func(t *testing.T) {
			want, known := c.Operations[b.op.name]
			require.True(t, known)
			assert.Equal(t, want.Method, b.op.method)
			assert.Equal(t, want.Path, b.op.path)
			assert.Equal(t, want.Body == nil, b.body == nil)
			if want.Body != nil {
				requireFields(t, *want.Body, reflect.TypeOf(b.body), "body")
			}
			data := want.Response.Properties["data"]
			if results, isList := data.Properties["results"]; isList {
				data = *results.Items
			}
			requireFields(t, data, reflect.TypeOf(b.data), "data")
		})
	}
	// The client does not offer the rest: raw calls to the ATS, starting a sync,
	// and the catalogue of ATS.
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(c.Operations)), func(name string) bool { return covered[name] })
	assert.Equal(t, []string{"get_tools", "send_passthrough_request", "trigger_sync"}, left)
}

// requireFields fails if typ lacks a field for a property of s, at any depth.
func requireFields(t *testing.T, s schema, typ reflect.Type, path string) {
	t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	for _, part := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		requireFields(t, part, typ, path)
	}
	if typ.Kind() == reflect.Map || typ.Kind() == reflect.Interface {
		return
	}
	requireSameValues(t, s, typ, path)
	if s.Items != nil && assert.Equal(t, reflect.Slice, typ.Kind(), path) {
		requireFields(t, *s.Items, typ.Elem(), path+"[]")
	}
	if len(s.Properties) > 0 && !assert.Equal(t, reflect.Struct, typ.Kind(), path) {
		return
	}
	for name, property := range s.Properties {
		field, found := fieldNamed(typ, name)
		if assert.True(t, found, "%s.%s has no field in %s", path, name, typ) {
			requireFields(t, property, field.Type, path+"."+name)
		}
	}
}

// requireSameValues compares a type that has the values of a closed set with the
// set of the contract.
func requireSameValues(t *testing.T, s schema, typ reflect.Type, path string) {
	t.Helper()
	if typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if s.Items != nil {
		s = *s.Items
	}
	if isClosed(typ) && len(s.Enum) > 0 {
		set, _ := reflect.TypeAssert[interface{ Values() []string }](reflect.Zero(typ))
		assert.ElementsMatch(t, s.Enum, set.Values(), path)
	}
}

// isClosed reports whether a type has the values of a closed set.
func isClosed(typ reflect.Type) bool {
	return typ.Implements(reflect.TypeFor[interface{ Values() []string }]())
}

func fieldNamed(typ reflect.Type, name string) (reflect.StructField, bool) {
	for _, field := range reflect.VisibleFields(typ) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// TestTheFiltersAreTheQueryParametersOfTheContract sets every field of a filter
// and compares what is sent with what the contract has.
func TestTheFiltersAreTheQueryParametersOfTheContract(t *testing.T) {
	c := readContract(t)
	lists := map[string]bool{}
	for _, b := range bindings {
		if b.filter == nil {
			continue
		}
		lists[b.op.name] = true
		filter := reflect.New(reflect.TypeOf(b.filter))
		types := setAll(t, filter.Elem())
		of, isFilter := reflect.TypeAssert[listFilter](filter)
		require.True(t, isFilter, b.op.name)
		q := queryOf(of)
		require.NoError(t, q.err, b.op.name)
		for name, parameter := range c.Operations[b.op.name].Query {
			if assert.True(t, q.values.Has(name), "%s: %s has no field for the filter %s: add one with the tag query:%q", b.op.name, filter.Elem().Type(), name, name) {
				requireSameValues(t, parameter, types[name], b.op.name+" "+name)
				assert.True(t, parameter.Items == nil || len(parameter.Items.Enum) == 0 || isClosed(types[name].Elem()),
					"%s %s: the contract has a closed set of values, so the type of the field needs a method Values", b.op.name, name)
			}
		}
		for name := range q.values {
			assert.Contains(t, c.Operations[b.op.name].Query, name, "%s: the contract has no parameter of that name", b.op.name)
		}
	}
	for name, op := range c.Operations {
		_, isList := op.Query["cursor"]
		if isList && slices.ContainsFunc(bindings, func(b bound) bool { return b.op.name == name }) {
			assert.True(t, lists[name], "%s has no filter in bindings", name)
		}
	}
}

// setAll gives every field of a filter a value and returns their types by the
// names of the parameters.
func setAll(t *testing.T, v reflect.Value) map[string]reflect.Type {
	t.Helper()
	types := map[string]reflect.Type{}
	for f, value := range v.Fields() {
		if f.Anonymous {
			maps.Copy(types, setAll(t, value))
			continue
		}
		name, option, _ := strings.Cut(f.Tag.Get("query"), ",")
		require.NotEmpty(t, name, "%s.%s has no tag query, so it is never sent", v.Type(), f.Name)
		types[name] = f.Type
		switch {
		case value.Kind() == reflect.Slice:
			value.Set(reflect.MakeSlice(f.Type, 1, 1))
			value.Index(0).SetString("x")
		case value.Kind() == reflect.Bool:
			value.SetBool(true)
		case value.Kind() == reflect.Int:
			value.SetInt(1)
		case option == "date":
			value.SetString("2026-01-01")
		default:
			value.SetString("x")
		}
	}
	return types
}

func TestTheCodesAndServersAreThoseOfTheContract(t *testing.T) {
	c := readContract(t)
	assert.Equal(t, c.Servers, regions)
	known := []Code{
		CodeRateLimitExceeded, CodeConcurrencyLimitExceeded, CodeIntegrationNotFound, CodeInputInvalid, CodeUnknownError,
		CodeIPNotWhitelisted, CodeAuthenticationInvalid, CodeTaskTimedOut, CodePermissionMissing, CodeIntegrationAuthenticationInvalid,
		CodeQAFailed, CodeSetupSyncPending, CodeSetupIncomplete, CodeIntegrationInactive, CodeModelNotAvailable, CodeModelDisabled,
		CodeActionNotAvailable, CodeActionDisabled, CodeRemoteServiceUnavailable, CodeRemoteRateLimitExceeded, CodeRemoteInputInvalid,
		CodeRemoteUnknownHTTPError, CodeJobClosed, CodeApplicationAlreadyExists,
	}
	assert.ElementsMatch(t, c.ErrorCodes, known)
	assert.Len(t, known, 24)
}
