package tools

import (
	"cmp"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type interview = kombo.Interview

var interviews = newRecords("ats_interviews", digest.Table{
	Name: "interviews", ID: "id", DateColumn: "start",
	Example: `interviewers contains "Anna Berg" && start > today() && canceled == false`,
},
	text("id", func(i *interview) string { return i.ID }).byDefault(),
	instant("start", func(i *interview) kombo.Time { return i.StartingAt }).from("starting_at").byDefault().withTime().also("starts", "date", "starting_at"),
	text("candidate", func(i *interview) string { return personName(interviewApplication(i).Candidate) }).from("application").joined(inApplications, "candidate", "application_id").byDefault().also("name", "candidate_name").masked(privacy.Name).withNames(),
	text("job", func(i *interview) string { return jobOf(interviewApplication(i).Job).Name }).from("application").joined(inApplications, "job", "application_id").byDefault().also("job_name").byID("job_id").distinctByID().inSummary().fromMemory(),
	list("interviewers", func(i *interview) []string {
		return textsOf(i.Users, func(u kombo.Interviewer) string { return cmp.Or(wording.FullName(u.FirstName, u.LastName), u.Email) })
	}).byDefault().also("interviewer", "users").described("full names").from("users").joinedTo(inUsers, "name", func(i *interview) []string {
		return textsOf(i.Users, func(u kombo.Interviewer) string { return u.ID })
	}).withNames(),
	computed("canceled", digest.KindBool, func(i *interview) digest.Value {
		return digest.Bool(i.Canceled != nil && *i.Canceled)
	}).byDefault().also("cancelled"),
	instant("end", func(i *interview) kombo.Time { return i.EndingAt }).from("ending_at").withTime().also("ending_at"),
	text("subject", func(i *interview) string { return i.Title }).from("title").also("title"),
	text("place", func(i *interview) string { return cmp.Or(wording.Place(i.Location), i.VideoConferencingURL) }).from("location", "video_conferencing_url").also("location"),
	text("application_id", func(i *interview) string { return i.ApplicationID }),
	text("candidate_id", func(i *interview) string { return personID(interviewApplication(i).Candidate) }).from("application").joined(inApplications, "candidate_id", "application_id"),
	text("stage_id", func(i *interview) string { return i.StageID }),
	text("job_id", func(i *interview) string { return jobOf(interviewApplication(i).Job).ID }).from("application").joined(inApplications, "job_id", "application_id"),
	lookedUp[interview]("stage", digest.KindText, inStages, "name", "stage_id").fromMemory(),
	closed("outcome", func(i *interview) kombo.Outcome { return interviewApplication(i).Outcome }).from("application").joined(inApplications, "outcome", "application_id"),
	lookedUp[interview]("next_interview", digest.KindInstant, inApplications, "next_interview", "application_id").dependsOnClock().withTime(),
	instant("created", func(i *interview) kombo.Time { return i.RemoteCreatedAt }).from("remote_created_at").also("created_at"),
	instant("updated", func(i *interview) kombo.Time { return i.RemoteUpdatedAt }).from("remote_updated_at").also("updated_at"),
	instant("changed", func(i *interview) kombo.Time { return i.ChangedAt }).from("changed_at").also("changed_at"),
	instant("deleted", func(i *interview) kombo.Time { return i.RemoteDeletedAt }).from("remote_deleted_at").also("deleted_at"),
	text("remote_id", func(i *interview) string { return i.RemoteID }),
).about(func(i *interview) string { return personID(interviewApplication(i).Candidate) }, (*privacy.Mask).Interview, func(m *privacy.Mask, _ *interview) bool {
	return m.Hides(privacy.Contact) || m.Hides(privacy.Address) || m.Hides(privacy.Social)
})

type offer = kombo.Offer

var offers = newRecords("ats_offers", digest.Table{
	Name: "offers", ID: "id", DateColumn: "created",
	Example: `offer_status == "ACCEPTED" && start_date >= today()`,
},
	text("id", func(o *offer) string { return o.ID }).byDefault(),
	text("candidate", func(o *offer) string { return personName(offerApplication(o).Candidate) }).from("application").joined(inApplications, "candidate", "application_id").byDefault().also("name", "candidate_name").masked(privacy.Name).withNames(),
	text("job", func(o *offer) string { return jobOf(offerApplication(o).Job).Name }).from("application").joined(inApplications, "job", "application_id").byDefault().also("job_name").byID("job_id").distinctByID().inSummary().fromMemory(),
	closed("offer_status", func(o *offer) kombo.OfferStatus { return o.Status }).from("status").byDefault().also("status").inSummary(),
	computed("start_date", digest.KindDate, func(o *offer) digest.Value { return digest.Date(o.EmploymentStartDate.Time.UTC()) }).from("employment_start_date").byDefault().also("start", "employment_start_date"),
	instant("created", func(o *offer) kombo.Time { return o.RemoteCreatedAt }).from("remote_created_at").also("created_at"),
	instant("updated", func(o *offer) kombo.Time { return o.RemoteUpdatedAt }).from("remote_updated_at").also("updated_at"),
	text("application_id", func(o *offer) string { return o.ApplicationID }),
	text("candidate_id", func(o *offer) string { return personID(offerApplication(o).Candidate) }).from("application").joined(inApplications, "candidate_id", "application_id"),
	text("job_id", func(o *offer) string { return jobOf(offerApplication(o).Job).ID }).from("application").joined(inApplications, "job_id", "application_id"),
	instant("changed", func(o *offer) kombo.Time { return o.ChangedAt }).from("changed_at").also("changed_at"),
	instant("deleted", func(o *offer) kombo.Time { return o.RemoteDeletedAt }).from("remote_deleted_at").also("deleted_at"),
	text("remote_id", func(o *offer) string { return o.RemoteID }),
).about(func(o *offer) string { return personID(offerApplication(o).Candidate) }, (*privacy.Mask).Offer, func(m *privacy.Mask, _ *offer) bool {
	return m.Hides(privacy.Contact) || m.Hides(privacy.Address) || m.Hides(privacy.Social)
})

func interviewApplication(i *interview) kombo.InterviewApplication {
	if i.Application == nil {
		return kombo.InterviewApplication{}
	}
	return *i.Application
}

func offerApplication(o *offer) kombo.OfferApplication {
	if o.Application == nil {
		return kombo.OfferApplication{}
	}
	return *o.Application
}

func personName(c *kombo.CandidateRef) string {
	if c == nil {
		return ""
	}
	return wording.FullName(c.FirstName, c.LastName)
}

func personID(c *kombo.CandidateRef) string {
	if c == nil {
		return ""
	}
	return c.ID
}
