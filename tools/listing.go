package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/args"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/names"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// listSpec is the declaration of a list: A are its arguments, F the filters of
// its operation, T its records.
type listSpec[A, F, T any] struct {
	name, title, about string
	of                 *records[T]
	// pages walks the operation's pages with its filters: all that an answer
	// knows of where its records come from.
	pages func(*kombo.Client, context.Context, F) iter.Seq2[kombo.Page[T], error]
	// with puts the options that every list has into the filters.
	with    func(F, kombo.ListOptions) F
	filters []filter[A, F]
	// refs are the parameters that take names for ids.
	refs []reference[A]
	// check, if set, refuses arguments that do not go together.
	check func(*A) error
	// view is the page that shows the answers, "" for none; see Tool.
	view string
	// extend, if set, adds to an answer what its rows cannot hold, such as a picture.
	extend func(*call, *A, *digest.Answer) Answer
}

// reference is a parameter that takes the name of something for its id.
type reference[A any] struct {
	param string
	list  func(*A) *[]string
	load  func(*call, *A) func(context.Context) (*names.Directory, error)
}

// newList makes the tool of a list.
func newList[A, F, T any, P interface {
	*A
	listArguments
}](s listSpec[A, F, T]) *Tool {
	about := fmt.Sprintf("%s where: %s. Columns: %s.", s.about, s.of.table.Example, s.of.table.Describe())
	t := defineAs[A, *digest.Answer](spec{name: s.name, title: s.title, kind: read, about: about}, func(ctx context.Context, c *call, args A) (Answer, error) {
		if s.check != nil {
			if err := s.check(&args); err != nil {
				return nil, err
			}
		}
		l := listing[A, F, T]{listSpec: &s, call: c, args: &args, list: *P(&args).list(), shape: P(&args).shape()}
		answer, err := l.keptAnswer(ctx)
		if err != nil || s.extend == nil {
			return answer, err
		}
		return s.extend(c, &args, answer), nil
	})
	t.view = s.view
	return t
}

// listing is one question to a list.
type listing[A, F, T any] struct {
	*listSpec[A, F, T]
	*call
	args  *A
	list  listArgs
	shape shapeArgs

	plan    *digest.Plan
	options kombo.ListOptions
	narrow  narrowing[F]
	base    F
	notes   []string
	// guard keeps protected answers back where the question reads answers.
	guard *privacy.Protected
	facts *lookup
	// origin is the kept walk that served the answer.
	origin digest.Origin
	// short are the lists looked up in that could not all be read.
	short need
}

func (l *listing[A, F, T]) answer(ctx context.Context) (*digest.Answer, error) {
	if err := l.resolve(ctx); err != nil {
		return nil, err
	}
	table := &l.of.table
	if l.shape.View == viewRecord {
		table = l.of.wholeTable()
	}
	table = l.of.maskedTable(l.mask, table)
	if err := l.compile(table); err != nil {
		return nil, err
	}
	if err := l.protect(ctx, table); err != nil {
		return nil, err
	}
	l.narrow = narrow(l.filters, l.args, table, l.plan, l.cfg.Location, l.named(ctx))
	l.narrow.shared(l.options, table, l.plan.Conditions(), l.cfg.Location)
	l.narrow.apply(&l.base)
	answer, err := l.plan.Run(ctx, l.source, l.runOptions(ctx))
	if err != nil {
		return nil, err
	}
	l.recent.tell(&l.of.resource, l.cfg.Now(), answer)
	l.explainEmpty(ctx, answer)
	return answer, nil
}

// resolve turns dates and names in the arguments into what Kombo takes.
func (l *listing[A, F, T]) resolve(ctx context.Context) error {
	after, err := wireDate("updated_after", l.list.UpdatedAfter)
	if err != nil {
		return args.Errorf("%v", err)
	}
	for _, f := range l.filters {
		v := f.values(l.args)
		if len(v) == 0 {
			continue
		}
		if category := f.maskOf(&l.of.resource); l.mask.Hides(category) {
			return args.Errorf("this server masks %s data, so %s cannot be filtered by", category, f.param)
		}
		if f.day {
			if _, err := wireDate(f.param, v[0]); err != nil {
				return args.Errorf("%v", err)
			}
		}
	}
	for _, r := range l.refs {
		notes, err := names.ResolveFilter(ctx, r.param, r.list(l.args), r.load(l.call, l.args))
		if err != nil {
			return err
		}
		l.notes = append(l.notes, notes...)
	}
	l.options = kombo.ListOptions{
		UpdatedAfter: after, IncludeDeleted: l.list.IncludeDeleted, IgnoreUnsupportedFilters: l.list.IgnoreUnsupportedFilters,
		IDs: names.SplitCommas(l.list.IDs), RemoteIDs: names.SplitCommas(l.list.RemoteIDs),
	}
	return nil
}

