package kombo

// MaxPageSize is the largest page that Kombo serves, and the one that walks ask
// for unless told otherwise.
const MaxPageSize = 250

// ListOptions are the parameters that every list takes. Filters that are set
// must all hold; the values within one filter are alternatives.
type ListOptions struct {
	// Cursor is the Next of an earlier page; "" starts at the first.
	Cursor string
	// PageSize is 1 to MaxPageSize; 0 leaves it to the server (100), or to the
	// walk (MaxPageSize).
	PageSize int
	// UpdatedAfter keeps records changed after it, nested data included, as a
	// plain date or an instant ending in Z; see CheckDate.
	UpdatedAfter string
	// IncludeDeleted also returns records with a RemoteDeletedAt.
	IncludeDeleted bool
	// IgnoreUnsupportedFilters drops a filter on a field that the ATS does not
	// deliver. Without it such a filter matches nothing, and nothing says so.
	IgnoreUnsupportedFilters bool
	// IDs and RemoteIDs keep records with one of these ids.
	IDs       []string
	RemoteIDs []string
}

// ApplicationFilter are the parameters of GetApplications.
type ApplicationFilter struct {
	ListOptions
	Outcomes        []Outcome
	JobIDs          []string
	JobRemoteIDs    []string
	CurrentStageIDs []string
	// RemoteCreatedAfter works by the day: created on that day or later.
	RemoteCreatedAfter string
}

// CandidateFilter are the parameters of GetCandidates. Email, FirstName and
// LastName match the whole value without regard to case; JobIDs are jobs the
// candidate applied to.
type CandidateFilter struct {
	ListOptions
	Email     string
	JobIDs    []string
	FirstName string
	LastName  string
}

// JobFilter are the parameters of GetJobs.
type JobFilter struct {
	ListOptions
	JobCodes []string
	// PostURL matches the whole value.
	PostURL         string
	Statuses        []JobStatus
	EmploymentTypes []string
	Visibilities    []string
	// RemoteCreatedAfter works by the day: created on that day or later.
	RemoteCreatedAfter string
	NameContains       string
}

// UserFilter are the parameters of GetUsers. Case does not count in Emails.
type UserFilter struct {
	ListOptions
	Emails []string
}

// RoleFilter are the parameters of GetRoles; Scopes are SYSTEM and JOB.
type RoleFilter struct {
	ListOptions
	Scopes []string
}

// InterviewFilter are the parameters of GetInterviews.
type InterviewFilter struct {
	ListOptions
	JobIDs []string
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
