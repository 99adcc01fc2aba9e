package digest

import (
	"context"
	"time"
)

// Scan goes over all rows of a source, within the limits and from a kept walk
// where there is one, and tells whether the walk reached the end. It serves
// counts over another table than the one that is asked about. Rows are shared:
// each must not change or keep them.
func Scan(ctx context.Context, source Source, opts Options, each func(*Row)) (complete bool, err error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	w := &walker{source: source, limits: opts.Limits.orDefault(), clock: opts.Clock, progress: opts.Progress}
	take := func(page Page) (bool, error) {
		for i := range page.Rows {
			each(&page.Rows[i])
		}
		return true, nil
	}
	var done walked
	if opts.Cache != nil && len(opts.CacheKeys) > 0 {
		done, err = opts.Cache.walk(ctx, opts.CacheKeys, w, take)
	} else {
		done, err = w.walk(ctx, "", take)
	}
	return done.end == atEnd, err
}
