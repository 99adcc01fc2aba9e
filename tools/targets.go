package tools

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// maxIDBytes is more than any id has.
const maxIDBytes = 200

// recordIDs splits the ids of the records that a write names: one, or up to
// writes.MaxBatch separated by commas.
func recordIDs(p *writes.Plan, param, raw, list string) []string {
	var ids []string
	seen := map[string]bool{"": true}
	for part := range strings.SplitSeq(raw, ",") {
		part = strings.TrimSpace(part)
		if seen[part] {
			continue
		}
		seen[part] = true
		switch {
		case len(part) > maxIDBytes || strings.ContainsFunc(part, cannotBeInID):
			p.AddProblem("%s: %q is not an id. Find the id with %s, where candidate == %q.", param, wording.Clip(part, 60), list, wording.Clip(part, 60))
		default:
			ids = append(ids, part)
		}
	}
	switch {
	case len(ids) > writes.MaxBatch:
		p.AddProblem("%s names %d records, and one call takes at most %d; make several calls.", param, len(ids), writes.MaxBatch)
	case strings.Trim(raw, ", ") == "":
		p.AddProblem("%s is required and empty.", param)
	}
	return ids
}

// cannotBeInID reports whether no id has the character. A statement shows ids without
// quotes, so they must not pass for the words around them.
func cannotBeInID(r rune) bool {
	return strings.ContainsRune(`@/"(),`, r) || unicode.IsSpace(r) || digest.Clean(string(r)) == ""
}

// applicationTarget is an application that a write goes to, as Kombo's copy has it.
type applicationTarget struct {
	id string
	// known is false where the copy has no such application.
	known bool
	application
}

func (t *applicationTarget) who() string {
	if !t.known {
		return "application " + t.id
	}
	return t.whoNamed(quoted(applicant(&t.application).name(), "an unnamed candidate"))
}

// whoNamed is who with other words for the candidate.
func (t *applicationTarget) whoNamed(candidate string) string {
	return fmt.Sprintf("%s's application for %s (%s)", candidate, quoted(jobOf(t.Job).Name, "an unnamed job"), t.id)
}

// quoted is a name from outside, in quotes so that it cannot pass for the server's
// words; without a name it is the words given.
func quoted(name, unnamed string) string {
	if name = digest.Clean(name); name == "" {
		return unnamed
	}
	return strconv.Quote(wording.Clip(name, 80))
}

// candidateTarget is a candidate that a write goes to.
type candidateTarget struct {
	id    string
	known bool
	candidate
}

func (t *candidateTarget) who() string {
	if !t.known {
		return "candidate " + t.id
	}
	return t.whoNamed(quoted(wording.FullName(t.FirstName, t.LastName), "an unnamed candidate"))
}

// whoNamed is who with other words for the candidate.
func (t *candidateTarget) whoNamed(candidate string) string {
	return fmt.Sprintf("%s (%s)", candidate, t.id)
}

// applicationTargets reads the applications that a write names. One that the
// copy does not have is a warning, since the copy may be hours old.
func (c *call) applicationTargets(ctx context.Context, p *writes.Plan, raw string) ([]applicationTarget, error) {
	ids := recordIDs(p, "application_id", raw, "get_applications")
	if len(ids) == 0 || len(ids) > writes.MaxBatch {
		return nil, nil
	}
	page, err := c.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: kombo.ListOptions{IDs: ids, IncludeDeleted: true}})
	if err := c.lookupFailed(ctx, p, err, "The application could not be looked up"); err != nil {
		return nil, err
	}
	if err := c.applicants(ctx, p, page.Results); err != nil {
		return nil, err
	}
	out := make([]applicationTarget, len(ids))
	for i, id := range ids {
		out[i].id = id
		at := slices.IndexFunc(page.Results, func(a application) bool { return a.ID == id })
		if at >= 0 {
			out[i].application, out[i].known = page.Results[at], true
			k := privacy.OfApplication(&out[i].application)
			if masked := c.mask.PersonName(&k); masked != "" {
				p.Name(out[i].who(), out[i].whoNamed(masked))
			}
		}
		p.SomeoneUnknown = p.SomeoneUnknown || at < 0
		warnMissing(p, err, "application", id, at >= 0, at >= 0 && !page.Results[at].RemoteDeletedAt.IsZero())
	}
	return out, nil
}

