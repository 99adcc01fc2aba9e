package sandbox

import (
	"slices"
	"sync"
	"time"
)

const (
	keptRequests  = 10_000
	keptBodyBytes = 64 << 10
)

// Request is one call that reached the API, refused ones included.
type Request struct {
	Method string `json:"method"`
	// Path is escaped as it was sent, /v1 included; Query is raw.
	Path  string `json:"path"`
	Query string `json:"query"`
	// Body is the first 64 KiB.
	Body string `json:"body"`
	// Operation is the snake_case name, empty where no path fits.
	Operation string    `json:"operation"`
	Time      time.Time `json:"time"`
	// Status is what the caller saw, 0 for a dropped connection.
	Status int `json:"status"`
}

// Effect is one change of the ATS by a write.
type Effect struct {
	Operation string `json:"operation"`
	// RecordID is the Kombo id of the application or candidate that changed.
	RecordID string `json:"record_id"`
	// Detail says what changed: the new stage's id, the reason's name, the
	// note, the tag.
	Detail string    `json:"detail"`
	Time   time.Time `json:"time"`
}

// requestLog keeps the latest requests in a ring.
type requestLog struct {
	mu   sync.Mutex
	ring []Request
	next int
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < keptRequests {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % keptRequests
}

// Requests returns the latest 10,000 calls of the API, oldest first.
func (s *Sandbox) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return slices.Concat(s.requests.ring[s.requests.next:], s.requests.ring[:s.requests.next])
}

// Effects returns every change that writes have made, oldest first. A write
// that changed nothing, such as a tag that was there, has none.
func (s *Sandbox) Effects() []Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.effects)
}

func shorten(body []byte) string {
	return string(body[:min(len(body), keptBodyBytes)])
}
