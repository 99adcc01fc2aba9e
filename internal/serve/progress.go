package serve

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	// progressInterval is the minimum time between two notifications, because the
	// library's queue for them is short.
	progressInterval = 100 * time.Millisecond
	// progressWriteTime is how long the library takes to write a notification. A
	// result sent sooner would overtake it.
	progressWriteTime = 5 * time.Millisecond
	// progressMaxWait is how long a result waits for its notifications at most.
	progressMaxWait = time.Second
)

// progress sends progress notifications of one call.
type progress struct {
	ctx   context.Context
	srv   *server.MCPServer
	token any
	last  time.Time
}

// progressOf returns nil if the client did not ask for progress.
func progressOf(ctx context.Context, r mcp.CallToolRequest) *progress {
	srv := server.ServerFromContext(ctx)
	if r.Params.Meta == nil || r.Params.Meta.ProgressToken == nil || srv == nil {
		return nil
	}
	return &progress{ctx: ctx, srv: srv, token: originalToken(r.Params.Meta.ProgressToken)}
}

// report sends how much was done, and what that counts. There is no total: hosts draw that
// as the end of the way.
func (p *progress) report(done int, of string) {
	if time.Since(p.last) < progressInterval {
		return
	}
	p.last = time.Now()
	params := map[string]any{"progressToken": p.token, "progress": done, "message": of}
	// A client that is gone needs no notification.
	_ = p.srv.SendNotificationToClient(p.ctx, "notifications/progress", params)
}

// waitUntilSent waits until the last notification is written, so that the result
// comes after it.
func (p *progress) waitUntilSent() {
	if p == nil || p.last.IsZero() {
		return
	}
	sent := p.last.Add(progressWriteTime)
	if s := server.ClientSessionFromContext(p.ctx); s != nil {
		// On a busy machine or with a slow reader it may still be in the queue; the
		// write time starts when it leaves it.
		for queue, late := s.NotificationChannel(), p.last.Add(progressMaxWait); len(queue) > 0 && time.Now().Before(late) && p.ctx.Err() == nil; {
			time.Sleep(progressWriteTime / 5)
			sent = time.Now().Add(progressWriteTime)
		}
	}
	time.Sleep(time.Until(sent))
}
