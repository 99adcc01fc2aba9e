package digest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Limits bound one walk over the source.
type Limits struct {
	// Records are read at most, to the end of the page that reaches them;
	// 0 is 5,000.
	Records int
	// Time is how long a walk may take once its first page is there; 0 is 10 s.
	Time time.Duration
}

func (l Limits) orDefault() Limits {
	if l.Records <= 0 {
		l.Records = 5000
	}
	if l.Time <= 0 {
		l.Time = 10 * time.Second
	}
	return l
}

// ending is why a walk stopped.
type ending uint8

const (
	atEnd ending = iota
	atRecords
	atTime
	atFailure
	atEnough // the reader wanted no more
)

// walked is how a walk went.
type walked struct {
	end ending
	// next is the cursor of the page after the last one read.
	next string
	read int
	// cause is the failure of atFailure.
	cause error
	// kept is the walk that was served from memory, nil for one that was made.
	kept *keptWalk
}

var (
	errWalkTime    = errors.New("the time for the walk is over")
	errSourceShort = errors.New("the source stopped before its last page")
)

// walker reads pages within the limits.
type walker struct {
	source   Source
	limits   Limits
	clock    func() time.Time
	progress func(read int)
}

// walk calls each for every page from start on, until it wants no more. A
// failure before the first page, the caller's end of ctx and an error of each
// are errors; a later failure of the source is an ending.
func (w *walker) walk(ctx context.Context, start string, each func(Page) (more bool, err error)) (walked, error) {
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var underWay atomic.Bool
	// The first page may take its time: nothing can be said without it.
	timer := time.AfterFunc(w.limits.Time, func() {
		if underWay.Load() {
			cancel(errWalkTime)
		}
	})
	defer timer.Stop()
	began := w.clock()

	done := walked{next: start}
	for page, err := range w.source(limited, start) {
		if err != nil {
			return w.failed(ctx, limited, done, underWay.Load(), err)
		}
		underWay.Store(true)
		done.read += len(page.Rows)
		done.next = page.Next
		more, err := each(page)
		if err != nil {
			return done, err
		}
		if w.progress != nil {
			w.progress(done.read)
		}
		switch {
		case page.Next == "":
			return done, nil
		case !more:
			done.end = atEnough
			return done, nil
		case done.read >= w.limits.Records:
			done.end = atRecords
			return done, nil
		case w.clock().Sub(began) >= w.limits.Time:
			done.end = atTime
			return done, nil
		}
	}
	if !underWay.Load() && limited.Err() == nil {
		// A source without a page is an empty set.
		done.next = ""
		return done, nil
	}
	return w.failed(ctx, limited, done, underWay.Load(), errSourceShort)
}

func (w *walker) failed(ctx, limited context.Context, done walked, underWay bool, err error) (walked, error) {
	switch {
	case ctx.Err() != nil:
		return done, fmt.Errorf("the walk was canceled: %w", context.Cause(ctx))
	case !underWay:
		return done, err
	case errors.Is(context.Cause(limited), errWalkTime):
		done.end = atTime
	default:
		done.end, done.cause = atFailure, err
	}
	return done, nil
}
