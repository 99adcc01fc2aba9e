package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// checkFiles compares files with what the ATS accepts, as far as Kombo says. The
// restrictions are cached, so what does not fit is a warning.
func (c *call) checkFiles(ctx context.Context, p *writes.Plan, action kombo.AttachmentAction, files []kombo.FileInput) error {
	r, err := c.directories.fileRestrictions(ctx, action)
	if err != nil {
		if ctx.Err() != nil || writes.AffectsAll(err) {
			return err
		}
		// Not every integration has them; the ATS will refuse what it does not accept.
		return nil
	}
	if r == nil {
		return nil
	}
	total := int64(0)
	count := map[kombo.AttachmentType]int{}
	for i, f := range files {
		at := "attachment"
		if action == kombo.ActionCreateApplication || action == kombo.ActionCreateCandidate {
			at = fmt.Sprintf("attachments[%d]", i)
		}
		count[f.Type]++
		total += max(0, size(f))
		rule, known := r.Types[f.Type]
		if known {
			checkRestrictions(p, at, f, rule, r)
		}
	}
	for _, kind := range []kombo.AttachmentType{"CV", "COVER_LETTER", "OTHER"} {
		rule := r.Types[kind]
		if rule.MinAmount != nil && count[kind] < *rule.MinAmount {
			p.AddWarning("This ATS requires at least %d %s among the attachments.", *rule.MinAmount, kind)
		}
		if rule.MaxAmount != nil && count[kind] > *rule.MaxAmount {
			p.AddWarning("This ATS accepts at most %d %s among the attachments, not %d.", *rule.MaxAmount, kind, count[kind])
		}
	}
	if r.TotalSizeBytes != nil && total > *r.TotalSizeBytes {
		p.AddWarning("The attachments have %s together, and this ATS accepts %s.", wording.Bytes(total), wording.Bytes(*r.TotalSizeBytes))
	}
	return nil
}

func checkRestrictions(p *writes.Plan, at string, f kombo.FileInput, rule kombo.TypeRestrictions, all *kombo.AttachmentRestrictions) {
	if !rule.IsSupported {
		p.AddWarning("%s: this ATS accepts no files of type %s here%s.", at, f.Type, supported(all))
		return
	}
	if n := size(f); rule.MaxFileSizeBytes != nil && n > *rule.MaxFileSizeBytes {
		p.AddWarning("%s has %s, and this ATS accepts %s.", at, wording.Bytes(n), wording.Bytes(*rule.MaxFileSizeBytes))
	}
	if len(rule.AcceptedMIMETypes) > 0 && f.ContentType != "" && !slices.Contains(rule.AcceptedMIMETypes, f.ContentType) {
		p.AddWarning("%s is %s, and this ATS accepts %s.", at, wording.Clip(f.ContentType, 80), strings.Join(rule.AcceptedMIMETypes, ", "))
	}
}

func supported(all *kombo.AttachmentRestrictions) string {
	var kinds []string
	for kind, rule := range all.Types {
		if rule.IsSupported {
			kinds = append(kinds, string(kind))
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	slices.Sort(kinds)
	return ", only " + strings.Join(kinds, ", ")
}
