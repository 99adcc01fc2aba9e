package kombo

// Location is an address. Country is an ISO 3166-1 alpha-2 code if Kombo could map
// it, otherwise the text of the ATS; Raw is the unparsed original.
type Location struct {
	City    string `json:"city"`
	Country string `json:"country"`
	Raw     string `json:"raw"`
	State   string `json:"state"`
	Street1 string `json:"street_1"`
	Street2 string `json:"street_2"`
	ZipCode string `json:"zip_code"`
}

// Phone is a phone number. Type is free text of the ATS, "" if it has none.
type Phone struct {
	PhoneNumber string `json:"phone_number"`
	Type        string `json:"type"`
}

// Email is an e-mail address. Type is free text of the ATS, "" if it has none.
type Email struct {
	EmailAddress string `json:"email_address"`
	Type         string `json:"type"`
}

// SocialLink is a candidate's profile on another site. Any of the fields may be "".
type SocialLink struct {
	Link     string `json:"link"`
	Type     string `json:"type"`
	Username string `json:"username"`
}

// Warning is a debug message that Kombo attaches to a successful action.
type Warning struct {
	Message string `json:"message"`
}

// StageRef is a stage nested in another record. Index is its position in the job,
// nil if the ATS has no order. Status is ACTIVE, INACTIVE (archived or hidden), or
// "" if unknown.
type StageRef struct {
	ID           string         `json:"id"`
	RemoteID     string         `json:"remote_id"`
	Name         string         `json:"name"`
	Status       ActiveStatus   `json:"status"`
	CustomFields map[string]any `json:"custom_fields"`
	Index        *int           `json:"index"`
}

// ApplicationStage is the current stage of an application.
type ApplicationStage = StageRef

// JobStage is one of the stages of a job.
type JobStage = StageRef

// JobRef is a job nested in another record.
type JobRef struct {
	ID       string `json:"id"`
	RemoteID string `json:"remote_id"`
	Name     string `json:"name"`
}

// TagRef is a tag nested in a candidate.
type TagRef struct {
	ID       string `json:"id"`
	RemoteID string `json:"remote_id"`
	Name     string `json:"name"`
}

// CandidateRef is a candidate nested in an interview or an offer.
type CandidateRef struct {
	ID             string  `json:"id"`
	RemoteID       string  `json:"remote_id"`
	FirstName      string  `json:"first_name"`
	LastName       string  `json:"last_name"`
	EmailAddresses []Email `json:"email_addresses"`
}
