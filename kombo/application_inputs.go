package kombo

// MoveApplicationToStageInput is the stage to move to, one of Job.Stages of the
// application's job.
type MoveApplicationToStageInput struct {
	StageID      string            `json:"stage_id"`
	RemoteFields *MoveRemoteFields `json:"remote_fields,omitempty"`
}

// RejectApplicationInput is why an application is rejected.
type RejectApplicationInput struct {
	RejectionReasonID string              `json:"rejection_reason_id"`
	Note              string              `json:"note,omitempty"`
	RemoteFields      *RejectRemoteFields `json:"remote_fields,omitempty"`
}

// PlainText is the only content type of notes.
const PlainText = "PLAIN_TEXT"

// NoteInput is a note to add. An empty ContentType means PlainText.
type NoteInput struct {
	Content      string            `json:"content"`
	ContentType  string            `json:"content_type"`
	RemoteFields *NoteRemoteFields `json:"remote_fields,omitempty"`
}

// ResultLinkInput is a link to add to an application or a candidate.
type ResultLinkInput struct {
	Label        string                  `json:"label"`
	URL          string                  `json:"url"`
	Details      *ResultLinkDetails      `json:"details,omitempty"`
	RemoteFields *ResultLinkRemoteFields `json:"remote_fields,omitempty"`
}

// ResultLinkDetails are custom fields that come with a link: the prefix "Acme:" and
// the key "Score" give the field "Acme: Score".
type ResultLinkDetails struct {
	CustomFieldNamePrefix string                `json:"custom_field_name_prefix"`
	Attributes            []ResultLinkAttribute `json:"attributes"`
}

// ResultLinkAttribute is one custom field of a link.
type ResultLinkAttribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// AttachmentInput is a file to add to an application or a candidate.
type AttachmentInput struct {
	Attachment   FileInput               `json:"attachment"`
	RemoteFields *AttachmentRemoteFields `json:"remote_fields,omitempty"`
}

// FileInput is a file. Set either DataURL, which Kombo fetches at once and without
// credentials, or Data, in base64 and with a ContentType. Name should have an
// extension that fits the content.
type FileInput struct {
	Name        string         `json:"name"`
	ContentType string         `json:"content_type,omitempty"`
	DataURL     string         `json:"data_url,omitempty"`
	Data        string         `json:"data,omitempty"`
	Type        AttachmentType `json:"type"`
}

// TagInput is a tag to add to a candidate or remove from one.
type TagInput struct {
	Tag          TagName          `json:"tag"`
	RemoteFields *TagRemoteFields `json:"remote_fields,omitempty"`
}

// TagName is a tag, given by its name.
type TagName struct {
	Name string `json:"name"`
}

// ImportTrackedApplicationInput is an application in the ATS that Kombo should sync.
// TrackedAt is a date as CheckDate accepts, nil if unknown. Set one field of
// TrackedIDs.
type ImportTrackedApplicationInput struct {
	TrackedIDs
	TrackedAt *string `json:"tracked_at"`
}

// TrackedIDs identifies an application as the connected ATS does.
type TrackedIDs struct {
	ERecruiter      *TrackedID `json:"erecruiter,omitempty"`
	SuccessFactors  *TrackedID `json:"successfactors,omitempty"`
	Recruitee       *TrackedID `json:"recruitee,omitempty"`
	Greenhouse      *TrackedID `json:"greenhouse,omitempty"`
	GreenhouseV3    *TrackedID `json:"greenhousev3,omitempty"`
	Onlyfy          *TrackedID `json:"onlyfy,omitempty"`
	SmartRecruiters *TrackedID `json:"smartrecruiters,omitempty"`
}

// TrackedID identifies an application by the fields that IDType names, which is
// application_and_job_remote_ids, application_and_candidate_remote_ids,
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

// TrackedApplication is an import that Kombo has recorded. The application itself
// arrives with the next sync.
type TrackedApplication struct {
	undecoded
	ID         string     `json:"id"`
	TrackedAt  Time       `json:"tracked_at"`
	ImportedID TrackedIDs `json:"imported_id"`
}
