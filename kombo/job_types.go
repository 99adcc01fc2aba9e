package kombo

// Job is a position to be filled, or once to be filled. EmploymentType, Status,
// Visibility, RemoteWorkStatus and SalaryPeriod are open sets: a value of the ATS
// that Kombo could not map is passed through. Description is usually HTML.
// Salaries are in SalaryCurrency per SalaryPeriod.
type Job struct {
	undecoded
	ID          string `json:"id"`
	RemoteID    string `json:"remote_id"`
	Name        string `json:"name"`
	JobCode     string `json:"job_code"`
	Description string `json:"description"`
	// Deprecated: Use Visibility, which is CONFIDENTIAL for such a job.
	Confidential     *bool          `json:"confidential"`
	WeeklyHours      *float64       `json:"weekly_hours"`
	EmploymentType   EmploymentType `json:"employment_type"`
	Status           JobStatus      `json:"status"`
	Visibility       Visibility     `json:"visibility"`
	Category         string         `json:"category"`
	Department       string         `json:"department"`
	PostURL          string         `json:"post_url"`
	ExperienceLevel  string         `json:"experience_level"`
	RemoteWorkStatus string         `json:"remote_work_status"`
	SalaryAmount     *float64       `json:"salary_amount"`
	SalaryAmountFrom *float64       `json:"salary_amount_from"`
	SalaryAmountTo   *float64       `json:"salary_amount_to"`
	SalaryCurrency   string         `json:"salary_currency"`
	SalaryPeriod     string         `json:"salary_period"`
	Location         *Location      `json:"location"`
	CustomFields     map[string]any `json:"custom_fields"`
	RemoteURL        string         `json:"remote_url"`
	OpenedAt         Time           `json:"opened_at"`
	ClosedAt         Time           `json:"closed_at"`
	RemoteCreatedAt  Time           `json:"remote_created_at"`
	RemoteUpdatedAt  Time           `json:"remote_updated_at"`
	// Deprecated: Use HiringTeam.
	ContactID          string              `json:"contact_id"`
	ChangedAt          Time                `json:"changed_at"`
	RemoteDeletedAt    Time                `json:"remote_deleted_at"`
	Stages             []JobStage          `json:"stages"`
	ScreeningQuestions []ScreeningQuestion `json:"screening_questions"`
	JobPostings        []JobPosting        `json:"job_postings"`
	HiringTeam         []HiringTeamMember  `json:"hiring_team"`
}

// ScreeningQuestion is a question that applicants for the job are asked. Category
// is EEO, DEMOGRAPHIC or "". If PreconditionQuestionID is set, the question is
// asked only if that one was answered with one of PreconditionOptions: option ids,
// or true or false for a yes-no question.
type ScreeningQuestion struct {
	ID                     string          `json:"id"`
	RemoteID               string          `json:"remote_id"`
	Title                  string          `json:"title"`
	Description            string          `json:"description"`
	Format                 *QuestionFormat `json:"format"`
	Category               string          `json:"category"`
	Index                  *int            `json:"index"`
	Required               *bool           `json:"required"`
	PreconditionQuestionID string          `json:"precondition_question_id"`
	PreconditionOptions    []any           `json:"precondition_options"`
}

// QuestionFormat describes how a question is answered. Type is TEXT, NUMBER, FILE,
// SINGLE_SELECT, BOOLEAN, DATE, MULTI_SELECT, INFORMATION (nothing to answer) or
// UNKNOWN; the other fields are set as it requires. MaxLength is in characters.
type QuestionFormat struct {
	Type              string           `json:"type"`
	DisplayType       string           `json:"display_type,omitzero"`
	MaxLength         *int             `json:"max_length,omitzero"`
	Min               *float64         `json:"min,omitzero"`
	Max               *float64         `json:"max,omitzero"`
	Options           []QuestionOption `json:"options,omitzero"`
	AcceptedMIMETypes []string         `json:"accepted_mime_types,omitzero"`
	MaxFileSizeBytes  *int64           `json:"max_file_size_bytes,omitzero"`
	RawQuestion       any              `json:"raw_question,omitzero"`
}

// QuestionOption is a choice. Answers are sent with its ID and read with its Name.
type QuestionOption struct {
	ID       string `json:"id"`
	RemoteID string `json:"remote_id"`
	Name     string `json:"name"`
}

// JobPosting is an advertisement for a job.
type JobPosting struct {
	ID              string `json:"id"`
	RemoteID        string `json:"remote_id"`
	Title           string `json:"title"`
	DescriptionHTML string `json:"description_html"`
	Status          string `json:"status"`
	Visibility      string `json:"visibility"`
	URL             string `json:"url"`
}

// HiringTeamMember is a user on the hiring team of a job.
type HiringTeamMember struct {
	ID        string `json:"id"`
	RemoteID  string `json:"remote_id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	// Deprecated: Use JobRoles.
	HiringTeamRoles []string  `json:"hiring_team_roles"`
	JobRoles        []JobRole `json:"job_roles"`
}

// JobRole is a role held by a user. UnifiedType is Kombo's mapping of the role, ""
// if there is none; RemoteLabel is its name in the ATS.
type JobRole struct {
	RemoteID    string `json:"remote_id"`
	RemoteLabel string `json:"remote_label"`
	UnifiedType string `json:"unified_type"`
	Scope       string `json:"scope"`
}

// SystemRole is a role that a user holds in the whole ATS.
type SystemRole = JobRole