func (l *listing[A, F, T]) compile(table *digest.Table) (err error) {
	q := digest.Query{
		Where: l.list.Where, Fields: l.list.Fields, Limit: l.list.Limit, Cursor: l.list.Cursor, MaxTokens: l.list.MaxTokens,
		GroupBy: l.shape.GroupBy, Measure: l.shape.Measure, Sort: l.shape.Sort,
		Scope: l.scope(), Secret: l.cfg.Secret, Location: l.cfg.Location, Now: l.cfg.Now(),
	}
	if l.shape.View == viewRecord {
		if len(q.Fields) > 0 {
			l.notes = append(l.notes, "fields does not count with view record, which shows whole records")
		}
		q.Fields = []string{viewRecord}
	}
	if q.GroupBy != "" && q.Limit != nil && *q.Limit == 0 {
		q.Limit = nil // who groups wants the groups, and none of the records
	}
	if l.plan, err = digest.Compile(table, q); err != nil {
		return args.Errorf("%v", err)
	}
	return nil
}

// scope names what chooses the records of the question beside where.
func (l *listing[A, F, T]) scope() string {
	parts := []string{l.options.UpdatedAfter, fmt.Sprint(l.options.IncludeDeleted, l.options.IgnoreUnsupportedFilters), l.shape.View,
		filterKey("ids", l.options.IDs), filterKey("remote_ids", l.options.RemoteIDs)}
	for _, f := range l.filters {
		parts = append(parts, filterKey(f.param, f.values(l.args)))
	}
	return strings.Join(parts, "\x01")
}

// named gives the ids that a comparison with a job's name means, so that the
// comparison can be sent upstream.
func (l *listing[A, F, T]) named(ctx context.Context) func(digest.Condition) ([]string, string) {
	return func(c digest.Condition) ([]string, string) {
		wanted := constants(c)
		if c.Column != "job" || len(wanted) == 0 || columnIndex(&l.of.table, "job_id") < 0 {
			return nil, ""
		}
		d, err := l.directories.ofAllJobs(ctx)
		if err != nil || d.Truncated {
			// The walk is longer without it, and right all the same.
			return nil, ""
		}
		var ids []string
		for _, w := range wanted {
			for _, e := range d.Entries {
				if digest.Fold(e.Name) == digest.Fold(w) {
					ids = append(ids, e.ID)
				}
			}
		}
		return ids, "job_id"
	}
}

// source walks the pages as rows of the table.
func (l *listing[A, F, T]) source(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
	options := l.narrow.onto(l.options)
	options.Cursor = start
	facts := &lookup{now: l.cfg.Now(), protected: l.guard}
	l.facts = facts
	whole := l.shape.View == viewRecord
	return func(yield func(digest.Page, error) bool) {
		for page, err := range l.pages(l.cfg.Client, ctx, l.with(l.base, options)) {
			var people []privacy.Identity
			if err == nil {
				people, err = maskPage(ctx, l.Toolbox, l.of, facts, page.Results)
			}
			if err != nil {
				yield(digest.Page{}, err)
				return
			}
			rows := make([]digest.Row, len(page.Results))
			for i := range page.Results {
				rows[i] = l.of.row(facts, &page.Results[i])
				if whole {
					rows[i].Values = append(rows[i].Values, l.record(&page.Results[i], l.of.words, people[i]))
				}
			}
			l.recent.see(&l.of.resource, rows)
			if !yield(digest.Page{Cursor: page.Cursor, Next: page.Next, Rows: rows}, nil) {
				return
			}
		}
	}
}

func (l *listing[A, F, T]) runOptions(ctx context.Context) digest.Options {
	o := digest.Options{
		Limits: l.cfg.Limits, PushedDown: l.narrow.upstream, Notes: l.notes,
		KnownGroups: l.knownStages(ctx), LateNotes: l.lateNotes, Reserve: l.recent.room(&l.of.resource, l.cfg.Now()),
	}
	if l.shape.View != viewRecord {
		o.Cache, o.CacheKeys, o.Filter = l.keeper, l.keys(), l.narrow.keep
		o.Origin = &l.origin
	}
	if l.Progress != nil {
		total := l.cfg.Limits.Records
		o.Progress = func(read int) { l.Progress(read, max(total, read)) }
	}
	if n := l.of.needsOf(l.plan.Uses); n != 0 {
		o.Enrich = l.enrich(n)
	}
	return o
}

