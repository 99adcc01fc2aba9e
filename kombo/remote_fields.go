package kombo

// The types in this file hold parameters for single ATS. Only those of the
// connected ATS have an effect. Each type of remote fields has an Extra, for ATS
// and fields that Kombo accepts and the type does not have.

// PostHeaders are headers that Kombo sends to Greenhouse. OnBehalfOf is the acting
// Greenhouse user.
type PostHeaders struct {
	OnBehalfOf string `json:"On-Behalf-Of,omitempty"`
}

// GreenhouseActor is the acting Greenhouse user.
type GreenhouseActor struct {
	PostHeaders *PostHeaders `json:"post_headers,omitempty"`
}

// WorkableActor is the acting Workable user.
type WorkableActor struct {
	OnBehalfOfUserRemoteID string `json:"on_behalf_of_user_remote_id,omitempty"`
}

// TeamtailorActor is the acting Teamtailor user.
type TeamtailorActor struct {
	UserID string `json:"user_id,omitempty"`
}

// OracleDocument is how Oracle files a document. OverrideDocumentCategory is
// IRC_CANDIDATE_RESUME, IRC_CANDIDATE_COVERLETTER, MISC or IRC_INTERNAL.
type OracleDocument struct {
	OverrideDocumentCategory          string `json:"override_document_category,omitempty"`
	MultiPostToAllCurrentApplications *bool  `json:"multi_post_to_all_current_applications,omitempty"`
}

// TagRemoteFields are parameters of the ATS for adding or removing a tag.
type TagRemoteFields struct {
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// AttachmentRemoteFields are parameters of the ATS for adding an attachment. Oracle
// has an effect only for those of an application.
type AttachmentRemoteFields struct {
	Oracle     *OracleDocument  `json:"oracle,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// ICIMSResult is the assessment package of a result.
type ICIMSResult struct {
	AssessmentPackageID string `json:"assessment_package_id,omitempty"`
}

// ResultLinkRemoteFields are parameters of the ATS for adding a result link.
type ResultLinkRemoteFields struct {
	ICIMS      *ICIMSResult     `json:"icims,omitempty"`
	Oracle     *OracleDocument  `json:"oracle,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// GreenhouseNote is who can see a note (admin_only, private or public) and who
// writes it.
type GreenhouseNote struct {
	Visibility  string       `json:"visibility,omitempty"`
	PostHeaders *PostHeaders `json:"post_headers,omitempty"`
}

// RecruiteeNote is who can see a note, in Recruitee's terms, and whether its
// content is Recruitee's JSON.
type RecruiteeNote struct {
	Visibility any   `json:"visibility,omitempty"`
	IsJSON     *bool `json:"is_json,omitempty"`
}

// BullhornNote is the action under which Bullhorn files a note.
type BullhornNote struct {
	Action string `json:"action,omitempty"`
}

// LeverActor is the acting Lever user.
type LeverActor struct {
	PerformAs string `json:"perform_as,omitempty"`
}

// NoteRemoteFields are parameters of the ATS for adding a note.
type NoteRemoteFields struct {
	Teamtailor *TeamtailorActor `json:"teamtailor,omitempty"`
	Greenhouse *GreenhouseNote  `json:"greenhouse,omitempty"`
	Recruitee  *RecruiteeNote   `json:"recruitee,omitempty"`
	Bullhorn   *BullhornNote    `json:"bullhorn,omitempty"`
	Lever      *LeverActor      `json:"lever,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// WorkdayMove is the step of Workday's workflow to move to, instead of the one that
// Kombo finds. StepType is Next_Step_Reference, the default, or
// Disposition_Step_Reference for stages that conclude the workflow.
type WorkdayMove struct {
	WorkflowStepID string `json:"Workflow_Step_ID,omitempty"`
	StepType       string `json:"Step_Type,omitempty"`
}

// MoveRemoteFields are parameters of the ATS for moving an application.
type MoveRemoteFields struct {
	Workday    *WorkdayMove     `json:"workday,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// GreenhouseRejection is Greenhouse's rejection e-mail, in Greenhouse's terms, and
// the acting user.
type GreenhouseRejection struct {
	RejectionEmail map[string]any `json:"rejection_email,omitempty"`
	PostHeaders    *PostHeaders   `json:"post_headers,omitempty"`
}

// RejectRemoteFields are parameters of the ATS for rejecting an application.
type RejectRemoteFields struct {
	Greenhouse *GreenhouseRejection `json:"greenhouse,omitempty"`
	Teamtailor *TeamtailorActor     `json:"teamtailor,omitempty"`
	Workable   *WorkableActor       `json:"workable,omitempty"`
	Extra      map[string]any       `json:"-"`
}
