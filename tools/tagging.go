package tools

import (
	"context"
	"fmt"
	"slices"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type tagArgs struct {
	CandidateID  string     `json:"candidate_id" alias:"candidate_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Tag          args.Named `json:"tag" jsonschema_description:"name or id"`
	RemoteFields args.JSON  `json:"remote_fields,omitempty"`
	writes.Flags
}

var _ = register(write(spec{
	name: "add_candidate_tag", title: "Add tag to candidate", kind: set,
	hint:  "label a candidate, talent pool",
	about: "Tags candidates. A tag that does not exist yet is created; one that does is taken in its own spelling.",
}, func(ctx context.Context, c *call, a tagArgs) (writes.Plan, error) {
	return c.planTag(ctx, a, false)
}))

var _ = register(write(spec{
	name: "remove_candidate_tag", title: "Remove tag from candidate", kind: remove,
	hint:  "remove label from a candidate, untag",
	about: "Takes a tag off candidates; the tag itself stays. It succeeds too where a candidate does not bear it.",
}, func(ctx context.Context, c *call, a tagArgs) (writes.Plan, error) {
	return c.planTag(ctx, a, true)
}))

// planTag plans adding or removing a tag: the same request, and each undoes the other.
func (c *call) planTag(ctx context.Context, a tagArgs, remove bool) (writes.Plan, error) {
	var p writes.Plan
	p.Require("tag", string(a.Tag))
	fields := remoteFields[kombo.TagRemoteFields](&p, a.RemoteFields)
	name, err := c.tagNamed(ctx, &p, string(a.Tag), remove)
	if err != nil {
		return p, err
	}
	targets, err := c.candidateTargets(ctx, &p, a.CandidateID)
	if err != nil {
		return p, err
	}
	in := kombo.TagInput{Tag: kombo.TagName{Name: name}, RemoteFields: fields}
	for _, t := range targets {
		has := slices.ContainsFunc(t.Tags, func(g kombo.TagRef) bool {
			return digest.Fold(g.Name) == digest.Fold(name) && !c.hides(g.Name, &t)
		})
		if t.known && has != remove {
			p.AddNote("%s %s the tag %q", t.who(), map[bool]string{true: "does not have", false: "already has"}[remove], name)
		}
		ch := writes.Change{
			Record: t.id, Summary: fmt.Sprintf("Tag %s with %q", t.who(), digest.Clean(name)), Done: fmt.Sprintf("tagged with %q", name),
			Said:      []string{"tag.name"},
			Arguments: writes.ResolvedArguments(in, "candidate_id", t.id), Slot: "tag:" + t.id + ":" + digest.Fold(name), SlotValue: map[bool]string{false: "on", true: "off"}[remove],
			Effect: writes.Effect{Kind: writes.EffectTagged, Record: t.id, Value: name, Removed: remove},
			Send:   sendTo(c.cfg.Client.AddCandidateTag, t.id, in),
		}
		if remove {
			ch.Summary, ch.Done = fmt.Sprintf("Remove the tag %q from %s", digest.Clean(name), t.who()), fmt.Sprintf("stripped of the tag %q", name)
			ch.Send = sendTo(c.cfg.Client.RemoveCandidateTag, t.id, in)
		}
		ch.Shows = c.shows(ch.Effect)
		p.Changes = append(p.Changes, ch)
	}
	return p, nil
}

// hides reports whether the text of a record is masked in reads, so that a write must not
// reveal that it is there.
func (c *call) hides(s string, t *candidateTarget) bool {
	return c.mask != nil && c.mask.Text(s, privacy.OfCandidate(&t.candidate)) != digest.Clean(s)
}

// tagNamed gives a tag in the ATS's own spelling. A tag to be added may be new; one to
// be removed that the copy does not have is a warning.
func (c *call) tagNamed(ctx context.Context, p *writes.Plan, ref string, remove bool) (string, error) {
	if digest.Clean(ref) == "" {
		return ref, nil
	}
	d, err := c.directories.ofTags(ctx)
	if err != nil {
		return ref, c.lookupFailed(ctx, p, err, "The tags could not be looked up")
	}
	if typed := digest.Clean(ref); c.mask.Text(typed) != typed {
		p.AddNote("whether there is a tag %q is not said: this server masks what it holds", wording.Clip(typed, 60))
		return typed, nil
	}
	found := d.Find(ref)
	switch {
	case len(found) > 0 && found[0].Masked:
		p.AddProblem("tag.name: what is shown of the tag %q is not its own name, which this server masks. A person must set or remove it in the ATS.", wording.Clip(found[0].Name, 60))
	case len(found) > 0 && found[0].Name != "":
		return found[0].Name, nil
	case remove:
		p.AddWarning("Kombo's copy has no tag %q. Tags: %s.", wording.Clip(ref, 60), d.Choices(ref, d.Entries))
	default:
		p.AddNote("the tag %q does not exist yet in Kombo's copy and is created", wording.Clip(digest.Clean(ref), 60))
	}
	return digest.Clean(ref), nil
}
