package tools

import (
	"context"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
)

// The ten lists. What they share is in list.go and listing.go, their columns in
// *_columns.go.

type applicationArgs struct {
	JobIDs             []string `json:"job_ids,omitempty" alias:"job_id,job,jobs"`
	CurrentStageIDs    []string `json:"current_stage_ids,omitempty" alias:"stage_ids,stage_id,stage"`
	Outcomes           []string `json:"outcomes,omitempty" alias:"outcome,status" jsonschema:"enum=PENDING,enum=HIRED,enum=DECLINED"`
	JobRemoteIDs       []string `json:"job_remote_ids,omitempty"`
	RemoteCreatedAfter string   `json:"remote_created_after,omitempty" alias:"created_after"`
	Chart              bool     `json:"chart,omitempty" alias:"picture,image" jsonschema_description:"also draw the funnel; with group_by stage"`
	bigListArgs
}

type applicationFilter = filter[applicationArgs, kombo.ApplicationFilter]

var _ = register(newList(listSpec[applicationArgs, kombo.ApplicationFilter, application]{
	name: "get_applications", title: "Get applications",
	about: "Applications: who applied for which job, at which stage, with what outcome. The tool for pipelines, funnels, sources, hires and rejections. " +
		"Undecided is outcome PENDING; a missing outcome is unknown and counted apart. Kombo keeps no stage history and no hire date: updated is any change in the ATS, and a rejected application shows the stage where it stood, if the ATS says so. " +
		"job_ids and current_stage_ids take ids or names.",
	of: applications, pages: (*kombo.Client).ApplicationPages,
	with: func(f kombo.ApplicationFilter, o kombo.ListOptions) kombo.ApplicationFilter {
		f.ListOptions = o
		return f
	},
	filters: []applicationFilter{
		equal("job_ids", "job_id", func(a *applicationArgs) []string { return a.JobIDs }, func(f *kombo.ApplicationFilter, v []string) { f.JobIDs = v }),
		equal("current_stage_ids", "stage_id", func(a *applicationArgs) []string { return a.CurrentStageIDs }, func(f *kombo.ApplicationFilter, v []string) { f.CurrentStageIDs = v }),
		equal("outcomes", "outcome", func(a *applicationArgs) []string { return a.Outcomes }, func(f *kombo.ApplicationFilter, v []string) { f.Outcomes = convert[kombo.Outcome](v) }).of(kombo.Outcome("").Values()...),
		only("job_remote_ids", func(a *applicationArgs) []string { return names.SplitCommas(a.JobRemoteIDs) }, func(f *kombo.ApplicationFilter, v []string) { f.JobRemoteIDs = v }),
		createdAfter("created", func(a *applicationArgs) *string { return &a.RemoteCreatedAfter }, func(f *kombo.ApplicationFilter, v string) { f.RemoteCreatedAfter = v }),
	},
	refs: []reference[applicationArgs]{
		jobReference(func(a *applicationArgs) *[]string { return &a.JobIDs }),
		{"current_stage_ids", func(a *applicationArgs) *[]string { return &a.CurrentStageIDs }, func(c *call, a *applicationArgs) func(context.Context) (*names.Directory, error) {
			return c.directories.ofStages(a.JobIDs)
		}},
	},
	check: (*applicationArgs).checkChart, view: FunnelView, extend: withFunnel,
}))

// jobReference is the parameter job_ids, which several lists take.
func jobReference[A any](list func(*A) *[]string) reference[A] {
	return reference[A]{"job_ids", list, func(c *call, _ *A) func(context.Context) (*names.Directory, error) { return c.directories.ofAllJobs }}
}

type candidateArgs struct {
	Email     string   `json:"email,omitempty" alias:"email_address"`
	FirstName string   `json:"first_name,omitempty"`
	LastName  string   `json:"last_name,omitempty"`
	JobIDs    []string `json:"job_ids,omitempty" alias:"job_id,job,jobs"`
	bigListArgs
}

