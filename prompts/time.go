package prompts

import (
	"fmt"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Prompts about a period of time.

var _ = register(spec{
	name: "stale_applications", title: "Find applications that wait",
	description: "Undecided applications in which nothing has changed for a number of days, and what each needs",
	arguments: []Argument{
		{Name: "days", Title: "Days", Description: "how many days without a change; 14 if left out", complete: completeDays("7", "14", "21", "30", "60", "90")},
		{Name: "job", Title: "Job", Description: "name or id of a job; all jobs if left out", complete: completeJobs},
	},
	needs: []string{"get_applications", "get_jobs"},
	gather: func(g *gatherer) error {
		days, err := g.days("days", 14, 3650)
		if err != nil {
			return err
		}
		about := args{}
		g.page.Is["where"] = "all jobs"
		if g.values["job"] != "" {
			job, err := g.choose("job", tools.ChoiceJob, "")
			if err != nil {
				return err
			}
			about["job_ids"] = list{job.ID}
			g.page.Is["where"] = "the job " + g.page.Is["job"]
		}
		stale := fmt.Sprintf(`outcome == "PENDING" && days_since(updated) > %d`, days)
		return g.parts([]part{
			{"undecided", "get_applications", about.with(args{"where": `outcome == "PENDING"`, "limit": 0}), 500, true},
			{"groups", "get_applications", about.with(args{"where": stale, "group_by": "job,stage", "measure": "days_since(updated)"}), 1300, true},
			{"list", "get_applications", about.with(args{"where": stale, "sort": "updated", "fields": list{"id", "candidate", "job", "stage", "updated", "next_interview"}, "limit": 40}), dataTokens, true},
		})
	},
})

var _ = register(spec{
	name: "weekly_report", title: "Weekly hiring report",
	description: "What came in, moved and ended in the last days, what is ahead, and what needs a decision, over all jobs",
	arguments: []Argument{
		{Name: "days", Title: "Days", Description: "how many days back; 7 if left out", complete: completeDays("7", "14", "31")},
	},
	needs: []string{"get_applications", "get_jobs", "get_interviews", "get_offers"},
	gather: func(g *gatherer) error {
		days, err := g.days("days", 7, 92)
		if err != nil {
			return err
		}
		lately := func(column string) string {
			return fmt.Sprintf("days_since(%s) >= 0 && days_since(%s) < %d", column, column, days)
		}
		return g.parts([]part{
			{"standing", "get_applications", args{"where": `outcome == "PENDING"`, "group_by": "stage", "measure": "days_since(updated)"}, 600, true},
			{"created", "get_applications", args{"where": lately("created"), "group_by": "job"}, 550, true},
			{"rejected", "get_applications", args{"where": `outcome == "DECLINED" && ` + lately("rejected"), "group_by": "rejection_reason"}, 550, true},
			{"hired", "get_applications", args{"where": `outcome == "HIRED" && ` + lately("updated"), "fields": list{"id", "candidate", "job", "updated"}, "limit": 10}, 550, true},
			{"offers", "get_offers", args{"where": lately("updated"), "group_by": "offer_status"}, 500, false},
			{"held", "get_interviews", args{"where": "canceled == false && " + lately("start"), "group_by": "job", "limit": 10}, 500, false},
			{"ahead", "get_interviews", args{"where": "canceled == false && start > today() && days_since(start) > -7", "sort": "start", "fields": list{"start", "candidate", "job", "interviewers"}, "limit": 8}, 600, false},
			{"jobs", "get_jobs", args{"statuses": list{"OPEN"}, "sort": "-pending", "fields": list{"job", "opened", "applications", "pending"}, "limit": 12}, 600, false},
		})
	},
})

var _ = register(spec{
	name: "offers_ahead", title: "Offers and start dates ahead",
	description: "Offers that wait for an answer, people who start soon, and accepted offers without a start date",
	arguments: []Argument{
		{Name: "days", Title: "Days", Description: "how many days ahead; 60 if left out", complete: completeDays("14", "30", "60", "90")},
	},
	needs: []string{"get_offers", "get_applications"},
	gather: func(g *gatherer) error {
		days, err := g.days("days", 60, 730)
		if err != nil {
			return err
		}
		fields := list{"id", "candidate", "job", "offer_status", "created", "start_date"}
		return g.parts([]part{
			{"statuses", "get_offers", args{"group_by": "offer_status"}, 500, true},
			{"starts", "get_offers", args{"where": fmt.Sprintf(`offer_status == "ACCEPTED" && start_date >= today() && days_since(start_date) >= -%d`, days), "sort": "start_date", "fields": fields, "limit": 20}, 1200, true},
			{"dateless", "get_offers", args{"where": `offer_status == "ACCEPTED" && start_date == nil && days_since(updated) < 180`, "sort": "-updated", "fields": list{"id", "candidate", "job", "updated"}, "limit": 10}, 650, true},
			{"stage", "get_applications", args{"where": `outcome == "PENDING" && stage contains "offer" && offer_status == nil`, "sort": "updated", "fields": list{"id", "candidate", "job", "stage", "updated"}, "limit": 10}, 650, false},
			{"waiting", "get_offers", args{"where": `offer_status in ["DRAFT", "APPROVED", "SENT"]`, "sort": "created", "fields": fields, "limit": 25}, dataTokens, true},
		})
	},
})
