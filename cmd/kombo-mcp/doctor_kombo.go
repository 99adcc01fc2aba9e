package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/environ"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// checkKey checks that there is a key that Kombo accepts, and says where it comes
// from.
func (d *doctor) checkKey(ctx context.Context) check {
	if d.Sandbox {
		if err := d.connectSandbox(); err != nil {
			return d.failed(err.Error() + ".")
		}
		return check{State: checkOK, Says: "the sandbox needs none."}
	}
	if d.stop {
		return skipped()
	}
	d.dates = &dateRecorder{base: http.DefaultTransport}
	key, err := app.APIKey()
	if err == nil {
		d.client, err = d.connect(key)
	}
	if err != nil {
		return d.failed(strings.TrimSuffix(err.Error(), ".") + ".")
	}
	info, err := d.client.CheckAPIKey(ctx)
	if err != nil {
		return d.refusedKey(ctx, key, err)
	}
	source, warning := keySource()
	c := check{State: checkOK, Says: fmt.Sprintf("Kombo accepts it (%s; environment %s).", source, cmp.Or(info.EnvironmentID, "not named"))}
	if warning != "" {
		c.State, c.Next = checkWarn, warning
	}
	return c
}

// refusedKey finds out whether a refused key is one of the other region.
func (d *doctor) refusedKey(ctx context.Context, key string, refusal error) check {
	c := d.failed(tools.Explain(refusal))
	if kombo.CodeOf(refusal) != kombo.CodeAuthenticationInvalid || d.BaseURL != "" {
		return c
	}
	other := kombo.RegionUS
	if strings.EqualFold(d.Region, other) {
		other = kombo.RegionEU
	}
	client, err := d.connect(key, kombo.WithRegion(other))
	if err != nil {
		return c
	}
	if _, err := client.CheckAPIKey(ctx); err == nil {
		c.Next = fmt.Sprintf("It is a key for the region %s: set KOMBO_REGION=%s.", other, other)
	}
	return c
}

// keySource names where the key comes from, with a warning about a file that others
// can read.
func keySource() (source, warning string) {
	if environ.Get("KOMBO_API_KEY") != "" {
		return "from KOMBO_API_KEY", ""
	}
	path := environ.Get("KOMBO_API_KEY_FILE")
	if fi, err := os.Stat(path); err == nil && readableByOthers(fi) {
		warning = fmt.Sprintf("Others on this machine can read %s: chmod 600 prevents that.", path)
	}
	return "from the file " + path, warning
}

// checkRegion reports where requests go.
func (d *doctor) checkRegion(context.Context) check {
	switch {
	case d.Sandbox:
		return check{State: checkOK, Says: "the sandbox runs in this process."}
	case d.BaseURL != "":
		return check{State: checkOK, Says: "KOMBO_BASE_URL replaces it: " + d.BaseURL + "."}
	}
	if err := d.CheckRegion(); err != nil {
		return d.failed(err.Error() + ".")
	}
	return check{State: checkOK, Says: strings.ToLower(d.Region) + "."}
}

// checkIntegration checks the state of the integration.
func (d *doctor) checkIntegration(ctx context.Context) check {
	if d.stop {
		return skipped()
	}
	in, err := d.client.GetIntegration(ctx)
	switch {
	case errors.Is(err, kombo.ErrNoIntegration):
		return d.failed("none is set. Set KOMBO_INTEGRATION_ID or --integration-id; the id is on the page of the integration in Kombo's dashboard.")
	case err != nil:
		return d.failed(tools.Explain(err))
	}
	d.integration = in
	name := cmp.Or(in.Tool.Label, in.Tool.ID)
	if in.EndUser.OrganizationName != "" {
		name += " of " + in.EndUser.OrganizationName
	}
	for _, state := range []string{in.Status, in.SetupStatus} {
		says, next := tools.State(state)
		if says == "" {
			continue
		}
		c := check{State: checkWarn, Says: name + ": " + says + " (" + state + ")", Next: next}
		switch state {
		case "INVALID", "INACTIVE", "INCOMPLETE":
			c.State, d.stop = checkFail, true
		case "FINAL_SYNC_PENDING":
			c.Next = "Wait, and run this again."
		}
		return c
	}
	switch {
	case in.Category != "" && in.Category != "ATS":
		return d.failed(fmt.Sprintf("%s is an integration of the category %s. Use one of an applicant tracking system.", name, in.Category))
	case !in.DataExpiredAt.IsZero():
		return check{State: checkWarn, Says: name + ": its settings changed after the last sync.", Next: "Wait for the next sync."}
	}
	return check{State: checkOK, Says: name + ", " + strings.ToLower(cmp.Or(in.Status, "active")) + "."}
}

