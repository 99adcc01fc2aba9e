package prompts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// MaxSuggestions is the maximum number of values of a completion, by the protocol.
const MaxSuggestions = 100

// completion is a request for suggested values of one argument.
type completion struct {
	ctx    context.Context
	box    *tools.Toolbox
	caller tools.Caller
	typed  string
	chosen map[string]string
}

// Complete suggests values for an argument of which a person has typed a part, given
// the arguments chosen so far. It returns the first [MaxSuggestions] values and how
// many there are. It returns none if the argument is unknown or has no suggestions, or
// if the data cannot be read: a client cannot show an error while a person types.
func (p *Prompt) Complete(ctx context.Context, box *tools.Toolbox, caller tools.Caller, argument, typed string, chosen map[string]string) (values []string, total int) {
	if p.CheckAvailable(box, caller) != nil {
		return nil, 0
	}
	i := slices.IndexFunc(p.arguments, func(a Argument) bool { return a.Name == argument })
	if i < 0 || p.arguments[i].complete == nil {
		return nil, 0
	}
	all, err := p.arguments[i].complete(&completion{ctx, box, caller, typed, chosen})
	if err != nil {
		return nil, 0
	}
	return filterTyped(all, typed)
}

// filterTyped returns the values that contain what was typed, those that begin with it
// first.
func filterTyped(all []string, typed string) (values []string, total int) {
	typed = digest.Fold(digest.Clean(typed))
	var inner []string
	for _, v := range all {
		switch folded := digest.Fold(v); {
		case strings.HasPrefix(folded, typed):
			values = append(values, v)
		case strings.Contains(folded, typed):
			inner = append(inner, v)
		}
	}
	values = append(values, inner...)
	return values[:min(len(values), MaxSuggestions)], len(values)
}

// suggestNames suggests names or, if several choices share a name, the ids followed by
// the name.
func suggestNames(choices []tools.Choice) []string {
	shared := map[string]int{}
	for _, c := range choices {
		shared[digest.Fold(c.Name)]++
	}
	out := make([]string, 0, len(choices))
	for _, c := range choices {
		switch {
		case c.Name != "" && shared[digest.Fold(c.Name)] == 1:
			out = append(out, c.Name)
		case c.Note != "":
			out = append(out, fmt.Sprintf("%s (%s, %s)", c.ID, c.Name, c.Note))
		default:
			out = append(out, fmt.Sprintf("%s (%s)", c.ID, c.Name))
		}
	}
	return out
}

// bareRef returns the id of a suggestion such as "id (name)"; other texts are returned
// as they are.
func bareRef(s string) string {
	if id, _, found := strings.Cut(s, " ("); found && strings.HasSuffix(s, ")") && !strings.Contains(id, " ") {
		return id
	}
	return s
}

func completeJobs(c *completion) ([]string, error) {
	jobs, err := c.box.Choices(c.ctx, c.caller, tools.ChoiceJob, "")
	return suggestNames(jobs), err
}

// completeStages suggests the stages of the chosen job, or none if there is no job yet.
func completeStages(c *completion) ([]string, error) {
	ref := strings.TrimSpace(c.chosen["job"])
	if ref == "" {
		return nil, nil
	}
	job, err := chooseJob(c.ctx, c.box, c.caller, ref)
	if err != nil {
		return nil, err
	}
	stages, err := c.box.Choices(c.ctx, c.caller, tools.ChoiceStage, job.ID)
	return suggestNames(stages), err
}

func completeReasons(c *completion) ([]string, error) {
	reasons, err := c.box.Choices(c.ctx, c.caller, tools.ChoiceReason, "")
	return suggestNames(reasons), err
}

func completeDays(values ...string) func(*completion) ([]string, error) {
	return func(*completion) ([]string, error) { return values, nil }
}

