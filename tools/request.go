package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// question is what a caller asks of a list.
type question struct {
	listArgs
	shapeArgs
	filters []given
	// arguments are all of the call, as decoded.
	arguments any
}

// request is a question that was resolved: names are ids, dates are Kombo's, where
// is compiled, and what goes upstream is decided. It never changes, so that it can
// be walked again.
type request struct {
	// question is as it was asked.
	question
	tool *listTool
	plan *digest.Plan
	push pushdown
	// cacheKeys name the cached walks that can serve the request, the one that it
	// makes first.
	cacheKeys []string
	// whole asks for whole records instead of columns.
	whole bool
	// protected are the questions whose answers must not show, nil if the request
	// reads no answers.
	protected *privacy.Protected
	// notes are about what in the question was not taken literally.
	notes []string
}

// resolve makes the request of a question. Problems with the arguments are an
// *args.Error.
func (t *listTool) resolve(ctx context.Context, d *listDeps, q question) (*request, error) {
	options, err := q.options()
	if err != nil {
		return nil, err
	}
	if err := checkRemoteIDs(d.mask, t.of, options.RemoteIDs); err != nil {
		return nil, err
	}
	filters, notes, err := d.resolveFilters(ctx, t.of, q.filters)
	if err != nil {
		return nil, err
	}
	whole := q.View == viewRecord
	table := &t.of.table
	if whole {
		table = t.of.wholeTable()
	}
	table = t.of.maskedTable(d.mask, table)
	plan, ignored, err := d.compile(table, q, scopeOf(q.View, options, filters))
	if err != nil {
		return nil, err
	}
	var protected *privacy.Protected
	if t.protects && (whole || plan.UsesAnswers()) {
		if protected, err = d.protectedIn(ctx, plan.Questions()); err != nil {
			return nil, err
		}
	}
	push := pushDown(t.of, filters, options, plan.Conditions(), d.location, func(wanted []string) []string { return d.jobsNamed(ctx, wanted) })
	return &request{
		question: q, tool: t, plan: plan, push: push, whole: whole, protected: protected,
		cacheKeys: t.cacheKeys(options, &push, protected != nil),
		notes:     slices.Concat(notes, ignored, maskNotes(d.mask, table, plan, whole)),
	}, nil
}

// opaqueID matches ids that say nothing of a person: numbers and UUIDs.
var opaqueID = regexp.MustCompile(`^[0-9a-fA-F-]+$`)

// checkRemoteIDs refuses ids of the ATS that may be made of a name or an address: where
// these are masked, whether one exists would answer a guess.
func checkRemoteIDs(m *privacy.Mask, of *resource, ids []string) error {
	if m == nil {
		return nil
	}
	personal := slices.ContainsFunc(of.columns, func(c column) bool { return c.mask != "" })
	for _, id := range ids {
		if personal && !opaqueID.MatchString(id) || m.HidesRemoteID(id) {
			return args.Errorf("this server masks %s data, so remote_ids takes numbers and UUIDs only; use ids", strings.Join(m.Categories(), ", "))
		}
	}
	return nil
}

// options are those of every list that the arguments give.
func (q *question) options() (kombo.ListOptions, error) {
	after, err := wireDate("updated_after", q.UpdatedAfter)
	if err != nil {
		return kombo.ListOptions{}, args.Errorf("%v", err)
	}
	return kombo.ListOptions{
		UpdatedAfter: after, IncludeDeleted: q.IncludeDeleted, IgnoreUnsupportedFilters: q.IgnoreUnsupportedFilters,
		IDs: names.SplitCommas(q.IDs), RemoteIDs: names.SplitCommas(q.RemoteIDs),
	}, nil
}

// resolveFilters turns dates and names in filters into what Kombo takes, and gives
// notes on names that several records share. It refuses filters that compare what
// is masked.
func (d *listDeps) resolveFilters(ctx context.Context, of *resource, filters []given) (resolved []given, notes []string, err error) {
	for _, g := range filters {
		if category := g.mask(of); len(g.values) > 0 && d.mask.Hides(category) {
			return nil, nil, args.Errorf("this server masks %s data, so %s cannot be filtered by", category, g.param)
		}
		if g.relation == relationSince && len(g.values) > 0 {
			date, err := wireDate(g.param, g.values[0])
			if err != nil {
				return nil, nil, args.Errorf("%v", err)
			}
			g.values = one(date)
		}
		resolved = append(resolved, g)
	}
	for i, g := range resolved {
		if g.names == "" {
			continue
		}
		found, err := names.ResolveFilter(ctx, g.param, &resolved[i].values, d.directoryOf(g.names, resolved))
		if err != nil {
			return nil, nil, err
		}
		notes = append(notes, found...)
	}
	return resolved, notes, nil
}

