package kombo

// Candidate is a person in the ATS, with their applications. Confidential marks
// profiles that the ATS hides from most of its users.
type Candidate struct {
	undecoded
	ID              string                 `json:"id"`
	RemoteID        string                 `json:"remote_id"`
	FirstName       string                 `json:"first_name"`
	LastName        string                 `json:"last_name"`
	Company         string                 `json:"company"`
	Title           string                 `json:"title"`
	Confidential    *bool                  `json:"confidential"`
	Source          string                 `json:"source"`
	PhoneNumbers    []Phone                `json:"phone_numbers"`
	EmailAddresses  []Email                `json:"email_addresses"`
	SocialMedia     []SocialLink           `json:"social_media"`
	Location        *Location              `json:"location"`
	CustomFields    map[string]any         `json:"custom_fields"`
	RemoteURL       string                 `json:"remote_url"`
	RemoteCreatedAt Time                   `json:"remote_created_at"`
	RemoteUpdatedAt Time                   `json:"remote_updated_at"`
	ChangedAt       Time                   `json:"changed_at"`
	RemoteDeletedAt Time                   `json:"remote_deleted_at"`
	Applications    []CandidateApplication `json:"applications"`
	Tags            []TagRef               `json:"tags"`
}

// CandidateApplication is an application nested in its candidate.
type CandidateApplication struct {
	ID                  string            `json:"id"`
	RemoteID            string            `json:"remote_id"`
	Outcome             Outcome           `json:"outcome"`
	RejectionReasonName string            `json:"rejection_reason_name"`
	RejectedAt          Time              `json:"rejected_at"`
	RemoteURL           string            `json:"remote_url"`
	ChangedAt           Time              `json:"changed_at"`
	RemoteCreatedAt     Time              `json:"remote_created_at"`
	RemoteUpdatedAt     Time              `json:"remote_updated_at"`
	CurrentStage        *ApplicationStage `json:"current_stage"`
	Job                 *JobRef           `json:"job"`
}

// Attachment is a file of an application or a candidate. DataURL works for a short
// time and without a key, so treat it as a secret. ApplicationID and CandidateID
// are set only by GetCandidateAttachments.
type Attachment struct {
	undecoded
	ID              string         `json:"id"`
	ApplicationID   string         `json:"application_id"`
	CandidateID     string         `json:"candidate_id"`
	Type            AttachmentType `json:"type"`
	RemoteID        string         `json:"remote_id"`
	DataURL         string         `json:"data_url"`
	FileName        string         `json:"file_name"`
	ContentType     string         `json:"content_type"`
	RemoteCreatedAt Time           `json:"remote_created_at"`
	RemoteUpdatedAt Time           `json:"remote_updated_at"`
}