// applicants adds to the plan the identities of those who applied.
func (c *call) applicants(ctx context.Context, p *writes.Plan, list []application) error {
	if c.mask == nil {
		return nil
	}
	var ids []string
	for i := range list {
		if applications.needsIdentity(c.mask, &list[i]) {
			ids = append(ids, list[i].CandidateID)
		}
	}
	found, err := c.identities.Of(ctx, ids)
	if err != nil {
		return err
	}
	for i := range list {
		k := privacy.OfApplication(&list[i])
		k.Merge(found[k.ID])
		p.People = append(p.People, k)
		p.SomeoneUnknown = p.SomeoneUnknown || !k.Known()
	}
	return nil
}

func (c *call) candidateTargets(ctx context.Context, p *writes.Plan, raw string) ([]candidateTarget, error) {
	ids := recordIDs(p, "candidate_id", raw, "get_candidates")
	if len(ids) == 0 || len(ids) > writes.MaxBatch {
		return nil, nil
	}
	page, err := c.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: kombo.ListOptions{IDs: ids, IncludeDeleted: true}})
	if err := c.lookupFailed(ctx, p, err, "The candidate could not be looked up"); err != nil {
		return nil, err
	}
	out := make([]candidateTarget, len(ids))
	for i, id := range ids {
		out[i].id = id
		at := slices.IndexFunc(page.Results, func(a candidate) bool { return a.ID == id })
		if at >= 0 {
			out[i].candidate, out[i].known = page.Results[at], true
			k := privacy.OfCandidate(&page.Results[at])
			p.People = append(p.People, k)
			if masked := c.mask.PersonName(&k); masked != "" {
				p.Name(out[i].who(), out[i].whoNamed(masked))
			}
		}
		p.SomeoneUnknown = p.SomeoneUnknown || at < 0
		warnMissing(p, err, "candidate", id, at >= 0, at >= 0 && !page.Results[at].RemoteDeletedAt.IsZero())
	}
	return out, nil
}

// lookupFailed turns a failed look-up into a warning, or returns its error where the
// write would fail in the same way.
func (c *call) lookupFailed(ctx context.Context, p *writes.Plan, err error, what string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil || writes.AffectsAll(err) {
		return err
	}
	p.AddWarning("%s: %s", what, Explain(c.screened(err)))
	return nil
}

func warnMissing(p *writes.Plan, err error, noun, id string, found, deleted bool) {
	switch {
	case err != nil:
	case !found:
		p.AddWarningFor(id, "Kombo's copy has no %s %s; ids come from the list tools.", noun, wording.Clip(id, 60))
	case deleted:
		p.AddWarningFor(id, "The %s %s was deleted in the ATS.", noun, id)
	}
}

// namesakes notes who else applied for the same job under the same name, since whoever
// reads the name may mean the other person.
func (c *call) namesakes(ctx context.Context, p *writes.Plan, targets []applicationTarget) {
	type question struct{ jobID, job, first, last, not string }
	var ask []question
	for _, t := range targets {
		person := applicant(&t.application)
		if q := (question{t.JobID, jobOf(t.Job).Name, person.FirstName, person.LastName, t.CandidateID}); t.JobID != "" && q.first != "" && q.last != "" {
			ask = append(ask, q)
		}
	}
	found := make([][]string, len(ask))
	var group sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i, q := range ask {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			found[i] = c.sameName(ctx, q.jobID, q.job, q.first, q.last, q.not)
		})
	}
	group.Wait()
	for _, notes := range found {
		c.addNamesakes(p, notes)
	}
}

// addNamesakes adds notes that somebody else has the same name. To whoever may not filter
// by names they would answer a guess.
func (c *call) addNamesakes(p *writes.Plan, notes []string) {
	if c.mask.Hides(privacy.Name) {
		p.ForPerson = append(p.ForPerson, notes...)
		return
	}
	p.Notes = append(p.Notes, notes...)
}

// sameName looks for other applicants for a job with the same name. A write does not
// depend on it: where the look-up fails, nothing is noted.
func (c *call) sameName(ctx context.Context, jobID, job, first, last, not string) []string {
	page, err := c.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{FirstName: first, LastName: last, JobIDs: []string{jobID}})
	if err != nil {
		return nil
	}
	var notes []string
	for _, o := range page.Results {
		if o.ID != not && digest.Fold(wording.FullName(o.FirstName, o.LastName)) == digest.Fold(wording.FullName(first, last)) {
			notes = append(notes, fmt.Sprintf("another applicant for %s is also called %s: candidate %s", quoted(job, "an unnamed job"), quoted(wording.FullName(first, last), "the same"), o.ID))
		}
	}
	return notes
}
