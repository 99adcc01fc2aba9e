package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Fault makes calls of the API go wrong. The first fault that fits a call is
// used. One with a Status never does the work; ResetAfter, CutBody and
// TimeoutAfterWork do it first.
type Fault struct {
	// Operation, Method and Path choose the calls; empty fits any. Path is
	// the unescaped path, /v1 included.
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`

	// Status is the answer's status. With 0 the work is done and the answer
	// is its own, but for Body, ContentType and Headers where they are set.
	Status int `json:"status,omitempty"`
	// Code is Kombo's error code of the answer; empty is null.
	Code string `json:"code,omitempty"`
	// Body replaces the answer's body, be it JSON or not.
	Body        string            `json:"body,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`

	// Delay passes before anything happens; a caller who leaves meanwhile
	// leaves the work undone. Over HTTP it is delay_ms.
	Delay time.Duration `json:"-"`
	// Hang waits for the caller to leave; the work is not done.
	Hang bool `json:"hang,omitempty"`
	// ResetBefore and ResetAfter drop the connection before and after the work.
	ResetBefore bool `json:"reset_before,omitempty"`
	ResetAfter  bool `json:"reset_after,omitempty"`
	// CutBody ends the connection in the middle of the answer.
	CutBody bool `json:"cut_body,omitempty"`
	// TimeoutAfterWork does the work, then waits for the caller to leave.
	TimeoutAfterWork bool `json:"timeout_after_work,omitempty"`

	// Skip lets that many fitting calls pass first.
	Skip int `json:"skip,omitempty"`
	// Times is how many calls it spoils; 0 is all, until faults are cleared.
	Times int `json:"times,omitempty"`
}

type faultList struct {
	mu   sync.Mutex
	list []*Fault
}

// Inject adds a fault behind those that are there.
func (s *Sandbox) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, &f)
}

// ClearFaults removes all faults.
func (s *Sandbox) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// take returns a copy of the fault for a call, nil if there is none, and
// counts it.
func (l *faultList) take(op, method, path string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.list {
		if !f.fits(op, method, path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		found := *f
		if f.Times == 1 {
			l.list = slices.Delete(l.list, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return &found
	}
	return nil
}

func (f *Fault) fits(op, method, path string) bool {
	return (f.Operation == "" || f.Operation == op) && (f.Method == "" || f.Method == method) && (f.Path == "" || f.Path == path)
}

// before does what comes before the work; done means that there is none.
func (f *Fault) before(ctx context.Context) (out reply, done bool) {
	if !pause(ctx.Done(), f.Delay) {
		return reply{reset: true}, true
	}
	switch {
	case f.Hang:
		<-ctx.Done()
		return reply{reset: true}, true
	case f.ResetBefore:
		return reply{reset: true}, true
	case f.Status == 0:
		return reply{}, false
	}
	out = refuse(f.Status, f.Code, "A fault was injected.").reply()
	if f.Body == "" && f.ContentType != "" && f.ContentType != "application/json" {
		out.body = nil
	}
	return f.dress(out), true
}

// after spoils the answer to work that was done.
func (f *Fault) after(ctx context.Context, out reply) reply {
	switch {
	case f.ResetAfter:
		return reply{reset: true}
	case f.TimeoutAfterWork:
		<-ctx.Done()
		return reply{reset: true}
	}
	out = f.dress(out)
	out.cut = f.CutBody
	return out
}

func (f *Fault) dress(out reply) reply {
	if f.Body != "" {
		out.body = []byte(f.Body)
	}
	if out.header == nil {
		out.header = http.Header{}
	}
	if f.ContentType != "" {
		out.header.Set("Content-Type", f.ContentType)
	}
	for k, v := range f.Headers {
		out.header.Set(k, v)
	}
	return out
}

// UnmarshalJSON reads a fault as POST /_sandbox/faults takes it, with the delay
// in milliseconds as delay_ms.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type plain Fault
	wire := struct {
		*plain
		DelayMS int `json:"delay_ms"`
	}{plain: (*plain)(f)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return fmt.Errorf("fault: %w", err)
	}
	f.Delay = time.Duration(wire.DelayMS) * time.Millisecond
	return nil
}
