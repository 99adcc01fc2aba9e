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

// reply is what one attempt brought.
type reply struct {
	start  time.Time
	queued time.Duration
	took   time.Duration
	// status is 0 where there was no answer; err then says why.
	status int
	header http.Header
	body   []byte
	// err may also be set beside a status: the body is then not whole.
	err error
	// sent is false only where it is certain that nothing reached the server.
	sent bool
}

// wire follows a request on its way out. What cannot be traced, as through a
// transport of the caller's own, counts as sent.
type wire struct{ dialing, connected atomic.Bool }

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { w.dialing.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	}
}

// mayHaveSent is false only where a connection was asked for and never got.
func (w *wire) mayHaveSent() bool { return !w.dialing.Load() || w.connected.Load() }

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
	var out wire
	unhook := context.AfterFunc(l.waiting, func() {
		if !out.connected.Load() {
			cancel(context.Cause(l.waiting))
		}
	})
	defer unhook()
	if l.waiting.Err() != nil {
		r.err = context.Cause(l.waiting)
		return
	}
	httpReq, err := c.build(httptrace.WithClientTrace(ctx, out.trace()), req)
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
		r.err = plain(ctx, err)
		r.sent = out.mayHaveSent()
		return
	}
	r.sent, r.status, r.header = true, response.StatusCode, response.Header
	r.body, r.err = readBody(response)
	if r.err != nil {
		r.err = plain(ctx, r.err)
	}
	if err := response.Body.Close(); err != nil {
		c.logger.Debug("close an answer", "operation", req.name, "error", c.redact(err.Error()))
	}
}

// plain takes off the *url.Error, whose text has the query with personal data
// in it, and puts the cause in place of a bare context error.
func plain(ctx context.Context, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}

// readBody reads up to a cap that depends on the status. An error's body is cut
// there; a success's body past it is an error.
func readBody(response *http.Response) ([]byte, error) {
	if !isSuccess(response.StatusCode) {
		return io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxSuccessBody+1))
	if len(body) > maxSuccessBody {
		return nil, fmt.Errorf("%w: it is larger than %d MiB", errForeign, maxSuccessBody>>20)
	}
	return body, err
}
