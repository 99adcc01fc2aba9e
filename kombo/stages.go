package kombo

import (
	"context"
	"iter"
)

var opGetApplicationStages = listOperation("get_application_stages", "/ats/application-stages")

// GetApplicationStages returns one page of the stages of the whole ATS that match
// filter. Their ids often do not belong to the job of an application, as a move
// requires.
//
// Deprecated: Kombo deprecates this list, because most ATS have separate stages for
// each job. Use Job.Stages.
func (c *Client) GetApplicationStages(ctx context.Context, filter StageFilter) (Page[Stage], error) {
	return fetch[Stage](ctx, c, opGetApplicationStages, &filter)
}

// ApplicationStagePages iterates over the pages of GetApplicationStages, from
// filter.Cursor to the last.
//
// Deprecated: Use Job.Stages; see GetApplicationStages.
func (c *Client) ApplicationStagePages(ctx context.Context, filter StageFilter) iter.Seq2[Page[Stage], error] {
	return walk(filter, func(f StageFilter) (Page[Stage], error) { return c.GetApplicationStages(ctx, f) })
}

// AllApplicationStages iterates over the records of GetApplicationStages.
//
// Deprecated: Use Job.Stages; see GetApplicationStages.
func (c *Client) AllApplicationStages(ctx context.Context, filter StageFilter) iter.Seq2[Stage, error] {
	return records(c.ApplicationStagePages(ctx, filter))
}
