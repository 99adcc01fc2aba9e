package prompts

import (
	"errors"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Prompts about one job.

var jobArgument = Argument{Name: "job", Title: "Job", Description: "name or id of a job, or a word of its name", Required: true, complete: completeJobs}

var stageArgument = Argument{Name: "stage", Title: "Stage", Description: "name or id of one of the job's stages", complete: completeStages}

var _ = register(spec{
	name: "pipeline_review", title: "Review a job's pipeline",
	description: "Where the people of one job stand, who waits too long, where and why people are lost, and what to do this week",
	arguments:   []Argument{jobArgument},
	needs:       []string{"get_jobs", "get_applications", "get_interviews"},
	gather: func(g *gatherer) error {
		job, err := g.choose("job", tools.ChoiceJob, "")
		if err != nil {
			return err
		}
		ids := list{job.ID}
		return g.parts([]part{
			// The first walks all applications of the job; the others are served from
			// that walk.
			{"outcomes", "get_applications", args{"job_ids": ids, "group_by": "outcome", "measure": "days_since(created)"}, 500, true},
			{"funnel", "get_applications", args{"job_ids": ids, "where": `outcome == "PENDING"`, "group_by": "stage", "measure": "days_since(updated)"}, 750, true},
			{"losses", "get_applications", args{"job_ids": ids, "where": `outcome == "DECLINED"`, "group_by": "stage,rejection_reason"}, 750, true},
			{"sources", "get_applications", args{"job_ids": ids, "group_by": "source,outcome", "limit": 12}, 550, true},
			{"job", "get_jobs", args{"ids": ids, "fields": list{"job", "job_status", "location", "opened", "applications", "pending", "team"}}, 500, false},
			{"interviews", "get_interviews", args{"job_ids": ids, "where": "start >= today() && canceled == false", "sort": "start", "fields": list{"start", "candidate", "interviewers", "application_id"}, "limit": 10}, 650, false},
			{"waiting", "get_applications", args{"job_ids": ids, "where": `outcome == "PENDING" && next_interview == nil && days_since(updated) > 7`, "sort": "updated", "fields": list{"id", "candidate", "stage", "updated", "interviews"}, "limit": 20}, 1000, false},
		})
	},
})

var _ = register(spec{
	name: "compare_candidates", title: "Compare the candidates of a stage",
	description: "The undecided people at one stage of a job side by side, against what the job's description asks for",
	arguments:   []Argument{jobArgument, stageArgument},
	needs:       []string{"get_jobs", "get_applications", "get_application_attachments"},
	gather: func(g *gatherer) error {
		job, stage, err := g.jobAndStage()
		if err != nil {
			return err
		}
		at := args{"job_ids": list{job.ID}, "current_stage_ids": list{stage.ID}, "where": `outcome == "PENDING"`}
		answers, err := g.answersOf(job.ID, at)
		if err != nil {
			return err
		}
		return g.parts([]part{
			{"job", "get_jobs", args{"ids": list{job.ID}, "view": "record"}, 1100, true},
			{"list", "get_applications", at.with(args{"fields": list{"id", "created", "interviews", "last_interview", "next_interview", "tags"}, "sort": "created", "limit": batch}), 1300, true},
			answers,
		})
	},
})

// maxQuestions is how many columns of answers a table has.
const maxQuestions = 8

// answersOf returns the part with the answers to a job's screening questions.
func (g *gatherer) answersOf(jobID string, at args) (part, error) {
	questions, err := g.box.Choices(g.ctx, g.caller, tools.ChoiceQuestion, jobID)
	if err != nil {
		return part{}, err
	}
	columns := list{"id"}
	for _, q := range questions[:min(len(questions), maxQuestions)] {
		columns = append(columns, "answer("+whereLiteral(q.Name)+")")
	}
	if len(columns) == 1 {
		columns = append(columns, "tags")
	}
	return part{"answers", "get_applications", at.with(args{"fields": columns, "sort": "created", "limit": batch}), dataTokens, false}, nil
}

// batch is how many records one call of a write tool accepts.
const batch = 25

var _ = register(spec{
	name: "rejection_round", title: "Prepare a round of rejections",
	description: "Drafts, then a dry run, for the undecided people at one stage of a job; a person decides whom and sends",
	arguments: []Argument{
		jobArgument, stageArgument,
		{Name: "reason", Title: "Reason", Description: "name or id of a rejection reason", complete: completeReasons},
	},
	needs: []string{"get_jobs", "get_applications", "get_rejection_reasons", "reject_application"},
	gather: func(g *gatherer) error {
		job, stage, err := g.jobAndStage()
		if err != nil {
			return err
		}
		if _, err := g.chooseOrAsk("reason", tools.ChoiceReason, ""); err != nil {
			return err
		}
		at := args{"job_ids": list{job.ID}, "current_stage_ids": list{stage.ID}, "where": `outcome == "PENDING"`}
		return g.parts([]part{
			{"job", "get_jobs", args{"ids": list{job.ID}, "fields": list{"job", "job_status", "location", "pending", "team"}}, 500, false},
			{"held", "get_applications", at.with(args{"where": `outcome == "PENDING" && (next_interview != nil || offer_status != nil)`, "fields": list{"id", "candidate", "next_interview", "offer_status"}, "sort": "next_interview", "limit": batch}), 1100, true},
			{"list", "get_applications", at.with(args{"where": `outcome == "PENDING" && next_interview == nil && offer_status == nil`, "fields": list{"id", "candidate", "created", "updated", "interviews", "last_interview"}, "sort": "created", "limit": batch}), dataTokens, true},
		})
	},
})

// jobAndStage resolves a job and one of its stages, which may be missing.
func (g *gatherer) jobAndStage() (job, stage tools.Choice, err error) {
	if job, err = g.choose("job", tools.ChoiceJob, ""); err != nil {
		return job, stage, err
	}
	if stage, err = g.chooseOrAsk("stage", tools.ChoiceStage, job.ID); err != nil {
		if arg, ok := errors.AsType[*tools.ArgumentError](err); ok {
			arg.Problems = append(arg.Problems, "These are the stages of "+g.page.Is["job"]+".")
		}
	}
	return job, stage, err
}
