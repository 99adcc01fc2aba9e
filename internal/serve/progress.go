package serve

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	// progressEvery is the least time between two notifications, since the
	// library's queue for them is short.
	progressEvery = 100 * time.Millisecond
	// progressSettles is how long the library takes to write a notification: a
	// result that follows at once overtakes it.
	progressSettles = 5 * time.Millisecond
	// progressLate is when a result no longer waits for its notifications.
	progressLate = time.Second
)

// progress tells a client how far a call is.
type progress struct {
	ctx   context.Context
	srv   *server.MCPServer
	token mcp.ProgressToken
	last  time.Time
}

// progressOf is nil where the client did not ask to be told.
func progressOf(ctx context.Context, r mcp.CallToolRequest) *progress {
	srv := server.ServerFromContext(ctx)
	if r.Params.Meta == nil || r.Params.Meta.ProgressToken == nil || srv == nil {
		return nil
	}
	return &progress{ctx: ctx, srv: srv, token: r.Params.Meta.ProgressToken}
}

func (p *progress) tell(read, total int) {
	if time.Since(p.last) < progressEvery {
		return
	}
	p.last = time.Now()
	params := map[string]any{"progressToken": p.token, "progress": read, "message": "records read"}
	if total > 0 {
		params["total"] = total
	}
	// A client that is not there to be told loses nothing.
	_ = p.srv.SendNotificationToClient(p.ctx, "notifications/progress", params)
}

// settle lets the last notification out before the result.
func (p *progress) settle() {
	if p == nil || p.last.IsZero() {
		return
	}
	settled := p.last.Add(progressSettles)
	if s := server.ClientSessionFromContext(p.ctx); s != nil {
		// One that still waits in the queue, on a busy machine or before a slow
		// reader, has the same time once it is out of it.
		for queue, late := s.NotificationChannel(), p.last.Add(progressLate); len(queue) > 0 && time.Now().Before(late) && p.ctx.Err() == nil; {
			time.Sleep(progressSettles / 5)
			settled = time.Now().Add(progressSettles)
		}
	}
	time.Sleep(time.Until(settled))
}
