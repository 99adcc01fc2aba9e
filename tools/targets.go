package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// recordIDs takes apart the ids of the records that a write names: one, or up
// to maxBatch with commas between.
func (p *plan) recordIDs(param, raw, list string) []string {
	var ids []string
	for part := range strings.SplitSeq(raw, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "" || slices.Contains(ids, part):
		case strings.ContainsAny(part, " \t@/"):
			p.fail("%s: %q is no id. Find the id with %s, where candidate == %q.", param, wording.Clip(part, 60), list, wording.Clip(part, 60))
		default:
			ids = append(ids, part)
		}
	}
	switch {
	case len(ids) > maxBatch:
		p.fail("%s names %d records, and one call takes %d at most; make several calls.", param, len(ids), maxBatch)
	case strings.Trim(raw, ", ") == "":
		p.fail("%s is required and empty.", param)
	}
	return ids
}

// applicationTarget is an application that a write goes to, as Kombo's copy has
// it.
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
	name := cmp.Or(digest.Clean(applicant(&t.application).name()), "an unnamed candidate")
	return fmt.Sprintf("%s's application for %s (%s)", wording.Clip(name, 80), wording.Clip(cmp.Or(digest.Clean(jobOf(t.Job).Name), "an unnamed job"), 80), t.id)
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
	return fmt.Sprintf("%s (%s)", wording.Clip(cmp.Or(digest.Clean(wording.FullName(t.FirstName, t.LastName)), "an unnamed candidate"), 80), t.id)
}

// applicationTargets reads the applications that a write names. One that the
// copy does not have is a doubt, since the copy is hours old.
func (c *call) applicationTargets(ctx context.Context, p *plan, raw string) ([]applicationTarget, error) {
	ids := p.recordIDs("application_id", raw, "get_applications")
	if len(ids) == 0 || len(ids) > maxBatch {
		return nil, nil
	}
	page, err := c.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: kombo.ListOptions{IDs: ids, IncludeDeleted: true}})
	if err := p.lookUpTrouble(ctx, err, "The application could not be looked up"); err != nil {
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
		}
		p.strangers = p.strangers || at < 0
		p.doubtMissing(err, "application", id, at >= 0, at >= 0 && !page.Results[at].RemoteDeletedAt.IsZero())
	}
	return out, nil
}

// applicants notes what must not show of those who applied.
func (c *call) applicants(ctx context.Context, p *plan, list []application) error {
	if c.mask == nil {
		return nil
	}
	var ids []string
	for i := range list {
		if applications.lacks(c.mask, &list[i]) {
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
		p.people = append(p.people, k)
		p.strangers = p.strangers || !k.Known()
	}
	return nil
}

func (c *call) candidateTargets(ctx context.Context, p *plan, raw string) ([]candidateTarget, error) {
	ids := p.recordIDs("candidate_id", raw, "get_candidates")
	if len(ids) == 0 || len(ids) > maxBatch {
		return nil, nil
	}
	page, err := c.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: kombo.ListOptions{IDs: ids, IncludeDeleted: true}})
	if err := p.lookUpTrouble(ctx, err, "The candidate could not be looked up"); err != nil {
		return nil, err
	}
	out := make([]candidateTarget, len(ids))
	for i, id := range ids {
		out[i].id = id
		at := slices.IndexFunc(page.Results, func(a candidate) bool { return a.ID == id })
		if at >= 0 {
			out[i].candidate, out[i].known = page.Results[at], true
			p.people = append(p.people, privacy.OfCandidate(&page.Results[at]))
		}
		p.strangers = p.strangers || at < 0
		p.doubtMissing(err, "candidate", id, at >= 0, at >= 0 && !page.Results[at].RemoteDeletedAt.IsZero())
	}
	return out, nil
}

// lookUpTrouble turns a failed look-up into a doubt, or gives it back where the
// write would meet the same.
func (p *plan) lookUpTrouble(ctx context.Context, err error, what string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil || meetsAll(err) {
		return err
	}
	p.doubt("%s: %s", what, Explain(err))
	return nil
}

func (p *plan) doubtMissing(err error, noun, id string, found, deleted bool) {
	switch {
	case err != nil:
	case !found:
		p.doubtOf(id, "Kombo's copy has no %s %s; ids come from the list tools.", noun, wording.Clip(id, 60))
	case deleted:
		p.doubtOf(id, "The %s %s was deleted in the ATS.", noun, id)
	}
}

// namesakes notes who else applied for the same job under the same name, since
// a person who reads a name may mean the other one.
func (c *call) namesakes(ctx context.Context, p *plan, targets []applicationTarget) {
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
		p.notes = append(p.notes, notes...)
	}
}

// sameName looks for other applicants of a job under a name. It is a courtesy:
// a write does not hang on it.
func (c *call) sameName(ctx context.Context, jobID, job, first, last, not string) []string {
	page, err := c.cfg.Client.GetCandidates(ctx, kombo.CandidateFilter{FirstName: first, LastName: last, JobIDs: []string{jobID}})
	if err != nil {
		return nil
	}
	var notes []string
	for _, o := range page.Results {
		if o.ID != not && digest.Fold(wording.FullName(o.FirstName, o.LastName)) == digest.Fold(wording.FullName(first, last)) {
			notes = append(notes, fmt.Sprintf("another applicant for %s is also called %s: candidate %s", wording.Clip(digest.Clean(job), 60), wording.Clip(digest.Clean(wording.FullName(first, last)), 60), o.ID))
		}
	}
	return notes
}

// resolved is what makes a write the same as another: its arguments as they are
// sent, with files as their length and hash. Extra pairs name the record.
func resolved(in any, pairs ...string) map[string]any {
	raw, err := json.Marshal(in)
	out := map[string]any{}
	if err != nil || json.Unmarshal(raw, &out) != nil {
		return out
	}
	hideFiles(out)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// hideFiles replaces the content of files, and the query of their addresses,
// which may hold a signature.
func hideFiles(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			hideFiles(e)
		}
	case map[string]any:
		if data, ok := t["data"].(string); ok && data != "" {
			raw, err := base64.StdEncoding.DecodeString(data)
			if err != nil {
				raw = []byte(data)
			}
			delete(t, "data")
			t["bytes"], t["sha256"] = len(raw), hashText(raw)
		}
		if address, ok := t["data_url"].(string); ok && address != "" {
			t["sha256_of_url"] = hashText([]byte(address))
			if u, err := url.Parse(address); err == nil {
				t["data_url"] = u.Scheme + "://" + u.Host + u.EscapedPath()
			}
		}
		for _, e := range t {
			hideFiles(e)
		}
	}
}

func hashText(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
