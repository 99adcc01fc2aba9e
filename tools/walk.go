package tools

import (
	"context"
	"iter"
	"slices"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// walk is one walk of a request, with what it met on the way.
type walk struct {
	*request
	*listDeps
	reader reader
	// lookups are for the columns that the request needs looked up, nil if none.
	lookups *lookups
	// origin is the cached walk that served the answer.
	origin digest.Origin
}

func newWalk(d *listDeps, r *request) *walk {
	return &walk{
		request: r, listDeps: d, reader: reader{listDeps: d, protected: r.protected, whole: r.whole},
		lookups: r.tool.of.lookups(r.plan.Uses),
	}
}

// run walks the request.
func (w *walk) run(ctx context.Context) (*digest.Answer, error) {
	return w.plan.Run(ctx, w.rows, w.options(ctx))
}

// rows is the [digest.Source] of the walk, from the page that start fetches.
func (w *walk) rows(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
	options := w.push.options
	options.Cursor = start
	return w.tool.read(ctx, &w.reader, w.push.filters(), options)
}

func (w *walk) options(ctx context.Context) digest.Options {
	o := digest.Options{
		Limits: w.limits, PushedDown: w.push.columns, Notes: w.notes,
		// A walk that read answers also serves questions that are not about them.
		PageNotes:   w.protected != nil || w.whole,
		KnownGroups: w.stagesOfOneJob(ctx), LateNotes: w.lateNotes, Reserve: w.recent.Tokens(w.tool.of, w.now),
	}
	if !w.whole {
		o.Cache, o.CacheKeys, o.Filter, o.Origin = w.cache, w.cacheKeys, w.push.keeps, &w.origin
	}
	if w.progress != nil {
		o.Progress = func(read int) { w.progress(read, "records read") }
	}
	if w.lookups != nil {
		o.Enrich = w.enrich
	}
	return o
}

// enrich fills the columns that look something up in other lists.
func (w *walk) enrich(ctx context.Context, rows []digest.Row) error {
	if err := w.lookups.load(ctx, w.listDeps); err != nil {
		return err
	}
	w.lookups.fill(w.tool.of, rows)
	return nil
}

// lateNotes are about what the walk met.
func (w *walk) lateNotes() []string {
	var notes []string
	if note := w.lookups.truncatedNote(w.tool.of); note != "" {
		notes = append(notes, note)
	}
	if address := addresses[w.tool.of.table.Name]; address != "" && w.whole {
		notes = append(notes, "as a resource: "+address)
	}
	return notes
}

// stagesOfOneJob are the stages of the one job that a question by stage is about,
// so that those without a record are shown with 0.
func (w *walk) stagesOfOneJob(ctx context.Context) map[string][]digest.KnownGroup {
	id := w.push.single("job_id")
	if id == "" || !slices.Contains(w.plan.GroupColumns(), "stage") {
		return nil
	}
	list, err := w.directories.allJobs(ctx)
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(list, func(j kombo.Job) bool { return j.ID == id })
	if i < 0 {
		return nil
	}
	stages := make([]digest.KnownGroup, 0, len(list[i].Stages))
	for n, s := range list[i].Stages {
		if s.Status == kombo.StatusInactive {
			continue
		}
		rank := n
		if s.Index != nil {
			rank = *s.Index
		}
		stages = append(stages, digest.KnownGroup{Name: s.Name, ID: s.ID, Rank: rank})
	}
	return map[string][]digest.KnownGroup{"stage": stages}
}
