package prompts

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Prompts about one person.

var _ = register(spec{
	name: "candidate_brief", title: "Brief me before an interview",
	description: "One person and one job on a page before an interview: what the job asks, what they have shown, what is open, what to ask",
	arguments: []Argument{
		{Name: "application", Title: "Application", Description: "id of an application (of get_applications)", complete: completeApplications},
		{Name: "candidate", Title: "Candidate", Description: "id of a candidate (of get_candidates), if the application is not known", complete: completeCandidates},
	},
	needs: []string{"get_applications", "get_jobs", "get_interviews", "get_application_attachments"},
	gather: func(g *gatherer) error {
		application, err := g.application()
		if err != nil {
			return err
		}
		id := application["id"]
		g.page.Is["application_id"] = id
		parts := []part{
			{"application", "get_applications", args{"ids": list{id}, "view": "record"}, 1300, true},
			{"interviews", "get_interviews", args{"where": "application_id == " + whereLiteral(id), "fields": list{"start", "subject", "interviewers", "canceled", "stage"}, "sort": "start", "limit": 8}, 600, false},
		}
		if job := application["job_id"]; isID(job) {
			parts = append(parts, part{"job", "get_jobs", args{"ids": list{job}, "view": "record"}, 1100, false})
		} else {
			g.page.Data["job"] = "> The ATS does not say which job.\n"
		}
		return g.parts(append(parts, part{"cv", "get_application_attachments", args{"application_id": id, "read": "CV"}, dataTokens, false}))
	},
})

// recordID matches ids of applications and candidates in any system. They contain
// nothing that needs quoting in a where expression.
var recordID = regexp.MustCompile(`^[A-Za-z0-9_.:@-]{1,80}$`)

func isID(s string) bool { return recordID.MatchString(s) }

// application returns the application that the arguments refer to: by its id, or the
// only undecided one of a candidate, or the only one.
func (g *gatherer) application() (map[string]string, error) {
	id, person := bareRef(g.values["application"]), bareRef(g.values["candidate"])
	fields := list{"id", "job_id", "candidate_id", "job", "stage", "outcome", "created"}
	switch {
	case id == "" && person == "":
		return nil, argumentError("candidate_brief needs application or candidate. %s", g.suggestions("application", suggestedApplications))
	case id != "":
		if !isID(id) {
			return nil, argumentError("application is %q, which is not an id. %s", oneLine(id, 30), g.suggestions("application", suggestedApplications))
		}
		rows, err := g.rows("get_applications", args{"ids": list{id}, "fields": fields, "limit": 1}, 600)
		if err == nil && (len(rows) == 0 || person != "" && rows[0]["candidate_id"] != person) {
			err = argumentError("application: there is no application %q of this candidate or at all. %s", id, g.suggestions("application", suggestedApplications))
		}
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	case !isID(person):
		return nil, argumentError("candidate is %q, which is not an id: use ids for people, since names are shared. get_candidates finds them", oneLine(person, 30))
	}
	rows, err := g.rows("get_applications", args{"where": "candidate_id == " + whereLiteral(person), "fields": fields, "sort": "-created", "limit": 20}, 2500)
	if err != nil {
		return nil, err
	}
	return undecidedOrOnly(person, rows)
}

// undecidedOrOnly returns the only undecided application of a candidate or, if none is
// undecided, the only one.
func undecidedOrOnly(person string, rows []map[string]string) (map[string]string, error) {
	var undecided []map[string]string
	for _, r := range rows {
		if r["outcome"] == "PENDING" {
			undecided = append(undecided, r)
		}
	}
	if len(undecided) > 0 {
		rows = undecided
	}
	switch len(rows) {
	case 0:
		return nil, argumentError("candidate: there is no application of a candidate %q. Use the id of a candidate that get_candidates gives", person)
	case 1:
		return rows[0], nil
	}
	var choices []string
	for _, r := range rows[:min(len(rows), 10)] {
		choices = append(choices, fmt.Sprintf("%s (%s, %s)", r["id"], oneLine(r["job"], 20), oneLine(r["stage"], 20)))
	}
	return nil, argumentError("candidate: this person has %d applications that could be meant; pass one as application: %s", len(rows), strings.Join(choices, "; "))
}

// suggestions returns up to five valid values, for an error.
func (g *gatherer) suggestions(param string, from suggestionList) string {
	list, err := from.list(g.ctx, g.box, g.caller, "")
	if err != nil || len(list) == 0 {
		return "ids come from " + from.tool
	}
	for i := range list {
		list[i] = oneLine(list[i], 60)
	}
	return fmt.Sprintf("ids come from %s; %s could be: %s", from.tool, param, strings.Join(list[:min(len(list), 5)], "; "))
}

const (
	// cvTokens is how many tokens of a CV a prompt has, cvBytes how many bytes of it
	// are read.
	cvTokens = 2300
	cvBytes  = 256 << 10
)

var anyEmail = regexp.MustCompile(`[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,4}`)

var _ = register(spec{
	name: "intake", title: "Enter a new applicant",
	description: "A new applicant from the text of a CV: who may be in the ATS already, what the job asks, and the call that enters them after a dry run",
	arguments: []Argument{
		jobArgument,
		{Name: "cv", Title: "CV", Description: "the text of the CV, as the person wrote it"},
	},
	needs: []string{"get_jobs", "get_candidates", "create_application"},
	gather: func(g *gatherer) error {
		job, err := g.choose("job", tools.ChoiceJob, "")
		if err != nil {
			return err
		}
		parts := []part{
			{"job", "get_jobs", args{"ids": list{job.ID}, "fields": list{"job", "job_status", "visibility", "location", "questions"}}, 1300, true},
		}
		g.page.Is["cut"] = ""
		if g.values["cv"] == "" {
			g.ask("cv", "the text of the CV", "")
			g.page.Data["cv"] = "> " + notReadYet + "\n"
			g.page.Data["known"] = "> " + notReadYet + " Then look up its e-mail address with get_candidates.\n"
			return g.parts(parts)
		}
		cv, err := g.quoteCV()
		if err != nil {
			return err
		}
		g.page.Data["known"] = "> The CV has no e-mail address, so no candidate could be looked up. Ask for one: the ATS identifies people by it.\n"
		if email := anyEmail.FindString(cv); email != "" {
			parts = append(parts, part{"known", "get_candidates", args{"email": strings.ToLower(email), "fields": list{"id", "candidate", "jobs", "pending_jobs", "created"}, "limit": 5}, 700, false})
		}
		return g.parts(parts)
	},
})

// quoteCV puts the CV on the page, cut to its budget, and returns its text.
func (g *gatherer) quoteCV() (cv string, err error) {
	cv = g.values["cv"]
	all := utf8.RuneCountInString(cv)
	cv = digest.CleanLines(strings.ToValidUTF8(cv[:min(len(cv), cvBytes)], ""))
	if cv == "" {
		return "", argumentError("cv has no readable text")
	}
	quoted, whole := quote(digest.TokenPrefix(strings.ReplaceAll("| "+cv, "\n", "\n| "), cvTokens*9/10), cvTokens)
	if shown := utf8.RuneCountInString(quoted); !whole || shown < utf8.RuneCountInString(cv) {
		g.page.Is["cut"] = fmt.Sprintf(" It has %d characters in all, of which the beginning is shown: ask for the rest before you enter anything that could be in it.", all)
	}
	g.put("cv", quoted)
	return cv, nil
}
