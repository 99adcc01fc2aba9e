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

type noteArgs struct {
	ApplicationID string    `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Content       string    `json:"content" alias:"note,text"`
	ContentType   string    `json:"content_type,omitempty" jsonschema:"enum=PLAIN_TEXT"`
	RemoteFields  args.JSON `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "add_application_note", title: "Add note to application", kind: add,
	hint:  "comment on an application, write feedback",
	about: "Adds a plain-text note to applications. Notes cannot be read back or removed here.",
}, func(ctx context.Context, c *call, a noteArgs) (writes.Plan, error) {
	var p writes.Plan
	p.Require("content", a.Content)
	in := kombo.NoteInput{Content: a.Content, ContentType: kombo.PlainText, RemoteFields: remoteFields[kombo.NoteRemoteFields](&p, a.RemoteFields)}
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.Changes = append(p.Changes, writes.Change{
			Record: t.id, Summary: fmt.Sprintf("Add to %s the note %q", t.who(), wording.Clip(digest.Clean(a.Content), 80)),
			Said:      []string{"content"},
			Arguments: writes.ResolvedArguments(in, "application_id", t.id),
			Send:      sendTo(c.cfg.Client.AddApplicationNote, t.id, in),
		})
	}
	return p, nil
}))

// linkArgs are what both result links take.
type linkArgs struct {
	Label        string       `json:"label"`
	URL          string       `json:"url"`
	Details      *linkDetails `json:"details,omitempty"`
	RemoteFields args.JSON    `json:"remote_fields,omitempty"`
	writes.Flags
}

type linkDetails struct {
	Prefix     string          `json:"custom_field_name_prefix"`
	Attributes []linkAttribute `json:"attributes"`
}

type linkAttribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (a linkArgs) input(p *writes.Plan) kombo.ResultLinkInput {
	p.Require("label", a.Label)
	if !isWebAddress(a.URL) {
		p.AddProblem("url must be an http or https address.")
	}
	in := kombo.ResultLinkInput{Label: a.Label, URL: a.URL, RemoteFields: remoteFields[kombo.ResultLinkRemoteFields](p, a.RemoteFields)}
	if a.Details != nil {
		in.Details = &kombo.ResultLinkDetails{CustomFieldNamePrefix: a.Details.Prefix, Attributes: []kombo.ResultLinkAttribute{}}
		for _, at := range a.Details.Attributes {
			in.Details.Attributes = append(in.Details.Attributes, kombo.ResultLinkAttribute(at))
		}
	}
	return in
}

func linkWords(who string, in kombo.ResultLinkInput) string {
	return fmt.Sprintf("Add to %s the link %q, %q", who, wording.Clip(digest.Clean(in.Label), 80), wording.Clip(digest.Clean(in.URL), 120))
}

type applicationLinkArgs struct {
	ApplicationID string `json:"application_id" alias:"application_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	linkArgs
}

var _ = register(write(spec{
	name: "add_application_result_link", title: "Add result link to application", kind: add,
	hint:  "assessment, test score of an application",
	about: "Links a test or assessment result to applications. details puts short values (Score: 87%) into custom fields; the prefix names who measured.",
}, func(ctx context.Context, c *call, a applicationLinkArgs) (writes.Plan, error) {
	var p writes.Plan
	in := a.input(&p)
	targets, err := c.applicationTargets(ctx, &p, a.ApplicationID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.Changes = append(p.Changes, writes.Change{
			Record: t.id, Summary: linkWords(t.who(), in), Said: []string{"label", "url"},
			Arguments: writes.ResolvedArguments(in, "application_id", t.id),
			Send:      sendTo(c.cfg.Client.AddApplicationResultLink, t.id, in),
		})
	}
	return p, nil
}))

type candidateLinkArgs struct {
	CandidateID string `json:"candidate_id" alias:"candidate_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	linkArgs
}

var _ = register(write(spec{
	name: "add_candidate_result_link", title: "Add result link to candidate", kind: add,
	hint:  "assessment, test score of a candidate",
	about: "Links a result to candidates as a whole. Prefer add_application_result_link where it belongs to one application.",
}, func(ctx context.Context, c *call, a candidateLinkArgs) (writes.Plan, error) {
	var p writes.Plan
	in := a.input(&p)
	targets, err := c.candidateTargets(ctx, &p, a.CandidateID)
	if err != nil {
		return p, err
	}
	for _, t := range targets {
		p.Changes = append(p.Changes, writes.Change{
			Record: t.id, Summary: linkWords(t.who(), in), Said: []string{"label", "url"},
			Arguments: writes.ResolvedArguments(in, "candidate_id", t.id),
			Send:      sendTo(c.cfg.Client.AddCandidateResultLink, t.id, in),
		})
	}
	return p, nil
}))
