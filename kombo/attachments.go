package kombo

import (
	"context"
	"net/http"
)

var (
	opGetApplicationAttachments = operation{
		name: "get_application_attachments", method: http.MethodGet,
		path: "/ats/applications/{application_id}/attachments", kind: readLive,
	}
	opGetCandidateAttachments = operation{
		name: "get_candidate_attachments", method: http.MethodGet,
		path: "/ats/candidates/{candidate_id}/attachments", kind: readLive,
	}
	opAddApplicationAttachment = operation{
		name: "add_application_attachment", method: http.MethodPost,
		path: "/ats/applications/{application_id}/attachments", kind: write, howToCheck: checkAttachments,
	}
	opAddCandidateAttachment = operation{
		name: "add_candidate_attachment", method: http.MethodPost,
		path: "/ats/candidates/{candidate_id}/attachments", kind: write, howToCheck: checkAttachments,
	}
	opGetAttachmentRestrictions = operation{
		name: "get_attachment_restrictions", method: http.MethodGet,
		path: "/ats/actions/{action}", kind: read,
	}
)

// GetApplicationAttachments returns the files of an application, read from the ATS
// itself. In an ATS whose applications have no files, they are the candidate's.
func (c *Client) GetApplicationAttachments(ctx context.Context, applicationID string) ([]Attachment, error) {
	return c.attachments(ctx, opGetApplicationAttachments, applicationID)
}

// GetCandidateAttachments returns the files of a candidate and of all their
// applications, read from the ATS itself.
func (c *Client) GetCandidateAttachments(ctx context.Context, candidateID string) ([]Attachment, error) {
	return c.attachments(ctx, opGetCandidateAttachments, candidateID)
}

func (c *Client) attachments(ctx context.Context, op operation, id string) ([]Attachment, error) {
	data, _, err := call[listData[Attachment]](ctx, c, op, []string{id}, nil, nil)
	if err != nil {
		return nil, err
	}
	return *data.Results, nil
}

// AddApplicationAttachment adds a file to an application or, in an ATS whose
// applications have no files, to the candidate.
func (c *Client) AddApplicationAttachment(ctx context.Context, applicationID string, in AttachmentInput) (Receipt, error) {
	return c.submit(ctx, opAddApplicationAttachment, []string{applicationID}, in)
}

// AddCandidateAttachment adds a file to a candidate.
func (c *Client) AddCandidateAttachment(ctx context.Context, candidateID string, in AttachmentInput) (Receipt, error) {
	return c.submit(ctx, opAddCandidateAttachment, []string{candidateID}, in)
}

// GetAttachmentRestrictions returns which files an action accepts in the client's
// integration, nil if unknown.
func (c *Client) GetAttachmentRestrictions(ctx context.Context, action AttachmentAction) (*AttachmentRestrictions, error) {
	data, _, err := call[struct {
		Restrictions *AttachmentRestrictions `json:"attachment_restrictions"`
	}](ctx, c, opGetAttachmentRestrictions, []string{string(action)}, nil, nil)
	return data.Restrictions, err
}
