package kombo

import (
	"context"
	"fmt"
	"net/http"
)

var (
	opCreateCandidate = operation{
		name: "create_candidate", method: http.MethodPost,
		path: "/ats/candidates", kind: write, howToCheck: checkCreated,
	}
	opAddCandidateResultLink = operation{
		name: "add_candidate_result_link", method: http.MethodPost,
		path: "/ats/candidates/{candidate_id}/result-links", kind: write, howToCheck: checkInATS,
	}
	opAddCandidateTag = operation{
		name: "add_candidate_tag", method: http.MethodPost,
		path: "/ats/candidates/{candidate_id}/tags", kind: idempotentWrite, howToCheck: checkTags,
	}
	opRemoveCandidateTag = operation{
		name: "remove_candidate_tag", method: http.MethodDelete,
		path: "/ats/candidates/{candidate_id}/tags", kind: idempotentWrite, howToCheck: checkTags,
	}
)

// CreateCandidate creates a candidate with an application. Kombo recommends
// CreateApplication instead. The record is nil if the call failed, or if Kombo
// returned none.
func (c *Client) CreateCandidate(ctx context.Context, in CreateCandidateInput) (*Candidate, Receipt, error) {
	if err := checkDates(in.Candidate, in.GDPRConsent); err != nil {
		return nil, Receipt{}, fmt.Errorf("%s: %w", opCreateCandidate.name, err)
	}
	return create[Candidate](ctx, c, opCreateCandidate, nil, in)
}

// AddCandidateResultLink adds a link to a candidate.
func (c *Client) AddCandidateResultLink(ctx context.Context, candidateID string, in ResultLinkInput) (Receipt, error) {
	return c.submit(ctx, opAddCandidateResultLink, []string{candidateID}, in)
}

// AddCandidateTag adds a tag to a candidate, and creates it if the ATS has none of
// that name. Adding a tag that the candidate has changes nothing.
func (c *Client) AddCandidateTag(ctx context.Context, candidateID string, in TagInput) (Receipt, error) {
	return c.submit(ctx, opAddCandidateTag, []string{candidateID}, in)
}

// RemoveCandidateTag removes a tag from a candidate. It succeeds if the candidate
// does not have the tag.
func (c *Client) RemoveCandidateTag(ctx context.Context, candidateID string, in TagInput) (Receipt, error) {
	return c.submit(ctx, opRemoveCandidateTag, []string{candidateID}, in)
}
