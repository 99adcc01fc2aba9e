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

// Receipt describes a write that was done or tried.
type Receipt struct {
	// Warnings are Kombo's debug messages about what happened in the ATS.
	Warnings []Warning
	// Attempts is the number of requests sent.
	Attempts int
	// Duration is the time that the call took, waits included.
	Duration time.Duration
}

// failure is why an attempt failed, and what that means for a retry.
type failure struct {
	err   *Error
	class class
}

// run sends req until it succeeds, fails for good, or must not be retried. read
// decodes the body of a successful response.
func (c *Client) run(ctx context.Context, req *request, read func(body []byte) error) (Receipt, error) {
	l := c.lifetime(ctx, req.kind)
	defer l.cancel()
	start := time.Now()
	// maybeDone is set if any attempt may have done the work.
	maybeDone := false
	for number := 1; ; number++ {
		r := c.attempt(l, req)
		f := c.classify(req, r, read)
		c.report(ctx, req, r, f, number)
		receipt := Receipt{Attempts: number, Duration: time.Since(start)}
		if f == nil {
			return receipt, nil
		}
		f.err.Attempts = number
		maybeDone = maybeDone || (f.class != refused && f.class != final)
		retry := f.class == refused || (f.class == unclear && req.kind.repeatable())
		if retry && number <= c.retries && f.err.RetryAfter <= maxServerWait {
			if c.pause(l, f.err, nextWait(f.err, number)) {
				continue
			}
		}
		receipt.Duration = time.Since(start)
		return receipt, withOutcome(req, f.err, maybeDone)
	}
}

// withOutcome adds ErrOutcomeUnknown to the failure of a write that may have been
// done.
func withOutcome(req *request, err *Error, maybeDone bool) error {
	if maybeDone && !req.kind.isRead() {
		// Not before somebody has looked, whatever the server says.
		err.RetryAfter = 0
		return fmt.Errorf("%w; %s: %w", ErrOutcomeUnknown, req.howToCheck, err)
	}
	return err
}

// classify returns why an attempt failed, nil if it succeeded.
func (c *Client) classify(req *request, r reply, read func([]byte) error) *failure {
	e := &Error{Operation: req.name, Status: r.status}
	if r.status == 0 {
		e.Err = c.redactErr(r.err)
		if r.sent {
			return &failure{e, unclear}
		}
		return &failure{e, refused}
	}
	if isSuccess(r.status) {
		return c.classifySuccess(e, r, read)
	}
	if r.status >= 300 && r.status < 400 {
		e.Message = "the server redirects the request, which this client does not follow; check the base URL"
		return &failure{e, final}
	}
	noJSON := decodeFailure(r.body, e)
	c.redactError(e)
	e.clipTexts()
	if r.err != nil {
		e.Err = c.redactErr(r.err)
	}
	// A body that broke off before its first byte may be Kombo's as well.
	loadBalancer := r.status == http.StatusServiceUnavailable && noJSON && (r.err == nil || len(r.body) > 0)
	e.RetryAfter = serverWait(e, r.header, time.Now())
	return &failure{e, classOf(e.Code, r.status, loadBalancer)}
}

func (c *Client) classifySuccess(e *Error, r reply, read func([]byte) error) *failure {
	err := r.err
	if err == nil {
		err = read(r.body)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNotKombo):
		e.Err, e.Body = err, c.redact(clip(r.body))
		return &failure{e, foreign}
	}
	e.Err, e.Body = c.redactErr(err), c.redact(clip(r.body))
	return &failure{e, unclear}
}

// redactErr removes the key from an error that came from outside.
func (c *Client) redactErr(err error) error {
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

// report passes an attempt to the observer and the log.
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
	c.logger.DebugContext(ctx, "request to Kombo", "operation", a.Operation, "attempt", number, "status", a.Status,
		"code", a.Code, "duration", a.Duration)
	c.observe(ctx, a)
}

// count returns the integer in a header, -1 if there is none.
func count(header http.Header, name string) int {
	n, err := strconv.Atoi(header.Get(name))
	if err != nil {
		return -1
	}
	return n
}

// validated is implemented by data that a response must contain in full, even if
// some of its values are of an unexpected type.
type validated interface {
	// shape returns what a response whose data cannot be decoded must still
	// decode into.
	shape() any
	complete() bool
}

// call runs an operation and returns its decoded data.
func call[T any](ctx context.Context, c *Client, op operation, ids []string, query url.Values, body any) (T, Receipt, error) {
	var got envelope[T]
	var none T
	req, err := c.prepare(op, ids, query, body)
	if err != nil {
		return none, Receipt{}, err
	}
	receipt, err := c.run(ctx, req, func(body []byte) (err error) {
		got, err = decodeSuccess[T](body, op.kind.isRead(), c.logger)
		if err == nil && c.rawRecords {
			err = got.keepRaw(body)
		}
		return err
	})
	if err != nil {
		return none, receipt, err
	}
	receipt.Warnings = got.Warnings
	if n := len(got.Warnings); n > 0 {
		// Their text may name people.
		c.logger.InfoContext(ctx, "warnings from Kombo", "operation", op.name, "warnings", n)
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
