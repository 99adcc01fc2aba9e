package kombo

// The method Values of each type in this file returns the values documented by
// Kombo, in their natural order. Filters accept no others. Records may contain
// others: a value of the ATS that Kombo could not map is passed through, and ""
// means unknown.

// Outcome is the result of an application, "" if unknown. An undecided application
// is PENDING; DECLINED covers rejections and withdrawals.
type Outcome string

// The outcomes documented by Kombo.
const (
	OutcomePending  Outcome = "PENDING"
	OutcomeHired    Outcome = "HIRED"
	OutcomeDeclined Outcome = "DECLINED"
)

// Values returns the outcomes documented by Kombo.
func (Outcome) Values() []string { return texts(OutcomePending, OutcomeHired, OutcomeDeclined) }

// JobStatus is the status of a job, "" if unknown. It is an open set: a value of
// the ATS that Kombo could not map is passed through.
type JobStatus string

// The job statuses documented by Kombo.
const (
	JobOpen     JobStatus = "OPEN"
	JobClosed   JobStatus = "CLOSED"
	JobDraft    JobStatus = "DRAFT"
	JobArchived JobStatus = "ARCHIVED"
)

// Values returns the job statuses documented by Kombo.
func (JobStatus) Values() []string { return texts(JobOpen, JobClosed, JobDraft, JobArchived) }

// EmploymentType is the kind of contract of a job, "" if unknown. It is an open
// set: a value of the ATS that Kombo could not map is passed through.
type EmploymentType string

// The employment types documented by Kombo.
const (
	EmploymentFullTime   EmploymentType = "FULL_TIME"
	EmploymentPartTime   EmploymentType = "PART_TIME"
	EmploymentContract   EmploymentType = "CONTRACT"
	EmploymentSeasonal   EmploymentType = "SEASONAL"
	EmploymentInternship EmploymentType = "INTERNSHIP"
)

// Values returns the employment types documented by Kombo.
func (EmploymentType) Values() []string {
	return texts(EmploymentFullTime, EmploymentPartTime, EmploymentContract, EmploymentSeasonal, EmploymentInternship)
}

// Visibility is who can see a job, "" if unknown. It is an open set: a value of
// the ATS that Kombo could not map is passed through.
type Visibility string

// The visibilities documented by Kombo. An open job that is internal accepts
// applications from employees only.
const (
	VisibilityPublic       Visibility = "PUBLIC"
	VisibilityInternal     Visibility = "INTERNAL"
	VisibilityUnlisted     Visibility = "UNLISTED"
	VisibilityConfidential Visibility = "CONFIDENTIAL"
)

// Values returns the visibilities documented by Kombo.
func (Visibility) Values() []string {
	return texts(VisibilityPublic, VisibilityInternal, VisibilityUnlisted, VisibilityConfidential)
}

// OfferStatus is the status of an offer, "" if unknown. Offers go from DRAFT
// through APPROVED and SENT to ACCEPTED or DECLINED; ABANDONED ones lapsed.
type OfferStatus string

// The offer statuses documented by Kombo.
const (
	OfferDraft     OfferStatus = "DRAFT"
	OfferApproved  OfferStatus = "APPROVED"
	OfferSent      OfferStatus = "SENT"
	OfferAccepted  OfferStatus = "ACCEPTED"
	OfferDeclined  OfferStatus = "DECLINED"
	OfferAbandoned OfferStatus = "ABANDONED"
)

// Values returns the offer statuses documented by Kombo.
func (OfferStatus) Values() []string {
	return texts(OfferDraft, OfferApproved, OfferSent, OfferAccepted, OfferDeclined, OfferAbandoned)
}

// RoleScope is where a role applies, "" if unknown.
type RoleScope string

// The scopes documented by Kombo: the whole ATS, or the hiring team of one job.
const (
	ScopeSystem RoleScope = "SYSTEM"
	ScopeJob    RoleScope = "JOB"
)

// Values returns the scopes documented by Kombo.
func (RoleScope) Values() []string { return texts(ScopeSystem, ScopeJob) }

// ActiveStatus is whether a user or a stage is in use, "" if unknown.
type ActiveStatus string

// The statuses documented by Kombo.
const (
	StatusActive   ActiveStatus = "ACTIVE"
	StatusInactive ActiveStatus = "INACTIVE"
)

// Values returns the statuses documented by Kombo.
func (ActiveStatus) Values() []string { return texts(StatusActive, StatusInactive) }

// AttachmentType is the kind of a file: CV, COVER_LETTER or OTHER.
type AttachmentType string

// The attachment types documented by Kombo.
const (
	AttachmentCV          AttachmentType = "CV"
	AttachmentCoverLetter AttachmentType = "COVER_LETTER"
	AttachmentOther       AttachmentType = "OTHER"
)

// Values returns the attachment types documented by Kombo.
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
