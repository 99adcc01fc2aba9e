package tools

import (
	"context"
	"fmt"
	"slices"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type tagArgs struct {
	CandidateID  string    `json:"candidate_id" alias:"candidate_ids,id,ids" jsonschema_description:"one or up to 25, with commas"`
	Tag          tagName   `json:"tag"`
	RemoteFields args.JSON `json:"remote_fields,omitempty"`
	writeFlags
}

type tagName struct {
	Name string `json:"name" jsonschema_description:"or id"`
}

var _ = register(write(spec{
	name: "add_candidate_tag", title: "Add tag to candidate", kind: set,
	about: "Tags candidates. A tag that does not exist yet is created; one that does is taken in its own spelling.",
}, func(ctx context.Context, c *call, a tagArgs) (plan, error) {
	return c.planTag(ctx, a, false)
}))

var _ = register(write(spec{
	name: "remove_candidate_tag", title: "Remove tag from candidate", kind: destroy,
	about: "Takes a tag off candidates; the tag itself stays. It succeeds too where a candidate does not bear it.",
}, func(ctx context.Context, c *call, a tagArgs) (plan, error) {
	return c.planTag(ctx, a, true)
}))

// planTag plans adding a tag or taking it off: the same request, undone by each
// other.
func (c *call) planTag(ctx context.Context, a tagArgs, remove bool) (plan, error) {
	var p plan
	p.required("tag.name", a.Tag.Name)
	fields := remoteFields[kombo.TagRemoteFields](&p, a.RemoteFields)
	name, err := c.tagNamed(ctx, &p, a.Tag.Name, remove)
	if err != nil {
		return p, err
	}
	targets, err := c.candidateTargets(ctx, &p, a.CandidateID)
	if err != nil {
		return p, err
	}
	in := kombo.TagInput{Tag: kombo.TagName{Name: name}, RemoteFields: fields}
	for _, t := range targets {
		bears := slices.ContainsFunc(t.Tags, func(g kombo.TagRef) bool { return digest.Fold(g.Name) == digest.Fold(name) })
		if t.known && bears != remove {
			p.note("%s %s the tag %q already", t.who(), map[bool]string{true: "lacks", false: "bears"}[remove], name)
		}
		ch := change{
			record: t.id, words: fmt.Sprintf("Tag %s with %q", t.who(), digest.Clean(name)), done: fmt.Sprintf("tagged with %q", name),
			args: resolved(in, "candidate_id", t.id), slot: "tag:" + t.id + ":" + digest.Fold(name),
			effect: effect{kind: effectTagged, record: t.id, value: name, removed: remove},
			send: func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
				r, err := c.cfg.Client.AddCandidateTag(ctx, t.id, in)
				return r, nil, err
			},
		}
		if remove {
			ch.words, ch.done = fmt.Sprintf("Take the tag %q off %s", digest.Clean(name), t.who()), fmt.Sprintf("freed of the tag %q", name)
			ch.send = func(ctx context.Context) (kombo.Receipt, map[string]string, error) {
				r, err := c.cfg.Client.RemoveCandidateTag(ctx, t.id, in)
				return r, nil, err
			}
		}
		ch.shows = c.shows(ch.effect)
		p.changes = append(p.changes, ch)
	}
	return p, nil
}

// tagNamed finds the house's spelling of a tag. The tag to be added may be new;
// one to be taken off that the copy does not know is a doubt.
func (c *call) tagNamed(ctx context.Context, p *plan, ref string, remove bool) (string, error) {
	if digest.Clean(ref) == "" {
		return ref, nil
	}
	d, err := c.directories.ofTags(ctx)
	if err != nil {
		return ref, p.lookUpTrouble(ctx, err, "The tags could not be looked up")
	}
	found := d.Find(ref)
	switch {
	case len(found) > 0 && found[0].Name != "":
		return found[0].Name, nil
	case remove:
		p.doubt("Kombo's copy has no tag %q. Tags: %s.", wording.Clip(ref, 60), d.Choices(ref, d.Entries))
	default:
		p.note("the tag %q does not exist yet in Kombo's copy and is created", wording.Clip(digest.Clean(ref), 60))
	}
	return digest.Clean(ref), nil
}
