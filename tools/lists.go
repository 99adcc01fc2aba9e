package tools

import (
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// The ten lists. What they share is in list.go, their columns in
// *_columns.go.

type applicationArgs struct {
	JobIDs             []string        `json:"job_ids,omitempty" alias:"job_id,job,jobs" filter:"exact=job_id,names=jobs"`
	CurrentStageIDs    []string        `json:"current_stage_ids,omitempty" alias:"stage_ids,stage_id,stage" filter:"exact=stage_id,names=stages"`
	Outcomes           []kombo.Outcome `json:"outcomes,omitempty" alias:"outcome,status" filter:"exact=outcome"`
	JobRemoteIDs       []string        `json:"job_remote_ids,omitempty" filter:"about=job_id"`
	RemoteCreatedAfter string          `json:"remote_created_after,omitempty" alias:"created_after" filter:"since=created"`
	Chart              bool            `json:"chart,omitempty" alias:"picture,image" jsonschema_description:"also draw the funnel; with group_by stage"`
	bigListArgs
}

var _ = register(newList(listSpec[applicationArgs, kombo.ApplicationFilter, application]{
	name: "get_applications", title: "Get applications",
	about: "Applications: who applied for which job, at which stage, with what outcome. The tool for pipelines, funnels, sources, hires and rejections. " +
		"Undecided is outcome PENDING; a missing outcome is unknown and counted apart. Kombo keeps no stage history and no hire date: updated is any change in the ATS, and a rejected application shows the stage where it stood, if the ATS says so. " +
		"job_ids and current_stage_ids take ids or names.",
	of: applications, pages: (*kombo.Client).ApplicationPages,
	check: (*applicationArgs).checkChart, view: FunnelView, extend: withFunnel,
}))

type candidateArgs struct {
	// The filter looks through all addresses, the column shows the first.
	Email     string   `json:"email,omitempty" alias:"email_address" filter:"wider=email,address"`
	FirstName string   `json:"first_name,omitempty" filter:"about=candidate"`
	LastName  string   `json:"last_name,omitempty" filter:"about=candidate"`
	JobIDs    []string `json:"job_ids,omitempty" alias:"job_id,job,jobs" filter:"about=jobs,names=jobs"`
	bigListArgs
}

var _ = register(newList(listSpec[candidateArgs, kombo.CandidateFilter, candidate]{
	name: "get_candidates", title: "Get candidates",
	about: "People, with contact data, tags and the jobs they applied for (pending_jobs, hired_jobs and declined_jobs by outcome). To find one by part of a name use where; email, first_name and last_name take the whole value. For stage and outcome of each application use get_applications. job_ids takes ids or names.",
	of:    candidates, pages: (*kombo.Client).CandidatePages,
}))

type jobArgs struct {
	Statuses           []kombo.JobStatus      `json:"statuses,omitempty" alias:"status,job_status" filter:"exact=job_status"`
	NameContains       string                 `json:"name_contains,omitempty" alias:"name" filter:"about=job"`
	EmploymentTypes    []kombo.EmploymentType `json:"employment_types,omitempty" filter:"exact=employment_type"`
	Visibilities       []kombo.Visibility     `json:"visibilities,omitempty" filter:"exact=visibility"`
	JobCodes           []string               `json:"job_codes,omitempty" filter:"about=code"`
	PostURL            string                 `json:"post_url,omitempty" filter:"about=url"`
	RemoteCreatedAfter string                 `json:"remote_created_after,omitempty" alias:"created_after" filter:"since=created"`
	bigListArgs
}

var _ = register(newList(listSpec[jobArgs, kombo.JobFilter, job]{
	name: "get_jobs", title: "Get jobs",
	about: `Jobs with their stages, screening questions and hiring team (the columns stages and questions have the ids that writes take). applications and pending (undecided) count each job's, zero included. A job takes applications if it is OPEN; with visibility INTERNAL only from employees. Jobs that ask a question: questions contains "notice period".`,
	of:    jobs, pages: (*kombo.Client).JobPages,
}))

type interviewArgs struct {
	JobIDs []string `json:"job_ids,omitempty" alias:"job_id,job,jobs" filter:"exact=job_id,names=jobs"`
	bigListArgs
}

var _ = register(newList(listSpec[interviewArgs, kombo.InterviewFilter, interview]{
	name: "get_interviews", title: "Get interviews",
	about: "Interviews held and planned: when, who, for which job, with whom. Canceled ones are listed too. job_ids takes ids or names.",
	of:    interviews, pages: (*kombo.Client).InterviewPages,
}))

type offerArgs struct{ bigListArgs }

var _ = register(newList(listSpec[offerArgs, kombo.OfferFilter, offer]{
	name: "get_offers", title: "Get offers",
	hint:  "job offers, salary, start date, accepted",
	about: "Offers and their status: acceptance rates, who starts when. Many ATS skip APPROVED; ABANDONED means lapsed.",
	of:    offers, pages: (*kombo.Client).OfferPages,
}))

type userArgs struct {
	Emails []string `json:"emails,omitempty" alias:"email" filter:"wider=email"`
	listArgs
}

var _ = register(newList(listSpec[userArgs, kombo.UserFilter, user]{
	name: "get_users", title: "Get users",
	hint:  "recruiters, hiring managers, colleagues, who has which ATS account",
	about: "People who work in the ATS: recruiters, hiring managers, interviewers. A job's team is in get_jobs.",
	of:    users, pages: (*kombo.Client).UserPages,
}))

type roleArgs struct {
	Scopes []kombo.RoleScope `json:"scopes,omitempty" alias:"scope" filter:"exact=scope"`
	listArgs
}

var _ = register(newList(listSpec[roleArgs, kombo.RoleFilter, role]{
	name: "get_roles", title: "Get roles",
	hint:  "permissions, access rights of ATS users",
	about: "The roles that users can have in the system or on a job.",
	of:    roles, pages: (*kombo.Client).RolePages,
}))

type tagListArgs struct{ listArgs }

var _ = register(newList(listSpec[tagListArgs, kombo.TagFilter, tag]{
	name: "get_tags", title: "Get tags",
	hint:  "labels of candidates",
	about: "The tags that candidates can have. Who has one: get_candidates or get_applications, where tags contains it.",
	of:    tags, pages: (*kombo.Client).TagPages,
}))

type stageListArgs struct{ listArgs }

var _ = register(newList(listSpec[stageListArgs, kombo.StageFilter, stage]{
	name: "get_application_stages", title: "Get application stages",
	hint:  "all pipeline steps of the ATS",
	about: "Deprecated: stages of all jobs together, whose ids a move often refuses. Use get_jobs, column stages.",
	of:    stages, pages: (*kombo.Client).ApplicationStagePages,
}))

type reasonListArgs struct{ listArgs }

var _ = register(newList(listSpec[reasonListArgs, kombo.RejectionReasonFilter, reason]{
	name: "get_rejection_reasons", title: "Get rejection reasons",
	hint:  "why applicants are declined, ids for rejecting",
	about: "The reasons that reject_application can give. To count rejections by reason use get_applications with group_by rejection_reason.",
	of:    reasons, pages: (*kombo.Client).RejectionReasonPages,
}))
