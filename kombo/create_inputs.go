package kombo

// CreateApplicationInput is an application to create, with its candidate, who is
// created as well unless the ATS recognises them. StageID is one of the job's
// stages, "" for the default.
type CreateApplicationInput struct {
	StageID     string         `json:"stage_id,omitempty"`
	Candidate   CandidateInput `json:"candidate"`
	Attachments []FileInput    `json:"attachments,omitempty"`
	// Deprecated: Kombo writes the source by itself; see SourceInput.
	Source                   *SourceInput           `json:"source,omitempty"`
	SourcedBy                *SourcedByInput        `json:"sourced_by,omitempty"`
	GDPRConsent              *GDPRConsentInput      `json:"gdpr_consent,omitempty"`
	RemoteFields             *CreateRemoteFields    `json:"remote_fields,omitempty"`
	ScreeningQuestionAnswers []ScreeningAnswerInput `json:"screening_question_answers,omitempty"`
}

// CreateCandidateInput is a candidate to create with an application.
type CreateCandidateInput struct {
	Candidate   CandidateInput            `json:"candidate"`
	Application CandidateApplicationInput `json:"application"`
	Attachments []FileInput               `json:"attachments,omitempty"`
	// Deprecated: Kombo writes the source by itself; see SourceInput.
	Source                   *SourceInput           `json:"source,omitempty"`
	SourcedBy                *SourcedByInput        `json:"sourced_by,omitempty"`
	GDPRConsent              *GDPRConsentInput      `json:"gdpr_consent,omitempty"`
	RemoteFields             *CreateRemoteFields    `json:"remote_fields,omitempty"`
	ScreeningQuestionAnswers []ScreeningAnswerInput `json:"screening_question_answers,omitempty"`
}

// CandidateApplicationInput is the job that a new candidate applies for, given by
// its id or as remote:<remote id>, and the stage, "" for the default.
type CandidateApplicationInput struct {
	JobID   string `json:"job_id"`
	StageID string `json:"stage_id,omitempty"`
}

// CandidateInput is a person. FirstName, LastName and EmailAddress are required.
// Gender is MALE, FEMALE or OTHER; AvailabilityDate is a date as CheckDate accepts.
type CandidateInput struct {
	FirstName                string                  `json:"first_name"`
	LastName                 string                  `json:"last_name"`
	EmailAddress             string                  `json:"email_address"`
	AdditionalEmailAddresses []EmailInput            `json:"additional_email_addresses,omitempty"`
	Company                  string                  `json:"company,omitempty"`
	Title                    string                  `json:"title,omitempty"`
	PhoneNumber              string                  `json:"phone_number,omitempty"`
	AdditionalPhoneNumbers   []PhoneInput            `json:"additional_phone_numbers,omitempty"`
	Location                 *LocationInput          `json:"location,omitempty"`
	Gender                   string                  `json:"gender,omitempty"`
	AvailabilityDate         string                  `json:"availability_date,omitempty"`
	SalaryExpectations       *SalaryExpectationInput `json:"salary_expectations,omitempty"`
	SocialLinks              []SocialLinkInput       `json:"social_links,omitempty"`
}

// EmailInput is an additional e-mail address. Type is PERSONAL, WORK or OTHER.
type EmailInput struct {
	Type         string `json:"type"`
	EmailAddress string `json:"email_address"`
}

// PhoneInput is an additional phone number. Type is PERSONAL, WORK or OTHER.
type PhoneInput struct {
	Type        string `json:"type"`
	PhoneNumber string `json:"phone_number"`
}

// LocationInput is an address. Country is required and an ISO 3166-1 alpha-2 code
// in upper case.
type LocationInput struct {
	City    string `json:"city,omitempty"`
	Country string `json:"country"`
	State   string `json:"state,omitempty"`
	Street1 string `json:"street_1,omitempty"`
	ZipCode string `json:"zip_code,omitempty"`
}

// SalaryExpectationInput is an amount per Period, which is MONTH or YEAR, in the
// currency that the ATS assumes.
type SalaryExpectationInput struct {
	Period string  `json:"period"`
	Amount float64 `json:"amount"`
}

// SocialLinkInput is the URL of a profile.
type SocialLinkInput struct {
	URL string `json:"url"`
}

// SourceInput is where the candidate came from.
//
// Deprecated: Kombo writes the source by itself if its dashboard says so. To credit
// a user, set SourcedBy.
type SourceInput struct {
	Name       string `json:"name,omitempty"`
	UnifiedKey string `json:"unified_key,omitempty"`
	ID         string `json:"id,omitempty"`
}

// SourcedByInput is the user to credit, given by id or as remote:<remote id>.
type SourcedByInput struct {
	UserID string `json:"user_id"`
}

// GDPRConsentInput is a consent. ExpiresAt is a date as CheckDate accepts.
type GDPRConsentInput struct {
	ExpiresAt string `json:"expires_at,omitempty"`
	Given     *bool  `json:"given,omitempty"`
}

// ScreeningAnswerInput is an answer to a question of the job. Depending on the
// format of the question, Answer is a string (text, an option's id, a date), a
// bool, a number, a []string of option ids, or a FileAnswer.
type ScreeningAnswerInput struct {
	QuestionID string `json:"question_id"`
	Answer     any    `json:"answer"`
}

// FileAnswer is the answer to a FILE question. The rules are those of FileInput.
type FileAnswer struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type,omitempty"`
	DataURL     string `json:"data_url,omitempty"`
	Data        string `json:"data,omitempty"`
}
