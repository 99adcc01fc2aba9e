package tools

import (
	"context"
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type addApplicationAttachmentArgs struct {
	ApplicationID string    `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Attachment    fileArgs  `json:"attachment"`
	RemoteFields  args.JSON `json:"remote_fields,omitempty"`
	writeFlags
}

var _ = register(write(spec{
	name: "add_application_attachment", title: "Add attachment to application", kind: add,
	about: "Uploads a file to an application (to the candidate where the ATS has no files on applications). Give exactly one of data, data_url, text and path.",
}, func(ctx context.Context, c *call, a addApplicationAttachmentArgs) (plan, error) {
	var p plan
	in, err := c.upload(ctx, &p, a.Attachment, a.RemoteFields, kombo.ActionAddApplicationAttachment)
	if err != nil {
		return p, err
	}
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.changes = append(p.changes, change{
			record: t.id, words: uploadWords(t.who(), in.Attachment), args: resolved(in, "application_id", t.id),
			send: func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
				r, err := c.cfg.Client.AddApplicationAttachment(ctx, t.id, in)
				return r, nil, err
			},
		})
	}
	return p, nil
}))

type addCandidateAttachmentArgs struct {
	CandidateID  string    `json:"candidate_id" alias:"candidate_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Attachment   fileArgs  `json:"attachment"`
	RemoteFields args.JSON `json:"remote_fields,omitempty"`
	writeFlags
}

var _ = register(write(spec{
	name: "add_candidate_attachment", title: "Add attachment to candidate", kind: add,
	about: "Uploads a file to a candidate. Prefer add_application_attachment where it belongs to one application.",
}, func(ctx context.Context, c *call, a addCandidateAttachmentArgs) (plan, error) {
	var p plan
	in, err := c.upload(ctx, &p, a.Attachment, a.RemoteFields, kombo.ActionAddCandidateAttachment)
	if err != nil {
		return p, err
	}
	targets, err := c.candidateTargets(ctx, &p, a.CandidateID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.changes = append(p.changes, change{
			record: t.id, words: uploadWords(t.who(), in.Attachment), args: resolved(in, "candidate_id", t.id),
			send: func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
				r, err := c.cfg.Client.AddCandidateAttachment(ctx, t.id, in)
				return r, nil, err
			},
		})
	}
	return p, nil
}))

// upload reads and checks the file that both uploads take.
func (c *call) upload(ctx context.Context, p *plan, f fileArgs, fields args.JSON, action kombo.AttachmentAction) (kombo.AttachmentInput, error) {
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
