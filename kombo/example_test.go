package kombo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// The examples talk to a server of their own in place of Kombo's.
func server() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPut:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"status":"error","error":{"code":null,"title":null,"message":"Stage not found","log_url":null}}`)
		case r.URL.Query().Get("cursor") == "":
			_, _ = io.WriteString(w, `{"status":"success","data":{"results":[{"id":"j1","name":"Backend Engineer"}],"next":"2"}}`)
		default:
			_, _ = io.WriteString(w, `{"status":"success","data":{"results":[{"id":"j2","name":"Recruiter"}],"next":null}}`)
		}
	}))
}

func ExampleClient_AllJobs() {
	s := server()
	defer s.Close()
	client, err := kombo.New("ks_dev_example", kombo.WithBaseURL(s.URL), kombo.WithIntegration("sandbox:example"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	for job, err := range client.AllJobs(context.Background(), kombo.JobFilter{Statuses: []kombo.JobStatus{kombo.JobOpen}}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.ID, job.Name)
	}
	// Output:
	// j1 Backend Engineer
	// j2 Recruiter
}

func ExampleClient_MoveApplicationToStage() {
	s := server()
	defer s.Close()
	client, err := kombo.New("ks_dev_example", kombo.WithBaseURL(s.URL), kombo.WithIntegration("sandbox:example"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	_, err = client.MoveApplicationToStage(context.Background(), "a1", kombo.MoveApplicationToStageInput{StageID: "s9"})
	switch {
	case errors.Is(err, kombo.ErrOutcomeUnknown):
		fmt.Println("look before repeating it")
	case err != nil:
		fmt.Println("not moved:", err)
	}
	// Output:
	// not moved: move_application_to_stage: HTTP 404 Stage not found
}
