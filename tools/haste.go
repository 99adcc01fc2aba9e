package tools

import (
	"fmt"
	"sync"
	"time"
)

// DefaultWritesPerMinute is how many writes a minute a toolbox sends unless
// told otherwise.
const DefaultWritesPerMinute = 30

// haste bounds how many writes are sent in any minute.
type haste struct {
	most int
	mu   sync.Mutex
	sent []time.Time
}

// take counts n writes, all of them or none. The error says when there is room.
func (h *haste) take(now time.Time, n int) error {
	if n == 0 {
		return nil
	}
	if n > h.most {
		return fmt.Errorf("%w: these are %d writes and this server sends %d a minute at most; name fewer records in one call", errNotAllowed, n, h.most)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	gone := 0
	for gone < len(h.sent) && now.Sub(h.sent[gone]) >= time.Minute {
		gone++
	}
	h.sent = h.sent[gone:]
	if over := len(h.sent) + n - h.most; over > 0 {
		wait := h.sent[over-1].Add(time.Minute).Sub(now)
		return fmt.Errorf("%w: this server sends %d writes a minute at most, and %d went out in the last one. Send the same call again in %d seconds", errNotAllowed, h.most, len(h.sent), int(wait.Seconds())+1)
	}
	for range n {
		h.sent = append(h.sent, now)
	}
	return nil
}
