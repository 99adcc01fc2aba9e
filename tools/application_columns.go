package tools

import (
	"cmp"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

type application = kombo.Application

var applications = func() *records[application] {
	r := newRecords("ats_applications", digest.Table{
		Name: "applications", ID: "id", DateColumn: "created", HasAnswers: true,
		Example: `outcome == "PENDING" && stage == "Interview"`,
	},
		text("id", func(a *application) string { return a.ID }).byDefault().reflects(writes.EffectCreated),
		text("candidate", func(a *application) string { return applicant(a).name() }).byDefault().also("name", "candidate_name", "person").joined(inCandidates, "candidate", "candidate_id").masked(privacy.Name).withNames(),
		text("job", func(a *application) string { return jobOf(a.Job).Name }).byDefault().also("job_name", "job_title", "position").byID("job_id").joined(inJobs, "job", "job_id").distinctByID().inSummary().fromMemory(),
		text("stage", func(a *application) string { return stageOf(a.CurrentStage).Name }).from("current_stage").byDefault().also("current_stage", "stage_name").byID("stage_id").joined(inStages, "name", "stage_id").rankedBy("stage_index").inSummary().fromMemory(),
		closed("outcome", func(a *application) kombo.Outcome { return a.Outcome }).byDefault().also("status").inSummary().reflects(writes.EffectRejected),
		instant("created", func(a *application) kombo.Time { return a.RemoteCreatedAt }).from("remote_created_at").byDefault().also("applied", "created_at", "remote_created_at"),
		instant("updated", func(a *application) kombo.Time { return a.RemoteUpdatedAt }).from("remote_updated_at").also("updated_at", "remote_updated_at"),
		text("candidate_id", func(a *application) string { return a.CandidateID }),
		text("job_id", func(a *application) string { return a.JobID }),
		text("stage_id", func(a *application) string { return a.CurrentStageID }).from("current_stage_id").also("current_stage_id").reflects(writes.EffectMoved),
		computed("stage_index", digest.KindNumber, func(a *application) digest.Value { return optionalInt(stageOf(a.CurrentStage).Index) }).from("current_stage").joined(inStages, "", "stage_id"),
		// Kombo gives the name of the reason alone, so there is no id to join it by.
		text("rejection_reason", func(a *application) string { return a.RejectionReasonName }).from("rejection_reason_name").also("reason", "rejection_reason_name").fromMemory(),
		instant("rejected", func(a *application) kombo.Time { return a.RejectedAt }).from("rejected_at").also("rejected_at"),
		computed("days_to_rejection", digest.KindNumber, func(a *application) digest.Value {
			return daysBetween(a.RemoteCreatedAt.Time, a.RejectedAt.Time)
		}).from("remote_created_at", "rejected_at"),
		text("source", func(a *application) string { return applicant(a).Source }).from("candidate").joined(inCandidates, "source", "candidate_id").fromMemory(),
		list("tags", func(a *application) []string { return tagNames(applicant(a).Tags) }).from("candidate").also("tag").joined(inCandidates, "tags", "candidate_id").fromMemory(),
		text("email", func(a *application) string { return firstEmail(applicant(a).EmailAddresses) }).from("candidate").also("email_address").joined(inCandidates, "email", "candidate_id").masked(privacy.Contact),
		text("phone", func(a *application) string { return firstPhone(applicant(a).PhoneNumbers) }).from("candidate").also("phone_number").joined(inCandidates, "phone", "candidate_id").masked(privacy.Contact),
		count("interviews", func(a *application) int { return len(notCanceled(a.Interviews)) }).described("not canceled").joinedTo(inInterviews, "", interviewIDs),
		clocked("next_interview", digest.KindInstant, func(a *application, now time.Time) digest.Value { return nextInterview(a.Interviews, now) }).from("interviews").withTime().described("earliest ahead").joinedTo(inInterviews, "", interviewIDs),
		clocked("last_interview", digest.KindInstant, func(a *application, now time.Time) digest.Value { return lastInterview(a.Interviews, now) }).from("interviews").withTime().joinedTo(inInterviews, "", interviewIDs),
		text("offer_status", func(a *application) kombo.OfferStatus { return lastOffer(a).Status }).from("offers").also("offer").joinedTo(inOffers, "offer_status", func(a *application) []string { return one(lastOffer(a).ID) }),
		lookedUp[application]("job_status", digest.KindText, inJobs, "job_status", "job_id"),
		lookedUp[application]("department", digest.KindText, inJobs, "department", "job_id").fromMemory(),
		lookedUp[application]("job_location", digest.KindText, inJobs, "location", "job_id").fromMemory(),
		text("url", func(a *application) string { return cmp.Or(a.RemoteURL, applicant(a).RemoteURL) }).from("remote_url", "candidate").joined(inCandidates, "", "candidate_id").also("remote_url"),
		instant("changed", func(a *application) kombo.Time { return a.ChangedAt }).from("changed_at").also("changed_at"),
		instant("deleted", func(a *application) kombo.Time { return a.RemoteDeletedAt }).from("remote_deleted_at").also("deleted_at", "remote_deleted_at"),
		text("remote_id", func(a *application) string { return a.RemoteID }),
	).writtenBy("the candidate's words")
	r.strip = (*privacy.Protected).Strip
	r.about(func(a *application) string { return a.CandidateID }, (*privacy.Mask).Application, func(m *privacy.Mask, a *application) bool {
		return m.Hides(privacy.Address) || a.Candidate == nil
	})
	r.answers = func(a *application) []digest.ScreeningAnswer {
		if len(a.ScreeningQuestionAnswers) == 0 {
			return nil
		}
		out := make([]digest.ScreeningAnswer, 0, len(a.ScreeningQuestionAnswers))
		for _, s := range a.ScreeningQuestionAnswers {
			out = append(out, digest.NewScreeningAnswer(s.Question.Title, s.Texts()...))
		}
		return out
	}
	return r
}()

// applicantInfo is what an application says of its candidate, zero if nothing.
type applicantInfo struct{ kombo.ApplicationCandidate }

func (p applicantInfo) name() string { return wording.FullName(p.FirstName, p.LastName) }

func applicant(a *application) applicantInfo {
	if a.Candidate == nil {
		return applicantInfo{}
	}
	return applicantInfo{*a.Candidate}
}

func jobOf(j *kombo.JobRef) kombo.JobRef {
	if j == nil {
		return kombo.JobRef{}
	}
	return *j
}

func stageOf(s *kombo.StageRef) kombo.StageRef {
	if s == nil {
		return kombo.StageRef{}
	}
	return *s
}

func optionalInt(n *int) digest.Value {
	if n == nil {
		return digest.Missing
	}
	return digest.Number(float64(*n))
}

func notCanceled(list []kombo.ApplicationInterview) []kombo.ApplicationInterview {
	out := make([]kombo.ApplicationInterview, 0, len(list))
	for _, i := range list {
		if i.Canceled == nil || !*i.Canceled {
			out = append(out, i)
		}
	}
	return out
}

// nextInterview is the earliest ahead that is not canceled.
func nextInterview(list []kombo.ApplicationInterview, now time.Time) digest.Value {
	var next time.Time
	for _, i := range notCanceled(list) {
		if t := i.StartingAt.Time; t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return digest.Instant(next)
}

// lastInterview is the latest that began and was not canceled.
func lastInterview(list []kombo.ApplicationInterview, now time.Time) digest.Value {
	var last time.Time
	for _, i := range notCanceled(list) {
		if t := i.StartingAt.Time; !t.After(now) && t.After(last) {
			last = t
		}
	}
	return digest.Instant(last)
}

// lastOffer is the last one listed; Kombo gives them no date here.
func lastOffer(a *application) kombo.ApplicationOffer {
	if len(a.Offers) == 0 {
		return kombo.ApplicationOffer{}
	}
	return a.Offers[len(a.Offers)-1]
}

func interviewIDs(a *application) []string {
	return textsOf(a.Interviews, func(i kombo.ApplicationInterview) string { return i.ID })
}
