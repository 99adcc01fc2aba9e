package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// filteredFields are the fields of Kombo's models that filters compare, by the
// filter's parameter. A filter on a field that the ATS does not deliver matches
// nothing, and Kombo does not say so.
var filteredFields = map[string]string{
	"outcomes": "outcome", "current_stage_ids": "current_stage_id", "remote_created_after": "remote_created_at",
	"email": "email_addresses", "first_name": "first_name", "last_name": "last_name",
	"statuses": "status", "employment_types": "employment_type", "visibilities": "visibility",
	"job_ids": "job_id", "job_remote_ids": "job_id", "name_contains": "name", "job_codes": "job_code", "post_url": "post_url", "emails": "email", "scopes": "scope",
}

// emptyFilter is a filter of a question that found nothing; an explicit one
// stands in the arguments, the others in where.
type emptyFilter struct {
	param    string
	explicit bool
}

// whyEmpty tells what may be behind an answer without a record, from what Kombo
// says of the integration.
func (b *Toolbox) whyEmpty(ctx context.Context, model string, filters []emptyFilter, asked bool) []string {
	in, err := b.directories.integration(ctx)
	if err != nil {
		// It explains an answer; the answer stands without it.
		return nil
	}
	var notes []string
	for _, state := range []string{in.Status, in.SetupStatus} {
		if words := stateWords(state); words != "" {
			notes = append(notes, "the integration is "+words)
		}
	}
	i := slices.IndexFunc(in.ReadModels, func(m kombo.ReadModel) bool { return m.ID == model })
	if i < 0 {
		return append(notes, createdOnly(model, asked)...)
	}
	m := in.ReadModels[i]
	if !m.IsAvailable {
		return append(notes, fmt.Sprintf("%s delivers none of these through Kombo: %s", cmp.Or(in.Tool.Label, "this ATS"), whyNot(m.CoverageStatus, m.ScopeConfigSetting, m.OptedOutByCustomer)))
	}
	for _, by := range filters {
		for _, f := range m.Fields {
			why := whyNot(f.CoverageStatus, f.ScopeConfigSetting, f.OptedOutByCustomer)
			switch {
			case f.ID != filteredFields[by.param] || f.IsAvailable:
			case by.explicit:
				notes = append(notes, fmt.Sprintf("%s filters by %s, which is not delivered (%s), and so matches nothing; ignore_unsupported_filters: true drops it", by.param, f.ID, why))
			default:
				notes = append(notes, fmt.Sprintf("where compares %s, which is not delivered (%s)", f.ID, why))
			}
		}
	}
	return append(notes, createdOnly(model, asked)...)
}

// createdOnly is about the default of new integrations.
func createdOnly(model string, asked bool) []string {
	if asked || model != applications.model && model != candidates.model {
		return nil
	}
	return []string{"the list is empty: by default Kombo syncs only applications that were created or imported through it; an administrator can have it sync all"}
}

// explainEmpty adds these reasons to an answer.
func (l *listing[A, F, T]) explainEmpty(ctx context.Context, answer *digest.Answer) {
	if answer.Summary.Matched > 0 || !answer.Summary.Complete {
		return
	}
	var filters []emptyFilter
	for _, list := range [][]narrowed[F]{l.narrow.fixed, l.narrow.loose} {
		for _, f := range list {
			param, _, _ := strings.Cut(f.key, "=")
			filters = append(filters, emptyFilter{param, f.explicit})
		}
	}
	if len(l.list.IDs) > 0 {
		answer.AddNote("nothing that has one of these ids fits; ids stand in the rows and the legend of answers, and each list has its own")
	}
	for _, n := range l.misspelt(ctx) {
		answer.AddNote(n)
	}
	asked := len(filters) > 0 || l.list.Where != "" || len(l.list.IDs)+len(l.list.RemoteIDs) > 0 || l.list.UpdatedAfter != ""
	for _, n := range l.whyEmpty(ctx, l.of.model, filters, asked) {
		answer.AddNote(n)
	}
}