// lateNotes are about what the walk met.
func (l *listing[A, F, T]) lateNotes() []string {
	var notes []string
	if note := l.of.shortNote(l.short, l.plan.Uses); note != "" {
		notes = append(notes, note)
	}
	if l.facts != nil && l.facts.stripped > 0 {
		notes = append(notes, "answers to equal-opportunity questions are left out: they must not serve decisions")
	}
	if address := addresses[l.of.table.Name]; address != "" && l.shape.View == viewRecord {
		notes = append(notes, "as a resource: "+address)
	}
	return notes
}

// keys name the kept walks that can serve the question. One that read answers
// has all that one without has.
func (l *listing[A, F, T]) keys() []string {
	name := walkName(l.name, l.options)
	if l.of.strip == nil {
		return l.narrow.keys(name)
	}
	with := l.narrow.keys(name + "\x01answers")
	if l.guard != nil {
		return with
	}
	return append(l.narrow.keys(name), with...)
}

// protect keeps equal-opportunity answers out of a question that reads answers,
// refuses one that asks for them, and says what is masked.
func (l *listing[A, F, T]) protect(ctx context.Context, table *digest.Table) (err error) {
	var masked []string
	for _, c := range table.Columns {
		if c.Masked != "" && (l.plan.Uses(c.Name) || l.shape.View == viewRecord) {
			masked = append(masked, c.Name)
		}
	}
	if len(masked) > 0 {
		l.notes = append(l.notes, strings.Join(masked, ", ")+": pseudonyms; this server masks "+strings.Join(l.mask.Categories(), ", ")+" data")
	}
	if l.of.strip == nil || !l.plan.UsesAnswers() && l.shape.View != viewRecord {
		return nil
	}
	if l.guard, err = l.directories.protectedQuestions(ctx); err != nil {
		return fmt.Errorf("which answers must not be shown could not be looked up: %w", err)
	}
	for _, q := range l.plan.Questions() {
		if l.guard.Asked(q) {
			return args.Errorf("answer(%q): answers to equal-opportunity and demographic questions are left out here, whatever the question is for; they must not serve decisions.", wording.Clip(q, 60))
		}
	}
	return nil
}

// walkName tells walks of a tool apart by what no column can stand for.
func walkName(tool string, options kombo.ListOptions) string {
	raw, err := json.Marshal(options)
	if err != nil {
		return tool
	}
	return tool + "\x01" + string(raw)
}

// walkKey is the key under which an unfiltered walk of a tool is kept.
func walkKey(tool string, options kombo.ListOptions) string {
	return digest.CacheKeys(walkName(tool, options), nil)[0]
}

// enrich fills the columns that look something up in other lists.
func (l *listing[A, F, T]) enrich(n need) func(context.Context, []digest.Row) error {
	var facts *lookup
	return func(ctx context.Context, rows []digest.Row) error {
		if facts == nil {
			var err error
			if facts, err = l.lookUp(ctx, n); err != nil {
				return err
			}
			l.short = facts.short
		}
		for i, col := range l.of.columns {
			if col.needs == 0 || col.needs&^n != 0 {
				continue
			}
			by := columnIndex(&l.of.table, col.by)
			for _, r := range rows {
				r.Values[i] = col.found(facts, r.Values[by].Str())
			}
		}
		return nil
	}
}

// knownStages are the stages of the one job that a question by stage is about,
// so that those without a record are shown with 0.
func (l *listing[A, F, T]) knownStages(ctx context.Context) map[string][]digest.KnownGroup {
	if !slices.Contains(l.plan.GroupColumns(), "stage") {
		return nil
	}
	id := l.narrow.single("job_ids")
	if id == "" {
		return nil
	}
	list, err := l.directories.allJobs(ctx)
	if err != nil {
		return nil
	}
	for _, j := range list {
		if j.ID != id {
			continue
		}
		known := make([]digest.KnownGroup, 0, len(j.Stages))
		for i, s := range j.Stages {
			if s.Status == kombo.StatusInactive {
				continue
			}
			rank := i
			if s.Index != nil {
				rank = *s.Index
			}
			known = append(known, digest.KnownGroup{Name: s.Name, ID: s.ID, Rank: rank})
		}
		return map[string][]digest.KnownGroup{"stage": known}
	}
	return nil
}

// convert turns texts into a named string type of the API.
func convert[S ~string](in []string) []S {
	out := make([]S, len(in))
	for i, s := range in {
		out[i] = S(s)
	}
	return out
}
