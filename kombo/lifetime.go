package kombo

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// lifetime bounds a call. A read has one bound, the caller's context; a write
// has two, because an exchange that may have reached Kombo must not be dropped
// when its caller leaves: its outcome would be lost.
type lifetime struct {
	// waiting ends the queue, the pauses and the connecting.
	waiting context.Context
	// exchange ends a request that may be on the wire.
	exchange context.Context
	// attempt bounds one exchange, 0 for no bound of its own.
	attempt time.Duration
	cancel  func()
}

// timeout is a time-out of this client's own; it is a context.DeadlineExceeded.
type timeout struct{ after time.Duration }

func (t timeout) Error() string   { return fmt.Sprintf("no answer within %s", t.after) }
func (t timeout) Is(e error) bool { return e == context.DeadlineExceeded }

var errNoTime = errors.New("not repeated: the deadline is nearer than the next attempt")

func (c *Client) lifetime(ctx context.Context, k kind) lifetime {
	if k.isRead() {
		attempt := c.readTimeout
		if k.isAction() {
			attempt = c.actionTimeout
		}
		return lifetime{waiting: ctx, exchange: ctx, attempt: attempt, cancel: func() {}}
	}
	limit := time.Now().Add(c.actionTimeout)
	expired := timeout{c.actionTimeout}
	exchange, endExchange := context.WithDeadlineCause(context.WithoutCancel(ctx), limit, expired)
	exchange, shutExchange := context.WithCancelCause(exchange)
	waiting, endWaiting := context.WithDeadlineCause(ctx, limit, expired)
	waiting, shutWaiting := context.WithCancelCause(waiting)

	if c.shutdown.Err() != nil {
		// The hook below would run too late to keep this write from starting.
		shutWaiting(ErrShutdown)
	}
	var grace atomic.Pointer[time.Timer]
	unhook := context.AfterFunc(c.shutdown, func() {
		shutWaiting(ErrShutdown)
		grace.Store(time.AfterFunc(c.grace, func() { shutExchange(ErrShutdown) }))
	})
	return lifetime{waiting: waiting, exchange: exchange, cancel: func() {
		unhook()
		if timer := grace.Load(); timer != nil {
			timer.Stop()
		}
		shutWaiting(context.Canceled)
		shutExchange(context.Canceled)
		endWaiting()
		endExchange()
	}}
}

// pause waits for d before another attempt after the failure e, and tells
// whether there will be one. Where the call would end first it does not wait,
// and says in e why the call is not repeated.
func (c *Client) pause(l lifetime, e *Error, d time.Duration) bool {
	if deadline, ok := l.waiting.Deadline(); ok && l.waiting.Err() == nil && time.Until(deadline) < d {
		e.RetryAfter = d
		if e.Err == nil {
			e.Err = errNoTime
		}
		return false
	}
	err := context.Cause(l.waiting)
	if err == nil {
		err = c.sleep(l.waiting, d)
	}
	if err != nil && e.Err == nil {
		e.Err = fmt.Errorf("not repeated: %w", err)
	}
	return err == nil
}
