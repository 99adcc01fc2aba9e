package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// integrationTokens bound what is told of an integration.
const integrationTokens = digest.DefaultTokens - 100

// Integration says which ATS the toolbox works in, whether Kombo keeps its copy
// up to date, and what can be read and written there, in lines, at most
// digest.DefaultTokens of them in tokens. It holds nothing of a candidate. The
// error is Kombo's, or says that the read could not be recorded.
func (b *Toolbox) Integration(ctx context.Context, who Caller) (text string, err error) {
	err = b.recorded(ctx, who, "integration", nil, func(ctx context.Context) (string, error) {
		in, err := b.directories.integration(ctx)
		if err != nil {
			return "", err
		}
		text = b.describe(ctx, who, in)
		return fmt.Sprintf("%d kinds of records, %d writes listed", len(in.ReadModels), len(in.WriteActions)), nil
	})
	return text, b.screened(err)
}

// describe gives the lines about an integration.
func (b *Toolbox) describe(ctx context.Context, who Caller, in *kombo.Integration) string {
	var w strings.Builder
	line := func(key, value string) {
		if value = wording.Within(digest.Clean(value), 60); value != "" {
			w.WriteString(key + ": " + value + "\n")
		}
	}
	line("ats", in.Tool.Label)
	line("integration", in.ID)
	line("status", cmp.Or(stateWords(in.Status), in.Status))
	line("set-up", cmp.Or(stateWords(in.SetupStatus), in.SetupStatus))
	if !in.DataExpiredAt.IsZero() {
		line("data", "older than a change of the configuration since "+showTime(in.DataExpiredAt)+"; a new copy is on its way")
	}
	if b.Allows(who, "get_applications") == nil {
		line("freshness", b.freshness(ctx))
	}
	line("days are counted in", b.cfg.Location.String())
	if kinds := b.mask.Categories(); len(kinds) > 0 {
		line("masked", strings.Join(kinds, ", "))
	}
	w.WriteString("\ncan be read:\n")
	for _, m := range in.ReadModels {
		w.WriteString(availability(cmp.Or(m.Label, m.ID), m.IsAvailable, m.CoverageStatus, m.ScopeConfigSetting, m.OptedOutByCustomer))
		for _, f := range m.Fields {
			if m.IsAvailable && !f.IsAvailable {
				w.WriteString("  " + availability(f.ID, false, f.CoverageStatus, f.ScopeConfigSetting, f.OptedOutByCustomer))
			}
		}
	}
	w.WriteString("\ncan be written:\n")
	for _, a := range in.WriteActions {
		w.WriteString(availability(cmp.Or(a.Label, a.ID), a.IsAvailable, a.CoverageStatus, a.ScopeConfigSetting, a.OptedOutByCustomer))
	}
	text := w.String()
	if head := digest.TokenPrefix(text, integrationTokens); head != text {
		text = head[:strings.LastIndexByte(head, '\n')+1] + "(more does not fit)\n"
	}
	return text
}

func availability(label string, yes bool, coverage, setting string, optedOut bool) string {
	label = wording.Within(digest.Clean(label), 24)
	if yes {
		return "- " + label + "\n"
	}
	return "- " + label + ": no, " + whyNot(coverage, setting, optedOut) + "\n"
}

// freshness says when Kombo's copy last changed. Kombo names no time of a sync,
// so one page of what changed in the last day has to tell.
func (b *Toolbox) freshness(ctx context.Context) string {
	const stretch = 24 * time.Hour
	since := b.cfg.Now().Add(-stretch).UTC().Format("2006-01-02T15:04:05.000Z")
	page, err := b.cfg.Client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: kombo.ListOptions{UpdatedAfter: since}})
	switch {
	case errors.Is(err, context.Canceled):
		return ""
	case err != nil:
		return "not known: " + Explain(b.screened(err))
	case len(page.Results) == 0:
		return "no application changed in Kombo's copy in the last 24 hours: either nothing happened or the copy is old"
	}
	var last kombo.Time
	for _, a := range page.Results {
		if a.ChangedAt.After(last.Time) {
			last = a.ChangedAt
		}
	}
	if last.IsZero() {
		return "applications changed in Kombo's copy in the last 24 hours"
	}
	return fmt.Sprintf("Kombo's copy of the applications changed as late as %s; it is %s", showTime(last), b.cfg.Now().UTC().Format("2006-01-02 15:04Z"))
}
