package kombo

// MaxPageSize is the largest page that Kombo serves, and the one that walks ask
// for unless told otherwise.
const MaxPageSize = 250

// ListOptions are the parameters that every list takes. Filters that are set
// must all hold; the values within one filter are alternatives.
//
// The tag query of a field, here and in the filters below, is the parameter's name
// on the wire, and says "date" of one that takes a date. A new filter is one field.
type ListOptions struct {
	// Cursor is the Next of an earlier page; "" starts at the first.
	Cursor string `query:"cursor"`
	// PageSize is 1 to MaxPageSize; 0 leaves it to the server (100), or to the
	// walk (MaxPageSize).
	PageSize int `query:"page_size"`
	// UpdatedAfter keeps records changed after it, nested data included, as a
	// plain date or an instant ending in Z; see CheckDate.
	UpdatedAfter string `query:"updated_after,date"`
	// IncludeDeleted also returns records with a RemoteDeletedAt.
	IncludeDeleted bool `query:"include_deleted"`
	// IgnoreUnsupportedFilters drops a filter on a field that the ATS does not
	// deliver. Without it such a filter matches nothing, and nothing says so.
	IgnoreUnsupportedFilters bool `query:"ignore_unsupported_filters"`
	// IDs and RemoteIDs keep records with one of these ids.
	IDs       []string `query:"ids"`
	RemoteIDs []string `query:"remote_ids"`
}

// Options gives the options of a filter, for the caller to change: every filter
// has them by embedding.
func (o *ListOptions) Options() *ListOptions { return o }

// ApplicationFilter are the parameters of GetApplications.
type ApplicationFilter struct {
	ListOptions
	Outcomes        []Outcome `query:"outcomes"`
	JobIDs          []string  `query:"job_ids"`
	JobRemoteIDs    []string  `query:"job_remote_ids"`
	CurrentStageIDs []string  `query:"current_stage_ids"`
	// RemoteCreatedAfter works by the day: created on that day or later.
	RemoteCreatedAfter string `query:"remote_created_after,date"`
}

// CandidateFilter are the parameters of GetCandidates. Email, FirstName and
// LastName match the whole value without regard to case; JobIDs are jobs the
// candidate applied to.
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
	// RemoteCreatedAfter works by the day: created on that day or later.
	RemoteCreatedAfter string `query:"remote_created_after,date"`
	NameContains       string `query:"name_contains"`
}

// UserFilter are the parameters of GetUsers. Case does not count in Emails.
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
type TagFilter = ListOptions

// StageFilter are the parameters of GetApplicationStages.
type StageFilter = ListOptions

// OfferFilter are the parameters of GetOffers.
type OfferFilter = ListOptions

// RejectionReasonFilter are the parameters of GetRejectionReasons.
type RejectionReasonFilter = ListOptions

// Page is one page of a list. Next is the cursor of the page after it, "" on
// the last one; Cursor is the one it was fetched with, "" for the first.
type Page[T any] struct {
	Results []T
	Next    string
	Cursor  string
}
