package kombo

// The types here hold the parameters that only one tool has. Only the block of
// the connected tool counts. Each also has an Extra, for tools and fields that
// Kombo takes and these types do not name: see overlay.

// PostHeaders are headers that Kombo sends to Greenhouse. OnBehalfOf is the
// Greenhouse user who acts.
type PostHeaders struct {
	OnBehalfOf string `json:"On-Behalf-Of,omitempty"`
}

// GreenhouseActor names the Greenhouse user who acts.
type GreenhouseActor struct {
	PostHeaders *PostHeaders `json:"post_headers,omitempty"`
}

// WorkableActor names the Workable user who acts.
type WorkableActor struct {
	OnBehalfOfUserRemoteID string `json:"on_behalf_of_user_remote_id,omitempty"`
}

// TeamtailorActor names the Teamtailor user who acts.
type TeamtailorActor struct {
	UserID string `json:"user_id,omitempty"`
}

// OracleDocument says how Oracle files a document. OverrideDocumentCategory is
// IRC_CANDIDATE_RESUME, IRC_CANDIDATE_COVERLETTER, MISC or IRC_INTERNAL.
type OracleDocument struct {
	OverrideDocumentCategory          string `json:"override_document_category,omitempty"`
	MultiPostToAllCurrentApplications *bool  `json:"multi_post_to_all_current_applications,omitempty"`
}

// TagRemoteFields are the tool's parameters for adding or removing a tag.
type TagRemoteFields struct {
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// AttachmentRemoteFields are the tool's parameters for adding an attachment;
// Oracle counts for those of an application.
type AttachmentRemoteFields struct {
	Oracle     *OracleDocument  `json:"oracle,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// ICIMSResult names the assessment package a result belongs to.
type ICIMSResult struct {
	AssessmentPackageID string `json:"assessment_package_id,omitempty"`
}

// ResultLinkRemoteFields are the tool's parameters for adding a result link.
type ResultLinkRemoteFields struct {
	ICIMS      *ICIMSResult     `json:"icims,omitempty"`
	Oracle     *OracleDocument  `json:"oracle,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// GreenhouseNote says who sees a note (admin_only, private or public) and who
// writes it.
type GreenhouseNote struct {
	Visibility  string       `json:"visibility,omitempty"`
	PostHeaders *PostHeaders `json:"post_headers,omitempty"`
}

// RecruiteeNote says who sees a note, in Recruitee's terms, and whether the
// content is Recruitee's JSON.
type RecruiteeNote struct {
	Visibility any   `json:"visibility,omitempty"`
	IsJSON     *bool `json:"is_json,omitempty"`
}

// BullhornNote names the action that a Bullhorn note is filed under.
type BullhornNote struct {
	Action string `json:"action,omitempty"`
}

// LeverActor names the Lever user who acts.
type LeverActor struct {
	PerformAs string `json:"perform_as,omitempty"`
}

// NoteRemoteFields are the tool's parameters for adding a note.
type NoteRemoteFields struct {
	Teamtailor *TeamtailorActor `json:"teamtailor,omitempty"`
	Greenhouse *GreenhouseNote  `json:"greenhouse,omitempty"`
	Recruitee  *RecruiteeNote   `json:"recruitee,omitempty"`
	Bullhorn   *BullhornNote    `json:"bullhorn,omitempty"`
	Lever      *LeverActor      `json:"lever,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// WorkdayMove names the step of Workday's workflow to move to, which overrides
// Kombo's own matching. StepType is Next_Step_Reference (the default) or
// Disposition_Step_Reference, for stages that conclude.
type WorkdayMove struct {
	WorkflowStepID string `json:"Workflow_Step_ID,omitempty"`
	StepType       string `json:"Step_Type,omitempty"`
}

// MoveRemoteFields are the tool's parameters for moving an application.
type MoveRemoteFields struct {
	Workday    *WorkdayMove     `json:"workday,omitempty"`
	Greenhouse *GreenhouseActor `json:"greenhouse,omitempty"`
	Workable   *WorkableActor   `json:"workable,omitempty"`
	Extra      map[string]any   `json:"-"`
}

// GreenhouseRejection holds Greenhouse's rejection e-mail, in its own terms,
// and who rejects.
type GreenhouseRejection struct {
	RejectionEmail map[string]any `json:"rejection_email,omitempty"`
	PostHeaders    *PostHeaders   `json:"post_headers,omitempty"`
}

// RejectRemoteFields are the tool's parameters for rejecting an application.
type RejectRemoteFields struct {
	Greenhouse *GreenhouseRejection `json:"greenhouse,omitempty"`
	Teamtailor *TeamtailorActor     `json:"teamtailor,omitempty"`
	Workable   *WorkableActor       `json:"workable,omitempty"`
	Extra      map[string]any       `json:"-"`
}
