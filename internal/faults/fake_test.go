package faults

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// fakeKombo is a Kombo with made-up people. Its writes end as end says.
type fakeKombo struct {
	people  []*person
	records map[string][]args
	// end is how writes end: done, refused or lost.
	end string
}

// RoundTrip implements http.RoundTripper.
func (f *fakeKombo) RoundTrip(r *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/ats/")
	switch {
	case r.Method != http.MethodGet:
		return f.write(r)
	case strings.HasSuffix(path, "/attachments"):
		return f.attachments(r)
	case strings.HasPrefix(path, "actions/"):
		return answer(r, 200, args{"status": "success", "data": args{"attachment_restrictions": nil}})
	}
	records, known := f.records[path]
	if !known {
		return answer(r, 404, args{"status": "error", "error": args{"message": "Not found"}})
	}
	return answer(r, 200, args{"status": "success", "data": args{"results": chosen(r, records), "next": nil}})
}

func newFake(people []*person) *fakeKombo {
	out := map[string][]args{
		"jobs":               {{"id": aJob["id"], "remote_id": "1", "name": "Gardener", "status": "OPEN", "stages": []args{stage(0), stage(1), stage(2)}, "screening_questions": []args{}, "hiring_team": []args{}, "job_postings": []args{}, "changed_at": when}},
		"users":              {{"id": recordID('u', 0), "first_name": "Ina", "last_name": "Terviewer", "email": "ina@company.example", "changed_at": when, "system_roles": []args{}}},
		"roles":              {{"id": recordID('r', 0), "remote_label": "Recruiter", "changed_at": when}},
		"tags":               {{"id": recordID('t', 0), "name": "Top", "changed_at": when}},
		"application-stages": {{"id": recordID('g', 0), "name": "Applied", "changed_at": when}},
		"rejection-reasons":  {{"id": recordID('n', 0), "name": "Not a fit", "changed_at": when}},
	}
	for _, p := range people {
		out["applications"] = append(out["applications"], p.asApplication())
		out["candidates"] = append(out["candidates"], p.asCandidate())
		out["interviews"] = append(out["interviews"], p.asInterview())
		out["offers"] = append(out["offers"], p.asOffer())
	}
	return &fakeKombo{people: people, records: out}
}

// chosen returns the records that match the filters.
func chosen(r *http.Request, records []args) []args {
	out := []args{}
	for _, rec := range records {
		ids, email, first := r.URL.Query().Get("ids"), r.URL.Query().Get("email"), r.URL.Query().Get("first_name")
		if first != "" && rec["first_name"] != first {
			continue
		}
		if ids != "" && !slices.Contains(strings.Split(ids, ","), rec["id"].(string)) {
			continue
		}
		if rec["remote_deleted_at"] != nil && r.URL.Query().Get("include_deleted") != "true" {
			continue
		}
		if email != "" && rec["remote_id"] != email {
			continue
		}
		out = append(out, rec)
	}
	return out
}

// about returns the person whom a path or body is about.
func (f *fakeKombo) about(r *http.Request) *person {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return f.people[0]
	}
	for _, p := range f.people {
		if strings.Contains(r.URL.Path, p.id) || strings.Contains(r.URL.Path, p.application) || bytes.Contains(body, []byte(p.email)) {
			return p
		}
	}
	return f.people[0]
}

func (f *fakeKombo) write(r *http.Request) (*http.Response, error) {
	p := f.about(r)
	switch f.end {
	case "refused":
		return answer(r, 400, args{"status": "error", "error": args{"code": "REMOTE.INPUT_INVALID", "title": "Bad: " + p.story, "message": "The ATS says of " + p.story, "log_url": "https://app.kombo.example/logs"}})
	case "lost":
		return answer(r, 500, args{"status": "error", "error": args{"code": nil, "title": "Oops", "message": "It broke at " + p.story}})
	}
	data := args{"id": recordID('x', 1), "tracked_at": nil, "imported_id": args{}}
	if strings.HasSuffix(r.URL.Path, "/applications") {
		data = p.asApplication()
		data["candidate"] = p.asCandidate()
	} else if strings.HasSuffix(r.URL.Path, "/candidates") {
		data = p.asCandidate()
	}
	return answer(r, 200, args{"status": "success", "data": data, "warnings": []args{{"message": "Mind that " + p.story}}})
}

// attachments lists the file of a person; with the end refused, the error quotes the
// person.
func (f *fakeKombo) attachments(r *http.Request) (*http.Response, error) {
	p := f.about(r)
	if f.end == "refused" {
		return answer(r, 400, args{"status": "error", "error": args{"code": "REMOTE.INPUT_INVALID", "title": "Bad", "message": "No files of " + p.story}})
	}
	return answer(r, 200, args{"status": "success", "data": args{"results": []args{p.asFile()}, "next": nil}})
}

func answer(r *http.Request, status int, body args) (*http.Response, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: fmt.Sprint(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(raw)), ContentLength: int64(len(raw)),
	}, nil
}

// fetch returns a CV that repeats everything about its owner.
func (f *fakeKombo) fetch(_ context.Context, address string) ([]byte, string, error) {
	id, err := base64.RawURLEncoding.DecodeString(address[strings.LastIndexByte(address, '/')+1:])
	if err != nil {
		return nil, "", err
	}
	i := slices.IndexFunc(f.people, func(p *person) bool { return p.id == string(id) })
	return []byte(strings.Repeat("Curriculum\n"+f.people[i].story+"\nGardening since ever.\n", 8)), "text/plain", nil
}

// reader takes files as text, and removes tags from markup.
type reader struct{}

var tag = regexp.MustCompile(`<[^>]*>`)

func (reader) Text(_ context.Context, data []byte, _, _ string) (string, []string, error) {
	return html.UnescapeString(string(data)), nil, nil
}

func (reader) HTML(s string) string { return html.UnescapeString(tag.ReplaceAllString(s, "")) }

// newMasked returns a server on f that masks the given categories.
func newMasked(t *testing.T, f *fakeKombo, redact []string, change func(*tools.Config)) *server {
	t.Helper()
	return newMaskedOver(t, f, f, redact, change)
}

// newMaskedOver is newMasked with a transport of the test's own.
func newMaskedOver(t *testing.T, line http.RoundTripper, f *fakeKombo, redact []string, change func(*tools.Config)) *server {
	t.Helper()
	client, err := kombo.New("key", kombo.WithIntegration("fake:1"), kombo.WithBaseURL("https://kombo.example/v1"), kombo.WithHTTPClient(&http.Client{Transport: line}), kombo.WithRetries(0))
	require.NoError(t, err)
	up := app.Upstream{Client: client, Fetch: f.fetch, Secret: bytes.Repeat([]byte{7}, 32), Now: func() time.Time { return pinned }}
	s := &server{t: t, path: "-", who: tools.Caller{Client: "faults 1"}}
	s.box = newBox(t, up, func(s *app.Settings) { s.Redact, s.MaxWritesPerMinute = redact, 10_000 }, func(c *tools.Config) {
		c.Documents = reader{}
		if change != nil {
			change(c)
		}
	})
	return s
}
