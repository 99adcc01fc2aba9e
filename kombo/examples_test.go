package kombo

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unread are keys that the client ignores on purpose: raw data of the ATS, which
// is large and not unified, and a deprecated copy of environment_id.
var unread = []string{"integration_fields", "remote_data", "customer_id"}

type example struct {
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
}

func readExamples(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	text, err := os.ReadFile("testdata/examples.json")
	require.NoError(t, err)
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &all))
	return all
}

// readExample returns the example response of an operation.
func readExample(t testing.TB, name string) json.RawMessage {
	t.Helper()
	var e example
	require.NoError(t, json.Unmarshal(readExamples(t)[name], &e))
	return e.Response
}

// exampleCall runs an operation with the request of an example and returns the
// decoded response.
type exampleCall func(ctx context.Context, c *Client, request []byte) (any, error)

var exampleCalls = map[string]exampleCall{
	"atsGetApplications": first(func(ctx context.Context, c *Client) (Page[Application], error) {
		return c.GetApplications(ctx, ApplicationFilter{})
	}),
	"atsGetCandidates": first(func(ctx context.Context, c *Client) (Page[Candidate], error) {
		return c.GetCandidates(ctx, CandidateFilter{})
	}),
	"atsGetJobs": first(func(ctx context.Context, c *Client) (Page[Job], error) { return c.GetJobs(ctx, JobFilter{}) }),
	"atsGetInterviews": first(func(ctx context.Context, c *Client) (Page[Interview], error) {
		return c.GetInterviews(ctx, InterviewFilter{})
	}),
	"atsGetUsers":  first(func(ctx context.Context, c *Client) (Page[User], error) { return c.GetUsers(ctx, UserFilter{}) }),
	"atsGetRoles":  first(func(ctx context.Context, c *Client) (Page[Role], error) { return c.GetRoles(ctx, RoleFilter{}) }),
	"atsGetOffers": first(func(ctx context.Context, c *Client) (Page[Offer], error) { return c.GetOffers(ctx, OfferFilter{}) }),
	"atsGetTags":   first(func(ctx context.Context, c *Client) (Page[Tag], error) { return c.GetTags(ctx, TagFilter{}) }),
	"atsGetApplicationStages": first(func(ctx context.Context, c *Client) (Page[Stage], error) {
		return c.GetApplicationStages(ctx, StageFilter{})
	}),
	"atsGetRejectionReasons": first(func(ctx context.Context, c *Client) (Page[RejectionReason], error) {
		return c.GetRejectionReasons(ctx, RejectionReasonFilter{})
	}),
	"atsGetApplicationAttachments": func(ctx context.Context, c *Client, _ []byte) (any, error) {
		return c.GetApplicationAttachments(ctx, "x")
	},
	"atsGetCandidateAttachments": func(ctx context.Context, c *Client, _ []byte) (any, error) {
		return c.GetCandidateAttachments(ctx, "x")
	},
	"atsGetActionCreateCandidate":          restrictions(ActionCreateCandidate),
	"atsGetActionCreateApplication":        restrictions(ActionCreateApplication),
	"atsGetActionAddApplicationAttachment": restrictions(ActionAddApplicationAttachment),
	"atsGetActionAddCandidateAttachment":   restrictions(ActionAddCandidateAttachment),
	"generalCheckApiKey":                   func(ctx context.Context, c *Client, _ []byte) (any, error) { return c.CheckAPIKey(ctx) },
	"generalGetIntegrationDetails":         func(ctx context.Context, c *Client, _ []byte) (any, error) { return c.GetIntegration(ctx) },
	"atsMoveApplicationToStage":            byID((*Client).MoveApplicationToStage),
	"atsRejectApplication":                 byID((*Client).RejectApplication),
	"atsAddApplicationNote":                byID((*Client).AddApplicationNote),
	"atsAddApplicationResultLink":          byID((*Client).AddApplicationResultLink),
	"atsAddApplicationAttachment":          byID((*Client).AddApplicationAttachment),
	"atsAddCandidateAttachment":            byID((*Client).AddCandidateAttachment),
	"atsAddCandidateResultLink":            byID((*Client).AddCandidateResultLink),
	"atsAddCandidateTag":                   byID((*Client).AddCandidateTag),
	"atsRemoveCandidateTag":                byID((*Client).RemoveCandidateTag),
	"atsCreateApplication": func(ctx context.Context, c *Client, request []byte) (any, error) {
		in, err := input[CreateApplicationInput](request)
		if err != nil {
			return nil, err
		}
		made, receipt, err := c.CreateApplication(ctx, "x", in)
		return record{made, receipt.Warnings}, err
	},
	"atsCreateCandidate": func(ctx context.Context, c *Client, request []byte) (any, error) {
		in, err := input[CreateCandidateInput](request)
		if err != nil {
			return nil, err
		}
		made, receipt, err := c.CreateCandidate(ctx, in)
		return record{made, receipt.Warnings}, err
	},
	"atsImportTrackedApplication": func(ctx context.Context, c *Client, request []byte) (any, error) {
		in, err := input[ImportTrackedApplicationInput](request)
		if err != nil {
			return nil, err
		}
		made, receipt, err := c.ImportTrackedApplication(ctx, in)
		return record{made, receipt.Warnings}, err
	},
}

