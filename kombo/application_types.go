package kombo

// Application is one candidate's application to one job.
type Application struct {
	undecoded
	ID                       string                 `json:"id"`
	RemoteID                 string                 `json:"remote_id"`
	Outcome                  Outcome                `json:"outcome"`
	RejectionReasonName      string                 `json:"rejection_reason_name"`
	RejectedAt               Time                   `json:"rejected_at"`
	CurrentStageID           string                 `json:"current_stage_id"`
	JobID                    string                 `json:"job_id"`
	CandidateID              string                 `json:"candidate_id"`
	ScreeningQuestionAnswers []ScreeningAnswer      `json:"screening_question_answers"`
	CustomFields             map[string]any         `json:"custom_fields"`
	RemoteURL                string                 `json:"remote_url"`
	ChangedAt                Time                   `json:"changed_at"`
	RemoteDeletedAt          Time                   `json:"remote_deleted_at"`
	RemoteCreatedAt          Time                   `json:"remote_created_at"`
	RemoteUpdatedAt          Time                   `json:"remote_updated_at"`
	Candidate                *ApplicationCandidate  `json:"candidate"`
	CurrentStage             *ApplicationStage      `json:"current_stage"`
	Job                      *JobRef                `json:"job"`
	Interviews               []ApplicationInterview `json:"interviews"`
	Offers                   []ApplicationOffer     `json:"offers"`
}

// ApplicationCandidate is a candidate nested in an application.
type ApplicationCandidate struct {
	ID             string       `json:"id"`
	RemoteID       string       `json:"remote_id"`
	FirstName      string       `json:"first_name"`
	LastName       string       `json:"last_name"`
	EmailAddresses []Email      `json:"email_addresses"`
	PhoneNumbers   []Phone      `json:"phone_numbers"`
	SocialMedia    []SocialLink `json:"social_media"`
	Source         string       `json:"source"`
	RemoteURL      string       `json:"remote_url"`
	Tags           []TagRef     `json:"tags"`
}

// ApplicationInterview is an interview nested in an application.
type ApplicationInterview struct {
	ID         string    `json:"id"`
	RemoteID   string    `json:"remote_id"`
	Title      string    `json:"title"`
	StartingAt Time      `json:"starting_at"`
	EndingAt   Time      `json:"ending_at"`
	Location   *Location `json:"location"`
	Canceled   *bool     `json:"canceled"`
}

// ApplicationOffer is an offer nested in an application.
type ApplicationOffer struct {
	ID       string      `json:"id"`
	RemoteID string      `json:"remote_id"`
	Status   OfferStatus `json:"status"`
}

// CreatedApplication is the result of creating an application: the application
// with its whole candidate, but without interviews and offers.
type CreatedApplication struct {
	undecoded
	ID                       string            `json:"id"`
	RemoteID                 string            `json:"remote_id"`
	Outcome                  Outcome           `json:"outcome"`
	RejectionReasonName      string            `json:"rejection_reason_name"`
	RejectedAt               Time              `json:"rejected_at"`
	CurrentStageID           string            `json:"current_stage_id"`
	JobID                    string            `json:"job_id"`
	CandidateID              string            `json:"candidate_id"`
	ScreeningQuestionAnswers []ScreeningAnswer `json:"screening_question_answers"`
	CustomFields             map[string]any    `json:"custom_fields"`
	RemoteURL                string            `json:"remote_url"`
	ChangedAt                Time              `json:"changed_at"`
	RemoteDeletedAt          Time              `json:"remote_deleted_at"`
	RemoteCreatedAt          Time              `json:"remote_created_at"`
	RemoteUpdatedAt          Time              `json:"remote_updated_at"`
	CurrentStage             *ApplicationStage `json:"current_stage"`
	Job                      *JobRef           `json:"job"`
	// Candidate has no Applications.
	Candidate *Candidate `json:"candidate"`
}
