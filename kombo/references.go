package kombo

// Location is an address. Country is ISO 3166-1 alpha-2 where Kombo could map
// it, otherwise the ATS's own text; Raw is the unparsed original.
type Location struct {
	City    string `json:"city"`
	Country string `json:"country"`
	Raw     string `json:"raw"`
	State   string `json:"state"`
	Street1 string `json:"street_1"`
	Street2 string `json:"street_2"`
	ZipCode string `json:"zip_code"`
}

// Phone is a phone number with the ATS's free-text type, "" if it has none.
type Phone struct {
	PhoneNumber string `json:"phone_number"`
	Type        string `json:"type"`
}

// Email is an e-mail address with the ATS's free-text type, "" if it has none.
type Email struct {
	EmailAddress string `json:"email_address"`
	Type         string `json:"type"`
}

// SocialLink is a profile of a candidate elsewhere. Any of the three may be "".
type SocialLink struct {
	Link     string `json:"link"`
	Type     string `json:"type"`
	Username string `json:"username"`
}

// Warning is a debug message that Kombo attaches to an action that succeeded.
type Warning struct {
	Message string `json:"message"`
}

// StageRef is a stage as another record carries it. Index is the stage's place
// in its job, nil where the ATS has no order. Status ACTIVE or INACTIVE
// (archived or hidden), "" if unknown.
type StageRef struct {
	ID           string         `json:"id"`
	RemoteID     string         `json:"remote_id"`
	Name         string         `json:"name"`
	Status       ActiveStatus   `json:"status"`
	CustomFields map[string]any `json:"custom_fields"`
	Index        *int           `json:"index"`
}

// ApplicationStage is the stage an application stands in.
type ApplicationStage = StageRef

// JobStage is one of the stages of a job.
type JobStage = StageRef

// JobRef is a job as another record carries it.
type JobRef struct {
	ID       string `json:"id"`
	RemoteID string `json:"remote_id"`
	Name     string `json:"name"`
}

// TagRef is a tag as a candidate carries it.
type TagRef struct {
	ID       string `json:"id"`
	RemoteID string `json:"remote_id"`
	Name     string `json:"name"`
}

// CandidateRef is a candidate as an interview or an offer carries it.
type CandidateRef struct {
	ID             string  `json:"id"`
	RemoteID       string  `json:"remote_id"`
	FirstName      string  `json:"first_name"`
	LastName       string  `json:"last_name"`
	EmailAddresses []Email `json:"email_addresses"`
}
