package kombo

// Integration is a customer's connection to one ATS. Status is ACTIVE, INVALID
// (the credentials no longer work) or INACTIVE; SetupStatus is INCOMPLETE,
// FINAL_SYNC_PENDING or COMPLETED. DataExpiredAt is set while Kombo's copy is older
// than the latest change of the configuration.
type Integration struct {
	undecoded
	ID            string        `json:"id"`
	Tool          Tool          `json:"tool"`
	Category      string        `json:"category"`
	Status        string        `json:"status"`
	SetupStatus   string        `json:"setup_status"`
	EndUser       EndUser       `json:"end_user"`
	ScopeConfig   ScopeConfig   `json:"scope_config"`
	DataExpiredAt Time          `json:"data_expired_at"`
	CreatedAt     Time          `json:"created_at"`
	Beta          bool          `json:"beta"`
	ReadModels    []ReadModel   `json:"read_models"`
	WriteActions  []WriteAction `json:"write_actions"`
}

// Tool is the ATS behind an integration; ID is its slug.
type Tool struct {
	ID            string `json:"id"`
	Label         string `json:"label"`
	InternalLabel string `json:"internal_label"`
	LogoURL       string `json:"logo_url"`
	IconURL       string `json:"icon_url"`
}

// EndUser is the customer who connected the integration.
type EndUser struct {
	OrganizationName string `json:"organization_name"`
	CreatorEmail     string `json:"creator_email"`
	OriginID         string `json:"origin_id"`
}

// ScopeConfig names the set of permissions the integration was given.
type ScopeConfig struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ReadModel says whether a model, such as ats_offers, can be read. IsAvailable is
// true if it is supported, enabled and not opted out of. CoverageStatus is
// SUPPORTED, UNSUPPORTED (by the ATS), NOT_IMPLEMENTED (by Kombo) or UNKNOWN;
// ScopeConfigSetting is ENABLED, DISABLED or OPTIONAL (the customer may opt out).
type ReadModel struct {
	ID                 string       `json:"id"`
	Label              string       `json:"label"`
	IsAvailable        bool         `json:"is_available"`
	CoverageStatus     string       `json:"coverage_status"`
	ScopeConfigSetting string       `json:"scope_config_setting"`
	OptedOutByCustomer bool         `json:"opted_out_by_customer"`
	Fields             []ModelField `json:"fields"`
}

// ModelField says whether one field of a ReadModel can be read.
type ModelField struct {
	ID                 string `json:"id"`
	IsAvailable        bool   `json:"is_available"`
	CoverageStatus     string `json:"coverage_status"`
	ScopeConfigSetting string `json:"scope_config_setting"`
	OptedOutByCustomer bool   `json:"opted_out_by_customer"`
}

// WriteAction says whether an action, such as ats_create_application, can be
// called. The values are those of ReadModel.
type WriteAction struct {
	ID                 string        `json:"id"`
	Label              string        `json:"label"`
	IsAvailable        bool          `json:"is_available"`
	CoverageStatus     string        `json:"coverage_status"`
	ScopeConfigSetting string        `json:"scope_config_setting"`
	OptedOutByCustomer bool          `json:"opted_out_by_customer"`
	Fields             []ActionField `json:"fields"`
}

// ActionField says whether one field of a WriteAction is supported.
type ActionField struct {
	ID             string `json:"id"`
	IsAvailable    bool   `json:"is_available"`
	CoverageStatus string `json:"coverage_status"`
}

// AttachmentRestrictions says which files an action accepts. Nil pointers and lists
// mean unknown. TotalSizeBytes is for all files of one call together.
type AttachmentRestrictions struct {
	TotalSizeBytes *int64                              `json:"total_size_bytes,omitzero"`
	Types          map[AttachmentType]TypeRestrictions `json:"types"`
}

// TypeRestrictions says which files of one AttachmentType an action accepts. With
// MinAmount 1 a file is required.
type TypeRestrictions struct {
	IsSupported       bool     `json:"is_supported"`
	MinAmount         *int     `json:"min_amount,omitzero"`
	MaxAmount         *int     `json:"max_amount,omitzero"`
	MaxFileSizeBytes  *int64   `json:"max_file_size_bytes,omitzero"`
	AcceptedMIMETypes []string `json:"accepted_mime_types,omitzero"`
}

// AttachmentAction is an action that accepts files.
type AttachmentAction string

// The actions for GetAttachmentRestrictions.
const (
	ActionCreateApplication        AttachmentAction = "ats_create_application"
	ActionCreateCandidate          AttachmentAction = "ats_create_candidate"
	ActionAddApplicationAttachment AttachmentAction = "ats_add_application_attachment"
	ActionAddCandidateAttachment   AttachmentAction = "ats_add_candidate_attachment"
)