// directoryOf is where the names of a filter are resolved: of stages, those of the
// jobs that another filter of the question chose before.
func (d *listDeps) directoryOf(list listName, filters []given) func(context.Context) (*names.Directory, error) {
	if list == inJobs {
		return d.directories.ofAllJobs
	}
	var jobIDs []string
	for _, g := range filters {
		if g.names == inJobs {
			jobIDs = g.values
		}
	}
	return d.directories.ofStages(jobIDs)
}

// jobsNamed gives the ids of the jobs with one of the names, nil where they cannot
// be told: the walk is then longer, and the answer is the same.
func (d *listDeps) jobsNamed(ctx context.Context, wanted []string) []string {
	jobs, err := d.directories.ofAllJobs(ctx)
	if err != nil || jobs.Truncated {
		return nil
	}
	var ids []string
	for _, w := range wanted {
		for _, e := range jobs.Entries {
			if digest.Fold(e.Name) == digest.Fold(w) {
				ids = append(ids, e.ID)
			}
		}
	}
	return ids
}

// compile checks the question against a table. The notes are about what in it has
// no effect.
func (d *listDeps) compile(table *digest.Table, q question, scope string) (*digest.Plan, []string, error) {
	var notes []string
	query := digest.Query{
		Where: q.Where, Fields: q.Fields, Limit: q.Limit, Cursor: q.Cursor, MaxTokens: q.MaxTokens,
		GroupBy: q.GroupBy, Measure: q.Measure, Sort: q.Sort,
		Scope: scope, Secret: d.secret, Location: d.location, Now: d.now,
	}
	if q.View == viewRecord {
		if len(query.Fields) > 0 {
			notes = append(notes, "fields has no effect with view record, which shows whole records")
		}
		query.Fields = []string{viewRecord}
	}
	if query.GroupBy != "" && query.Limit != nil && *query.Limit == 0 {
		query.Limit = nil // with group_by the rows are groups, which limit 0 would hide
	}
	plan, err := digest.Compile(table, query)
	if err != nil {
		return nil, nil, args.Errorf("%v", err)
	}
	return plan, notes, nil
}

// scopeOf names what chooses the records of a question beside where.
func scopeOf(view string, o kombo.ListOptions, filters []given) string {
	parts := []string{o.UpdatedAfter, fmt.Sprint(o.IncludeDeleted, o.IgnoreUnsupportedFilters), view, filterKey("ids", o.IDs), filterKey("remote_ids", o.RemoteIDs)}
	for _, g := range filters {
		parts = append(parts, filterKey(g.param, g.values))
	}
	return strings.Join(parts, "\x01")
}

// cacheKeys name the cached walks that can serve a question with these options,
// before where adds to them. A walk that read answers has all that one without them
// has.
func (t *listTool) cacheKeys(asked kombo.ListOptions, push *pushdown, answers bool) []string {
	name := walkName(t.name, asked)
	if !t.protects {
		return push.cacheKeys(name)
	}
	with := push.cacheKeys(name + "\x01answers")
	if answers {
		return with
	}
	return append(push.cacheKeys(name), with...)
}

// walkName distinguishes walks of a tool by what no column can test.
func walkName(tool string, options kombo.ListOptions) string {
	raw, err := json.Marshal(options)
	if err != nil {
		return tool
	}
	return tool + "\x01" + string(raw)
}

// maskNotes say which of the columns in use are masked.
func maskNotes(m *privacy.Mask, table *digest.Table, plan *digest.Plan, whole bool) []string {
	var masked []string
	for _, c := range table.Columns {
		if c.Masked != "" && (whole || plan.Uses(c.Name)) {
			masked = append(masked, c.Name)
		}
	}
	if len(masked) == 0 {
		return nil
	}
	return []string{strings.Join(masked, ", ") + ": pseudonyms; this server masks " + strings.Join(m.Categories(), ", ") + " data"}
}

// protectedIn gives the protected questions, and refuses to answer one of them.
func (d *listDeps) protectedIn(ctx context.Context, questions []string) (*privacy.Protected, error) {
	p, err := d.directories.protectedQuestions(ctx)
	if err != nil {
		return nil, fmt.Errorf("which answers must not be shown could not be looked up: %w", err)
	}
	for _, q := range questions {
		if p.Title(q) {
			return nil, args.Errorf("answer(%q): answers to equal-opportunity and demographic questions are left out here, whatever the question is for; they must not serve decisions.", wording.Clip(q, 60))
		}
	}
	return p, nil
}
