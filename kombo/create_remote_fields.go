package kombo

// CreateRemoteFields are parameters of the ATS for creating an application or a
// candidate. Maps hold fields in the terms of the ATS, which Kombo passes on.
type CreateRemoteFields struct {
	SuccessFactors  *SuccessFactorsCreate  `json:"successfactors,omitempty"`
	Personio        *ApplicationFields     `json:"personio,omitempty"`
	Talentsoft      *TalentsoftCreate      `json:"talentsoft,omitempty"`
	Teamtailor      *TeamtailorCreate      `json:"teamtailor,omitempty"`
	Greenhouse      *GreenhouseCreate      `json:"greenhouse,omitempty"`
	Lever           *CandidateFields       `json:"lever,omitempty"`
	Workable        *WorkableCreate        `json:"workable,omitempty"`
	Workday         *WorkdayCreate         `json:"workday,omitempty"`
	ZohoRecruit     *CandidateFields       `json:"zohorecruit,omitempty"`
	Bullhorn        *BullhornCreate        `json:"bullhorn,omitempty"`
	SmartRecruiters *SmartRecruitersCreate `json:"smartrecruiters,omitempty"`
	TalentAdore     *TalentAdoreCreate     `json:"talentadore,omitempty"`
	Guidecom        *CandidateFields       `json:"guidecom,omitempty"`
	Dvinci          *DvinciCreate          `json:"dvinci,omitempty"`
	HRworks         *HRworksCreate         `json:"hrworks,omitempty"`
	Jobylon         *JobylonCreate         `json:"jobylon,omitempty"`
	Avature         *AvatureCreate         `json:"avature,omitempty"`
	Recruitee       *RecruiteeCreate       `json:"recruitee,omitempty"`
	Rexx            *CandidateFields       `json:"rexx,omitempty"`
	Umantis         *UmantisCreate         `json:"umantis,omitempty"`
	Piloga          *PilogaCreate          `json:"piloga,omitempty"`
	Pinpoint        *CandidateFields       `json:"pinpoint,omitempty"`
	CovetoRest      *CovetoRestCreate      `json:"covetorest,omitempty"`
	Extra           map[string]any         `json:"-"`
}

// CandidateFields are free fields of the candidate.
type CandidateFields struct {
	Candidate map[string]any `json:"candidate,omitempty"`
}

// ApplicationFields are free fields of the application.
type ApplicationFields struct {
	Application map[string]any `json:"application,omitempty"`
}

// SuccessFactorsCreate has free fields of both records, and switches.
type SuccessFactorsCreate struct {
	Candidate                     map[string]any `json:"Candidate,omitempty"`
	JobApplication                map[string]any `json:"JobApplication,omitempty"`
	CopyJobApplicationAttachments *bool          `json:"copyJobApplicationAttachments,omitempty"`
	UpdateExistingCandidate       *bool          `json:"update_existing_candidate,omitempty"`
}

// TalentsoftCreate has free fields of the applicant and the application.
type TalentsoftCreate struct {
	Applicant   map[string]any `json:"applicant,omitempty"`
	Application map[string]any `json:"application,omitempty"`
}

// TeamtailorCreate has free fields of both records.
type TeamtailorCreate struct {
	Candidate   map[string]any         `json:"candidate,omitempty"`
	Application *TeamtailorApplication `json:"application,omitempty"`
}

// TeamtailorApplication has free attributes.
type TeamtailorApplication struct {
	Attributes map[string]any `json:"attributes,omitempty"`
}

// GreenhouseCreate has free fields of both records, and the acting user.
type GreenhouseCreate struct {
	Candidate   map[string]any `json:"candidate,omitempty"`
	Application map[string]any `json:"application,omitempty"`
	PostHeaders *PostHeaders   `json:"post_headers,omitempty"`
}

// WorkableCreate has free fields of the candidate, and the acting user.
type WorkableCreate struct {
	Candidate              map[string]any `json:"candidate,omitempty"`
	OnBehalfOfUserRemoteID string         `json:"on_behalf_of_user_remote_id,omitempty"`
}

// BullhornCreate has free fields of the candidate and the job submission.
type BullhornCreate struct {
	Candidate     map[string]any `json:"candidate,omitempty"`
	JobSubmission map[string]any `json:"job_submission,omitempty"`
}

// SmartRecruitersCreate has free fields of the candidate, for jobs with and without
// questions, and consents, which take precedence over GDPRConsent.
type SmartRecruitersCreate struct {
	CandidateWithQuestions    map[string]any           `json:"candidate_with_questions,omitempty"`
	CandidateWithoutQuestions map[string]any           `json:"candidate_without_questions,omitempty"`
	Candidate                 map[string]any           `json:"candidate,omitempty"`
	ConsentDecisions          *SmartRecruitersConsents `json:"consent_decisions,omitempty"`
}

// SmartRecruitersConsents are consents by scope.
type SmartRecruitersConsents struct {
	Single               *bool `json:"SINGLE,omitempty"`
	SmartRecruit         *bool `json:"SMART_RECRUIT,omitempty"`
	SmartCRM             *bool `json:"SMART_CRM,omitempty"`
	SmartMessageSMS      *bool `json:"SMART_MESSAGE_SMS,omitempty"`
	SmartMessageWhatsApp *bool `json:"SMART_MESSAGE_WHATSAPP,omitempty"`
}

// TalentAdoreCreate has free fields of the application.
type TalentAdoreCreate struct {
	Applications map[string]any `json:"applications,omitempty"`
}

// DvinciCreate has free fields of both records.
type DvinciCreate struct {
	Application map[string]any `json:"application,omitempty"`
	Candidate   map[string]any `json:"candidate,omitempty"`
}

// HRworksCreate has free fields of the application.
type HRworksCreate struct {
	JobApplication map[string]any `json:"jobApplication,omitempty"`
}

// JobylonCreate has a message that goes with the application.
type JobylonCreate struct {
	Application *JobylonApplication `json:"application,omitempty"`
}

// JobylonApplication has the message.
type JobylonApplication struct {
	Message string `json:"message,omitempty"`
}

// AvatureCreate has the workflow step to start in.
type AvatureCreate struct {
	Workflow *AvatureWorkflow `json:"workflow,omitempty"`
}

// AvatureWorkflow has the step.
type AvatureWorkflow struct {
	Step *AvatureStep `json:"step,omitempty"`
}

// AvatureStep is a step, given by its number.
type AvatureStep struct {
	ID int64 `json:"id"`
}

// RecruiteeCreate has Recruitee's fields of the candidate.
type RecruiteeCreate struct {
	Candidate *RecruiteeCandidate `json:"candidate,omitempty"`
}

// RecruiteeCandidate has a cover letter as text.
type RecruiteeCandidate struct {
	CoverLetterText string `json:"cover_letter_text,omitempty"`
}

// UmantisCreate has free fields of the person.
type UmantisCreate struct {
	Person map[string]any `json:"person,omitempty"`
}

// PilogaCreate has Piloga's fields of the candidate.
type PilogaCreate struct {
	Candidate *PilogaCandidate `json:"candidate,omitempty"`
}

// PilogaCandidate has the street of the address.
type PilogaCandidate struct {
	Street string `json:"street,omitempty"`
}

// CovetoRestCreate has Coveto's fields of the candidate.
type CovetoRestCreate struct {
	Candidate *CovetoRestCandidate `json:"candidate,omitempty"`
}

// CovetoRestCandidate has the number of the client (Mandant).
type CovetoRestCandidate struct {
	Mandant *float64 `json:"mandant,omitempty"`
}
