package kombo

// CreateApplicationInput is an application to be created, with its candidate,
// who is created as well unless the ATS recognises them. StageID is one of the
// job's stages, "" for its default.
type CreateApplicationInput struct {
	StageID                  string                 `json:"stage_id,omitempty"`
	Candidate                CandidateInput         `json:"candidate"`
	Attachments              []FileInput            `json:"attachments,omitempty"`
	Source                   *SourceInput           `json:"source,omitempty"`
	SourcedBy                *SourcedByInput        `json:"sourced_by,omitempty"`
	GDPRConsent              *GDPRConsentInput      `json:"gdpr_consent,omitempty"`
	RemoteFields             *CreateRemoteFields    `json:"remote_fields,omitempty"`
	ScreeningQuestionAnswers []ScreeningAnswerInput `json:"screening_question_answers,omitempty"`
}

// CreateCandidateInput is a candidate to be created with an application.
type CreateCandidateInput struct {
	Candidate                CandidateInput            `json:"candidate"`
	Application              CandidateApplicationInput `json:"application"`
	Attachments              []FileInput               `json:"attachments,omitempty"`
	Source                   *SourceInput              `json:"source,omitempty"`
	SourcedBy                *SourcedByInput           `json:"sourced_by,omitempty"`
	GDPRConsent              *GDPRConsentInput         `json:"gdpr_consent,omitempty"`
	RemoteFields             *CreateRemoteFields       `json:"remote_fields,omitempty"`
	ScreeningQuestionAnswers []ScreeningAnswerInput    `json:"screening_question_answers,omitempty"`
}

// CandidateApplicationInput names the job that a new candidate applies to, by
// its id or as remote:<remote id>, and the stage, "" for its default.
type CandidateApplicationInput struct {
	JobID   string `json:"job_id"`
	StageID string `json:"stage_id,omitempty"`
}

// CandidateInput is a person. FirstName, LastName and EmailAddress must be
// given. Gender is MALE, FEMALE or OTHER; AvailabilityDate is a date, see
// CheckDate.
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

// EmailInput is a further e-mail address; Type is PERSONAL, WORK or OTHER.
type EmailInput struct {
	Type         string `json:"type"`
	EmailAddress string `json:"email_address"`
}

// PhoneInput is a further phone number; Type is PERSONAL, WORK or OTHER.
type PhoneInput struct {
	Type        string `json:"type"`
	PhoneNumber string `json:"phone_number"`
}

// LocationInput is an address; Country is ISO 3166-1 alpha-2 in upper case and
// must be given.
type LocationInput struct {
	City    string `json:"city,omitempty"`
	Country string `json:"country"`
	State   string `json:"state,omitempty"`
	Street1 string `json:"street_1,omitempty"`
	ZipCode string `json:"zip_code,omitempty"`
}

// SalaryExpectationInput is an amount, in the currency that the ATS assumes, a
// Period of MONTH or YEAR.
type SalaryExpectationInput struct {
	Period string  `json:"period"`
	Amount float64 `json:"amount"`
}

// SocialLinkInput is the address of a profile.
type SocialLinkInput struct {
	URL string `json:"url"`
}

// SourceInput says where the candidate came from. Kombo deprecates it in favour
// of the source it writes by itself.
type SourceInput struct {
	Name       string `json:"name,omitempty"`
	UnifiedKey string `json:"unified_key,omitempty"`
	ID         string `json:"id,omitempty"`
}

// SourcedByInput credits a user, by id or as remote:<remote id>.
type SourcedByInput struct {
	UserID string `json:"user_id"`
}

// GDPRConsentInput records a consent; ExpiresAt is a date, see CheckDate.
type GDPRConsentInput struct {
	ExpiresAt string `json:"expires_at,omitempty"`
	Given     *bool  `json:"given,omitempty"`
}

// ScreeningAnswerInput answers a question of the job. Answer is a string (text,
// an option's id, a date), a bool, a number, a []string of option ids, or a
// FileAnswer, as the question's format says.
type ScreeningAnswerInput struct {
	QuestionID string `json:"question_id"`
	Answer     any    `json:"answer"`
}

// FileAnswer is the answer to a FILE question, with the rules of FileInput.
type FileAnswer struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type,omitempty"`
	DataURL     string `json:"data_url,omitempty"`
	Data        string `json:"data,omitempty"`
}
