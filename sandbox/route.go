package sandbox

import (
	"net/http"
	"net/url"
	"strings"
)

// call is one request to the API.
type call struct {
	r      *http.Request
	raw    []byte
	op     string
	params []string
}

// serveFunc returns the JSON body of the response to a call.
type serveFunc func(s *Sandbox, c *call) ([]byte, *refusal)

// route is one operation of the API. An action uses the ATS itself and needs a
// slot. integration is set if X-Integration-Id is required.
type route struct {
	op, method, path    string
	action, integration bool
	serve               serveFunc
}

func read(op, path string, l *list) *route {
	return &route{op: op, method: http.MethodGet, path: path, integration: true, serve: func(s *Sandbox, c *call) ([]byte, *refusal) {
		return s.serveList(c, l)
	}}
}

func act(op, method, path string, serve serveFunc) *route {
	return &route{op: op, method: method, path: path, action: true, integration: true, serve: serve}
}

var routes = []*route{
	read("get_applications", "ats/applications", applicationList),
	read("get_candidates", "ats/candidates", candidateList),
	read("get_jobs", "ats/jobs", jobList),
	read("get_interviews", "ats/interviews", interviewList),
	read("get_offers", "ats/offers", offerList),
	read("get_users", "ats/users", userList),
	read("get_roles", "ats/roles", roleList),
	read("get_tags", "ats/tags", tagList),
	read("get_application_stages", "ats/application-stages", stageList),
	read("get_rejection_reasons", "ats/rejection-reasons", reasonList),

	act("get_application_attachments", http.MethodGet, "ats/applications/*/attachments", (*Sandbox).applicationAttachments),
	act("get_candidate_attachments", http.MethodGet, "ats/candidates/*/attachments", (*Sandbox).candidateAttachments),
	act("create_application", http.MethodPost, "ats/jobs/*/applications", (*Sandbox).createApplication),
	act("create_candidate", http.MethodPost, "ats/candidates", (*Sandbox).createCandidate),
	act("move_application_to_stage", http.MethodPut, "ats/applications/*/stage", (*Sandbox).moveApplication),
	act("reject_application", http.MethodPost, "ats/applications/*/reject", (*Sandbox).rejectApplication),
	act("add_application_note", http.MethodPost, "ats/applications/*/notes", (*Sandbox).addNote),
	act("add_application_result_link", http.MethodPost, "ats/applications/*/result-links", (*Sandbox).addApplicationLink),
	act("add_candidate_result_link", http.MethodPost, "ats/candidates/*/result-links", (*Sandbox).addCandidateLink),
	act("add_application_attachment", http.MethodPost, "ats/applications/*/attachments", (*Sandbox).addApplicationAttachment),
	act("add_candidate_attachment", http.MethodPost, "ats/candidates/*/attachments", (*Sandbox).addCandidateAttachment),
	act("add_candidate_tag", http.MethodPost, "ats/candidates/*/tags", (*Sandbox).addTag),
	act("remove_candidate_tag", http.MethodDelete, "ats/candidates/*/tags", (*Sandbox).removeTag),
	act("import_tracked_application", http.MethodPost, "ats/import-tracked-application", (*Sandbox).importTracked),

	{op: "get_attachment_restrictions", method: http.MethodGet, path: "ats/actions/*", integration: true, serve: (*Sandbox).restrictions},
	{op: "trigger_sync", method: http.MethodPost, path: "force-sync", integration: true, serve: (*Sandbox).triggerSync},
	{op: "get_integration_details", method: http.MethodGet, path: "integrations/*", serve: (*Sandbox).integrationDetails},
	{op: "check_api_key", method: http.MethodGet, path: "check-api-key", serve: (*Sandbox).checkAPIKey},
}

// match returns the route of an escaped path below /v1, nil if there is none for
// this method, and the unescaped path parameters.
func match(method, path string) (*route, []string) {
	parts := strings.Split(path, "/")
	for _, rt := range routes {
		if rt.method != method {
			continue
		}
		if params, ok := fit(strings.Split(rt.path, "/"), parts); ok {
			return rt, params
		}
	}
	return nil, nil
}

func fit(pattern, parts []string) ([]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	var params []string
	for i, p := range pattern {
		if p != "*" {
			if p != parts[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(parts[i])
		if err != nil || value == "" {
			return nil, false
		}
		params = append(params, value)
	}
	return params, true
}
