package kombo

// MoveApplicationToStageInput names the stage to move to: one of the
// application's job (Job.Stages).
type MoveApplicationToStageInput struct {
	StageID      string            `json:"stage_id"`
	RemoteFields *MoveRemoteFields `json:"remote_fields,omitempty"`
}

// RejectApplicationInput says why an application is rejected. The ATS may write
// to the candidate because of it.
type RejectApplicationInput struct {
	RejectionReasonID string              `json:"rejection_reason_id"`
	Note              string              `json:"note,omitempty"`
	RemoteFields      *RejectRemoteFields `json:"remote_fields,omitempty"`
}

// PlainText is the only content type of a note.
const PlainText = "PLAIN_TEXT"

// NoteInput is a note to be added. An empty ContentType is sent as PlainText.
type NoteInput struct {
	Content      string            `json:"content"`
	ContentType  string            `json:"content_type"`
	RemoteFields *NoteRemoteFields `json:"remote_fields,omitempty"`
}

// ResultLinkInput is a link to be added to an application or a candidate.
type ResultLinkInput struct {
	Label        string                  `json:"label"`
	URL          string                  `json:"url"`
	Details      *ResultLinkDetails      `json:"details,omitempty"`
	RemoteFields *ResultLinkRemoteFields `json:"remote_fields,omitempty"`
}

// ResultLinkDetails are custom fields that go with a link: the prefix "Acme:"
// and the key "Score" become the field "Acme: Score".
type ResultLinkDetails struct {
	CustomFieldNamePrefix string                `json:"custom_field_name_prefix"`
	Attributes            []ResultLinkAttribute `json:"attributes"`
}

// ResultLinkAttribute is one custom field of a link.
type ResultLinkAttribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// AttachmentInput is a file to be added to an application or a candidate.
type AttachmentInput struct {
	Attachment   FileInput               `json:"attachment"`
	RemoteFields *AttachmentRemoteFields `json:"remote_fields,omitempty"`
}

// FileInput is a file. Exactly one of DataURL, which Kombo fetches at once and
// without credentials, and Data, base64 with a ContentType, must be given. Name
// should end in a proper extension.
type FileInput struct {
	Name        string         `json:"name"`
	ContentType string         `json:"content_type,omitempty"`
	DataURL     string         `json:"data_url,omitempty"`
	Data        string         `json:"data,omitempty"`
	Type        AttachmentType `json:"type"`
}

// TagInput names the tag to be added to or removed from a candidate. Adding
// creates the tag where it is missing.
type TagInput struct {
	Tag          TagName          `json:"tag"`
	RemoteFields *TagRemoteFields `json:"remote_fields,omitempty"`
}

// TagName is a tag by its name.
type TagName struct {
	Name string `json:"name"`
}

// ImportTrackedApplicationInput marks an application that exists in the ATS as
// one to be synced. TrackedAt is a date (see CheckDate) or nil for unknown; one
// block of TrackedIDs must be set.
type ImportTrackedApplicationInput struct {
	TrackedIDs
	TrackedAt *string `json:"tracked_at"`
}

// TrackedIDs name an application in the terms of the connected tool.
type TrackedIDs struct {
	ERecruiter      *TrackedID `json:"erecruiter,omitempty"`
	SuccessFactors  *TrackedID `json:"successfactors,omitempty"`
	Recruitee       *TrackedID `json:"recruitee,omitempty"`
	Greenhouse      *TrackedID `json:"greenhouse,omitempty"`
	GreenhouseV3    *TrackedID `json:"greenhousev3,omitempty"`
	Onlyfy          *TrackedID `json:"onlyfy,omitempty"`
	SmartRecruiters *TrackedID `json:"smartrecruiters,omitempty"`
}

// TrackedID identifies an application; IDType says by which of the other
// fields: application_and_job_remote_ids, application_and_candidate_remote_ids,
// application_remote_id, placement_id, application_id or
// candidate_and_job_remote_ids.
type TrackedID struct {
	IDType              string `json:"id_type"`
	ApplicationRemoteID string `json:"application_remote_id,omitempty"`
	JobRemoteID         string `json:"job_remote_id,omitempty"`
	CandidateRemoteID   string `json:"candidate_remote_id,omitempty"`
	PlacementID         string `json:"placement_id,omitempty"`
	ApplicationID       string `json:"application_id,omitempty"`
}

// TrackedApplication is an import that Kombo took note of; the application
// itself is fetched by the next sync.
type TrackedApplication struct {
	undecoded
	ID         string     `json:"id"`
	TrackedAt  Time       `json:"tracked_at"`
	ImportedID TrackedIDs `json:"imported_id"`
}
