package digest

import (
	"context"
	"time"
)

// Scan calls each for every row of a source, within the limits, and reports
// whether the walk reached the end. It serves lookups in another list than the
// one that was asked about. Of opts it uses Limits, Cache, CacheKeys, Progress
// and Clock. Rows are shared: each must neither change nor keep them.
func Scan(ctx context.Context, source Source, opts Options, each func(*Row)) (complete bool, err error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	w := &walker{source: source, limits: opts.Limits.withDefaults(), clock: opts.Clock, progress: opts.Progress}
	visit := func(page Page) (bool, error) {
		for i := range page.Rows {
			each(&page.Rows[i])
		}
		return true, nil
	}
	var walked walkResult
	if opts.Cache != nil && len(opts.CacheKeys) > 0 {
		walked, err = opts.Cache.walk(ctx, opts.CacheKeys, w, visit)
	} else {
		walked, err = w.walk(ctx, "", visit)
	}
	return walked.stop == stopAtEnd, err
}
