package kombo_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// The README quotes these examples; a test compares the two.

var ctx = context.Background()

// newClient returns a client of a sandbox whose data are always the same.
func newClient(opts ...kombo.Option) *kombo.Client {
	fake := sandbox.New(sandbox.Options{Seed: 1, Today: time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)})
	client, err := kombo.New(fake.APIKey(), append([]kombo.Option{
		kombo.WithIntegration(fake.IntegrationID()),
		kombo.WithBaseURL(fake.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: fake.Transport()}),
	}, opts...)...)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func setenv(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		log.Fatal(err)
	}
}

func ExampleNew() {
	setenv("KOMBO_API_KEY", "ks_dev_example")
	setenv("KOMBO_INTEGRATION_ID", "greenhouse:HWUTwvyx2wLoSUHphiWVrp28")

	client, err := kombo.New(os.Getenv("KOMBO_API_KEY"),
		kombo.WithIntegration(os.Getenv("KOMBO_INTEGRATION_ID")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()

	fmt.Println(client.Integration())
	// Output:
	// greenhouse:HWUTwvyx2wLoSUHphiWVrp28
}

func ExampleClient_AllJobs() {
	client := newClient()

	filter := kombo.JobFilter{Statuses: []kombo.JobStatus{kombo.JobOpen}, NameContains: "engineer"}
	for job, err := range client.AllJobs(ctx, filter) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.Name, job.OpenedAt.Format(time.DateOnly))
	}
	// Output:
	// Backend Engineer 2025-11-08
	// Frontend Engineer 2025-12-16
}

func ExampleClient_GetApplications() {
	client := newClient()

	filter := kombo.ApplicationFilter{Outcomes: []kombo.Outcome{kombo.OutcomePending}}
	filter.UpdatedAfter = "2026-09-30"
	filter.PageSize = 3

	page, err := client.GetApplications(ctx, filter)
	if err != nil {
		log.Fatal(err)
	}
	for _, application := range page.Results {
		fmt.Println(application.Candidate.LastName, "/", application.CurrentStage.Name)
	}
	fmt.Println("more:", page.Next != "")
	// Output:
	// Hartmann / Technical Interview
	// منصور / Phone Screen
	// Hoffmann / Phone Screen
	// more: true
}

func ExampleClient_MoveApplicationToStage() {
	client := newClient()
	page, err := client.GetApplications(ctx, kombo.ApplicationFilter{})
	if err != nil {
		log.Fatal(err)
	}
	application := page.Results[0]

	_, err = client.MoveApplicationToStage(ctx, application.ID, kombo.MoveApplicationToStageInput{StageID: "s9"})
	switch {
	case errors.Is(err, kombo.ErrOutcomeUnknown):
		fmt.Println("look in the ATS before repeating it:", err)
	case kombo.IsNotFound(err):
		fmt.Println("no such application or stage:", err)
	case err != nil:
		fmt.Println("not moved:", err)
	}
	// Output:
	// no such application or stage: move_application_to_stage: HTTP 404 PLATFORM.INPUT_INVALID: Input invalid: Stage not found: s9 (log: https://app.kombo.example/sandbox/logs)
}

func ExampleError() {
	client := newClient().ForIntegration("lever:unknown")

	_, err := client.GetIntegration(ctx)
	if failure, ok := errors.AsType[*kombo.Error](err); ok {
		fmt.Println(failure.Operation, failure.Status, failure.Code)
		fmt.Println(failure.Message)
	}
	// Output:
	// get_integration_details 404 PLATFORM.INTEGRATION_NOT_FOUND
	// There is no integration with the ID lever:unknown in this environment.
}

func ExampleWithRawRecords() {
	client := newClient(kombo.WithRawRecords())

	page, err := client.GetTags(ctx, kombo.TagFilter{ListOptions: kombo.ListOptions{PageSize: 1}})
	if err != nil {
		log.Fatal(err)
	}
	tag := page.Results[0]
	fmt.Println(string(tag.Raw()))
	for pointer, value := range tag.UnknownFields() {
		fmt.Println(pointer, string(value))
	}
	// Output:
	// {"id":"7wUbhmgEK9DcK7tWaBmUKVd3","remote_id":"7001","name":"Top Talent","remote_data":null,"changed_at":"2026-04-08T10:44:42.833Z","remote_deleted_at":null}
	// /remote_data null
}

func ExampleWithObserver() {
	attempts := map[string]int{}
	client := newClient(kombo.WithObserver(func(_ context.Context, a kombo.Attempt) {
		attempts[fmt.Sprint(a.Method, " ", a.Path, " ", a.Status)]++
	}))
	for _, err := range client.AllCandidates(ctx, kombo.CandidateFilter{}) {
		if err != nil {
			log.Fatal(err)
		}
	}
	for _, attempt := range slices.Sorted(maps.Keys(attempts)) {
		fmt.Println(attempt, attempts[attempt])
	}
	// Output:
	// GET /ats/candidates 200 3
}

func ExampleWithHTTPClient() {
	fake := sandbox.New(sandbox.Options{Seed: 1})
	client, err := kombo.New(fake.APIKey(),
		kombo.WithIntegration(fake.IntegrationID()),
		kombo.WithBaseURL(fake.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: fake.Transport()}))
	if err != nil {
		log.Fatal(err)
	}
	fake.Inject(sandbox.Fault{Operation: "add_candidate_tag", Status: http.StatusInternalServerError, Times: 1})

	page, err := client.GetCandidates(ctx, kombo.CandidateFilter{})
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := client.AddCandidateTag(ctx, page.Results[0].ID, kombo.TagInput{Tag: kombo.TagName{Name: "Referred"}})
	fmt.Println("attempts:", receipt.Attempts, "error:", err)
	fmt.Println("tags added:", len(fake.Effects()))
	// Output:
	// attempts: 2 error: <nil>
	// tags added: 1
}