// chooseJob resolves a reference to a job: an id, a name or a suggestion.
func chooseJob(ctx context.Context, box *tools.Toolbox, caller tools.Caller, ref string) (tools.Choice, error) {
	return chooseFrom(ctx, box, caller, tools.ChoiceJob, "", "job", ref)
}

func chooseFrom(ctx context.Context, box *tools.Toolbox, caller tools.Caller, kind tools.ChoiceKind, jobID, param, ref string) (tools.Choice, error) {
	if bare := bareRef(ref); bare != ref {
		if c, err := box.Choose(ctx, caller, kind, jobID, param, bare); err == nil {
			return c, nil
		}
	}
	return box.Choose(ctx, caller, kind, jobID, param, ref)
}

// suggestionTokens is the budget of the list from which records are suggested. It is
// enough for about 80 of them.
const suggestionTokens = 6000

// suggestionList is a list from which records are suggested: those that a person
// probably wants. searched are the columns in which to look for what was typed.
type suggestionList struct {
	tool, where, sort string
	fields, searched  []string
}

var (
	// Undecided applications, those with the next interview first.
	suggestedApplications = suggestionList{
		tool: "get_applications", where: `outcome == "PENDING"`, sort: "next_interview",
		fields: []string{"id", "candidate", "job", "stage"}, searched: []string{"candidate", "job", "id"},
	}
	// The candidates of undecided applications, the last changed ones first.
	suggestedCandidates = suggestionList{
		tool: "get_candidates", where: "pending_jobs != nil", sort: "-updated",
		fields: []string{"id", "candidate", "pending_jobs"}, searched: []string{"candidate", "id"},
	}
)

func completeApplications(c *completion) ([]string, error) {
	return suggestedApplications.list(c.ctx, c.box, c.caller, c.typed)
}

func completeCandidates(c *completion) ([]string, error) {
	return suggestedCandidates.list(c.ctx, c.box, c.caller, c.typed)
}

// RecordIDs suggests ids of undecided applications (tool get_applications) or of their
// candidates (tool get_candidates). The id must contain what was typed or, unless names
// are masked, the name must.
func RecordIDs(ctx context.Context, box *tools.Toolbox, caller tools.Caller, tool, typed string) (ids []string, total int) {
	from := suggestedApplications
	if tool == suggestedCandidates.tool {
		from = suggestedCandidates
	}
	all, err := from.list(ctx, box, caller, typed)
	if err != nil {
		return nil, 0
	}
	ids, total = filterTyped(all, typed)
	for i := range ids {
		ids[i] = bareRef(ids[i])
	}
	return ids, total
}

// list returns records as the id and, in parentheses, the fields of the list: with
// pseudonyms if names are masked.
func (s suggestionList) list(ctx context.Context, box *tools.Toolbox, caller tools.Caller, typed string) ([]string, error) {
	g := &gatherer{ctx: ctx, box: box, caller: caller}
	a := args{"where": s.where, "fields": strings.Join(s.fields, ","), "sort": s.sort, "limit": MaxSuggestions}
	filtered := maps.Clone(a)
	if typed = oneLine(bareRef(strings.TrimSpace(typed)), 20); typed != "" {
		filtered["where"] = s.where + " && (" + strings.Join(s.searched, " contains "+whereLiteral(typed)+" || ") + " contains " + whereLiteral(typed) + ")"
	}
	rows, err := g.rows(s.tool, filtered, suggestionTokens)
	if isArgumentError(err) {
		// Names are masked, so what was typed can only be compared with what is shown.
		rows, err = g.rows(s.tool, a, suggestionTokens)
	}
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		var about []string
		for _, column := range s.fields[1:] {
			if r[column] != "" {
				about = append(about, r[column])
			}
		}
		out = append(out, fmt.Sprintf("%s (%s)", r["id"], strings.Join(about, ", ")))
	}
	return out, nil
}

// whereLiteral returns a text as a literal of a where expression.
func whereLiteral(s string) string { return strconv.Quote(digest.Clean(s)) }
