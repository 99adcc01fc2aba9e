package kombo

import (
	"context"
	"fmt"
	"net/http"
)

const (
	checkApplication = "read the application in a while (Kombo's copy lags by up to a day) or look in the ATS before repeating it"
	checkInATS       = "it cannot be read back through Kombo, so look in the ATS before repeating it"
	checkAttachments = "read the attachments, which Kombo gets from the ATS live, before repeating it"
	checkTags        = "repeating it does no harm"
	checkCreated     = "look for the candidate's e-mail address in the ATS before repeating it, or a second application may result"
)

var (
	opMoveApplication = operation{
		name: "move_application_to_stage", method: http.MethodPut,
		path: "/ats/applications/{application_id}/stage", kind: write, check: checkApplication,
	}
	opRejectApplication = operation{
		name: "reject_application", method: http.MethodPost,
		path: "/ats/applications/{application_id}/reject", kind: write, check: checkApplication,
	}
	opAddApplicationNote = operation{
		name: "add_application_note", method: http.MethodPost,
		path: "/ats/applications/{application_id}/notes", kind: write, check: checkInATS,
	}
	opAddApplicationResultLink = operation{
		name: "add_application_result_link", method: http.MethodPost,
		path: "/ats/applications/{application_id}/result-links", kind: write, check: checkInATS,
	}
	opCreateApplication = operation{
		name: "create_application", method: http.MethodPost,
		path: "/ats/jobs/{job_id}/applications", kind: write, check: checkCreated,
	}
	opImportTrackedApplication = operation{
		name: "import_tracked_application", method: http.MethodPost,
		path: "/ats/import-tracked-application", kind: write,
		check: "the application appears after the next sync if it was taken; importing it again may list it twice",
	}
)

// MoveApplicationToStage moves an application to a stage of its job.
func (c *Client) MoveApplicationToStage(ctx context.Context, applicationID string, in MoveApplicationToStageInput) (Receipt, error) {
	return c.submit(ctx, opMoveApplication, []string{applicationID}, in)
}

// RejectApplication rejects an application. It cannot be undone through Kombo,
// and the ATS may write to the candidate.
func (c *Client) RejectApplication(ctx context.Context, applicationID string, in RejectApplicationInput) (Receipt, error) {
	return c.submit(ctx, opRejectApplication, []string{applicationID}, in)
}

// AddApplicationNote adds a note, which cannot be read back through Kombo.
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

// CreateApplication creates an application to the job, named by its id or as
// remote:<remote id>, and the candidate where the ATS has none like them. The
// record is nil where it failed, or where Kombo returned none.
func (c *Client) CreateApplication(ctx context.Context, jobID string, in CreateApplicationInput) (*CreatedApplication, Receipt, error) {
	if err := checkDates(in.Candidate, in.GDPRConsent); err != nil {
		return nil, Receipt{}, fmt.Errorf("%s: %w", opCreateApplication.name, err)
	}
	return create[CreatedApplication](ctx, c, opCreateApplication, []string{jobID}, in)
}

// ImportTrackedApplication has Kombo sync an application that it did not
// create. The data come with the next sync.
func (c *Client) ImportTrackedApplication(ctx context.Context, in ImportTrackedApplicationInput) (*TrackedApplication, Receipt, error) {
	if in.TrackedAt != nil {
		if err := CheckDate(*in.TrackedAt); err != nil {
			return nil, Receipt{}, fmt.Errorf("%s: tracked_at: %w", opImportTrackedApplication.name, err)
		}
	}
	return create[TrackedApplication](ctx, c, opImportTrackedApplication, nil, in)
}

// create runs a write that returns a record.
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