// checkPermissions checks what can be read from the ATS and written to it.
func (d *doctor) checkPermissions(context.Context) check {
	if d.integration == nil {
		return skipped()
	}
	var missing []string
	reads, writes := 0, 0
	for _, m := range d.integration.ReadModels {
		if m.IsAvailable {
			reads++
		} else {
			missing = append(missing, cmp.Or(m.Label, m.ID)+" ("+tools.WhyNot(m.CoverageStatus, m.ScopeConfigSetting, m.OptedOutByCustomer)+")")
		}
	}
	for _, a := range d.integration.WriteActions {
		if a.IsAvailable {
			writes++
		} else if !d.ReadOnly {
			missing = append(missing, cmp.Or(a.Label, a.ID)+" ("+tools.WhyNot(a.CoverageStatus, a.ScopeConfigSetting, a.OptedOutByCustomer)+")")
		}
	}
	c := check{State: checkOK, Says: fmt.Sprintf("%d of %d kinds of records can be read, %d of %d actions are available.",
		reads, len(d.integration.ReadModels), writes, len(d.integration.WriteActions))}
	switch {
	case len(d.integration.ReadModels)+len(d.integration.WriteActions) == 0:
		return check{State: checkWarn, Says: "Kombo does not say what this integration permits."}
	case reads == 0:
		c.State = checkFail
	case len(missing) > 0:
		c.State = checkWarn
	}
	if len(missing) > 0 {
		c.Next = "Missing: " + strings.Join(missing, ", ") + ". What is disabled can be enabled in Kombo's scope settings."
	}
	return c
}

// checkRead times reading one record.
func (d *doctor) checkRead(ctx context.Context) check {
	if d.stop || d.client == nil {
		return skipped()
	}
	what := d.readable(ctx)
	began := time.Now()
	err := what.read()
	took := time.Since(began)
	if err != nil {
		return check{State: checkFail, Says: tools.Explain(err)}
	}
	c := check{State: checkOK, Says: fmt.Sprintf("one record of %s in %d ms.", strings.TrimPrefix(what.model, "ats_"), took.Milliseconds())}
	if took > slowRead {
		c.State, c.Next = checkWarn, "That is slow: answers over thousands of records may be cut short by --walk-time; they say so."
	}
	return c
}

// oneRead is a read of one record.
type oneRead struct {
	model string
	read  func() error
}

// readable is a read that the integration supports.
func (d *doctor) readable(ctx context.Context) oneRead {
	one := kombo.ListOptions{PageSize: 1}
	reads := []oneRead{
		{"ats_jobs", func() error { _, err := d.client.GetJobs(ctx, kombo.JobFilter{ListOptions: one}); return err }},
		{"ats_applications", func() error {
			_, err := d.client.GetApplications(ctx, kombo.ApplicationFilter{ListOptions: one})
			return err
		}},
		{"ats_candidates", func() error {
			_, err := d.client.GetCandidates(ctx, kombo.CandidateFilter{ListOptions: one})
			return err
		}},
	}
	for _, r := range reads {
		if d.integration != nil && slices.ContainsFunc(d.integration.ReadModels, func(m kombo.ReadModel) bool { return m.ID == r.model && m.IsAvailable }) {
			return r
		}
	}
	return reads[0]
}

// slowRead is when reading one record is slow: a walk of 5,000 takes 20 such reads.
const slowRead = 2 * time.Second
