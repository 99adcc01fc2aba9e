package tools

import (
	"cmp"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type application = kombo.Application

var applications = func() *records[application] {
	r := newRecords("ats_applications", digest.Table{
		Name: "applications", ID: "id", DateColumn: "created", HasAnswers: true,
		Example: `outcome == "PENDING" && stage == "Interview"`,
	},
		text("id", func(a *application) string { return a.ID }).shown().reflects(effectCreated),
		text("candidate", func(a *application) string { return applicant(a).name() }).shown().also("name", "candidate_name", "person").masked(privacy.Name),
		text("job", func(a *application) string { return jobOf(a.Job).Name }).shown().also("job_name", "job_title", "position").byID("job_id").apart().counted(),
		text("stage", func(a *application) string { return stageOf(a.CurrentStage).Name }).shown().also("current_stage", "stage_name").byID("stage_id").ranked("stage_index").counted(),
		closed("outcome", func(a *application) kombo.Outcome { return a.Outcome }).shown().also("status").counted().reflects(effectRejected),
		instant("created", func(a *application) kombo.Time { return a.RemoteCreatedAt }).shown().also("applied", "created_at", "remote_created_at"),
		instant("updated", func(a *application) kombo.Time { return a.RemoteUpdatedAt }).also("updated_at", "remote_updated_at"),
		text("candidate_id", func(a *application) string { return a.CandidateID }),
		text("job_id", func(a *application) string { return a.JobID }),
		text("stage_id", func(a *application) string { return a.CurrentStageID }).also("current_stage_id").reflects(effectMoved),
		computed("stage_index", digest.KindNumber, func(_ *lookup, a *application) digest.Value { return optionalInt(stageOf(a.CurrentStage).Index) }),
		text("rejection_reason", func(a *application) string { return a.RejectionReasonName }).also("reason", "rejection_reason_name"),
		instant("rejected", func(a *application) kombo.Time { return a.RejectedAt }).also("rejected_at"),
		computed("days_to_rejection", digest.KindNumber, func(_ *lookup, a *application) digest.Value {
			return daysBetween(a.RemoteCreatedAt.Time, a.RejectedAt.Time)
		}),
		text("source", func(a *application) string { return applicant(a).Source }),
		list("tags", func(a *application) []string { return tagNames(applicant(a).Tags) }).also("tag"),
		text("email", func(a *application) string { return firstEmail(applicant(a).EmailAddresses) }).also("email_address").masked(privacy.Contact),
		text("phone", func(a *application) string { return firstPhone(applicant(a).PhoneNumbers) }).also("phone_number").masked(privacy.Contact),
		count("interviews", func(a *application) int { return len(heldOrPlanned(a.Interviews)) }).holds("not canceled"),
		computed("next_interview", digest.KindInstant, func(l *lookup, a *application) digest.Value { return nextInterview(a.Interviews, l.now) }).minutes().holds("earliest ahead"),
		computed("last_interview", digest.KindInstant, func(l *lookup, a *application) digest.Value { return lastInterview(a.Interviews, l.now) }).minutes(),
		text("offer_status", func(a *application) string { return lastOffer(a.Offers) }).also("offer"),
		lookedUp[application]("job_status", digest.KindText, needJobs, "job_id", func(l *lookup, id string) digest.Value { return digest.Text(string(l.jobs[id].Status)) }),
		lookedUp[application]("department", digest.KindText, needJobs, "job_id", func(l *lookup, id string) digest.Value { return digest.Text(l.jobs[id].Department) }),
		lookedUp[application]("job_location", digest.KindText, needJobs, "job_id", func(l *lookup, id string) digest.Value { return digest.Text(l.jobs[id].Location) }),
		text("url", func(a *application) string { return cmp.Or(a.RemoteURL, applicant(a).RemoteURL) }).also("remote_url"),
		instant("changed", func(a *application) kombo.Time { return a.ChangedAt }).also("changed_at"),
		instant("deleted", func(a *application) kombo.Time { return a.RemoteDeletedAt }).also("deleted_at", "remote_deleted_at"),
		text("remote_id", func(a *application) string { return a.RemoteID }),
	).wordsOf("the candidate's words")
	r.strip = (*privacy.Protected).Strip
	r.masks((*privacy.Mask).Application, func(a *application) string { return a.CandidateID }, func(m *privacy.Mask, a *application) bool {
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

// person is what an application knows of its candidate; nil gives nothing.
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

func heldOrPlanned(list []kombo.ApplicationInterview) []kombo.ApplicationInterview {
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
	for _, i := range heldOrPlanned(list) {
		if t := i.StartingAt.Time; t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return digest.Instant(next)
}

// lastInterview is the latest that began and was not canceled.
func lastInterview(list []kombo.ApplicationInterview, now time.Time) digest.Value {
	var last time.Time
	for _, i := range heldOrPlanned(list) {
		if t := i.StartingAt.Time; !t.After(now) && t.After(last) {
			last = t
		}
	}
	return digest.Instant(last)
}

// lastOffer is the status of the last offer listed; Kombo gives them no date
// here.
func lastOffer(list []kombo.ApplicationOffer) string {
	if len(list) == 0 {
		return ""
	}
	return string(list[len(list)-1].Status)
}
