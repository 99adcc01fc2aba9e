package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// emptyNotes say what may be behind an answer without a record: ids of another
// list, names that no record has, and what Kombo says of the integration.
func (w *walk) emptyNotes(ctx context.Context, s *digest.Summary) []string {
	if s.Matched > 0 || !s.Complete {
		return nil
	}
	var notes []string
	if len(w.IDs) > 0 {
		notes = append(notes, "no record with one of these ids matches; ids are in the rows and the legend of answers, and each list has its own")
	}
	notes = append(notes, w.spellingNotes(ctx)...)
	in, err := w.directories.integration(ctx)
	if err != nil {
		// It only explains the answer, which is complete without it.
		return notes
	}
	asked := len(w.push.fixed)+len(w.push.loose)+len(w.IDs)+len(w.RemoteIDs) > 0 || w.Where != "" || w.UpdatedAfter != ""
	return append(notes, whyEmpty(in, w.tool.of, w.push.filters(), asked)...)
}

// whyEmpty says what in the integration may be behind an answer without a record.
// A filter on a field that the ATS does not deliver matches nothing, and Kombo does
// not say so.
func whyEmpty(in *kombo.Integration, of *resource, filters []sent, asked bool) []string {
	var notes []string
	for _, state := range []string{in.Status, in.SetupStatus} {
		if words := stateWords(state); words != "" {
			notes = append(notes, "the integration is "+words)
		}
	}
	i := slices.IndexFunc(in.ReadModels, func(m kombo.ReadModel) bool { return m.ID == of.model })
	if i < 0 {
		return append(notes, createdOnly(of.model, asked)...)
	}
	m := in.ReadModels[i]
	if !m.IsAvailable {
		return append(notes, fmt.Sprintf("%s delivers none of these through Kombo: %s", cmp.Or(in.Tool.Label, "this ATS"), whyNot(m.CoverageStatus, m.ScopeConfigSetting, m.OptedOutByCustomer)))
	}
	for _, by := range filters {
		for _, f := range m.Fields {
			why := whyNot(f.CoverageStatus, f.ScopeConfigSetting, f.OptedOutByCustomer)
			switch {
			case f.ID != by.field(of) || f.IsAvailable:
			case by.explicit:
				notes = append(notes, fmt.Sprintf("%s filters by %s, which is not delivered (%s), and so matches nothing; ignore_unsupported_filters: true drops it", by.param, f.ID, why))
			default:
				notes = append(notes, fmt.Sprintf("where compares %s, which is not delivered (%s)", f.ID, why))
			}
		}
	}
	return append(notes, createdOnly(of.model, asked)...)
}

// createdOnly is about the default of new integrations.
func createdOnly(model string, asked bool) []string {
	if asked || model != applications.model && model != candidates.model {
		return nil
	}
	return []string{"the list is empty: by default Kombo syncs only applications that were created or imported through it; an administrator can have it sync all"}
}
