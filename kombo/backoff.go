package kombo

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	firstWait = 500 * time.Millisecond
	// firstConcurrencyWait is longer, since a slot is freed when an action ends.
	firstConcurrencyWait = time.Second
	maxBackoff           = 30 * time.Second
	// maxServerWait is the longest wait that a server can ask for. Beyond it the
	// call fails and says when to try again.
	maxServerWait = 2 * time.Minute
	// readPauses is how much longer than one attempt a read may take, with its pauses and
	// retries. It leaves room for the minute of a rate limit's window.
	readPauses = 30 * time.Second
)

// serverWait returns how long the server asks to wait before a retry, 0 if it
// does not. ratelimit-reset is about Kombo's own window, so it is used only if
// that is what the call exceeded.
func serverWait(e *Error, header http.Header, now time.Time) time.Duration {
	if ms, ok := number(header.Get("Retry-After-Ms")); ok && ms > 0 {
		return times(ms, time.Millisecond)
	}
	if after := header.Get("Retry-After"); after != "" {
		if n, ok := number(after); ok {
			return max(0, times(n, time.Second))
		}
		if at, err := http.ParseTime(after); err == nil {
			return max(0, at.Sub(now))
		}
	}
	own := e.Code == CodeRateLimitExceeded || (e.Code == "" && e.Status == http.StatusTooManyRequests)
	if n, ok := number(header.Get("Ratelimit-Reset")); ok && own {
		return max(0, times(n, time.Second))
	}
	return 0
}

// number reads a number of a header. One that is too large for an int64 is the largest.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// longestWait is what is made of a longer wait, whatever a header says.
const longestWait = 24 * time.Hour

// times is n units of time, without overflow.
func times(n int64, unit time.Duration) time.Duration {
	return time.Duration(min(n, int64(longestWait/unit))) * unit
}

// backoff returns the wait after attempt number, counted from 1. It doubles each
// time, plus up to a half so that callers do not come back together.
func backoff(e *Error, number int) time.Duration {
	first := firstWait
	if e.Code == CodeConcurrencyLimitExceeded {
		first = firstConcurrencyWait
	}
	full := min(first<<min(number-1, 10), maxBackoff)
	return full + rand.N(full/2) //nolint:gosec // jitter needs no secrecy
}

// nextWait returns the wait before the next attempt. Jitter on top of what the
// server asked for keeps callers apart that were all told the same.
func nextWait(e *Error, number int) time.Duration {
	if e.RetryAfter > 0 {
		return e.RetryAfter + rand.N(250*time.Millisecond) //nolint:gosec // as above
	}
	return backoff(e, number)
}
