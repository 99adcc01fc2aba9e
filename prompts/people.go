package prompts

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// The prompts about one person.

var _ = register(spec{
	name: "candidate_brief", title: "Brief me before an interview",
	about: "One person and one job on a page before an interview: what the job asks, what she has shown, what is open, what to ask",
	arguments: []Argument{
		{Name: "application", Title: "Application", About: "id of an application (of get_applications)", complete: completeApplications},
		{Name: "candidate", Title: "Candidate", About: "id of a candidate (of get_candidates), if the application is not known", complete: completeCandidates},
	},
	needs: []string{"get_applications", "get_jobs", "get_interviews", "get_application_attachments"},
	gather: func(g *gathering) error {
		application, err := g.application()
		if err != nil {
			return err
		}
		id := application["id"]
		g.page.Is["application_id"] = id
		parts := []part{
			{"application", "get_applications", args{"ids": list{id}, "view": "record"}, 1300, true},
			{"interviews", "get_interviews", args{"where": "application_id == " + literal(id), "fields": list{"start", "subject", "interviewers", "canceled", "stage"}, "sort": "start", "limit": 8}, 600, false},
		}
		if job := application["job_id"]; isID(job) {
			parts = append(parts, part{"job", "get_jobs", args{"ids": list{job}, "view": "record"}, 1100, false})
		} else {
			g.page.Data["job"] = "> The ATS does not say which job.\n"
		}
		return g.parts(append(parts, part{"cv", "get_application_attachments", args{"application_id": id, "read": "CV"}, dataTokens, false}))
	},
})

// recordID is what an id of an application or a candidate looks like in any
// system; nothing in it has a meaning in where.
var recordID = regexp.MustCompile(`^[A-Za-z0-9_.:@-]{1,80}$`)

func isID(s string) bool { return recordID.MatchString(s) }

// application finds the one that the arguments mean: by its id, or the one that
// a candidate has undecided, or has at all.
func (g *gathering) application() (map[string]string, error) {
	id, person := plainRef(g.given["application"]), plainRef(g.given["candidate"])
	fields := list{"id", "job_id", "candidate_id", "job", "stage", "outcome", "created"}
	switch {
	case id == "" && person == "":
		return nil, argumentError("candidate_brief needs application or candidate. %s", g.suggestions("application", suggestedApplications))
	case id != "":
		if !isID(id) {
			return nil, argumentError("application is %q, which is no id. %s", within(id, 30), g.suggestions("application", suggestedApplications))
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
		return nil, argumentError("candidate is %q, which is no id: people are named by id, since names are shared. get_candidates finds it", within(person, 30))
	}
	rows, err := g.rows("get_applications", args{"where": "candidate_id == " + literal(person), "fields": fields, "sort": "-created", "limit": 20}, 2500)
	if err != nil {
		return nil, err
	}
	return onlyOne(person, rows)
}

// onlyOne is the undecided application of a candidate, or the only one.
func onlyOne(person string, rows []map[string]string) (map[string]string, error) {
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
		return nil, argumentError("candidate: no application of a candidate %q is known. Candidates are named by the id that get_candidates gives", person)
	case 1:
		return rows[0], nil
	}
	var choices []string
	for _, r := range rows[:min(len(rows), 10)] {
		choices = append(choices, fmt.Sprintf("%s (%s, %s)", r["id"], within(r["job"], 20), within(r["stage"], 20)))
	}
	return nil, argumentError("candidate: this person has %d applications that could be meant; name one as application: %s", len(rows), strings.Join(choices, "; "))
}

// suggestions name up to five valid values for an error.
func (g *gathering) suggestions(param string, from suggested) string {
	list, err := from.list(g.ctx, g.box, g.who, "")
	if err != nil || len(list) == 0 {
		return "ids come from " + from.tool
	}
	for i := range list {
		list[i] = within(list[i], 60)
	}
	return fmt.Sprintf("ids come from %s; %s could be: %s", from.tool, param, strings.Join(list[:min(len(list), 5)], "; "))
}

const (
	// cvTokens is how much of a CV a prompt repeats; cvBytes is how much of it is
	// looked at.
	cvTokens = 2300
	cvBytes  = 256 << 10
)

var anyEmail = regexp.MustCompile(`[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,4}`)

var _ = register(spec{
	name: "intake", title: "Enter a new applicant",
	about: "A new applicant from the text of a CV: who may be in the ATS already, what the job asks, and the call that enters her after a dry run",
	arguments: []Argument{
		jobArgument,
		{Name: "cv", Title: "CV", About: "the text of the CV, as she wrote it", Required: true},
	},
	needs: []string{"get_jobs", "get_candidates", "create_application"},
	gather: func(g *gathering) error {
		job, err := g.choose("job", tools.ChoiceJob, "")
		if err != nil {
			return err
		}
		cv := g.given["cv"]
		all := utf8.RuneCountInString(cv)
		cv = digest.CleanLines(strings.ToValidUTF8(cv[:min(len(cv), cvBytes)], ""))
		if cv == "" {
			return argumentError("cv holds no text that can be read")
		}
		quoted, whole := apart(digest.TokenPrefix(strings.ReplaceAll("| "+cv, "\n", "\n| "), cvTokens*9/10), cvTokens)
		g.page.Is["cut"] = ""
		if shown := utf8.RuneCountInString(quoted); !whole || shown < utf8.RuneCountInString(cv) {
			g.page.Is["cut"] = fmt.Sprintf(" It has %d characters in all, of which the beginning is shown: ask for the rest before you enter anything that could stand there.", all)
		}
		g.put("cv", quoted)
		parts := []part{
			{"job", "get_jobs", args{"ids": list{job.ID}, "fields": list{"job", "job_status", "visibility", "location", "questions"}}, 1300, true},
		}
		g.page.Data["known"] = "> The CV names no e-mail address, so nobody could be looked for. Ask for one: the ATS tells people apart by it.\n"
		if email := anyEmail.FindString(cv); email != "" {
			parts = append(parts, part{"known", "get_candidates", args{"email": strings.ToLower(email), "fields": list{"id", "candidate", "jobs", "pending_jobs", "created"}, "limit": 5}, 700, false})
		}
		return g.parts(parts)
	},
})
