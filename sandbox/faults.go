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

// Fault makes API calls fail. The first fault that matches a call is applied. With a
// Status the work is not done; with ResetAfter, CutBody and TimeoutAfterWork it is
// done first.
type Fault struct {
	// Operation, Method and Path select the calls; empty matches any. Path is the
	// unescaped path, /v1 included.
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`

	// Status is the status of the response. With 0 the work is done and the
	// response is the usual one, except for Body, ContentType and Headers.
	Status int `json:"status,omitempty"`
	// Code is Kombo's error code in the response; empty is sent as null.
	Code string `json:"code,omitempty"`
	// Body replaces the body of the response; it need not be JSON.
	Body        string            `json:"body,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`

	// Delay is the wait before anything happens. If the caller goes away
	// meanwhile, the work is not done. Over HTTP it is delay_ms.
	Delay time.Duration `json:"-"`
	// Hang waits until the caller goes away; the work is not done.
	Hang bool `json:"hang,omitempty"`
	// ResetBefore and ResetAfter drop the connection before and after the work.
	ResetBefore bool `json:"reset_before,omitempty"`
	ResetAfter  bool `json:"reset_after,omitempty"`
	// CutBody closes the connection in the middle of the response.
	CutBody bool `json:"cut_body,omitempty"`
	// TimeoutAfterWork does the work, then waits until the caller goes away.
	TimeoutAfterWork bool `json:"timeout_after_work,omitempty"`

	// Skip is the number of matching calls that pass before the fault applies.
	Skip int `json:"skip,omitempty"`
	// Times is the number of calls it applies to; 0 means all, until ClearFaults.
	Times int `json:"times,omitempty"`
}

type faultList struct {
	mu   sync.Mutex
	list []*Fault
}

// Inject adds a fault after the existing ones.
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

// take returns a copy of the fault that applies to a call, nil if there is none, and
// counts the call.
func (l *faultList) take(op, method, path string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.list {
		if !f.matches(op, method, path) {
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

func (f *Fault) matches(op, method, path string) bool {
	return (f.Operation == "" || f.Operation == op) && (f.Method == "" || f.Method == method) && (f.Path == "" || f.Path == path)
}

// before applies what happens before the work. done means that the work is not to be
// done.
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
	return f.override(out), true
}

// after applies the fault to the response to work that was done.
func (f *Fault) after(ctx context.Context, out reply) reply {
	switch {
	case f.ResetAfter:
		return reply{reset: true}
	case f.TimeoutAfterWork:
		<-ctx.Done()
		return reply{reset: true}
	}
	out = f.override(out)
	out.cut = f.CutBody
	return out
}

// override applies Body, ContentType and Headers to a response.
func (f *Fault) override(out reply) reply {
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

// UnmarshalJSON decodes a fault in the form of POST /_sandbox/faults, with the delay
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
