package kombo

import (
	"context"
	"fmt"
	"net/http"
)

const (
	checkApplication = "look in the ATS before repeating it, or read the application later (Kombo's copy may be a day old)"
	checkInATS       = "look in the ATS before repeating it, because Kombo cannot read it back"
	checkAttachments = "read the attachments before repeating it, which Kombo does in the ATS itself"
	checkTags        = "repeating it does no harm"
	checkCreated     = "look in the ATS for the candidate's e-mail address before repeating it, or there may be a second application"
)

var (
	opMoveApplication = operation{
		name: "move_application_to_stage", method: http.MethodPut,
		path: "/ats/applications/{application_id}/stage", kind: write, howToCheck: checkApplication,
	}
	opRejectApplication = operation{
		name: "reject_application", method: http.MethodPost,
		path: "/ats/applications/{application_id}/reject", kind: write, howToCheck: checkApplication,
	}
	opAddApplicationNote = operation{
		name: "add_application_note", method: http.MethodPost,
		path: "/ats/applications/{application_id}/notes", kind: write, howToCheck: checkInATS,
	}
	opAddApplicationResultLink = operation{
		name: "add_application_result_link", method: http.MethodPost,
		path: "/ats/applications/{application_id}/result-links", kind: write, howToCheck: checkInATS,
	}
	opCreateApplication = operation{
		name: "create_application", method: http.MethodPost,
		path: "/ats/jobs/{job_id}/applications", kind: write, howToCheck: checkCreated,
	}
	opImportTrackedApplication = operation{
		name: "import_tracked_application", method: http.MethodPost,
		path: "/ats/import-tracked-application", kind: write,
		howToCheck: "if it was done, the application appears after the next sync; importing it again may list it twice",
	}
)

// MoveApplicationToStage moves an application to a stage of its job.
func (c *Client) MoveApplicationToStage(ctx context.Context, applicationID string, in MoveApplicationToStageInput) (Receipt, error) {
	return c.submit(ctx, opMoveApplication, []string{applicationID}, in)
}

// RejectApplication rejects an application. It cannot be undone through Kombo, and
// the ATS may send the candidate a message.
func (c *Client) RejectApplication(ctx context.Context, applicationID string, in RejectApplicationInput) (Receipt, error) {
	return c.submit(ctx, opRejectApplication, []string{applicationID}, in)
}

// AddApplicationNote adds a note to an application. It cannot be read back through
// Kombo.
func (c *Client) AddApplicationNote(ctx context.Context, applicationID string, in NoteInput) (Receipt, error) {
	if in.ContentType == "" {
		in.ContentType = PlainText
	}
	return c.submit(ctx, opAddApplicationNote, []string{applicationID}, in)
}

// AddApplicationResultLink adds a link to an application.
func (c *Client) AddApplicationResultLink(ctx context.Context, applicationID string, in ResultLinkInput) (Receipt, error) {
	return c.submit(ctx, opAddApplicationResultLink, []string{applicationID}, in)
}

// CreateApplication creates an application for a job, given by its id or as
// remote:<remote id>, and the candidate unless the ATS recognises them. The record
// is nil if the call failed, or if Kombo returned none.
func (c *Client) CreateApplication(ctx context.Context, jobID string, in CreateApplicationInput) (*CreatedApplication, Receipt, error) {
	if err := checkDates(in.Candidate, in.GDPRConsent); err != nil {
		return nil, Receipt{}, fmt.Errorf("%s: %w", opCreateApplication.name, err)
	}
	return create[CreatedApplication](ctx, c, opCreateApplication, []string{jobID}, in)
}

// ImportTrackedApplication makes Kombo sync an application that was not created
// through it. Its data arrive with the next sync.
func (c *Client) ImportTrackedApplication(ctx context.Context, in ImportTrackedApplicationInput) (*TrackedApplication, Receipt, error) {
	if in.TrackedAt != nil {
		if err := CheckDate(*in.TrackedAt); err != nil {
			return nil, Receipt{}, fmt.Errorf("%s: tracked_at: %w", opImportTrackedApplication.name, err)
		}
	}
	return create[TrackedApplication](ctx, c, opImportTrackedApplication, nil, in)
}

// create runs a write that returns a record. The record is nil without one.
func create[T any](ctx context.Context, c *Client, op operation, ids []string, body any) (*T, Receipt, error) {
	record, receipt, err := call[*T](ctx, c, op, ids, nil, body)
	return record, receipt, err
}

func checkDates(candidate CandidateInput, consent *GDPRConsentInput) error {
	if candidate.AvailabilityDate != "" {
		if err := CheckDate(candidate.AvailabilityDate); err != nil {
			return fmt.Errorf("availability_date: %w", err)
		}
	}
	if consent != nil && consent.ExpiresAt != "" {
		if err := CheckDate(consent.ExpiresAt); err != nil {
			return fmt.Errorf("gdpr_consent.expires_at: %w", err)
		}
	}
	return nil
}
