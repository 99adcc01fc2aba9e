package writes

import (
	"fmt"
	"sync"
	"time"
)

// DefaultPerMinute is how many writes are sent in any minute where no other limit is
// set.
const DefaultPerMinute = 30

// limiter holds the write limit: the most writes sent in any minute.
type limiter struct {
	limit int
	mu    sync.Mutex
	sent  []time.Time
}

// reserve counts n writes as sent now, all of them or none. The error says when there
// is room.
func (l *limiter) reserve(now time.Time, n int) error {
	if n == 0 {
		return nil
	}
	if n > l.limit {
		return fmt.Errorf("%w: this call makes %d writes, and this server sends at most %d writes a minute; name fewer records in one call", errNothingSent, n, l.limit)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	expired := 0
	for expired < len(l.sent) && now.Sub(l.sent[expired]) >= time.Minute {
		expired++
	}
	l.sent = l.sent[expired:]
	if over := len(l.sent) + n - l.limit; over > 0 {
		wait := l.sent[over-1].Add(time.Minute).Sub(now)
		return fmt.Errorf("%w: this server sends at most %d writes a minute, and sent %d in the last one. Send the same call again in %d seconds", errNothingSent, l.limit, len(l.sent), int(wait.Seconds())+1)
	}
	for range n {
		l.sent = append(l.sent, now)
	}
	return nil
}
