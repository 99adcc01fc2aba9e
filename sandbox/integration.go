package sandbox

import (
	"strings"
)

func (s *Sandbox) checkAPIKey(*call) ([]byte, *refusal) {
	return plainSuccess(func(e *enc) {
		e.str("environment_id", s.environment)
		e.str("customer_id", s.environment) // the deprecated name of environment_id
	}), nil
}

// plainSuccess returns a response without warnings.
func plainSuccess(data func(e *enc)) []byte {
	var e enc
	e.open()
	e.str("status", "success")
	e.object("data")
	data(&e)
	e.close()
	e.close()
	return e.b
}

// triggerSync updates Kombo's copy at once, whatever the lag.
func (s *Sandbox) triggerSync(c *call) ([]byte, *refusal) {
	kind := "FULL"
	if len(c.raw) > 0 {
		var issues issueList
		body, r := c.body(&issues)
		if r != nil {
			return nil, r
		}
		if given := body.enum("type", false, "FULL", "DELTA"); given != "" {
			kind = given
		}
		if r := issues.refusal(); r != nil {
			return nil, r
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sync(len(s.queue))
	id := makeID(s.opts.Seed, otherSpace*2+uint64(s.stamp())) //nolint:gosec // a date after 1970
	return plainSuccess(func(e *enc) {
		e.flag("already_queued", false)
		e.id("sync_id", id)
		e.str("type", kind)
	}), nil
}

// restrictions returns which files a write accepts.
func (s *Sandbox) restrictions(c *call) ([]byte, *refusal) {
	switch c.params[0] {
	case "ats_create_application", "ats_create_candidate":
		return plainSuccess(func(e *enc) {
			e.object("attachment_restrictions")
			e.integer("total_size_bytes", maxTotalBytes)
			e.restrictedTypes(maxFileBytes, true)
			e.close()
		}), nil
	case "ats_add_application_attachment", "ats_add_candidate_attachment":
		return plainSuccess(func(e *enc) {
			e.object("attachment_restrictions")
			e.restrictedTypes(maxAddedBytes, false)
			e.close()
		}), nil
	default:
		return nil, notFound(c.r.URL.Path)
	}
}

func (e *enc) restrictedTypes(limit int, amounts bool) {
	e.object("types")
	for _, kind := range attachmentKinds {
		e.object(kind)
		e.flag("is_supported", true)
		if amounts {
			e.integer("min_amount", 0)
			e.integer("max_amount", amountLimits[kind])
		}
		e.integer("max_file_size_bytes", limit)
		e.list("accepted_mime_types")
		for _, m := range acceptedMimes(kind) {
			e.item(m)
		}
		e.closeList()
		e.close()
	}
	e.close()
}

// readModel is a model of the integration, with the operation that reads it and the
// fields that filters are on.
type readModel struct {
	id, label, op string
	fields        []string
}

var readModels = []readModel{
	{"ats_applications", "Applications", "get_applications", []string{"outcome", "current_stage_id", "job_id", "candidate_id", "rejected_at", "rejection_reason_name", "remote_created_at", "screening_question_answers"}},
	{"ats_candidates", "Candidates", "get_candidates", []string{"first_name", "last_name", "email_addresses", "phone_numbers", "location", "source"}},
	{"ats_jobs", "Jobs", "get_jobs", []string{"name", "job_code", "status", "visibility", "employment_type", "post_url", "opened_at", "closed_at", "remote_created_at"}},
	{"ats_job_postings", "Job postings", "get_jobs", []string{"title", "description_html", "status", "visibility"}},
	{"ats_application_stages", "Application Stages", "get_application_stages", []string{"name", "status"}},
	{"ats_screening_questions", "Screening questions", "get_jobs", []string{"title", "description", "format", "category"}},
	{"ats_interviews", "Interviews", "get_interviews", []string{"title", "starting_at", "ending_at", "location", "canceled"}},
	{"ats_offers", "Offers", "get_offers", []string{"status", "employment_start_date"}},
	{"ats_rejection_reasons", "Rejection reasons", "get_rejection_reasons", []string{"name"}},
	{"ats_tags", "Tags", "get_tags", []string{"name"}},
	{"ats_users", "Users", "get_users", []string{"first_name", "last_name", "email", "status"}},
	{"ats_roles", "Roles", "get_roles", []string{"remote_label", "unified_type", "scope"}},
}

// filterField is the field of a filter, if its name differs from that of the filter.
var filterField = map[string]string{
	"job_codes": "job_code", "statuses": "status", "visibilities": "visibility", "employment_types": "employment_type", "outcomes": "outcome",
	"current_stage_ids": "current_stage_id", "job_ids": "job_id", "email": "email_addresses", "emails": "email", "scopes": "scope",
	"name_contains": "name", "remote_created_after": "remote_created_at",
}

var writeActions = []struct {
	id, label, op string
	fields        []string
}{
	{"ats_create_application", "Create application", "create_application", []string{"job_id", "candidate.first_name", "candidate.last_name", "candidate.email_address", "attachments.data", "attachments.data_url", "screening_question_answers"}},
	{"ats_create_candidate", "Create candidate", "create_candidate", []string{"candidate.first_name", "candidate.last_name", "candidate.email_address", "application.job_id"}},
	{"ats_move_application_to_stage", "Move application to stage", "move_application_to_stage", []string{"application_id", "stage_id"}},
	{"ats_reject_application", "Reject application", "reject_application", []string{"application_id", "rejection_reason_id", "note"}},
	{"ats_add_application_note", "Add note to application", "add_application_note", []string{"application_id", "content"}},
	{"ats_add_application_result_link", "Add result link to application", "add_application_result_link", []string{"label", "url", "details.custom_field_name_prefix"}},
	{"ats_add_candidate_result_link", "Add result link to candidate", "add_candidate_result_link", []string{"label", "url", "details.custom_field_name_prefix"}},
	{"ats_add_application_attachment", "Add attachment to application", "add_application_attachment", []string{"attachment.name", "attachment.data", "attachment.data_url"}},
	{"ats_add_candidate_attachment", "Add attachment to candidate", "add_candidate_attachment", []string{"attachment.name", "attachment.data", "attachment.data_url"}},
	{"ats_get_application_attachments", "Get application attachments", "get_application_attachments", []string{"application_id"}},
	{"ats_get_candidate_attachments", "Get candidate attachments", "get_candidate_attachments", []string{"candidate_id"}},
	{"ats_add_candidate_tag", "Add tag to candidate", "add_candidate_tag", []string{"candidate_id", "tag.name"}},
	{"ats_remove_candidate_tag", "Remove tag from candidate", "remove_candidate_tag", []string{"candidate_id", "tag.name"}},
	{"ats_import_tracked_application", "Import tracked application", "import_tracked_application", []string{"tracked_at"}},
}

func (s *Sandbox) integrationDetails(c *call) ([]byte, *refusal) {
	if c.params[0] != s.integration {
		return nil, unknownIntegration(c.params[0])
	}
	return plainSuccess(func(e *enc) {
		e.str("id", s.integration)
		e.object("tool")
		e.str("id", "sandbox")
		e.str("label", "Sandbox ATS")
		e.null("internal_label")
		e.str("logo_url", "https://assets.kombo.example/sandbox/logo.svg")
		e.str("icon_url", "https://assets.kombo.example/sandbox/icon.svg")
		e.close()
		e.str("category", "ATS")
		e.str("status", "ACTIVE")
		e.str("setup_status", "COMPLETED")
		e.object("end_user")
		e.str("organization_name", "Talent Example GmbH")
		e.str("creator_email", "ats-admin@talent.example")
		e.null("origin_id")
		e.close()
		e.object("scope_config")
		e.id("id", makeID(s.opts.Seed, otherSpace+4))
		e.str("name", "Everything")
		e.close()
		e.null("data_expired_at")
		e.when("created_at", s.createdAt())
		e.flag("beta", false)
		s.coverage(e)
	}), nil
}

// createdAt returns when the integration was set up: long before all data.
func (s *Sandbox) createdAt() ms { return s.live.made - 900*day }

func (s *Sandbox) coverage(e *enc) {
	e.list("read_models")
	for _, m := range readModels {
		e.open()
		e.coverageHead(m.id, m.label, !s.disabled[m.op])
		e.list("fields")
		for _, f := range m.fields {
			supported := !s.unsupportedField(m.op, f)
			e.open()
			e.str("id", f)
			e.flag("is_available", supported)
			e.covered(supported)
			e.setting(true)
			e.close()
		}
		e.closeList()
		e.close()
	}
	e.closeList()
	e.list("write_actions")
	for _, a := range writeActions {
		e.open()
		e.coverageHead(a.id, a.label, !s.disabled[a.op])
		e.list("fields")
		for _, f := range a.fields {
			e.open()
			e.str("id", f)
			e.flag("is_available", true)
			e.covered(true)
			e.close()
		}
		e.closeList()
		e.close()
	}
	e.closeList()
}

func (s *Sandbox) unsupportedField(op, field string) bool {
	for name := range s.unsupported {
		filterOp, param, _ := strings.Cut(name, ".")
		if named, ok := filterField[param]; ok {
			param = named
		}
		if filterOp == op && param == field {
			return true
		}
	}
	return false
}

func (e *enc) coverageHead(id, label string, enabled bool) {
	e.str("id", id)
	e.str("label", label)
	e.flag("is_available", enabled)
	e.covered(true)
	e.setting(enabled)
}

func (e *enc) covered(supported bool) {
	if supported {
		e.str("coverage_status", "SUPPORTED")
	} else {
		e.str("coverage_status", "UNSUPPORTED")
	}
}

func (e *enc) setting(enabled bool) {
	if enabled {
		e.str("scope_config_setting", "ENABLED")
	} else {
		e.str("scope_config_setting", "DISABLED")
	}
	e.flag("opted_out_by_customer", false)
}
