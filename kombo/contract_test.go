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

// bound ties an operation of the contract to this package: the types of its
// body and of its data, one record for a list.
type bound struct {
	op   operation
	body any
	data any
}

var bindings = []bound{
	{opGetApplications, nil, Application{}},
	{opGetCandidates, nil, Candidate{}},
	{opGetJobs, nil, Job{}},
	{opGetInterviews, nil, Interview{}},
	{opGetOffers, nil, Offer{}},
	{opGetUsers, nil, User{}},
	{opGetRoles, nil, Role{}},
	{opGetTags, nil, Tag{}},
	{opGetApplicationStages, nil, Stage{}},
	{opGetRejectionReasons, nil, RejectionReason{}},
	{opGetApplicationAttachments, nil, Attachment{}},
	{opGetCandidateAttachments, nil, Attachment{}},
	{opMoveApplication, MoveApplicationToStageInput{}, struct{}{}},
	{opRejectApplication, RejectApplicationInput{}, struct{}{}},
	{opAddApplicationNote, NoteInput{}, struct{}{}},
	{opAddApplicationResultLink, ResultLinkInput{}, struct{}{}},
	{opAddApplicationAttachment, AttachmentInput{}, struct{}{}},
	{opAddCandidateAttachment, AttachmentInput{}, struct{}{}},
	{opAddCandidateResultLink, ResultLinkInput{}, struct{}{}},
	{opAddCandidateTag, TagInput{}, struct{}{}},
	{opRemoveCandidateTag, TagInput{}, struct{}{}},
	{opCreateApplication, CreateApplicationInput{}, CreatedApplication{}},
	{opCreateCandidate, CreateCandidateInput{}, Candidate{}},
	{opImportTrackedApplication, ImportTrackedApplicationInput{}, TrackedApplication{}},
	{opCheckAPIKey, nil, APIKeyInfo{}},
	{opGetIntegration, nil, Integration{}},
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
	// The rest is not for an agent: raw calls past the unified API, starting
	// syncs, the catalogue of tools.
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(c.Operations)), func(name string) bool { return covered[name] })
	assert.Equal(t, []string{"get_tools", "send_passthrough_request", "trigger_sync"}, left)
}

// requireFields descends into s and typ together.
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

func fieldNamed(typ reflect.Type, name string) (reflect.StructField, bool) {
	for _, field := range reflect.VisibleFields(typ) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

func TestEveryQueryParameterOfTheContractCanBeSent(t *testing.T) {
	all := func(o operation, q query) []string {
		q.options(ListOptions{
			Cursor: "c", PageSize: 1, UpdatedAfter: "2026-01-01", IncludeDeleted: true, IgnoreUnsupportedFilters: true,
			IDs: []string{"i"}, RemoteIDs: []string{"r"},
		})
		require.NoError(t, q.err, o.name)
		return slices.Sorted(maps.Keys(q.values))
	}
	some := []string{"x"}
	sent := map[operation]query{
		opGetApplications: ApplicationFilter{Outcomes: []Outcome{"x"}, JobIDs: some, JobRemoteIDs: some, CurrentStageIDs: some, RemoteCreatedAfter: "2026-01-01"}.query(),
		opGetCandidates:   CandidateFilter{Email: "x", JobIDs: some, FirstName: "x", LastName: "x"}.query(),
		opGetJobs: JobFilter{JobCodes: some, PostURL: "x", Statuses: []JobStatus{"x"}, EmploymentTypes: some, Visibilities: some,
			RemoteCreatedAfter: "2026-01-01", NameContains: "x"}.query(),
		opGetInterviews: InterviewFilter{JobIDs: some}.query(), opGetUsers: UserFilter{Emails: some}.query(),
		opGetRoles: RoleFilter{Scopes: some}.query(), opGetOffers: newQuery(), opGetTags: newQuery(),
		opGetApplicationStages: newQuery(), opGetRejectionReasons: newQuery(),
	}
	c := readContract(t)
	for op, q := range sent {
		assert.Equal(t, slices.Sorted(maps.Keys(c.Operations[op.name].Query)), all(op, q), op.name)
	}
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
