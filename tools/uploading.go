package tools

import (
	"context"
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type addApplicationAttachmentArgs struct {
	ApplicationID string    `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Attachment    fileArgs  `json:"attachment"`
	RemoteFields  args.JSON `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "add_application_attachment", title: "Add attachment to application", kind: add,
	hint:  "upload CV résumé document to an application",
	about: "Uploads a file to an application (to the candidate where the ATS has no files on applications). Give exactly one of data, data_url, text and path.",
}, func(ctx context.Context, c *call, a addApplicationAttachmentArgs) (writes.Plan, error) {
	var p writes.Plan
	in, err := c.upload(ctx, &p, a.Attachment, a.RemoteFields, kombo.ActionAddApplicationAttachment)
	if err != nil {
		return p, err
	}
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.Changes = append(p.Changes, writes.Change{
			Record: t.id, Summary: uploadWords(t.who(), in.Attachment), Said: []string{"attachment.name"},
			Arguments: writes.ResolvedArguments(in, "application_id", t.id),
			Send:      sendTo(c.cfg.Client.AddApplicationAttachment, t.id, in),
		})
	}
	return p, nil
}))

type addCandidateAttachmentArgs struct {
	CandidateID  string    `json:"candidate_id" alias:"candidate_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Attachment   fileArgs  `json:"attachment"`
	RemoteFields args.JSON `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "add_candidate_attachment", title: "Add attachment to candidate", kind: add,
	hint:  "upload CV résumé document to a candidate",
	about: "Uploads a file to a candidate. Prefer add_application_attachment where it belongs to one application.",
}, func(ctx context.Context, c *call, a addCandidateAttachmentArgs) (writes.Plan, error) {
	var p writes.Plan
	in, err := c.upload(ctx, &p, a.Attachment, a.RemoteFields, kombo.ActionAddCandidateAttachment)
	if err != nil {
		return p, err
	}
	targets, err := c.candidateTargets(ctx, &p, a.CandidateID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.Changes = append(p.Changes, writes.Change{
			Record: t.id, Summary: uploadWords(t.who(), in.Attachment), Said: []string{"attachment.name"},
			Arguments: writes.ResolvedArguments(in, "candidate_id", t.id),
			Send:      sendTo(c.cfg.Client.AddCandidateAttachment, t.id, in),
		})
	}
	return p, nil
}))

// upload reads and checks the file that both uploads take.
func (c *call) upload(ctx context.Context, p *writes.Plan, f fileArgs, fields args.JSON, action kombo.AttachmentAction) (kombo.AttachmentInput, error) {
	in := kombo.AttachmentInput{Attachment: c.file(p, "attachment", f), RemoteFields: remoteFields[kombo.AttachmentRemoteFields](p, fields)}
	return in, c.checkFiles(ctx, p, action, []kombo.FileInput{in.Attachment})
}

func uploadWords(who string, f kombo.FileInput) string {
	words := fmt.Sprintf("Add to %s the file %q (%s", who, wording.Clip(digest.Clean(f.Name), 80), f.Type)
	if n := size(f); n >= 0 {
		words += ", " + wording.Bytes(n)
	}
	return words + ")"
}