var _ = register(newList(listSpec[candidateArgs, kombo.CandidateFilter, candidate]{
	name: "get_candidates", title: "Get candidates",
	about: "People, with contact data, tags and the jobs they applied for (pending_jobs, hired_jobs, declined_jobs tell how each stands). To find one by part of a name use where; email, first_name and last_name want the whole value. For stage and outcome of each application use get_applications. job_ids takes ids or names.",
	of:    candidates, pages: (*kombo.Client).CandidatePages,
	with: func(f kombo.CandidateFilter, o kombo.ListOptions) kombo.CandidateFilter {
		f.ListOptions = o
		return f
	},
	filters: []filter[candidateArgs, kombo.CandidateFilter]{
		// The filter looks through all addresses, the column shows the first.
		only("email", func(a *candidateArgs) []string { return one(a.Email) }, func(f *kombo.CandidateFilter, v []string) { f.Email = v[0] }).narrows("email").when(oneAddress),
		only("first_name", func(a *candidateArgs) []string { return one(a.FirstName) }, func(f *kombo.CandidateFilter, v []string) { f.FirstName = v[0] }).masked(privacy.Name),
		only("last_name", func(a *candidateArgs) []string { return one(a.LastName) }, func(f *kombo.CandidateFilter, v []string) { f.LastName = v[0] }).masked(privacy.Name),
		only("job_ids", func(a *candidateArgs) []string { return a.JobIDs }, func(f *kombo.CandidateFilter, v []string) { f.JobIDs = v }),
	},
	refs: []reference[candidateArgs]{jobReference(func(a *candidateArgs) *[]string { return &a.JobIDs })},
}))

type jobArgs struct {
	Statuses           []string `json:"statuses,omitempty" alias:"status,job_status" jsonschema:"enum=OPEN,enum=CLOSED,enum=DRAFT,enum=ARCHIVED"`
	NameContains       string   `json:"name_contains,omitempty" alias:"name"`
	EmploymentTypes    []string `json:"employment_types,omitempty" jsonschema:"enum=FULL_TIME,enum=PART_TIME,enum=CONTRACT,enum=SEASONAL,enum=INTERNSHIP"`
	Visibilities       []string `json:"visibilities,omitempty" jsonschema:"enum=PUBLIC,enum=INTERNAL,enum=UNLISTED,enum=CONFIDENTIAL"`
	JobCodes           []string `json:"job_codes,omitempty"`
	PostURL            string   `json:"post_url,omitempty"`
	RemoteCreatedAfter string   `json:"remote_created_after,omitempty" alias:"created_after"`
	bigListArgs
}

var _ = register(newList(listSpec[jobArgs, kombo.JobFilter, job]{
	name: "get_jobs", title: "Get jobs",
	about: `Jobs with their stages, screening questions and hiring team (the columns stages and questions hold the ids that writes want). applications and pending (undecided) count each job's, zero included. A job takes applications if it is OPEN; with visibility INTERNAL only from employees. Who asks a question: questions contains "notice period".`,
	of:    jobs, pages: (*kombo.Client).JobPages,
	with: func(f kombo.JobFilter, o kombo.ListOptions) kombo.JobFilter {
		f.ListOptions = o
		return f
	},
	filters: []filter[jobArgs, kombo.JobFilter]{
		equal("statuses", "job_status", func(a *jobArgs) []string { return a.Statuses }, func(f *kombo.JobFilter, v []string) { f.Statuses = convert[kombo.JobStatus](v) }).of("OPEN", "CLOSED", "DRAFT", "ARCHIVED"),
		equal("employment_types", "employment_type", func(a *jobArgs) []string { return a.EmploymentTypes }, func(f *kombo.JobFilter, v []string) { f.EmploymentTypes = convert[kombo.EmploymentType](v) }).of("FULL_TIME", "PART_TIME", "CONTRACT", "SEASONAL", "INTERNSHIP"),
		equal("visibilities", "visibility", func(a *jobArgs) []string { return a.Visibilities }, func(f *kombo.JobFilter, v []string) { f.Visibilities = convert[kombo.Visibility](v) }).of("PUBLIC", "INTERNAL", "UNLISTED", "CONFIDENTIAL"),
		only("name_contains", func(a *jobArgs) []string { return one(a.NameContains) }, func(f *kombo.JobFilter, v []string) { f.NameContains = v[0] }),
		only("job_codes", func(a *jobArgs) []string { return names.SplitCommas(a.JobCodes) }, func(f *kombo.JobFilter, v []string) { f.JobCodes = v }),
		only("post_url", func(a *jobArgs) []string { return one(a.PostURL) }, func(f *kombo.JobFilter, v []string) { f.PostURL = v[0] }),
		createdAfter("created", func(a *jobArgs) *string { return &a.RemoteCreatedAfter }, func(f *kombo.JobFilter, v string) { f.RemoteCreatedAfter = v }),
	},
}))

