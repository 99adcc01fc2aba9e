package tools

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

type job = kombo.Job

var jobs = newRecords("ats_jobs", digest.Table{
	Name: "jobs", ID: "id", DateColumn: "opened",
	Example: `job_status == "OPEN" && location contains "Berlin"`,
},
	text("id", func(j *job) string { return j.ID }).byDefault(),
	text("job", func(j *job) string { return j.Name }).from("name").byDefault().also("name", "title").byID("id").distinctByID().fromMemory(),
	text("job_status", func(j *job) kombo.JobStatus { return j.Status }).from("status").byDefault().also("status").inSummary(),
	text("department", func(j *job) string { return j.Department }).fromMemory().byDefault().inSummary(),
	text("location", func(j *job) string { return wording.Place(j.Location) }).byDefault().also("city", "job_location", "place").fromMemory(),
	instant("opened", func(j *job) kombo.Time { return j.OpenedAt }).from("opened_at").byDefault().also("opened_at"),
	instant("closed", func(j *job) kombo.Time { return j.ClosedAt }).from("closed_at").also("closed_at"),
	text("visibility", func(j *job) kombo.Visibility { return j.Visibility }),
	text("employment_type", func(j *job) kombo.EmploymentType { return j.EmploymentType }).fromMemory(),
	text("remote_work", func(j *job) string { return j.RemoteWorkStatus }).from("remote_work_status").also("remote_work_status"),
	text("category", func(j *job) string { return j.Category }).fromMemory(),
	text("code", func(j *job) string { return j.JobCode }).from("job_code").also("job_code"),
	list("team", teamOf).from("hiring_team").joinedTo(inUsers, "", func(j *job) []string {
		return textsOf(j.HiringTeam, func(m kombo.HiringTeamMember) string { return m.ID })
	}).described("name and role").also("hiring_team"),
	list("stages", stagesOf).described("name and id"),
	list("questions", questionsOf).from("screening_questions").described("title, id, type, options, required").also("screening_questions"),
	counting[job]("applications", inApplications, "job_id", "id"),
	counting[job]("pending", inApplications, "job_id", "id").having("outcome", string(kombo.OutcomePending)).also("undecided"),
	text("salary", salaryOf).from("salary_amount", "salary_amount_from", "salary_amount_to", "salary_currency", "salary_period"),
	text("url", func(j *job) string { return cmp.Or(j.RemoteURL, j.PostURL) }).from("remote_url", "post_url").also("remote_url"),
	instant("created", func(j *job) kombo.Time { return j.RemoteCreatedAt }).from("remote_created_at").also("created_at", "remote_created_at"),
	instant("updated", func(j *job) kombo.Time { return j.RemoteUpdatedAt }).from("remote_updated_at").also("updated_at", "remote_updated_at"),
	instant("changed", func(j *job) kombo.Time { return j.ChangedAt }).from("changed_at").also("changed_at"),
	instant("deleted", func(j *job) kombo.Time { return j.RemoteDeletedAt }).from("remote_deleted_at").also("deleted_at", "remote_deleted_at"),
	text("remote_id", func(j *job) string { return j.RemoteID }),
).writtenBy("the company's words")

func teamOf(j *job) []string {
	return textsOf(j.HiringTeam, func(m kombo.HiringTeamMember) string {
		// The short form has only the roles that Kombo could map.
		roles := textsOf(m.JobRoles, func(r kombo.JobRole) string { return cmp.Or(r.RemoteLabel, r.UnifiedType) })
		if len(roles) == 0 {
			roles = m.HiringTeamRoles
		}
		if len(roles) == 0 {
			return wording.FullName(m.FirstName, m.LastName)
		}
		return fmt.Sprintf("%s (%s)", wording.FullName(m.FirstName, m.LastName), strings.Join(roles, ", "))
	})
}

// stagesOf lists the stages that applications can be moved to, with their ids.
func stagesOf(j *job) []string {
	out := make([]string, 0, len(j.Stages))
	for _, s := range j.Stages {
		name := s.Name
		if s.Status == kombo.StatusInactive {
			name += " (inactive)"
		}
		out = append(out, name+" "+s.ID)
	}
	return out
}

func questionsOf(j *job) []string {
	return textsOf(j.ScreeningQuestions, func(q kombo.ScreeningQuestion) string {
		var b strings.Builder
		b.WriteString(cmp.Or(q.Title, "(untitled)"))
		fmt.Fprintf(&b, " [%s", q.ID)
		if q.Format != nil {
			b.WriteString(" " + q.Format.Type)
			for i, o := range q.Format.Options {
				sep := ", "
				if i == 0 {
					sep = ": "
				}
				b.WriteString(sep + o.Name)
			}
		}
		if q.Required != nil && *q.Required {
			b.WriteString(", required")
		}
		if q.PreconditionQuestionID != "" {
			b.WriteString(", conditional")
		}
		b.WriteString("]")
		return b.String()
	})
}

func salaryOf(j *job) string {
	amount := ""
	switch {
	case j.SalaryAmountFrom != nil && j.SalaryAmountTo != nil:
		amount = fmt.Sprintf("%.0f-%.0f", *j.SalaryAmountFrom, *j.SalaryAmountTo)
	case j.SalaryAmount != nil:
		amount = fmt.Sprintf("%.0f", *j.SalaryAmount)
	default:
		return ""
	}
	return strings.TrimSpace(amount + " " + j.SalaryCurrency + " " + strings.ToLower(j.SalaryPeriod))
}
