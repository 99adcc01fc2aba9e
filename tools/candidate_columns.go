package tools

import (
	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type candidate = kombo.Candidate

var candidates = newRecords("ats_candidates", digest.Table{
	Name: "candidates", ID: "id", DateColumn: "created",
	Example: `tags contains "Java" && candidate contains "müller"`,
},
	text("id", func(c *candidate) string { return c.ID }).byDefault(),
	text("candidate", func(c *candidate) string { return wording.FullName(c.FirstName, c.LastName) }).from("first_name", "last_name").byDefault().also("name", "full_name", "person").masked(privacy.Name).withNames(),
	text("email", func(c *candidate) string { return firstEmail(c.EmailAddresses) }).from("email_addresses").byDefault().also("email_address").masked(privacy.Contact),
	list("jobs", func(c *candidate) []string { return appliedFor(c, "") }).from("applications").joinedTo(inApplications, "job", applicationIDs).byDefault().also("job", "applied_for"),
	instant("created", func(c *candidate) kombo.Time { return c.RemoteCreatedAt }).from("remote_created_at").byDefault().also("created_at", "remote_created_at"),
	instant("updated", func(c *candidate) kombo.Time { return c.RemoteUpdatedAt }).from("remote_updated_at").also("updated_at", "remote_updated_at"),
	text("phone", func(c *candidate) string { return firstPhone(c.PhoneNumbers) }).from("phone_numbers").also("phone_number").masked(privacy.Contact),
	text("company", func(c *candidate) string { return c.Company }),
	text("title", func(c *candidate) string { return c.Title }),
	text("location", func(c *candidate) string { return wording.Place(c.Location) }).also("city", "place").masked(privacy.Address).fromMemory(),
	text("source", func(c *candidate) string { return c.Source }).fromMemory(),
	list("tags", func(c *candidate) []string { return tagNames(c.Tags) }).also("tag").joinedTo(inTags, "name", func(c *candidate) []string { return textsOf(c.Tags, func(t kombo.TagRef) string { return t.ID }) }).reflects(writes.EffectTagged).fromMemory(),
	count("applications", func(c *candidate) int { return len(c.Applications) }),
	list("pending_jobs", func(c *candidate) []string { return appliedFor(c, kombo.OutcomePending) }).from("applications").joinedTo(inApplications, "", applicationIDs),
	list("hired_jobs", func(c *candidate) []string { return appliedFor(c, kombo.OutcomeHired) }).from("applications").joinedTo(inApplications, "", applicationIDs),
	list("declined_jobs", func(c *candidate) []string { return appliedFor(c, kombo.OutcomeDeclined) }).from("applications").joinedTo(inApplications, "", applicationIDs).also("rejected_jobs"),
	text("url", func(c *candidate) string { return c.RemoteURL }).from("remote_url").also("remote_url"),
	instant("changed", func(c *candidate) kombo.Time { return c.ChangedAt }).from("changed_at").also("changed_at"),
	instant("deleted", func(c *candidate) kombo.Time { return c.RemoteDeletedAt }).from("remote_deleted_at").also("deleted_at", "remote_deleted_at"),
	text("remote_id", func(c *candidate) string { return c.RemoteID }),
).writtenBy("the candidate's words").about(func(c *candidate) string { return c.ID }, (*privacy.Mask).Candidate, func(*privacy.Mask, *candidate) bool { return false })

// appliedFor names the jobs of the candidate's applications with that outcome,
// of all of them if it is empty.
func appliedFor(c *candidate, outcome kombo.Outcome) []string {
	out := make([]string, 0, len(c.Applications))
	for _, a := range c.Applications {
		if outcome == "" || a.Outcome == outcome {
			out = append(out, jobOf(a.Job).Name)
		}
	}
	return out
}

func applicationIDs(c *candidate) []string {
	return textsOf(c.Applications, func(a kombo.CandidateApplication) string { return a.ID })
}
