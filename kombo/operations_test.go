package kombo

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachOperationSendsWhatTheContractWants(t *testing.T) {
	list := page("", "a")
	common := ListOptions{
		Cursor: "c1", PageSize: 7, UpdatedAfter: "2026-01-02", IncludeDeleted: true,
		IgnoreUnsupportedFilters: true, IDs: []string{"i1", "i2"}, RemoteIDs: []string{"r 1"},
	}
	// In the order of url.Values.Encode.
	const head = "cursor=c1"
	file := FileInput{Name: "cv.pdf", ContentType: "application/pdf", Data: "QQ==", Type: AttachmentCV}
	link := ResultLinkInput{Label: "Score", URL: "https://x.test/1", Details: &ResultLinkDetails{
		CustomFieldNamePrefix: "Acme:", Attributes: []ResultLinkAttribute{{"Score", "9"}}}}
	const linkBody = `{"label":"Score","url":"https://x.test/1","details":{"custom_field_name_prefix":"Acme:","attributes":[{"key":"Score","value":"9"}]}}`
	person := CandidateInput{FirstName: "Ada", LastName: "Ek", EmailAddress: "ada@x.test"}
	const personBody = `{"first_name":"Ada","last_name":"Ek","email_address":"ada@x.test"}`

	tests := map[string]struct {
		call   func(context.Context, *Client) error
		answer string
		method string
		uri    string
		body   string
	}{
		"get_applications": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetApplications(ctx, ApplicationFilter{
					ListOptions: common, Outcomes: []Outcome{OutcomePending, OutcomeHired}, JobIDs: []string{"j1", "j2"},
					JobRemoteIDs: []string{"jr"}, CurrentStageIDs: []string{"s"}, RemoteCreatedAfter: "2026-02-03T00:00:00Z",
				})
				return err
			}, list, "GET",
			"/v1/ats/applications?current_stage_ids=s&" + head + "&ids=i1%2Ci2&ignore_unsupported_filters=true&include_deleted=true" +
				"&job_ids=j1%2Cj2&job_remote_ids=jr&outcomes=PENDING%2CHIRED&page_size=7&remote_created_after=2026-02-03T00%3A00%3A00Z" +
				"&remote_ids=r+1&updated_after=2026-01-02", "",
		},
		"get_candidates": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetCandidates(ctx, CandidateFilter{Email: "a+b@x.test", JobIDs: []string{"j"}, FirstName: "Zoë", LastName: "Ek"})
				return err
			}, list, "GET", "/v1/ats/candidates?email=a%2Bb%40x.test&first_name=Zo%C3%AB&job_ids=j&last_name=Ek", "",
		},
		"get_jobs": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetJobs(ctx, JobFilter{
					JobCodes: []string{"BE"}, PostURL: "https://x.test/?a=b", Statuses: []JobStatus{JobOpen, JobDraft},
					EmploymentTypes: []EmploymentType{"FULL_TIME"}, Visibilities: []Visibility{"PUBLIC"}, RemoteCreatedAfter: "2026-01-01", NameContains: "eng",
				})
				return err
			}, list, "GET",
			"/v1/ats/jobs?employment_types=FULL_TIME&job_codes=BE&name_contains=eng&post_url=https%3A%2F%2Fx.test%2F%3Fa%3Db" +
				"&remote_created_after=2026-01-01&statuses=OPEN%2CDRAFT&visibilities=PUBLIC", "",
		},
		"get_interviews": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetInterviews(ctx, InterviewFilter{JobIDs: []string{"a", "b"}})
				return err
			}, list, "GET", "/v1/ats/interviews?job_ids=a%2Cb", "",
		},
		"get_users": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetUsers(ctx, UserFilter{Emails: []string{"a@x.test", "b@x.test"}})
				return err
			}, list, "GET", "/v1/ats/users?emails=a%40x.test%2Cb%40x.test", "",
		},
		"get_roles": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetRoles(ctx, RoleFilter{Scopes: []RoleScope{"SYSTEM", "JOB"}})
				return err
			}, list, "GET", "/v1/ats/roles?scopes=SYSTEM%2CJOB", "",
		},
		"get_offers":             {listing((*Client).GetOffers), list, "GET", "/v1/ats/offers?ids=x", ""},
		"get_tags":               {listing((*Client).GetTags), list, "GET", "/v1/ats/tags?ids=x", ""},
		"get_application_stages": {listing((*Client).GetApplicationStages), list, "GET", "/v1/ats/application-stages?ids=x", ""},
		"get_rejection_reasons":  {listing((*Client).GetRejectionReasons), list, "GET", "/v1/ats/rejection-reasons?ids=x", ""},
		"get_application_attachments": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetApplicationAttachments(ctx, "a/b ?")
				return err
			}, list, "GET", "/v1/ats/applications/a%2Fb%20%3F/attachments", "",
		},
		"get_candidate_attachments": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetCandidateAttachments(ctx, "c1")
				return err
			}, list, "GET", "/v1/ats/candidates/c1/attachments", "",
		},
		"move_application_to_stage": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.MoveApplicationToStage(ctx, "a1", MoveApplicationToStageInput{StageID: "s1", RemoteFields: &MoveRemoteFields{
					Workday: &WorkdayMove{WorkflowStepID: "w"}, Greenhouse: &GreenhouseActor{&PostHeaders{OnBehalfOf: "7"}}}})
			}), done, "PUT", "/v1/ats/applications/a1/stage",
			`{"stage_id":"s1","remote_fields":{"workday":{"Workflow_Step_ID":"w"},"greenhouse":{"post_headers":{"On-Behalf-Of":"7"}}}}`,
		},
		"reject_application": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.RejectApplication(ctx, "a1", RejectApplicationInput{RejectionReasonID: "r1", Note: "n"})
			}), done, "POST", "/v1/ats/applications/a1/reject", `{"rejection_reason_id":"r1","note":"n"}`,
		},
		"add_application_note": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddApplicationNote(ctx, "a1", NoteInput{Content: "hi <b>"})
			}), done, "POST", "/v1/ats/applications/a1/notes", `{"content":"hi <b>","content_type":"PLAIN_TEXT"}`,
		},
		"add_application_result_link": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddApplicationResultLink(ctx, "a1", link)
			}),
			done, "POST", "/v1/ats/applications/a1/result-links", linkBody,
		},
		"add_application_attachment": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddApplicationAttachment(ctx, "a1", AttachmentInput{Attachment: file})
			}), done, "POST", "/v1/ats/applications/a1/attachments",
			`{"attachment":{"name":"cv.pdf","content_type":"application/pdf","data":"QQ==","type":"CV"}}`,
		},
		"add_candidate_attachment": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddCandidateAttachment(ctx, "c1", AttachmentInput{Attachment: FileInput{Name: "x.pdf", DataURL: "https://x.test/x.pdf", Type: AttachmentOther}})
			}), done, "POST", "/v1/ats/candidates/c1/attachments",
			`{"attachment":{"name":"x.pdf","data_url":"https://x.test/x.pdf","type":"OTHER"}}`,
		},
		"add_candidate_result_link": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddCandidateResultLink(ctx, "c1", link)
			}),
			done, "POST", "/v1/ats/candidates/c1/result-links", linkBody,
		},
		"add_candidate_tag": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.AddCandidateTag(ctx, "c1", TagInput{Tag: TagName{"Top"}})
			}), done, "POST", "/v1/ats/candidates/c1/tags", `{"tag":{"name":"Top"}}`,
		},
		"remove_candidate_tag": {
			writing(func(ctx context.Context, c *Client) (Receipt, error) {
				return c.RemoveCandidateTag(ctx, "c1", TagInput{Tag: TagName{"Top"}})
			}), done, "DELETE", "/v1/ats/candidates/c1/tags", `{"tag":{"name":"Top"}}`,
		},
		"create_application": {
			func(ctx context.Context, c *Client) error {
				made, _, err := c.CreateApplication(ctx, "remote:32", CreateApplicationInput{Candidate: person, ScreeningQuestionAnswers: []ScreeningAnswerInput{
					{"q1", true}, {"q2", []string{"o1"}}, {"q3", FileAnswer{Name: "a.txt", DataURL: "https://x.test/a"}}}})
				if made != nil {
					assert.Equal(t, "n1", made.ID)
				}
				return err
			}, `{"status":"success","data":{"id":"n1"},"warnings":[]}`, "POST", "/v1/ats/jobs/remote%3A32/applications",
			`{"candidate":` + personBody + `,"screening_question_answers":[{"question_id":"q1","answer":true},{"question_id":"q2","answer":["o1"]},{"question_id":"q3","answer":{"name":"a.txt","data_url":"https://x.test/a"}}]}`,
		},
		"create_candidate": {
			func(ctx context.Context, c *Client) error {
				made, _, err := c.CreateCandidate(ctx, CreateCandidateInput{Candidate: person, Application: CandidateApplicationInput{JobID: "remote:32"}})
				if made != nil {
					assert.Equal(t, "n2", made.ID)
				}
				return err
			}, `{"status":"success","data":{"id":"n2"},"warnings":[]}`, "POST", "/v1/ats/candidates",
			`{"candidate":` + personBody + `,"application":{"job_id":"remote:32"}}`,
		},
		"import_tracked_application": {
			func(ctx context.Context, c *Client) error {
				_, _, err := c.ImportTrackedApplication(ctx, ImportTrackedApplicationInput{TrackedIDs: TrackedIDs{
					Greenhouse: &TrackedID{IDType: "application_id", ApplicationID: "9"}}})
				return err
			}, done, "POST", "/v1/ats/import-tracked-application",
			`{"greenhouse":{"id_type":"application_id","application_id":"9"},"tracked_at":null}`,
		},
		"check_api_key": {
			func(ctx context.Context, c *Client) error {
				info, err := c.CheckAPIKey(ctx)
				assert.Equal(t, "e1", info.EnvironmentID)
				return err
			}, `{"status":"success","data":{"environment_id":"e1"}}`, "GET", "/v1/check-api-key", "",
		},
		"get_integration_details": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetIntegration(ctx)
				return err
			}, `{"status":"success","data":{"id":"x"}}`, "GET", "/v1/integrations/greenhouse%3AHWUTwvyx2wLoSUHphiWVrp28", "",
		},
		"get_attachment_restrictions": {
			func(ctx context.Context, c *Client) error {
				_, err := c.GetAttachmentRestrictions(ctx, ActionCreateApplication)
				return err
			}, `{"status":"success","data":{"attachment_restrictions":null}}`, "GET", "/v1/ats/actions/ats_create_application", "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var observed []Attempt
			u := script(t, answer{status: 200, body: test.answer})
			c := u.client(t, WithUserAgent("test/1"), WithObserver(func(_ context.Context, a Attempt) { observed = append(observed, a) }))
			require.NoError(t, test.call(t.Context(), c))

			require.Len(t, u.requests(), 1)
			got := u.requests()[0]
			assert.Equal(t, test.method, got.method)
			assert.Equal(t, test.uri, got.uri)
			assert.Equal(t, "Bearer "+testKey, got.header.Get("Authorization"))
			assert.Equal(t, "application/json", got.header.Get("Accept"))
			assert.Equal(t, "test/1", got.header.Get("User-Agent"))
			wantIntegration := testIntegration
			if name == "check_api_key" || name == "get_integration_details" {
				wantIntegration = ""
			}
			assert.Equal(t, wantIntegration, got.header.Get("X-Integration-Id"))
			if test.body == "" {
				assert.Empty(t, got.body)
				assert.Empty(t, got.header.Get("Content-Type"))
			} else {
				assert.JSONEq(t, test.body, got.body)
				assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			}
			require.Len(t, observed, 1)
			assert.Equal(t, name, observed[0].Operation)
			assert.Equal(t, http.StatusOK, observed[0].Status)
		})
	}
}

func listing[T, F any, P interface {
	*F
	listFilter
}](get func(*Client, context.Context, F) (Page[T], error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error {
		var filter F
		P(&filter).Options().IDs = []string{"x"}
		_, err := get(c, ctx, filter)
		return err
	}
}

func writing(do func(context.Context, *Client) (Receipt, error)) func(context.Context, *Client) error {
	return func(ctx context.Context, c *Client) error {
		_, err := do(ctx, c)
		return err
	}
}