// record is the answer to a write.
type record struct {
	Data     any       `json:"data"`
	Warnings []Warning `json:"warnings"`
}

func first[T any](get func(context.Context, *Client) (Page[T], error)) exampleCall {
	return func(ctx context.Context, c *Client, _ []byte) (any, error) {
		page, err := get(ctx, c)
		return map[string]any{"results": page.Results, "next": page.Next}, err
	}
}

func restrictions(action AttachmentAction) exampleCall {
	return func(ctx context.Context, c *Client, _ []byte) (any, error) {
		got, err := c.GetAttachmentRestrictions(ctx, action)
		return map[string]any{"attachment_restrictions": got}, err
	}
}

func byID[I any](do func(*Client, context.Context, string, I) (Receipt, error)) exampleCall {
	return func(ctx context.Context, c *Client, request []byte) (any, error) {
		in, err := input[I](request)
		if err != nil {
			return nil, err
		}
		receipt, err := do(c, ctx, "x", in)
		return record{struct{}{}, receipt.Warnings}, err
	}
}

func input[I any](request []byte) (in I, err error) { return in, json.Unmarshal(request, &in) }

// parsed converts a value to the types of encoding/json.
func parsed(t *testing.T, value any) any {
	t.Helper()
	text, ok := value.(json.RawMessage)
	if !ok {
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		text = encoded
	}
	var out any
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

func TestEveryExampleIsReadWholeAndSentWhole(t *testing.T) {
	all := readExamples(t)
	for name, run := range exampleCalls {
		t.Run(name, func(t *testing.T) {
			var e example
			require.NoError(t, json.Unmarshal(all[name], &e))
			u := script(t, answer{status: 200, body: string(e.Response)})
			got, err := run(t.Context(), u.client(t), e.Request)
			require.NoError(t, err)
			if len(e.Request) > 0 {
				assert.JSONEq(t, string(e.Request), u.requests()[0].body)
			}
			want, _ := parsed(t, e.Response).(map[string]any)
			wanted := want["data"]
			switch {
			case len(e.Request) > 0:
				wanted = map[string]any{"data": want["data"], "warnings": want["warnings"]}
			case strings.HasSuffix(name, "Attachments"):
				wanted = want["data"].(map[string]any)["results"]
			}
			assert.Empty(t, missing(wanted, parsed(t, got), "data"))
		})
	}
	left := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return exampleCalls[name] != nil || name[0] == '_' })
	assert.Equal(t, []string{"generalGetTools", "generalSendPassthroughRequest", "generalTriggerSync"}, left, "not part of this client")
}

// missing lists the paths of want that got lacks or has otherwise. Null equals an
// empty string.
func missing(want, got any, path string) (lacks []string) {
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		for key, value := range want {
			if slices.Contains(unread, key) {
				continue
			}
			lacks = append(lacks, missing(value, object[key], path+"."+key)...)
			if _, found := object[key]; !found && value != nil {
				lacks = append(lacks, path+"."+key)
			}
		}
	case []any:
		list, _ := got.([]any)
		if len(list) != len(want) {
			return []string{path}
		}
		for i, value := range want {
			lacks = append(lacks, missing(value, list[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
	case nil:
		if got != nil && got != "" {
			lacks = append(lacks, path)
		}
	default:
		if !assert.ObjectsAreEqual(want, got) {
			lacks = append(lacks, fmt.Sprintf("%s: %v is not %v", path, got, want))
		}
	}
	return lacks
}

func TestTheExampleErrorsAreRead(t *testing.T) {
	var examples map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(readExamples(t)["_errors"], &examples))
	want := map[string]Code{
		"documented_full": CodeModelNotAvailable, "documented_minimal": "", "application_already_exists": CodeApplicationAlreadyExists,
		"legacy_first_sync_pending_503": "", "legacy_remote_error_object_message": "",
	}
	for name, code := range want {
		var e Error
		assert.False(t, decodeFailure(examples[name], &e), name)
		assert.Equal(t, code, e.Code, name)
		assert.NotEmpty(t, e.Message, name)
		assert.Empty(t, e.Body, name)
	}
}

func TestTheExampleQuestionsAreRead(t *testing.T) {
	var questions map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(readExamples(t)["_screening_questions"], &questions))
	for kind, text := range questions {
		var q ScreeningQuestion
		require.NoError(t, json.Unmarshal(text, &q))
		require.NotNil(t, q.Format, kind)
		assert.Equal(t, kind, q.Format.Type)
		assert.Empty(t, missing(parsed(t, text), parsed(t, q), kind))
	}
}
