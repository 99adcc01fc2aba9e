package kombo

// Types with a method Values are sets of values that Kombo documents, in their
// natural order. What is received may hold others: an ATS value that Kombo could
// not map is passed through, and "" means unknown. A filter takes no others.

// Outcome is where an application ended, "" if Kombo does not know. An
// undecided application is PENDING; DECLINED covers rejections and withdrawals.
type Outcome string

// The outcomes that Kombo documents.
const (
	OutcomePending  Outcome = "PENDING"
	OutcomeHired    Outcome = "HIRED"
	OutcomeDeclined Outcome = "DECLINED"
)

// Values are the outcomes that Kombo documents.
func (Outcome) Values() []string { return texts(OutcomePending, OutcomeHired, OutcomeDeclined) }

// JobStatus is the state of a job. It is an open set: an ATS value that Kombo
// could not map is passed through, and "" means unknown.
type JobStatus string

// The job states that Kombo documents.
const (
	JobOpen     JobStatus = "OPEN"
	JobClosed   JobStatus = "CLOSED"
	JobDraft    JobStatus = "DRAFT"
	JobArchived JobStatus = "ARCHIVED"
)

// Values are the job states that Kombo documents.
func (JobStatus) Values() []string { return texts(JobOpen, JobClosed, JobDraft, JobArchived) }

// EmploymentType is what kind of contract a job offers. It is an open set: an ATS
// value that Kombo could not map is passed through, and "" means unknown.
type EmploymentType string

// The employment types that Kombo documents.
const (
	EmploymentFullTime   EmploymentType = "FULL_TIME"
	EmploymentPartTime   EmploymentType = "PART_TIME"
	EmploymentContract   EmploymentType = "CONTRACT"
	EmploymentSeasonal   EmploymentType = "SEASONAL"
	EmploymentInternship EmploymentType = "INTERNSHIP"
)

// Values are the employment types that Kombo documents.
func (EmploymentType) Values() []string {
	return texts(EmploymentFullTime, EmploymentPartTime, EmploymentContract, EmploymentSeasonal, EmploymentInternship)
}

// Visibility is who can see a job. It is an open set: an ATS value that Kombo
// could not map is passed through, and "" means unknown.
type Visibility string

// The visibilities that Kombo documents. A job that is open and internal takes
// applications from employees only.
const (
	VisibilityPublic       Visibility = "PUBLIC"
	VisibilityInternal     Visibility = "INTERNAL"
	VisibilityUnlisted     Visibility = "UNLISTED"
	VisibilityConfidential Visibility = "CONFIDENTIAL"
)

// Values are the visibilities that Kombo documents.
func (Visibility) Values() []string {
	return texts(VisibilityPublic, VisibilityInternal, VisibilityUnlisted, VisibilityConfidential)
}

// OfferStatus is the state of an offer, "" if unknown. Offers go from DRAFT
// over APPROVED and SENT to ACCEPTED or DECLINED; ABANDONED ones lapsed.
type OfferStatus string

// The offer states that Kombo documents.
const (
	OfferDraft     OfferStatus = "DRAFT"
	OfferApproved  OfferStatus = "APPROVED"
	OfferSent      OfferStatus = "SENT"
	OfferAccepted  OfferStatus = "ACCEPTED"
	OfferDeclined  OfferStatus = "DECLINED"
	OfferAbandoned OfferStatus = "ABANDONED"
)

// Values are the offer states that Kombo documents.
func (OfferStatus) Values() []string {
	return texts(OfferDraft, OfferApproved, OfferSent, OfferAccepted, OfferDeclined, OfferAbandoned)
}

// RoleScope is where a role applies, "" if unknown.
type RoleScope string

// The scopes that Kombo documents: the whole ATS, or the hiring team of one job.
const (
	ScopeSystem RoleScope = "SYSTEM"
	ScopeJob    RoleScope = "JOB"
)

// Values are the scopes that Kombo documents.
func (RoleScope) Values() []string { return texts(ScopeSystem, ScopeJob) }

// ActiveStatus is whether a user or a stage is in use, "" if unknown.
type ActiveStatus string

// The states that Kombo documents.
const (
	StatusActive   ActiveStatus = "ACTIVE"
	StatusInactive ActiveStatus = "INACTIVE"
)

// Values are the states that Kombo documents.
func (ActiveStatus) Values() []string { return texts(StatusActive, StatusInactive) }

// AttachmentType says what a file is: CV, COVER_LETTER or OTHER.
type AttachmentType string

// The attachment types of Kombo.
const (
	AttachmentCV          AttachmentType = "CV"
	AttachmentCoverLetter AttachmentType = "COVER_LETTER"
	AttachmentOther       AttachmentType = "OTHER"
)

// Values are the attachment types that Kombo documents.
func (AttachmentType) Values() []string {
	return texts(AttachmentCV, AttachmentCoverLetter, AttachmentOther)
}

func texts[S ~string](values ...S) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
