package digest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Limits bound one walk over a source.
type Limits struct {
	// Records is the maximum number of records; the page that reaches it is still
	// read to its end. 0 means 5,000.
	Records int
	// Time is how long a walk may take; its first page may take longer. 0 means
	// 10 s.
	Time time.Duration
}

func (l Limits) withDefaults() Limits {
	if l.Records <= 0 {
		l.Records = 5000
	}
	if l.Time <= 0 {
		l.Time = 10 * time.Second
	}
	return l
}

// stopReason is why a walk stopped.
type stopReason uint8

const (
	stopAtEnd stopReason = iota
	stopAtRecordLimit
	stopAtTimeLimit
	stopAtFailure
	stopByReader // the reader wanted no more pages
)

// walkResult is how far a walk got.
type walkResult struct {
	stop stopReason
	// next is the source's cursor for the page after the last one read.
	next string
	read int
	// cause is the error of the source, for stopAtFailure.
	cause error
	// cached is the cached walk that was replayed, nil if the source was read.
	cached *cachedWalk
}

var (
	errWalkTime    = errors.New("the time for the walk is over")
	errSourceShort = errors.New("the source stopped before its last page")
)

// walker reads the pages of a source within the limits.
type walker struct {
	source   Source
	limits   Limits
	clock    func() time.Time
	progress func(read int)
}

// walk calls each for every page from start on, until it wants no more. It
// returns an error if the source fails before its first page, if ctx ends or if
// each fails; if the source fails later, that is a stopReason.
func (w *walker) walk(ctx context.Context, start string, each func(Page) (more bool, err error)) (walkResult, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var gotPage atomic.Bool
	// The first page may take longer, since there is no answer without it.
	timer := time.AfterFunc(w.limits.Time, func() {
		if gotPage.Load() {
			cancel(errWalkTime)
		}
	})
	defer timer.Stop()
	started := w.clock()

	result := walkResult{next: start}
	for page, err := range w.source(limited, start) {
		if err != nil {
			return w.interrupted(ctx, limited, result, gotPage.Load(), err)
		}
		gotPage.Store(true)
		result.read += len(page.Rows)
		result.next = page.Next
		more, err := each(page)
		if err != nil {
			return result, err
		}
		if w.progress != nil {
			w.progress(result.read)
		}
		switch {
		case page.Next == "":
			return result, nil
		case !more:
			result.stop = stopByReader
			return result, nil
		case result.read >= w.limits.Records:
			result.stop = stopAtRecordLimit
			return result, nil
		case w.clock().Sub(started) >= w.limits.Time:
			result.stop = stopAtTimeLimit
			return result, nil
		}
	}
	if !gotPage.Load() && limited.Err() == nil {
		// A source without a page has no records.
		result.next = ""
		return result, nil
	}
	return w.interrupted(ctx, limited, result, gotPage.Load(), errSourceShort)
}

// interrupted turns the error that ended a walk into a stopReason, or returns it
// if there is nothing to answer from.
func (w *walker) interrupted(ctx, limited context.Context, result walkResult, gotPage bool, err error) (walkResult, error) {
	switch {
	case ctx.Err() != nil:
		return result, fmt.Errorf("the walk was canceled: %w", context.Cause(ctx))
	case !gotPage:
		return result, err
	case errors.Is(context.Cause(limited), errWalkTime):
		result.stop = stopAtTimeLimit
	default:
		result.stop, result.cause = stopAtFailure, err
	}
	return result, nil
}
