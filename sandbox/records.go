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

// Request is one call that reached the API, even if it was refused.
type Request struct {
	Method string `json:"method"`
	// Path is the escaped path as sent, /v1 included; Query is not decoded.
	Path  string `json:"path"`
	Query string `json:"query"`
	// Body is the first 64 KiB.
	Body string `json:"body"`
	// Operation is the name in snake_case, empty if there is no such operation.
	Operation string    `json:"operation"`
	Time      time.Time `json:"time"`
	// Status is the status that the caller saw, 0 if the connection was dropped.
	Status int `json:"status"`
}

// Effect is a change in the ATS made by a write.
type Effect struct {
	Operation string `json:"operation"`
	// RecordID is the Kombo id of the application or candidate that changed.
	RecordID string `json:"record_id"`
	// Detail is what changed, such as the id of the new stage, the name of the
	// reason, the note or the tag.
	Detail string    `json:"detail"`
	Time   time.Time `json:"time"`
}

// requestLog holds the latest requests in a ring buffer.
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

// Requests returns the latest 10,000 API calls, oldest first.
func (s *Sandbox) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	return slices.Concat(s.requests.ring[s.requests.next:], s.requests.ring[:s.requests.next])
}

// Effects returns all changes made by writes, oldest first. A write that changed
// nothing, such as adding a tag that the candidate has, has no effect.
func (s *Sandbox) Effects() []Effect {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.effects)
}

func shorten(body []byte) string {
	return string(body[:min(len(body), keptBodyBytes)])
}
