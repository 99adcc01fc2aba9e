package kombo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Receipt tells about a write that was done, or tried.
type Receipt struct {
	// Warnings are Kombo's debug messages about the ATS's side.
	Warnings []Warning
	// Attempts counts the requests sent.
	Attempts int
	// Duration is from the call to its end, waits included.
	Duration time.Duration
}

// failure is why an attempt was no success, and what that tells.
type failure struct {
	err   *Error
	class class
}

// run sends req until it succeeds, fails for good, or may not be repeated. read
// decodes the body of a success.
func (c *Client) run(ctx context.Context, req *request, read func(body []byte) error) (Receipt, error) {
	l := c.lifetime(ctx, req.kind)
	defer l.cancel()
	start := time.Now()
	// doubt is whether an earlier attempt may have done the work.
	doubt := false
	for number := 1; ; number++ {
		r := c.attempt(l, req)
		f := c.examine(req, r, read)
		c.report(ctx, req, r, f, number)
		receipt := Receipt{Attempts: number, Duration: time.Since(start)}
		if f == nil {
			return receipt, nil
		}
		f.err.Attempts = number
		doubt = doubt || (f.class != refused && f.class != final)
		again := f.class == refused || (f.class == unclear && req.kind.repeatable())
		if again && number <= c.retries && f.err.RetryAfter <= longestWait {
			if c.pause(l, f.err, nextWait(f.err, number)) {
				continue
			}
		}
		receipt.Duration = time.Since(start)
		return receipt, conclude(req, f.err, doubt)
	}
}

// conclude marks the failure of a write that may have been done.
func conclude(req *request, err *Error, doubt bool) error {
	if doubt && !req.kind.isRead() {
		// When to try again is no longer the server's to say.
		err.RetryAfter = 0
		return fmt.Errorf("%w; %s: %w", ErrOutcomeUnknown, req.check, err)
	}
	return err
}

// examine returns nil for a success.
func (c *Client) examine(req *request, r reply, read func([]byte) error) *failure {
	e := &Error{Operation: req.name, Status: r.status}
	if r.status == 0 {
		e.Err = c.clean(r.err)
		if r.sent {
			return &failure{e, unclear}
		}
		return &failure{e, refused}
	}
	if isSuccess(r.status) {
		return c.examineSuccess(e, r, read)
	}
	if r.status >= 300 && r.status < 400 {
		e.Message = "the server redirects, which is not followed; check the base URL"
		return &failure{e, final}
	}
	noJSON := decodeFailure(r.body, e)
	c.redactError(e)
	if r.err != nil {
		e.Err = c.clean(r.err)
	}
	// A body that broke off before its first byte could have been either's.
	loadBalancer := r.status == http.StatusServiceUnavailable && noJSON && (r.err == nil || len(r.body) > 0)
	e.RetryAfter = serverWait(e, r.header, time.Now())
	return &failure{e, classOf(e.Code, r.status, loadBalancer)}
}

func (c *Client) examineSuccess(e *Error, r reply, read func([]byte) error) *failure {
	err := r.err
	if err == nil {
		err = read(r.body)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errForeign):
		e.Err, e.Body = err, c.redact(clip(r.body))
		return &failure{e, foreign}
	}
	e.Err, e.Body = c.clean(err), c.redact(clip(r.body))
	return &failure{e, unclear}
}

// clean makes sure of an error from outside that it does not show the key.
func (c *Client) clean(err error) error {
	if text := err.Error(); c.redact(text) != text {
		return errors.New(c.redact(text))
	}
	return err
}

func (c *Client) redactError(e *Error) {
	e.Code = Code(c.redact(string(e.Code)))
	e.Title = c.redact(e.Title)
	e.Message = c.redact(e.Message)
	e.LogURL = c.redact(e.LogURL)
	e.Body = c.redact(e.Body)
}

// report tells the observer and the log about an attempt.
func (c *Client) report(ctx context.Context, req *request, r reply, f *failure, number int) {
	a := Attempt{
		Operation: req.name, Method: req.method, Path: req.path, Integration: c.integration,
		Number: number, Start: r.start, Queued: r.queued, Duration: r.took,
		Status: r.status, Sent: r.sent,
		RateLimit: count(r.header, "Ratelimit-Limit"), RateRemaining: count(r.header, "Ratelimit-Remaining"),
		ConcurrencyLimit:     count(r.header, "Concurrency-Limit"),
		ConcurrencyRemaining: count(r.header, "Concurrency-Remaining"),
	}
	if f != nil {
		a.Code, a.Err = f.err.Code, f.err
	}
	c.logger.DebugContext(ctx, "kombo", "operation", a.Operation, "attempt", number, "status", a.Status,
		"code", a.Code, "duration", a.Duration)
	c.observe(ctx, a)
}

// count reads a whole number from a header, -1 if there is none.
func count(header http.Header, name string) int {
	n, err := strconv.Atoi(header.Get(name))
	if err != nil {
		return -1
	}
	return n
}

// checked is implemented by data with a form that a useful answer must have,
// also where some of its values are odd.
type checked interface {
	// shape is what must still decode where the data do not.
	shape() any
	complete() bool
}

// call runs an operation and returns its data, decoded.
func call[T any](ctx context.Context, c *Client, op operation, ids []string, query url.Values, body any) (T, Receipt, error) {
	var got envelope[T]
	var none T
	req, err := c.prepare(op, ids, query, body)
	if err != nil {
		return none, Receipt{}, err
	}
	receipt, err := c.run(ctx, req, func(answer []byte) (err error) {
		got, err = decodeSuccess[T](answer, op.kind.isRead(), c.logger)
		if err == nil && c.rawRecords {
			err = got.keepRaw(answer)
		}
		return err
	})
	if err != nil {
		return none, receipt, err
	}
	receipt.Warnings = got.Warnings
	for _, warning := range got.Warnings {
		c.logger.InfoContext(ctx, "kombo warns", "operation", op.name, "warning", c.redact(warning.Message))
	}
	if got.Data == nil {
		return none, receipt, nil
	}
	return *got.Data, receipt, nil
}

// submit runs a write that returns no record.
func (c *Client) submit(ctx context.Context, op operation, ids []string, body any) (Receipt, error) {
	_, receipt, err := call[any](ctx, c, op, ids, nil, body)
	return receipt, err
}
