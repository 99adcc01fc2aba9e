package sandbox

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter counts requests in windows that start with their first request.
type limiter struct {
	limit int // negative for none

	mu    sync.Mutex
	start time.Time
	used  int
}

// take counts one request and sets the headers. It refuses the request if it exceeds
// the limit.
func (l *limiter) take(now time.Time, header http.Header) *refusal {
	if l.limit < 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if passed := now.Sub(l.start); passed >= rateWindow || passed < 0 {
		l.start, l.used = now, 0
	}
	l.used++
	left := l.start.Add(rateWindow).Sub(now)
	header.Set("ratelimit-limit", strconv.Itoa(l.limit))
	header.Set("ratelimit-remaining", strconv.Itoa(max(0, l.limit-l.used)))
	header.Set("ratelimit-reset", strconv.Itoa(int((left+time.Second-1)/time.Second)))
	if l.used > l.limit {
		return refuse(http.StatusTooManyRequests, codeRate, "You have exceeded the rate limit. Please try again later.")
	}
	return nil
}

// acquireSlot takes one of the integration's slots for actions in flight, to be
// released by the function that it returns.
func (s *Sandbox) acquireSlot(header http.Header) (func(), *refusal) {
	header.Set("Concurrency-Limit", strconv.Itoa(concurrencyLimit))
	select {
	case s.slots <- struct{}{}:
		header.Set("Concurrency-Remaining", strconv.Itoa(concurrencyLimit-len(s.slots)))
		return func() { <-s.slots }, nil
	default:
		header.Set("Concurrency-Remaining", "0")
		return nil, refuse(http.StatusTooManyRequests, codeConcurrency, "Too many concurrent actions for this integration.")
	}
}
