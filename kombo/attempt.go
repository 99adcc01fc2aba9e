package kombo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// reply is the result of one attempt.
type reply struct {
	start  time.Time
	queued time.Duration
	took   time.Duration
	// status is 0 if there was no response; err then says why.
	status int
	header http.Header
	body   []byte
	// err may be set beside a status, if the body is incomplete.
	err error
	// sent is false only if it is certain that nothing reached the server.
	sent bool
}

// connTrace records how far a request got. One that cannot be traced, because the
// transport is the caller's own, counts as sent.
type connTrace struct{ dialing, connected atomic.Bool }

func (t *connTrace) clientTrace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.dialing.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.connected.Store(true) },
	}
}

// mayHaveSent is false only if a connection was requested and never made.
func (t *connTrace) mayHaveSent() bool { return !t.dialing.Load() || t.connected.Load() }

// attempt sends req once, in a slot of the integration if it is an action.
func (c *Client) attempt(l lifetime, req *request) reply {
	asked := time.Now()
	if req.kind.isAction() {
		slots := c.limits.of(c.integration)
		if err := slots.acquire(l.waiting); err != nil {
			now := time.Now()
			return reply{start: now, queued: now.Sub(asked), err: fmt.Errorf("waiting for a free slot: %w", err)}
		}
		defer slots.release()
	}
	r := reply{start: time.Now()}
	r.queued = r.start.Sub(asked)
	c.exchange(l, req, &r)
	r.took = time.Since(r.start)
	if req.kind.isAction() {
		c.limits.of(c.integration).resize(count(r.header, "Concurrency-Limit"))
	}
	return r
}

func (c *Client) exchange(l lifetime, req *request, r *reply) {
	ctx, cancel := context.WithCancelCause(l.exchange)
	defer cancel(nil)
	if l.attempt > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, l.attempt, timeout{l.attempt})
		defer stop()
	}
	var trace connTrace
	unhook := context.AfterFunc(l.waiting, func() {
		if !trace.connected.Load() {
			cancel(context.Cause(l.waiting))
		}
	})
	defer unhook()
	if l.waiting.Err() != nil {
		r.err = context.Cause(l.waiting)
		return
	}
	httpReq, err := c.build(httptrace.WithClientTrace(ctx, trace.clientTrace()), req)
	if err != nil {
		r.err = err
		return
	}
	client := c.http
	if !req.kind.isRead() {
		client = c.httpWrites
	}
	response, err := client.Do(httpReq)
	if err != nil {
		r.err = unwrapURLError(ctx, err)
		r.sent = trace.mayHaveSent()
		return
	}
	r.sent, r.status, r.header = true, response.StatusCode, response.Header
	r.body, r.err = readBody(response)
	if r.err != nil {
		r.err = unwrapURLError(ctx, r.err)
	}
	if err := response.Body.Close(); err != nil {
		c.logger.Debug("closing a response body failed", "operation", req.name, "err", c.redact(err.Error()))
	}
}

// unwrapURLError drops the *url.Error, whose text contains the query and so
// personal data, and replaces a bare context error by its cause.
func unwrapURLError(ctx context.Context, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}

// readBody reads up to a limit that depends on the status. The body of an error
// is cut there; that of a success must not exceed it.
func readBody(response *http.Response) ([]byte, error) {
	if !isSuccess(response.StatusCode) {
		return io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxSuccessBody+1))
	if len(body) > maxSuccessBody {
		return nil, fmt.Errorf("%w: it is larger than %d MiB", errNotKombo, maxSuccessBody>>20)
	}
	return body, err
}
