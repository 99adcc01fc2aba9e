package tools

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/privacy"
	"github.com/kombo-mcp/kombo-mcp/tools/internal/wording"
)

// lookup is what columns know beside their record.
type lookup struct {
	now time.Time
	// protected is set where answers are read, and stripped counts those that
	// were taken out.
	protected *privacy.Protected
	stripped  int
	jobs      map[string]jobFacts
	// stages are the names of the jobs' stages by id.
	stages map[string]string
	// applications and pending count by job id, rejected by the folded name of
	// the reason, tagged by the folded name of the tag.
	applications, pending, rejected, tagged map[string]int
	// next is the earliest interview ahead by application id.
	next map[string]time.Time
	// short are the lists whose walk did not end, so that counts over them are
	// lower bounds.
	short need
}

type jobFacts struct {
	Status               kombo.JobStatus
	Department, Location string
}

// lookUp walks the lists that the columns need. The walks are those of the
// lists' own tools, so that what one keeps the other finds.
func (c *call) lookUp(ctx context.Context, n need) (*lookup, error) {
	l := &lookup{now: c.cfg.Now()}
	if n&needJobs != 0 {
		if err := c.lookUpJobs(ctx, l); err != nil {
			return nil, fmt.Errorf("the columns of the job could not be read: %w", err)
		}
	}
	if n&needApplications != 0 {
		if err := c.lookUpApplications(ctx, l); err != nil {
			return nil, fmt.Errorf("the applications could not be counted: %w", err)
		}
	}
	if n&needCandidates != 0 {
		if err := c.lookUpCandidates(ctx, l); err != nil {
			return nil, fmt.Errorf("the candidates could not be counted: %w", err)
		}
	}
	return l, nil
}

func (c *call) lookUpJobs(ctx context.Context, l *lookup) error {
	list, err := c.directories.allJobs(ctx)
	if err != nil {
		return err
	}
	l.jobs, l.stages = map[string]jobFacts{}, map[string]string{}
	for _, j := range list {
		l.jobs[j.ID] = jobFacts{j.Status, j.Department, wording.Place(j.Location)}
		for _, s := range j.Stages {
			l.stages[s.ID] = s.Name
		}
	}
	return nil
}

func (c *call) lookUpApplications(ctx context.Context, l *lookup) error {
	l.applications, l.pending, l.rejected, l.next = map[string]int{}, map[string]int{}, map[string]int{}, map[string]time.Time{}
	at := applications.column
	id, jobID, outcome, why, next := at("id"), at("job_id"), at("outcome"), at("rejection_reason"), at("next_interview")
	return keptRows(ctx, c, l, needApplications, "get_applications", applications, func(ctx context.Context, start string) iter.Seq2[kombo.Page[application], error] {
		return c.cfg.Client.ApplicationPages(ctx, kombo.ApplicationFilter{ListOptions: kombo.ListOptions{Cursor: start}})
	}, func(r *digest.Row) {
		job := r.Values[jobID].Str()
		l.applications[job]++
		if r.Values[outcome].Str() == string(kombo.OutcomePending) {
			l.pending[job]++
		}
		if s := r.Values[why].Str(); s != "" {
			l.rejected[digest.Fold(s)]++
		}
		if t := r.Values[next].Time(time.UTC); !t.IsZero() {
			l.next[r.Values[id].Str()] = t
		}
	})
}

func (c *call) lookUpCandidates(ctx context.Context, l *lookup) error {
	l.tagged = map[string]int{}
	tags := candidates.column("tags")
	return keptRows(ctx, c, l, needCandidates, "get_candidates", candidates, func(ctx context.Context, start string) iter.Seq2[kombo.Page[candidate], error] {
		return c.cfg.Client.CandidatePages(ctx, kombo.CandidateFilter{ListOptions: kombo.ListOptions{Cursor: start}})
	}, func(r *digest.Row) {
		seen := map[string]bool{}
		for _, t := range r.Values[tags].Elements() {
			if t = digest.Fold(t); !seen[t] {
				seen[t] = true
				l.tagged[t]++
			}
		}
	})
}

// keptRows goes over all records of a list, from a kept walk where there is
// one, and notes where the walk did not end.
func keptRows[T any](ctx context.Context, c *call, l *lookup, n need, tool string, of *records[T], pages func(context.Context, string) iter.Seq2[kombo.Page[T], error], each func(*digest.Row)) error {
	source := func(ctx context.Context, start string) iter.Seq2[digest.Page, error] {
		return rowsOf(ctx, c.Toolbox, of, &lookup{now: l.now}, pages(ctx, start))
	}
	complete, err := digest.Scan(ctx, source, digest.Options{Limits: c.cfg.Limits, Cache: c.keeper, CacheKeys: []string{walkKey(tool, kombo.ListOptions{})}}, each)
	if err == nil && !complete {
		l.short |= n
	}
	return err
}

// shortNote says which of the columns in use count over a list that could not
// all be read; "" where none does.
func (r *resource) shortNote(short need, used func(string) bool) string {
	var counts, others []string
	for _, col := range r.columns {
		switch {
		case col.needs&short == 0 || !used(col.Name):
		case col.Kind == digest.KindCount:
			counts = append(counts, col.Name)
		default:
			others = append(others, col.Name)
		}
	}
	over := applications.table.Name
	if short&needCandidates != 0 {
		over = candidates.table.Name
	}
	var parts []string
	if len(counts) > 0 {
		parts = append(parts, strings.Join(counts, ", ")+": read as at least")
	}
	if len(others) > 0 {
		parts = append(parts, strings.Join(others, ", ")+" may be missing")
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s, since not all %s could be read", strings.Join(parts, "; "), over)
}

// rowsOf turns pages of records into pages of rows.
func rowsOf[T any](ctx context.Context, b *Toolbox, of *records[T], facts *lookup, pages iter.Seq2[kombo.Page[T], error]) iter.Seq2[digest.Page, error] {
	return func(yield func(digest.Page, error) bool) {
		for page, err := range pages {
			if err == nil {
				_, err = maskPage(ctx, b, of, facts, page.Results)
			}
			if err != nil {
				yield(digest.Page{}, err)
				return
			}
			rows := make([]digest.Row, len(page.Results))
			for i := range page.Results {
				rows[i] = of.row(facts, &page.Results[i])
			}
			if !yield(digest.Page{Cursor: page.Cursor, Next: page.Next, Rows: rows}, nil) {
				return
			}
		}
	}
}
