package kombo

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	firstWait = 500 * time.Millisecond
	// firstConcurrencyWait is longer: a slot frees when an action ends.
	firstConcurrencyWait = time.Second
	longestBackoff       = 30 * time.Second
	// longestWait bounds what a server can ask for; past it the call fails and
	// says when to try again.
	longestWait = 2 * time.Minute
)

// serverWait is how long the answer asks to be left alone, 0 if it does not.
// ratelimit-reset tells about Kombo's own window, so it counts only for that.
func serverWait(e *Error, header http.Header, now time.Time) time.Duration {
	if ms, err := strconv.Atoi(header.Get("Retry-After-Ms")); err == nil && ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	if after := header.Get("Retry-After"); after != "" {
		if n, err := strconv.Atoi(after); err == nil {
			return max(0, seconds(n))
		}
		if at, err := http.ParseTime(after); err == nil {
			return max(0, at.Sub(now))
		}
	}
	own := e.Code == CodeRateLimitExceeded || (e.Code == "" && e.Status == http.StatusTooManyRequests)
	if n, err := strconv.Atoi(header.Get("Ratelimit-Reset")); err == nil && own {
		return max(0, seconds(n))
	}
	return 0
}

// seconds converts without overflowing on a nonsensical header.
func seconds(n int) time.Duration {
	return time.Duration(min(n, int((24*time.Hour)/time.Second))) * time.Second
}

// backoff is the wait after the attempt of this number, from 1: doubling, and
// stretched by up to a half so that callers do not return together.
func backoff(e *Error, number int) time.Duration {
	first := firstWait
	if e.Code == CodeConcurrencyLimitExceeded {
		first = firstConcurrencyWait
	}
	full := min(first<<min(number-1, 10), longestBackoff)
	return full + rand.N(full/2) //nolint:gosec // spreading load needs no secrecy
}

// nextWait is the wait before the next attempt. The jitter on top of what the
// server asked for keeps callers that were told the same apart.
func nextWait(e *Error, number int) time.Duration {
	if e.RetryAfter > 0 {
		return e.RetryAfter + rand.N(250*time.Millisecond) //nolint:gosec // as above
	}
	return backoff(e, number)
}
