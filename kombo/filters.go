package kombo

// MaxPageSize is the largest page that Kombo returns, and the default of walks.
const MaxPageSize = 250

// ListOptions are the parameters of every list. A record must match all filters
// that are set, and any of the values of each.
//
// The query tag of a field, here and in the filters below, is the name of the query
// parameter, followed by "date" if it takes a date. A new filter is one field.
type ListOptions struct {
	// Cursor is the Next of an earlier page; "" starts at the first.
	Cursor string `query:"cursor"`
	// PageSize is 1 to MaxPageSize. With 0, the server uses 100 and a walk
	// MaxPageSize.
	PageSize int `query:"page_size"`
	// UpdatedAfter selects records that changed after it, nested data included.
	// It is a date as CheckDate accepts.
	UpdatedAfter string `query:"updated_after,date"`
	// IncludeDeleted also returns records with a RemoteDeletedAt.
	IncludeDeleted bool `query:"include_deleted"`
	// IgnoreUnsupportedFilters drops filters on fields that the ATS does not
	// deliver. Otherwise such a filter matches nothing, without any error.
	IgnoreUnsupportedFilters bool `query:"ignore_unsupported_filters"`
	// IDs and RemoteIDs select records with one of these ids.
	IDs       []string `query:"ids"`
	RemoteIDs []string `query:"remote_ids"`
}

// Options returns the options of a filter, for the caller to change. Every filter
// has this method, because it embeds ListOptions.
func (o *ListOptions) Options() *ListOptions { return o }

// ApplicationFilter are the parameters of GetApplications.
type ApplicationFilter struct {
	ListOptions
	Outcomes        []Outcome `query:"outcomes"`
	JobIDs          []string  `query:"job_ids"`
	JobRemoteIDs    []string  `query:"job_remote_ids"`
	CurrentStageIDs []string  `query:"current_stage_ids"`
	// RemoteCreatedAfter ignores the time: it selects records created on that day
	// or later.
	RemoteCreatedAfter string `query:"remote_created_after,date"`
}

// CandidateFilter are the parameters of GetCandidates. Email, FirstName and
// LastName match the whole value, ignoring case; JobIDs are jobs that the
// candidate applied for.
type CandidateFilter struct {
	ListOptions
	Email     string   `query:"email"`
	JobIDs    []string `query:"job_ids"`
	FirstName string   `query:"first_name"`
	LastName  string   `query:"last_name"`
}

// JobFilter are the parameters of GetJobs.
type JobFilter struct {
	ListOptions
	JobCodes []string `query:"job_codes"`
	// PostURL matches the whole value.
	PostURL         string           `query:"post_url"`
	Statuses        []JobStatus      `query:"statuses"`
	EmploymentTypes []EmploymentType `query:"employment_types"`
	Visibilities    []Visibility     `query:"visibilities"`
	// RemoteCreatedAfter ignores the time: it selects records created on that day
	// or later.
	RemoteCreatedAfter string `query:"remote_created_after,date"`
	NameContains       string `query:"name_contains"`
}

// UserFilter are the parameters of GetUsers. Emails ignores case.
type UserFilter struct {
	ListOptions
	Emails []string `query:"emails"`
}

// RoleFilter are the parameters of GetRoles.
type RoleFilter struct {
	ListOptions
	Scopes []RoleScope `query:"scopes"`
}

// InterviewFilter are the parameters of GetInterviews.
type InterviewFilter struct {
	ListOptions
	JobIDs []string `query:"job_ids"`
}

// TagFilter are the parameters of GetTags.
type TagFilter struct{ ListOptions }

// StageFilter are the parameters of GetApplicationStages.
type StageFilter struct{ ListOptions }

// OfferFilter are the parameters of GetOffers.
type OfferFilter struct{ ListOptions }

// RejectionReasonFilter are the parameters of GetRejectionReasons.
type RejectionReasonFilter struct{ ListOptions }

// Page is one page of a list. Next is the cursor of the page after it, "" on the
// last one. Cursor is its own, "" on the first one.
type Page[T any] struct {
	Results []T
	Next    string
	Cursor  string
}
