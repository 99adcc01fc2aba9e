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

// MaxSuggestions is how many values a completion gives at most; the protocol
// allows no more.
const MaxSuggestions = 100

// completing is the request for values of one argument.
type completing struct {
	ctx    context.Context
	box    *tools.Toolbox
	who    tools.Caller
	typed  string
	chosen map[string]string
}

// Complete suggests values for an argument of which the person typed a part,
// given the arguments chosen so far. It gives the first MaxSuggestions and how
// many there are. An argument without suggestions, an unknown one too, gives
// none; so does data that cannot be read, since nobody waits for an error in the
// middle of a word.
func (p *Prompt) Complete(ctx context.Context, box *tools.Toolbox, who tools.Caller, argument, typed string, chosen map[string]string) (values []string, total int) {
	if p.Refuses(box, who) != nil {
		return nil, 0
	}
	i := slices.IndexFunc(p.arguments, func(a Argument) bool { return a.Name == argument })
	if i < 0 || p.arguments[i].complete == nil {
		return nil, 0
	}
	all, err := p.arguments[i].complete(&completing{ctx, box, who, typed, chosen})
	if err != nil {
		return nil, 0
	}
	return matching(all, typed)
}

// matching keeps the values that have what was typed, those that begin with it
// first.
func matching(all []string, typed string) (values []string, total int) {
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

// named suggests names, and the id with the name behind it where several share
// one.
func named(choices []tools.Choice) []string {
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

// plainRef is an id that a suggestion gave with words behind it, without these.
func plainRef(s string) string {
	if id, _, found := strings.Cut(s, " ("); found && strings.HasSuffix(s, ")") && !strings.Contains(id, " ") {
		return id
	}
	return s
}

func completeJobs(c *completing) ([]string, error) {
	jobs, err := c.box.Choices(c.ctx, c.who, tools.ChoiceJob, "")
	return named(jobs), err
}

// completeStages suggests the stages of the job that was chosen; without one
// there are none to tell.
func completeStages(c *completing) ([]string, error) {
	ref := strings.TrimSpace(c.chosen["job"])
	if ref == "" {
		return nil, nil
	}
	job, err := chooseJob(c.ctx, c.box, c.who, ref)
	if err != nil {
		return nil, err
	}
	stages, err := c.box.Choices(c.ctx, c.who, tools.ChoiceStage, job.ID)
	return named(stages), err
}

func completeReasons(c *completing) ([]string, error) {
	reasons, err := c.box.Choices(c.ctx, c.who, tools.ChoiceReason, "")
	return named(reasons), err
}

func completeDays(values ...string) func(*completing) ([]string, error) {
	return func(*completing) ([]string, error) { return values, nil }
}

// chooseJob resolves a job as a person names it: by id, by name, or as a
// suggestion had it.
func chooseJob(ctx context.Context, box *tools.Toolbox, who tools.Caller, ref string) (tools.Choice, error) {
	return chooseOf(ctx, box, who, tools.ChoiceJob, "", "job", ref)
}

func chooseOf(ctx context.Context, box *tools.Toolbox, who tools.Caller, kind tools.ChoiceKind, jobID, param, ref string) (tools.Choice, error) {
	c, err := box.Choose(ctx, who, kind, jobID, param, ref)
	if plain := plainRef(ref); err != nil && plain != ref {
		if again, err := box.Choose(ctx, who, kind, jobID, param, plain); err == nil {
			return again, nil
		}
	}
	return c, err
}

// suggestionTokens bound the list that suggestions of records are made of: about
// 80 of them.
const suggestionTokens = 6000

// suggested is a list that suggestions of records come from: those that a person
// may mean. seek are the columns that what was typed may be a part of.
type suggested struct {
	tool, where, sort string
	fields, seek      []string
}

var (
	// Undecided applications, those with an interview soon first.
	suggestedApplications = suggested{
		tool: "get_applications", where: `outcome == "PENDING"`, sort: "next_interview",
		fields: []string{"id", "candidate", "job", "stage"}, seek: []string{"candidate", "job", "id"},
	}
	// The people behind them, those of whom something changed lately first.
	suggestedCandidates = suggested{
		tool: "get_candidates", where: "pending_jobs != nil", sort: "-updated",
		fields: []string{"id", "candidate", "pending_jobs"}, seek: []string{"candidate", "id"},
	}
)

func completeApplications(c *completing) ([]string, error) {
	return suggestedApplications.list(c.ctx, c.box, c.who, c.typed)
}

func completeCandidates(c *completing) ([]string, error) {
	return suggestedCandidates.list(c.ctx, c.box, c.who, c.typed)
}

// RecordIDs suggests ids of undecided applications (of get_applications) or of the
// people behind them (get_candidates) whose id begins with what was typed, or
// whose name has it as far as this server lets names be compared.
func RecordIDs(ctx context.Context, box *tools.Toolbox, who tools.Caller, tool, typed string) (ids []string, total int) {
	from := suggestedApplications
	if tool == suggestedCandidates.tool {
		from = suggestedCandidates
	}
	all, err := from.list(ctx, box, who, typed)
	if err != nil {
		return nil, 0
	}
	ids, total = matching(all, typed)
	for i := range ids {
		ids[i] = plainRef(ids[i])
	}
	return ids, total
}

// list gives records as the id and, in brackets, what the list shows of each:
// stand-ins where names are masked.
func (s suggested) list(ctx context.Context, box *tools.Toolbox, who tools.Caller, typed string) ([]string, error) {
	g := &gathering{ctx: ctx, box: box, who: who}
	a := args{"where": s.where, "fields": strings.Join(s.fields, ","), "sort": s.sort, "limit": MaxSuggestions}
	narrow := maps.Clone(a)
	if typed = within(plainRef(strings.TrimSpace(typed)), 20); typed != "" {
		narrow["where"] = s.where + " && (" + strings.Join(s.seek, " contains "+literal(typed)+" || ") + " contains " + literal(typed) + ")"
	}
	rows, err := g.rows(s.tool, narrow, suggestionTokens)
	if isArgument(err) {
		// Names are masked: what was typed can only be compared with what shows.
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

// literal is a text as where takes it.
func literal(s string) string { return strconv.Quote(digest.Clean(s)) }
