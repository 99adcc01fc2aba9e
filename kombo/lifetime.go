package kombo

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// lifetime bounds a call. A read ends with its caller's context, or when its own time is
// up: a body that trickles and pauses that a server asks for must not hold its caller
// for minutes. A write has two
// contexts, because a request that may have reached Kombo must not be abandoned
// when its caller goes away: its outcome would be lost.
type lifetime struct {
	// waiting bounds queueing, pauses and connecting.
	waiting context.Context
	// exchange bounds a request that may have been sent.
	exchange context.Context
	// attempt is the time-out of one exchange, 0 for none.
	attempt time.Duration
	cancel  func()
}

// timeout is a time-out set by this client; it matches context.DeadlineExceeded.
type timeout struct{ after time.Duration }

func (t timeout) Error() string   { return fmt.Sprintf("no response within %s", t.after) }
func (t timeout) Is(e error) bool { return e == context.DeadlineExceeded }

var errDeadlineTooNear = errors.New("not retried: the deadline is before the next attempt")

func (c *Client) lifetime(ctx context.Context, k kind) lifetime {
	if k.isRead() {
		attempt, whole := c.readTimeout, c.readTimeout+readPauses
		if k.isAction() {
			attempt, whole = c.actionTimeout, c.actionTimeout
		}
		ctx, cancel := context.WithTimeoutCause(ctx, whole, timeout{whole})
		return lifetime{waiting: ctx, exchange: ctx, attempt: attempt, cancel: cancel}
	}
	limit := time.Now().Add(c.actionTimeout)
	expired := timeout{c.actionTimeout}
	exchange, releaseExchange := context.WithDeadlineCause(context.WithoutCancel(ctx), limit, expired)
	exchange, cancelExchange := context.WithCancelCause(exchange)
	waiting, releaseWaiting := context.WithDeadlineCause(ctx, limit, expired)
	waiting, cancelWaiting := context.WithCancelCause(waiting)

	if c.shutdown.Err() != nil {
		// The hook below would run too late to stop this write.
		cancelWaiting(ErrShutdown)
	}
	var grace atomic.Pointer[time.Timer]
	unhook := context.AfterFunc(c.shutdown, func() {
		cancelWaiting(ErrShutdown)
		if errors.Is(context.Cause(c.shutdown), ErrDrained) {
			cancelExchange(ErrShutdown)
			return
		}
		grace.Store(time.AfterFunc(c.grace, func() { cancelExchange(ErrShutdown) }))
	})
	return lifetime{waiting: waiting, exchange: exchange, cancel: func() {
		unhook()
		if timer := grace.Load(); timer != nil {
			timer.Stop()
		}
		cancelWaiting(context.Canceled)
		cancelExchange(context.Canceled)
		releaseWaiting()
		releaseExchange()
	}}
}

// pause waits for d after the failure e and reports whether to try again. If the
// call would end first it does not wait, and e says why there is no retry.
func (c *Client) pause(l lifetime, e *Error, d time.Duration) bool {
	if deadline, ok := l.waiting.Deadline(); ok && l.waiting.Err() == nil && time.Until(deadline) < d {
		e.RetryAfter = d
		if e.Err == nil {
			e.Err = errDeadlineTooNear
		}
		return false
	}
	err := context.Cause(l.waiting)
	if err == nil {
		err = c.sleep(l.waiting, d)
	}
	if err != nil && e.Err == nil {
		e.Err = fmt.Errorf("not retried: %w", err)
	}
	return err == nil
}