type interviewArgs struct {
	JobIDs []string `json:"job_ids,omitempty" alias:"job_id,job,jobs"`
	bigListArgs
}

var _ = register(newList(listSpec[interviewArgs, kombo.InterviewFilter, interview]{
	name: "get_interviews", title: "Get interviews",
	about: "Interviews held and planned: when, who, for which job, with whom. Canceled ones are listed too. job_ids takes ids or names.",
	of:    interviews, pages: (*kombo.Client).InterviewPages,
	with: func(f kombo.InterviewFilter, o kombo.ListOptions) kombo.InterviewFilter {
		f.ListOptions = o
		return f
	},
	filters: []filter[interviewArgs, kombo.InterviewFilter]{
		equal("job_ids", "job_id", func(a *interviewArgs) []string { return a.JobIDs }, func(f *kombo.InterviewFilter, v []string) { f.JobIDs = v }),
	},
	refs: []reference[interviewArgs]{jobReference(func(a *interviewArgs) *[]string { return &a.JobIDs })},
}))

// plain is the with of lists whose filters are the shared options alone.
func plain(_, o kombo.ListOptions) kombo.ListOptions { return o }

type offerArgs struct{ bigListArgs }

var _ = register(newList(listSpec[offerArgs, kombo.OfferFilter, offer]{
	name: "get_offers", title: "Get offers",
	about: "Offers and their status: acceptance rates, who starts when. Many ATS skip APPROVED; ABANDONED is lapsed.",
	of:    offers, pages: (*kombo.Client).OfferPages, with: plain,
}))

type userArgs struct {
	Emails []string `json:"emails,omitempty" alias:"email"`
	listArgs
}

var _ = register(newList(listSpec[userArgs, kombo.UserFilter, user]{
	name: "get_users", title: "Get users",
	about: "People who work in the ATS: recruiters, hiring managers, interviewers. A job's team is in get_jobs.",
	of:    users, pages: (*kombo.Client).UserPages,
	with: func(f kombo.UserFilter, o kombo.ListOptions) kombo.UserFilter {
		f.ListOptions = o
		return f
	},
	filters: []filter[userArgs, kombo.UserFilter]{
		only("emails", func(a *userArgs) []string { return names.SplitCommas(a.Emails) }, func(f *kombo.UserFilter, v []string) { f.Emails = v }).narrows("email"),
	},
}))

type roleArgs struct {
	Scopes []string `json:"scopes,omitempty" alias:"scope" jsonschema:"enum=SYSTEM,enum=JOB"`
	listArgs
}

var _ = register(newList(listSpec[roleArgs, kombo.RoleFilter, role]{
	name: "get_roles", title: "Get roles",
	about: "The roles that users can have in the system or on a job.",
	of:    roles, pages: (*kombo.Client).RolePages,
	with: func(f kombo.RoleFilter, o kombo.ListOptions) kombo.RoleFilter {
		f.ListOptions = o
		return f
	},
	filters: []filter[roleArgs, kombo.RoleFilter]{
		equal("scopes", "scope", func(a *roleArgs) []string { return a.Scopes }, func(f *kombo.RoleFilter, v []string) { f.Scopes = convert[kombo.RoleScope](v) }).of("SYSTEM", "JOB"),
	},
}))

type tagListArgs struct{ listArgs }

var _ = register(newList(listSpec[tagListArgs, kombo.TagFilter, tag]{
	name: "get_tags", title: "Get tags",
	about: "The tags that candidates can bear. Who bears one: get_candidates or get_applications, where tags contains it.",
	of:    tags, pages: (*kombo.Client).TagPages, with: plain,
}))

type stageListArgs struct{ listArgs }

var _ = register(newList(listSpec[stageListArgs, kombo.StageFilter, stage]{
	name: "get_application_stages", title: "Get application stages",
	about: "Deprecated: stages of all jobs together, whose ids often do not fit a move. Use get_jobs, column stages.",
	of:    stages, pages: (*kombo.Client).ApplicationStagePages, with: plain,
}))

type reasonListArgs struct{ listArgs }

var _ = register(newList(listSpec[reasonListArgs, kombo.RejectionReasonFilter, reason]{
	name: "get_rejection_reasons", title: "Get rejection reasons",
	about: "The reasons that reject_application can give. To count rejections by reason use get_applications with group_by rejection_reason.",
	of:    reasons, pages: (*kombo.Client).RejectionReasonPages, with: plain,
}))
