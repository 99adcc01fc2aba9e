package kombo

// Interview is an interview of an application. StageID is the stage that it belongs
// to; Users are the interviewers.
type Interview struct {
	undecoded
	ID                   string                `json:"id"`
	RemoteID             string                `json:"remote_id"`
	Title                string                `json:"title"`
	StartingAt           Time                  `json:"starting_at"`
	EndingAt             Time                  `json:"ending_at"`
	Location             *Location             `json:"location"`
	VideoConferencingURL string                `json:"video_conferencing_url"`
	ApplicationID        string                `json:"application_id"`
	StageID              string                `json:"stage_id"`
	Canceled             *bool                 `json:"canceled"`
	RemoteCreatedAt      Time                  `json:"remote_created_at"`
	RemoteUpdatedAt      Time                  `json:"remote_updated_at"`
	ChangedAt            Time                  `json:"changed_at"`
	RemoteDeletedAt      Time                  `json:"remote_deleted_at"`
	Users                []Interviewer         `json:"users"`
	Application          *InterviewApplication `json:"application"`
}

// Interviewer is a user nested in an interview.
type Interviewer struct {
	ID        string `json:"id"`
	RemoteID  string `json:"remote_id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
}

// InterviewApplication is an application nested in an interview.
type InterviewApplication struct {
	ID                  string        `json:"id"`
	RemoteID            string        `json:"remote_id"`
	Outcome             Outcome       `json:"outcome"`
	RejectionReasonName string        `json:"rejection_reason_name"`
	Candidate           *CandidateRef `json:"candidate"`
	Job                 *JobRef       `json:"job"`
}

// Offer is an offer of employment made for an application.
type Offer struct {
	undecoded
	ID                  string            `json:"id"`
	RemoteID            string            `json:"remote_id"`
	Status              OfferStatus       `json:"status"`
	EmploymentStartDate Time              `json:"employment_start_date"`
	ApplicationID       string            `json:"application_id"`
	CustomFields        map[string]any    `json:"custom_fields"`
	ChangedAt           Time              `json:"changed_at"`
	RemoteDeletedAt     Time              `json:"remote_deleted_at"`
	RemoteCreatedAt     Time              `json:"remote_created_at"`
	RemoteUpdatedAt     Time              `json:"remote_updated_at"`
	Application         *OfferApplication `json:"application"`
}

// OfferApplication is an application nested in an offer.
type OfferApplication struct {
	Candidate *CandidateRef `json:"candidate"`
	Job       *JobRef       `json:"job"`
}

// User is a user of the ATS.
type User struct {
	undecoded
	ID              string       `json:"id"`
	RemoteID        string       `json:"remote_id"`
	FirstName       string       `json:"first_name"`
	LastName        string       `json:"last_name"`
	Email           string       `json:"email"`
	Status          ActiveStatus `json:"status"`
	ChangedAt       Time         `json:"changed_at"`
	RemoteDeletedAt Time         `json:"remote_deleted_at"`
	SystemRoles     []SystemRole `json:"system_roles"`
}

// Role is a role that users can hold.
type Role struct {
	undecoded
	ID              string    `json:"id"`
	RemoteID        string    `json:"remote_id"`
	RemoteLabel     string    `json:"remote_label"`
	Scope           RoleScope `json:"scope"`
	UnifiedType     string    `json:"unified_type"`
	ChangedAt       Time      `json:"changed_at"`
	RemoteDeletedAt Time      `json:"remote_deleted_at"`
}

// Tag is a label for candidates.
type Tag struct {
	undecoded
	ID              string `json:"id"`
	RemoteID        string `json:"remote_id"`
	Name            string `json:"name"`
	ChangedAt       Time   `json:"changed_at"`
	RemoteDeletedAt Time   `json:"remote_deleted_at"`
}

// Stage is a stage of the whole ATS. A move often cannot use its id, since it needs
// a stage of the application's job: see Job.Stages.
type Stage struct {
	undecoded
	ID              string         `json:"id"`
	RemoteID        string         `json:"remote_id"`
	Name            string         `json:"name"`
	Status          ActiveStatus   `json:"status"`
	CustomFields    map[string]any `json:"custom_fields"`
	ChangedAt       Time           `json:"changed_at"`
	RemoteDeletedAt Time           `json:"remote_deleted_at"`
}

// RejectionReason is a reason to choose from when rejecting an application.
type RejectionReason struct {
	undecoded
	ID              string `json:"id"`
	RemoteID        string `json:"remote_id"`
	Name            string `json:"name"`
	ChangedAt       Time   `json:"changed_at"`
	RemoteDeletedAt Time   `json:"remote_deleted_at"`
}
